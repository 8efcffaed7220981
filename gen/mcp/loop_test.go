package mcp_test

import (
	"context"
	"errors"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// loop is a jsonrpc.Caller that hands each request to a handler in the same goroutine: the shortest transport there is.
type loop struct {
	handler jsonrpc.Handler
	info    jsonrpc.Info
	calls   sync.Pool
	frame   []byte
	reply   writer
	message jsonrpc.Message
	ids     int64

	notified []string // frames of notifications that the handler sent
}

var errNoAnswer = errors.New("the handler wrote nothing")

func (l *loop) NewCall(method string) *jsonrpc.Call {
	c, ok := l.calls.Get().(*jsonrpc.Call)
	if !ok {
		c = new(jsonrpc.Call)
	}
	jsonrpc.InitCall(c, method, l)
	c.Revision = l.info.Revision
	return c
}

func (l *loop) ReleaseCall(c *jsonrpc.Call) { l.calls.Put(c) }

func (l *loop) Do(ctx context.Context, c *jsonrpc.Call) error {
	var err error
	l.ids++
	l.frame, err = jsonrpc.AppendRequest(l.frame[:0], jsonrpc.StringID("a"), c.Method, c.Params)
	if err != nil {
		return err
	}
	if err := l.dispatch(ctx, c); err != nil {
		return err
	}
	if c.Reply.Result.IsZero() {
		e := new(jsonrpc.Error)
		if err := c.Reply.DecodeError(e); err != nil {
			return err
		}
		return e.Clone()
	}
	return nil
}

// dispatch serves l.frame, and puts the answer into c if there is one to come.
func (l *loop) dispatch(ctx context.Context, c *jsonrpc.Call) error {
	if err := jsonrpc.Scan(l.frame, &l.message); err != nil {
		return err
	}
	l.message.SetInfo(&l.info)
	l.reply.loop, l.reply.id, l.reply.out = l, l.message.ID, l.reply.out[:0]
	l.handler.ServeMessage(ctx, &l.reply, &l.message)
	if c == nil {
		return nil
	}
	if len(l.reply.out) == 0 {
		return errNoAnswer
	}
	return jsonrpc.Scan(l.reply.out, &c.Reply)
}

func (l *loop) Notify(ctx context.Context, method string, params codec.Appender) error {
	var err error
	if l.frame, err = jsonrpc.AppendNotification(l.frame[:0], method, params, l.info.Revision); err != nil {
		return err
	}
	return l.dispatch(ctx, nil)
}

// writer is the ResponseWriter of a loop.
type writer struct {
	loop *loop
	id   jsonrpc.ID
	out  []byte
}

func (w *writer) NewCall(method string) *jsonrpc.Call { return w.loop.NewCall(method) }

func (w *writer) Do(context.Context, *jsonrpc.Call) error {
	return errors.New("the loop has no client")
}

func (w *writer) Notify(_ context.Context, method string, params codec.Appender) error {
	out, err := jsonrpc.AppendNotification(nil, method, params, w.loop.info.Revision)
	w.loop.notified = append(w.loop.notified, string(out))
	return err
}

func (w *writer) Result(v codec.Appender) (err error) {
	out, err := jsonrpc.AppendResult(w.out[:0], w.id, v, w.loop.info.Revision)
	if err == nil {
		w.out = out
	}
	return err
}

func (w *writer) Error(e *jsonrpc.Error) (err error) {
	w.out, err = jsonrpc.AppendError(w.out[:0], w.id, e)
	return err
}

func (w *writer) Forward(m *jsonrpc.Message) (err error) {
	w.out, err = jsonrpc.AppendRewritten(w.out[:0], m, w.id, "")
	return err
}
