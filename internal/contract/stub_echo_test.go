package contract

import (
	"context"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// The stubs of the method "echo". The client's half appends the params into the Call statically: through an
// interface they would escape.

// echoInto calls method with params. out borrows d.
func echoInto(ctx context.Context, c jsonrpc.Caller, method string, params *echoParams, out *echoResult, d *codec.Decoder) error {
	call := c.NewCall(method)
	defer call.Release()
	var err error
	if call.Params, err = params.AppendJSONFor(call.Params, call.Revision); err != nil {
		return err
	}
	if err := c.Do(ctx, call); err != nil {
		return err
	}
	d.ResetCopy(call.Reply.Result)
	*out = echoResult{}
	if err := out.read(d); err != nil {
		return err
	}
	return d.End()
}

// echo is echoInto with memory of its own. It returns the text that came back.
func echo(ctx context.Context, c jsonrpc.Caller, method, text string) (string, error) {
	d := codec.GetDecoder()
	defer d.Release()
	var out echoResult
	if err := echoInto(ctx, c, method, &echoParams{Text: text}, &out, d); err != nil {
		return "", err
	}
	return string([]byte(out.Text)), nil
}

// note sends a notification with a text.
func note(ctx context.Context, c jsonrpc.Caller, method, text string) error {
	return c.Notify(ctx, method, &echoParams{Text: text})
}

// echoRequest is what a function of the server gets.
type echoRequest struct {
	jsonrpc.ResponseWriter

	Params echoParams
	Info   *jsonrpc.Info
}

// echoFunc makes a Handler of a function, with params and result from a pool.
type echoFunc func(ctx context.Context, r *echoRequest, out *echoResult) error

type echoExchange struct {
	req echoRequest
	out echoResult
}

var echoPool = sync.Pool{New: func() any { return new(echoExchange) }}

func (f echoFunc) ServeMessage(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
	x, d := echoPool.Get().(*echoExchange), codec.GetDecoder()
	defer func() {
		*x = echoExchange{}
		d.Release()
		echoPool.Put(x)
	}()
	if err := m.DecodeParams(d, &x.req.Params); err != nil {
		_ = w.Error(jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: %w", err))
		return
	}
	x.req.ResponseWriter, x.req.Info = w, m.Info()
	err := f(ctx, &x.req, &x.out)
	if err == nil {
		_ = w.Result(&x.out) // a failed write ends the connection
		return
	}
	e, ok := err.(*jsonrpc.Error)
	if !ok {
		e = jsonrpc.NewError(jsonrpc.CodeInternalError, "internal error", err)
	}
	_ = w.Error(e)
}

// answerEcho is the function of the method "echo".
func answerEcho(_ context.Context, r *echoRequest, out *echoResult) error {
	out.echoParams = r.Params
	return nil
}
