package jsonrpc_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// text is an Appender that writes itself, whatever it is.
type text string

func (x text) AppendJSON(dst []byte) ([]byte, error) { return append(dst, x...), nil }

// versioned writes another object for each revision.
type versioned struct{}

func (versioned) AppendJSON(dst []byte) ([]byte, error) { return append(dst, `{"for":"all"}`...), nil }

func (versioned) AppendJSONFor(dst []byte, r jsonrpc.Revision) ([]byte, error) {
	return append(dst, `{"for":"`+r.String()+`"}`...), nil
}

// broken fails after it has written something, and does not keep to the contract for dst.
type broken struct{}

var errBroken = errors.New("broken")

func (broken) AppendJSON([]byte) ([]byte, error) { return nil, errBroken }

func (broken) AppendJSONFor(dst []byte, _ jsonrpc.Revision) ([]byte, error) {
	return append(dst, `{"half`...), errBroken
}

// shorter forgets what was in dst.
type shorter struct{}

func (shorter) AppendJSON([]byte) ([]byte, error) { return []byte(`{}`), nil }

func TestAppend(t *testing.T) {
	one, none := jsonrpc.IntID(1), jsonrpc.ID{}
	lines, err := codec.ParseRaw([]byte("{\n\"a\":\r\n1}"))
	require.NoError(t, err)
	tests := []struct {
		name string
		do   func(dst []byte) ([]byte, error)
		want string
	}{
		{"request", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendRequest(dst, one, "tools/call", []byte(`{"name":"x"}`))
		}, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}`},
		{"request without params", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendRequest(dst, jsonrpc.StringID("\"\n"), "ping", nil)
		}, `{"jsonrpc":"2.0","id":"\"\n","method":"ping"}`},
		{"request with line breaks", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendRequest(dst, one, "a\nb", []byte("{\n\r\n}"))
		}, `{"jsonrpc":"2.0","id":1,"method":"a\nb","params":{   }}`},
		{"notification", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendNotification(dst, "n", versioned{}, jsonrpc.Rev20250618)
		}, `{"jsonrpc":"2.0","method":"n","params":{"for":"2025-06-18"}}`},
		{"notification for no revision", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendNotification(dst, "n", versioned{}, jsonrpc.RevUnknown)
		}, `{"jsonrpc":"2.0","method":"n","params":{"for":"all"}}`},
		{"notification without params", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendNotification(dst, "n", nil, jsonrpc.Latest)
		}, `{"jsonrpc":"2.0","method":"n"}`},
		{"notification of text", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendNotification(dst, "n", &lines, jsonrpc.Latest)
		}, `{"jsonrpc":"2.0","method":"n","params":{ "a":  1}}`},
		{"result", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendResult(dst, jsonrpc.StringID("1"), versioned{}, jsonrpc.Rev20260728)
		}, `{"jsonrpc":"2.0","id":"1","result":{"for":"2026-07-28"}}`},
		{"empty result", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendResult(dst, one, nil, jsonrpc.Latest)
		}, `{"jsonrpc":"2.0","id":1,"result":{}}`},
		{"error", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendError(dst, one, &jsonrpc.Error{Code: -32602, Message: "m", Data: codec.RawString("[1]")})
		}, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"m","data":[1]}}`},
		{"A-12 error without id", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendError(dst, none, jsonrpc.NewError(jsonrpc.CodeParseError, "p", errBroken))
		}, `{"jsonrpc":"2.0","error":{"code":-32700,"message":"p"}}`},
		{"A-13 error with id null", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendErrorNullID(dst, &jsonrpc.Error{Code: 1, Message: "p"})
		}, `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"p"}}`},
		{"no error given", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendError(dst, one, nil)
		}, `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"internal error"}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := tt.do([]byte("before"))
			require.NoError(t, err)
			require.Equal(t, "before"+tt.want, string(out))
			scanOK(t, tt.want)
		})
	}
}

func TestAppendRefuses(t *testing.T) {
	one, none := jsonrpc.IntID(1), jsonrpc.ID{}
	tests := []struct {
		name string
		do   func(dst []byte) ([]byte, error)
		want error
		at   string
	}{
		{"A-03 request without id", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendRequest(dst, none, "m", nil)
		}, codec.ErrMissing, "/id"},
		{"result without id", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendResult(dst, none, versioned{}, jsonrpc.Latest)
		}, codec.ErrMissing, "/id"},
		{"A-09 result is no object", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendResult(dst, one, text(`[]`), jsonrpc.Latest)
		}, codec.ErrType, "/result"},
		{"A-08 result is nothing", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendResult(dst, one, text(``), jsonrpc.Latest)
		}, codec.ErrType, "/result"},
		{"A-08 result is an absent Raw", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendResult(dst, one, codec.Raw{}, jsonrpc.Latest)
		}, codec.ErrMissing, "/result"},
		{"result fails", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendResult(dst, one, broken{}, jsonrpc.RevUnknown)
		}, errBroken, "/result"},
		{"result fails half way", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendResult(dst, one, broken{}, jsonrpc.Latest)
		}, errBroken, "/result"},
		{"result drops what was there", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendResult(dst, one, shorter{}, jsonrpc.Latest)
		}, codec.ErrType, "/result"},
		{"A-17 params are no object", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendNotification(dst, "n", text("null"), jsonrpc.Latest)
		}, codec.ErrType, "/params"},
		{"error data is no JSON", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendError(dst, one, &jsonrpc.Error{Code: 1, Data: codec.RawString("{")})
		}, codec.ErrSyntax, "/error/data"},
		{"error data is no JSON, id null", func(dst []byte) ([]byte, error) {
			return jsonrpc.AppendErrorNullID(dst, &jsonrpc.Error{Code: 1, Data: codec.RawString("{")})
		}, codec.ErrSyntax, "/error/data"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := tt.do([]byte("before"))
			require.ErrorIs(t, err, tt.want)
			require.Equal(t, "before", string(out))
			var e *codec.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tt.at, e.Pointer)
		})
	}
}

func TestAppendRewritten(t *testing.T) {
	const keepMethod = ""
	keepID := jsonrpc.ID{}
	tests := []struct {
		name, src string
		id        jsonrpc.ID
		method    string
		want      string
	}{
		{"both", `{"jsonrpc":"2.0","id":1,"method":"a","params":{"id":1,"method":"a"}}`, jsonrpc.IntID(22), "bb",
			`{"jsonrpc":"2.0","id":22,"method":"bb","params":{"id":1,"method":"a"}}`},
		{"method first", `{"method":"a","params":{},"id":"x","jsonrpc":"2.0"}`, jsonrpc.StringID("y"), "b/\n",
			`{"method":"b/\n","params":{},"id":"y","jsonrpc":"2.0"}`},
		{"only the id", `{"jsonrpc":"2.0","id":1,"method":"a\/b"}`, jsonrpc.IntID(2), keepMethod, `{"jsonrpc":"2.0","id":2,"method":"a\/b"}`},
		{"only the method", `{"jsonrpc":"2.0","id":1.0,"method":"a"}`, keepID, "b", `{"jsonrpc":"2.0","id":1.0,"method":"b"}`},
		{"nothing", `{"jsonrpc":"2.0","id":1.0,"method":"\u0061"}`, keepID, keepMethod, `{"jsonrpc":"2.0","id":1.0,"method":"\u0061"}`},
		{"notification", `{"method":"a","jsonrpc":"2.0"}`, keepID, "b", `{"method":"b","jsonrpc":"2.0"}`},
		{"result", `{"jsonrpc":"2.0","result":{"x":1.50},"id":7}`, jsonrpc.StringID("q"), keepMethod, `{"jsonrpc":"2.0","result":{"x":1.50},"id":"q"}`},
		{"error with id null", `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}`, jsonrpc.IntID(3), keepMethod,
			`{"jsonrpc":"2.0","id":3,"error":{"code":1,"message":""}}`},
		{"error without id", ` { "jsonrpc":"2.0","error":{"code":1,"message":""}}`, jsonrpc.IntID(3), keepMethod,
			` {"id":3, "jsonrpc":"2.0","error":{"code":1,"message":""}}`},
		{"white space, unknown members, escapes, numbers", ` {"\u0069d" :  1 , "x":[1.0,1e2,"\/\ud800"],"m\u0065thod":"a","jsonrpc":"2.0"}	 `,
			jsonrpc.IntID(2), "b", ` {"\u0069d" :  2 , "x":[1.0,1e2,"\/\ud800"],"m\u0065thod":"b","jsonrpc":"2.0"}	 `},
		{"line breaks", "\r\n{\"jsonrpc\":\"2.0\",\n\"id\":\r1,\"method\":\"a\\n\"\n,\"params\":{\n}}\n", jsonrpc.IntID(2), "b",
			`  {"jsonrpc":"2.0", "id": 2,"method":"b" ,"params":{ }} `},
		{"lone surrogate as id", `{"jsonrpc":"2.0","id":1,"result":{}}`, scanOK(t, `{"jsonrpc":"2.0","id":"\ud800","method":"m"}`).ID, keepMethod,
			`{"jsonrpc":"2.0","id":"\ud800","result":{}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := scanOK(t, tt.src)
			out, err := jsonrpc.AppendRewritten([]byte("before"), m, tt.id, tt.method)
			require.NoError(t, err)
			require.Equal(t, "before"+tt.want, string(out))
			require.Equal(t, tt.src, string(m.Frame()), "the frame stays")
			require.False(t, scanOK(t, tt.want).LineBreaks())
		})
	}
}

