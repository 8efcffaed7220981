//go:build !race && !purego && !pooldebug

package jsonrpc_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/corpus"
	"github.com/mcpwire/mcpwire/internal/mallocs"
)

// callParams is a hand-written type as the generator makes them.
type callParams struct {
	Name      string
	Arguments codec.Raw
}

func (x *callParams) DecodeJSON(d *codec.Decoder) error {
	*x = callParams{}
	var seen uint64
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case "name":
			d.Once(&seen, 1)
			x.Name = d.String()
		case "arguments":
			d.Once(&seen, 2)
			x.Arguments = d.Raw()
		default:
			d.Skip()
		}
	}
	return d.Err()
}

func (x *callParams) AppendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, `{"name":`...)
	dst = codec.AppendString(dst, x.Name)
	dst = append(dst, `,"arguments":`...)
	dst, err := codec.AppendRaw(dst, x.Arguments)
	return append(dst, '}'), err
}

func noMallocs(t *testing.T, name string, f func()) {
	t.Helper()
	require.Zero(t, mallocs.OnOneProcessor(200, 0, f).Mallocs, name)
}

func TestScanDoesNotAllocate(t *testing.T) {
	for _, c := range corpus.Variants() {
		var m jsonrpc.Message
		noMallocs(t, c.Name, func() {
			if jsonrpc.Scan(c.Data, &m) != nil {
				t.Fail()
			}
		})
	}
	for name, src := range map[string]string{
		"error with escapes": `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no \"x\"","data":{"a":"\n"}}}`,
		"odd ids":            `{"jsonrpc":"2.0","id":1.0e3,"method":"m"}`,
		"lone surrogate":     `{"jsonrpc":"2.0","id":"\ud800","method":"m"}`,
		"batch":              `[{"jsonrpc":"2.0","id":1,"method":"m"}]`,
	} {
		var m jsonrpc.Message
		b := []byte(src)
		noMallocs(t, name, func() { _ = jsonrpc.Scan(b, &m) })
	}
	// A method with escapes needs memory of its own, but not more than its size.
	b := []byte(`{"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{}}`)
	var m jsonrpc.Message
	require.EqualValues(t, 1, mallocs.OnOneProcessor(200, 1, func() { _ = jsonrpc.Scan(b, &m) }).Mallocs)
}

func TestTypedPathDoesNotAllocate(t *testing.T) {
	var (
		frame = []byte(`{"jsonrpc":"2.0","id":"abc","method":"tools/call","params":{"name":"x","arguments":{"a":1}}}`)
		reply = []byte(`{"jsonrpc":"2.0","id":"abc","result":{"name":"x","arguments":{"a":1}}}`)
		fail  = []byte(`{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"m","data":{"a":1}}}`)
		dst   = make([]byte, 0, 1024)
		m     jsonrpc.Message
		x     callParams
		e     jsonrpc.Error
		call  jsonrpc.Call
		d     = codec.GetDecoder()
	)
	defer d.Release()
	require.NoError(t, jsonrpc.Scan(frame, &m))
	ok := func(err error) {
		if err != nil {
			t.Fail()
		}
	}
	noMallocs(t, "DecodeParams", func() { ok(m.DecodeParams(d, &x)) })
	noMallocs(t, "AppendResult", func() {
		_, err := jsonrpc.AppendResult(dst, m.ID, &x, jsonrpc.Latest)
		ok(err)
	})
	noMallocs(t, "AppendNotification", func() {
		_, err := jsonrpc.AppendNotification(dst, "n", &x, jsonrpc.Latest)
		ok(err)
	})
	noMallocs(t, "AppendRewritten", func() {
		_, err := jsonrpc.AppendRewritten(dst, &m, jsonrpc.StringID("other"), "m")
		ok(err)
	})
	call.Params = make([]byte, 0, 1024)
	noMallocs(t, "AppendRequest", func() {
		jsonrpc.InitCall(&call, "tools/call", nil)
		var err error
		call.Params, err = x.AppendJSON(call.Params)
		ok(err)
		_, err = jsonrpc.AppendRequest(dst, m.ID, call.Method, call.Params)
		ok(err)
	})
	noMallocs(t, "Call.Forward", func() { call.Forward(&m) })
	noMallocs(t, "DecodeResult", func() {
		ok(jsonrpc.Scan(reply, &call.Reply))
		ok(call.Reply.DecodeResult(d, &x))
	})
	noMallocs(t, "DecodeError", func() {
		ok(jsonrpc.Scan(fail, &call.Reply))
		ok(call.Reply.DecodeError(&e))
	})
	noMallocs(t, "AppendError", func() {
		_, err := jsonrpc.AppendError(dst, m.ID, &e)
		ok(err)
	})
	noMallocs(t, "ID", func() {
		var id jsonrpc.ID
		for _, src := range [...]string{`12345`, `"abc"`, `1.0`, `"\ud800"`} {
			d.Reset(append(dst, src...))
			ok(id.DecodeJSON(d))
		}
	})
	var mux jsonrpc.Mux
	mux.HandleFunc("tools/call", func(context.Context, jsonrpc.ResponseWriter, *jsonrpc.Message) {})
	noMallocs(t, "Mux", func() { mux.ServeMessage(t.Context(), nil, &m) })
}
