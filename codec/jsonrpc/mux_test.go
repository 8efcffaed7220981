package jsonrpc_test

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// recorder is a ResponseWriter that keeps the frame it would send.
type recorder struct {
	jsonrpc.Caller
	id  jsonrpc.ID
	out []byte
}

func (r *recorder) Result(v codec.Appender) (err error) {
	r.out, err = jsonrpc.AppendResult(r.out, r.id, v, jsonrpc.Latest)
	return err
}

func (r *recorder) Error(e *jsonrpc.Error) (err error) {
	r.out, err = jsonrpc.AppendError(r.out, r.id, e)
	return err
}

func (r *recorder) Forward(m *jsonrpc.Message) (err error) {
	r.out, err = jsonrpc.AppendRewritten(r.out, m, r.id, "")
	return err
}

// serve runs h on a message and returns the answer.
func serve(t *testing.T, h jsonrpc.Handler, src string) string {
	t.Helper()
	m := scanOK(t, src)
	w := &recorder{id: m.ID}
	h.ServeMessage(t.Context(), w, m)
	return string(w.out)
}

func answer(s string) jsonrpc.HandlerFunc {
	return func(_ context.Context, w jsonrpc.ResponseWriter, _ *jsonrpc.Message) { _ = w.Result(text(s)) }
}

func TestMux(t *testing.T) {
	var x jsonrpc.Mux
	x.Handle("a", answer(`{"a":1}`))
	x.HandleFunc("b", answer(`{"b":1}`))
	require.Equal(t, `{"jsonrpc":"2.0","id":1,"result":{"a":1}}`, serve(t, &x, `{"jsonrpc":"2.0","id":1,"method":"a"}`))
	require.Equal(t, `{"jsonrpc":"2.0","id":2,"result":{"b":1}}`, serve(t, &x, `{"jsonrpc":"2.0","id":2,"method":"\u0062"}`))
	require.Equal(t, `{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"method not found: \"A\""}}`,
		serve(t, &x, `{"jsonrpc":"2.0","id":3,"method":"A"}`))
	require.Empty(t, serve(t, &x, `{"jsonrpc":"2.0","method":"A"}`), "A-16")

	long := serve(t, &x, `{"jsonrpc":"2.0","id":3,"method":"`+strings.Repeat(`\n`, 5000)+`"}`)
	require.Less(t, len(long), 400, "what a peer sent is quoted and cut")

	x.HandleFallback(answer(`{"other":1}`))
	require.Equal(t, `{"jsonrpc":"2.0","id":3,"result":{"other":1}}`, serve(t, &x, `{"jsonrpc":"2.0","id":3,"method":"A"}`))
	require.Equal(t, `{"jsonrpc":"2.0","id":1,"result":{"a":1}}`, serve(t, &x, `{"jsonrpc":"2.0","id":1,"method":"a"}`))
}

func TestZeroMux(t *testing.T) {
	var x jsonrpc.Mux
	require.Contains(t, serve(t, &x, `{"jsonrpc":"2.0","id":3,"method":"A"}`), "-32601")
}

func TestMuxRegistration(t *testing.T) {
	var x jsonrpc.Mux
	x.Handle("a", answer(`{}`))
	x.HandleFallback(answer(`{}`))
	for want, do := range map[string]func(){
		`jsonrpc: method "a" is registered twice`:           func() { x.Handle("a", answer(`{}`)) },
		`jsonrpc: nil handler for method "b"`:               func() { x.Handle("b", nil) },
		`jsonrpc: nil handler for method "c"`:               func() { x.HandleFunc("c", nil) },
		`jsonrpc: nil fallback handler`:                     func() { x.HandleFallback(nil) },
		`jsonrpc: the fallback handler is registered twice`: func() { x.HandleFallback(answer(`{}`)) },
	} {
		require.PanicsWithValue(t, want, do)
	}
}

func TestChain(t *testing.T) {
	var order []string
	step := func(name string) func(jsonrpc.Handler) jsonrpc.Handler {
		return func(next jsonrpc.Handler) jsonrpc.Handler {
			return jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
				order = append(order, name+" in")
				next.ServeMessage(ctx, w, m)
				order = append(order, name+" out")
			})
		}
	}
	h := jsonrpc.Chain(answer(`{}`), step("first"), step("second"))
	serve(t, h, `{"jsonrpc":"2.0","id":1,"method":"a"}`)
	require.Equal(t, []string{"first in", "second in", "second out", "first out"}, order)
	require.NotEmpty(t, serve(t, jsonrpc.Chain(answer(`{}`)), `{"jsonrpc":"2.0","id":1,"method":"a"}`))
}
