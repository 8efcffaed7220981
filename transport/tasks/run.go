package tasks

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// run is one call of the server's handler for a request that may become a task, or is one. It is the handler's ResponseWriter: it writes to
// the client until Begin, and to the task from then on.
type run struct {
	h *Handler
	m *jsonrpc.Message // has memory of its own

	// Before it is a task.
	jsonrpc.Caller
	w    jsonrpc.ResponseWriter
	left chan struct{} // closed by Begin

	mu     sync.Mutex
	cancel context.CancelFunc
	unlink func() bool // from the end of the exchange
	t      *task       // nil before Begin
	over   bool        // answered, or returned
}

type runKey struct{}

// newRun returns the first run of a request.
func newRun(h *Handler, w jsonrpc.ResponseWriter, m *jsonrpc.Message) *run {
	info := *m.Info()
	info.Capabilities, info.LogLevel = info.Capabilities.Clone(), strings.Clone(info.LogLevel)
	m = m.Clone()
	m.SetInfo(&info)
	return &run{h: h, m: m, Caller: w, w: w, left: make(chan struct{})}
}

// serve lets the handler answer, on a goroutine of its own. It returns when that has, or the request has become a task.
func (r *run) serve(ctx context.Context) {
	own, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r.cancel = cancel
	r.unlink = context.AfterFunc(ctx, cancel)
	var failed any
	done := make(chan struct{})
	go func() {
		defer close(done)
		failed = r.do(own)
	}()
	select {
	case <-done:
		r.unlink()
		if failed != nil {
			panic(failed) // whoever serves the request knows what to do
		}
	case <-r.left:
	}
}

// do calls the handler, and returns what it has panicked with, unless that is reported.
func (r *run) do(ctx context.Context) (failed any) {
	defer r.cancel()
	defer func() {
		v := recover()
		t, answered := r.end()
		if t == nil {
			failed = v
			return
		}
		if v != nil {
			slog.Error("mcpwire: handler panicked", "task", "tools/call", "err", fmt.Sprintf("panic: %v\n%s", v, debug.Stack()))
		}
		if !answered {
			_ = t.settle(nil, errInternal) // never fails with an error to take
		}
		r.h.running.Done()
	}()
	r.h.next.ServeMessage(context.WithValue(ctx, runKey{}, r), r, r.m)
	return nil
}

// end lets nothing be answered any more. It returns the task, and whether this run has answered.
func (r *run) end() (t *task, answered bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	answered, r.over = r.over, true
	return r.t, answered
}

// Begin makes a task of the request that ctx is of: the client is answered with it, and asks for the result later. From then on, ctx ends
// with the task, not with the exchange, and notifications are dropped. The values that ctx has from the exchange are gone then: a function that needs
// them looks before. In a task already, Begin does nothing.
//
// If the client has not declared the extension, or there is no Handler, the error is that of Required: a function may return it, or go on
// while the client waits.
func Begin(ctx context.Context) error {
	r, ok := ctx.Value(runKey{}).(*run)
	if !ok {
		return Required()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.t != nil:
		return nil
	case r.over:
		return errAnswered
	}
	t, err := r.h.create(context.WithoutCancel(ctx), r.m, r.cancel)
	if err != nil {
		return err
	}
	// The client may go as soon as it has its task: so the exchange has to end nothing from before that on.
	if !r.unlink() {
		err = context.Cause(ctx)
		if err == nil { // it is ending
			err = context.Canceled
		}
	} else {
		b := append(t.appendMembers([]byte(`{"resultType":"task",`)), r.h.meta...)
		err = r.w.Result(codec.MakeRaw(append(b, '}')))
	}
	if err != nil {
		r.h.drop(t)
		r.h.running.Done()
		return err
	}
	r.t = t
	close(r.left)
	return nil
}

var (
	errAnswered = jsonrpc.NewError(jsonrpc.CodeInternalError, "the request is answered already", nil)
	errInternal = jsonrpc.NewError(jsonrpc.CodeInternalError, "internal error", nil)
)

// answer lets f write to the client, or settle to the task.
func (r *run) answer(f func(w jsonrpc.ResponseWriter) error, settle func(t *task) error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.over {
		return errAnswered
	}
	if r.t == nil {
		return f(r.w)
	}
	err := settle(r.t)
	r.over = err == nil
	return err
}

// Result implements jsonrpc.ResponseWriter.
func (r *run) Result(v codec.Appender) error {
	return r.answer(func(w jsonrpc.ResponseWriter) error { return w.Result(v) }, func(t *task) error {
		b, err := appendResult(v, r.m.Info().Revision)
		if err == nil {
			err = codec.Valid(b)
		}
		if err != nil {
			return err // the task fails if the run ends without another answer
		}
		return t.settle(b, nil)
	})
}

// Error implements jsonrpc.ResponseWriter.
func (r *run) Error(e *jsonrpc.Error) error {
	return r.answer(func(w jsonrpc.ResponseWriter) error { return w.Error(e) }, func(t *task) error {
		if e == nil {
			e = errInternal
		}
		return t.settle(nil, e.Clone())
	})
}

// Forward implements jsonrpc.ResponseWriter.
func (r *run) Forward(m *jsonrpc.Message) error {
	return r.answer(func(w jsonrpc.ResponseWriter) error { return w.Forward(m) }, func(t *task) error {
		if !m.Result.IsZero() {
			return t.settle(m.Result.Clone().Bytes(), nil)
		}
		e := new(jsonrpc.Error)
		if err := m.DecodeError(e); err != nil {
			return err
		}
		return t.settle(nil, e.Clone())
	})
}

// Notify implements jsonrpc.Caller.
func (r *run) Notify(ctx context.Context, method string, params codec.Appender) error {
	r.mu.Lock()
	t := r.t
	r.mu.Unlock()
	if t != nil { // there is nothing that it could go to (rule K-13)
		return nil
	}
	return r.w.Notify(ctx, method, params)
}

// appendResult returns v in the form of a revision.
func appendResult(v codec.Appender, rev jsonrpc.Revision) ([]byte, error) {
	switch x := v.(type) {
	case nil:
		return []byte(`{"resultType":"complete"}`), nil
	case jsonrpc.RevisionAppender:
		return x.AppendJSONFor(nil, rev)
	default:
		return v.AppendJSON(nil)
	}
}
