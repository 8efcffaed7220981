package transport

import (
	"context"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// inputWriter is the ResponseWriter for a request that stands in a result, and not on the wire.
type inputWriter struct {
	p *peer
	v jsonrpc.Revision

	mu     sync.Mutex
	result []byte
	err    *jsonrpc.Error
	over   bool // ServeMessage has returned
}

// end returns what was answered. Nothing is taken any more.
func (w *inputWriter) end() ([]byte, *jsonrpc.Error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.over = true
	if w.result == nil && w.err == nil {
		return nil, errNoAnswer
	}
	return w.result, w.err
}

// closed says why nothing is taken any more. The lock is held.
func (w *inputWriter) closed() error {
	switch {
	case w.over:
		return errStale
	case w.result != nil || w.err != nil:
		return errAnswered
	}
	return nil
}

func (w *inputWriter) take(f func() ([]byte, error)) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.closed(); err != nil {
		return err
	}
	b, err := f()
	if err == nil && !codec.MakeRaw(b).Is(codec.KindObject) {
		err = codec.At(codec.ErrType, "result")
	}
	if err == nil {
		w.result = b
	}
	return err
}

func (w *inputWriter) Result(v codec.Appender) error {
	return w.take(func() ([]byte, error) {
		if r, ok := v.(jsonrpc.RevisionAppender); ok {
			return r.AppendJSONFor(nil, w.v)
		}
		if v == nil {
			return []byte("{}"), nil
		}
		return v.AppendJSON(nil)
	})
}

func (w *inputWriter) Error(e *jsonrpc.Error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.closed(); err != nil {
		return err
	}
	if w.err = errNoAnswer; e != nil {
		w.err = e.Clone()
	}
	return nil
}

func (w *inputWriter) Forward(m *jsonrpc.Message) error {
	if m.Result.IsZero() {
		var e jsonrpc.Error
		if err := m.DecodeError(&e); err != nil {
			return err
		}
		return w.Error(&e)
	}
	return w.take(func() ([]byte, error) { return m.Result.AppendJSON(nil) })
}

func (w *inputWriter) NewCall(method string) *jsonrpc.Call { return w.p.NewCall(method) }

// Do refuses: the server waits for the answer.
func (w *inputWriter) Do(context.Context, *jsonrpc.Call) error { return errCannotCall }

// Notify drops the notification: there is no request on the wire that it could belong to.
func (w *inputWriter) Notify(context.Context, string, codec.Appender) error { return nil }