func TestAppendRewrittenRefuses(t *testing.T) { // S3
	var notAccepted jsonrpc.Message
	require.Error(t, jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","id":1,"method":"a","params":{},"method":"b"}`), &notAccepted))
	for name, tt := range map[string]struct {
		m      *jsonrpc.Message
		id     jsonrpc.ID
		method string
	}{
		"not accepted":             {m: &notAccepted, id: jsonrpc.IntID(1)},
		"made by hand":             {m: &jsonrpc.Message{Kind: jsonrpc.Request, ID: jsonrpc.IntID(1), Method: "m"}},
		"an id for a notification": {m: scanOK(t, `{"jsonrpc":"2.0","method":"a"}`), id: jsonrpc.IntID(1)},
		"a method for a response":  {m: scanOK(t, `{"jsonrpc":"2.0","id":1,"result":{}}`), method: "m"},
	} {
		out, err := jsonrpc.AppendRewritten([]byte("before"), tt.m, tt.id, tt.method)
		require.Error(t, err, name)
		require.Equal(t, "before", string(out), name)
	}
}

func TestCallForward(t *testing.T) {
	m := scanOK(t, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":{\n\"x\":1}}")
	var c jsonrpc.Call
	c.Forward(m)
	out, err := jsonrpc.AppendRequest(nil, jsonrpc.IntID(9), c.Method, c.Params)
	require.NoError(t, err)
	require.Equal(t, `{"jsonrpc":"2.0","id":9,"method":"a","params":{ "x":1}}`, string(out))
}
