package jsonrpc_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// scanOK scans src, which must be good.
func scanOK(t *testing.T, src string) *jsonrpc.Message {
	t.Helper()
	var m jsonrpc.Message
	require.NoError(t, jsonrpc.Scan([]byte(src), &m), src)
	require.Equal(t, src, string(m.Frame()))
	return &m
}

// scanBad scans src, which must be refused with code, and checks the form of the error.
func scanBad(t *testing.T, src string, code int) (*jsonrpc.Message, *jsonrpc.Error) {
	t.Helper()
	var m jsonrpc.Message
	err := jsonrpc.Scan([]byte(src), &m)
	require.Error(t, err, "%.200s", src)
	var e *jsonrpc.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, code, e.Code, "%.200s: %v", src, err)
	if !errors.Is(err, jsonrpc.ErrBatch) {
		var c *codec.Error
		require.ErrorAs(t, err, &c)
		require.GreaterOrEqual(t, c.Offset, 0)
		require.LessOrEqual(t, c.Offset, len(src))
	}
	require.Nil(t, m.Frame())
	require.True(t, m.Params.IsZero() && m.Result.IsZero() && m.Err.IsZero())
	return &m, e
}

func TestScanAccepts(t *testing.T) {
	tests := []struct {
		name, src      string
		kind           jsonrpc.Kind
		id, method     string
		params, result string
		err            string
	}{
		{name: "A-20 request", src: `{"jsonrpc":"2.0","id":1,"method":"ping"}`, kind: jsonrpc.Request, id: "1", method: "ping"},
		{name: "A-20 request with params", src: `{"jsonrpc":"2.0","id":"a","method":"m","params":{"x":[1]}}`,
			kind: jsonrpc.Request, id: `"a"`, method: "m", params: `{"x":[1]}`},
		{name: "A-20 notification", src: `{"jsonrpc":"2.0","method":"n","params":{}}`,
			kind: jsonrpc.Notification, id: "none", method: "n", params: `{}`},
		{name: "A-20 result", src: `{"jsonrpc":"2.0","id":1,"result":{}}`, kind: jsonrpc.Response, id: "1", result: `{}`},
		{name: "A-10 error", src: `{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"m","data":[null]}}`,
			kind: jsonrpc.Response, id: "1", err: `{"code":-32600,"message":"m","data":[null]}`},
		{name: "A-10 error code written as a float", src: `{"jsonrpc":"2.0","id":1,"error":{"code":-326e2,"message":"\"\ud800"}}`,
			kind: jsonrpc.Response, id: "1", err: `{"code":-326e2,"message":"\"\ud800"}`},
		{name: "A-14 error without id", src: `{"jsonrpc":"2.0","error":{"code":1,"message":""}}`,
			kind: jsonrpc.Response, id: "none", err: `{"code":1,"message":""}`},
		{name: "A-14 error with id null", src: `{"jsonrpc":"2.0","error":{"code":1,"message":""},"id":null}`,
			kind: jsonrpc.Response, id: "none", err: `{"code":1,"message":""}`},
		{name: "A-18 unknown members", src: `{"x":{"id":2},"jsonrpc":"2.0","X":1,"X":2,"method":"m","_meta":null}`,
			kind: jsonrpc.Notification, id: "none", method: "m"},
		{name: "A-18 params of a response are none", src: `{"jsonrpc":"2.0","id":1,"result":{},"params":{}}`,
			kind: jsonrpc.Response, id: "1", result: `{}`},
		{name: "A-19 any order", src: `{"params":{"id":7,"method":"x"},"method":"m","id":1,"jsonrpc":"2.0"}`,
			kind: jsonrpc.Request, id: "1", method: "m", params: `{"id":7,"method":"x"}`},
		{name: "A-21 id beyond 2^53", src: `{"jsonrpc":"2.0","id":9007199254740993,"method":"m"}`,
			kind: jsonrpc.Request, id: "9007199254740993", method: "m"},
		{name: "escaped names and values", src: `{"\u006asonrpc":"2\u002e0","i\u0064":"\n","m\u0065thod":"tools\/call"}`,
			kind: jsonrpc.Request, id: `"\n"`, method: "tools/call"},
		{name: "white space everywhere", src: " \r\n\t{ \"jsonrpc\" : \"2.0\" , \"id\" : 1 , \"result\" : { } } \n",
			kind: jsonrpc.Response, id: "1", result: "{ }"},
		{name: "an empty method is a method", src: `{"jsonrpc":"2.0","id":0,"method":""}`, kind: jsonrpc.Request, id: "0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := scanOK(t, tt.src)
			require.Equal(t, tt.kind, m.Kind)
			require.Equal(t, tt.id, m.ID.String())
			require.Equal(t, tt.method, m.Method)
			require.Equal(t, tt.params, m.Params.String())
			require.Equal(t, tt.result, m.Result.String())
			require.Equal(t, tt.err, m.Err.String())
			for _, r := range []codec.Raw{m.Params, m.Result, m.Err} {
				require.True(t, r.IsZero() || r.Checked())
			}
		})
	}
}

func TestScanRefusesEnvelopes(t *testing.T) {
	const isNone, is1 = "none", "1"
	tests := []struct {
		name, src string
		kind      jsonrpc.Kind
		id        string // what an answer would carry
		says      string // part of the error's message
	}{
		{"A-01 no jsonrpc", `{"id":1,"method":"m"}`, jsonrpc.Request, is1, "jsonrpc is missing"},
		{"A-01 jsonrpc 1.0", `{"jsonrpc":"1.0","id":1,"method":"m"}`, jsonrpc.Request, is1, `not "2.0"`},
		{"A-01 jsonrpc 2.00", `{"jsonrpc":"2.00","id":1,"method":"m"}`, jsonrpc.Request, is1, `not "2.0"`},
		{"A-01 jsonrpc number", `{"jsonrpc":2.0,"id":1,"method":"m"}`, jsonrpc.Request, is1, "jsonrpc is not a string"},
		{"A-01 jsonrpc null", `{"jsonrpc":null,"id":1,"method":"m"}`, jsonrpc.Request, is1, "jsonrpc is not a string"},
		{"A-03 fraction", `{"jsonrpc":"2.0","id":1.5,"method":"m"}`, jsonrpc.Request, isNone, "fraction"},
		{"A-03 fraction by exponent", `{"jsonrpc":"2.0","id":1e-1,"method":"m"}`, jsonrpc.Request, isNone, "fraction"},
		{"A-03 boolean", `{"jsonrpc":"2.0","id":true,"method":"m"}`, jsonrpc.Request, isNone, "neither"},
		{"A-03 array", `{"jsonrpc":"2.0","id":[1],"method":"m"}`, jsonrpc.Request, isNone, "neither"},
		{"A-03 object", `{"jsonrpc":"2.0","id":{},"result":{}}`, jsonrpc.Response, isNone, "neither"},
		{"A-04 null", `{"jsonrpc":"2.0","id":null,"method":"m"}`, jsonrpc.Request, isNone, "id of a request is null"},
		{"A-04 null, id first", `{"id":null,"jsonrpc":"2.0","method":"m","params":{}}`, jsonrpc.Request, isNone, "null"},
		{"A-08 result and error", `{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}`, jsonrpc.Response, is1, "together"},
		{"A-08 neither", `{"jsonrpc":"2.0","id":1}`, jsonrpc.Invalid, is1, "neither"},
		{"A-08 neither, empty", `{}`, jsonrpc.Invalid, isNone, "missing"},
		{"A-09 result null", `{"jsonrpc":"2.0","id":1,"result":null}`, jsonrpc.Response, is1, "result is not an object"},
		{"A-09 result array", `{"jsonrpc":"2.0","id":1,"result":[]}`, jsonrpc.Response, is1, "result is not an object"},
		{"A-09 result string", `{"jsonrpc":"2.0","id":1,"result":"{}"}`, jsonrpc.Response, is1, "result is not an object"},
		{"A-10 error string", `{"jsonrpc":"2.0","id":1,"error":"x"}`, jsonrpc.Response, is1, "error is not an object"},
		{"A-10 error null", `{"jsonrpc":"2.0","id":1,"error":null}`, jsonrpc.Response, is1, "error is not an object"},
		{"A-10 no code", `{"jsonrpc":"2.0","id":1,"error":{"message":"m"}}`, jsonrpc.Response, is1, "error lacks"},
		{"A-10 no message", `{"jsonrpc":"2.0","id":1,"error":{"code":1}}`, jsonrpc.Response, is1, "error lacks"},
		{"A-10 fractional code", `{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":"m"}}`, jsonrpc.Response, is1, "error lacks"},
		{"A-10 huge code", `{"jsonrpc":"2.0","id":1,"error":{"code":1e99,"message":"m"}}`, jsonrpc.Response, is1, "error lacks"},
		{"A-10 string code", `{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":"m"}}`, jsonrpc.Response, is1, "error lacks"},
		{"A-10 null message", `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":null}}`, jsonrpc.Response, is1, "error lacks"},
		{"A-10 code twice", `{"jsonrpc":"2.0","error":{"code":1,"code":1,"message":"m"},"id":1}`, jsonrpc.Response, is1, "error lacks"},
		{"A-14 result without id", `{"jsonrpc":"2.0","result":{}}`, jsonrpc.Response, isNone, "result without id"},
		{"A-14 result with id null", `{"jsonrpc":"2.0","id":null,"result":{}}`, jsonrpc.Response, isNone, "id of a result is null"},
		{"A-17 params array", `{"jsonrpc":"2.0","id":1,"method":"m","params":[1]}`, jsonrpc.Request, is1, "params is not an object"},
		{"A-17 params null", `{"jsonrpc":"2.0","id":1,"method":"m","params":null}`, jsonrpc.Request, is1, "params is not an object"},
		{"A-17 params string", `{"jsonrpc":"2.0","method":"m","params":"x"}`, jsonrpc.Notification, isNone, "params is not an object"},
		{"A-17 id after bad params", `{"jsonrpc":"2.0","params":[],"method":"m","id":1}`, jsonrpc.Request, is1, "params is not an object"},
		{"A-20 method and result", `{"jsonrpc":"2.0","id":1,"method":"m","result":{}}`, jsonrpc.Invalid, is1, "together"},
		{"A-20 method and error", `{"jsonrpc":"2.0","method":"m","error":{"code":1,"message":""}}`, jsonrpc.Invalid, isNone, "together"},
		{"method number", `{"jsonrpc":"2.0","id":1,"method":7}`, jsonrpc.Request, is1, "method is not a string"},
		{"method null", `{"jsonrpc":"2.0","id":1,"method":null}`, jsonrpc.Request, is1, "method is not a string"},
		{"top-level string", ` "x" `, jsonrpc.Invalid, isNone, "not an object"},
		{"top-level number", `1`, jsonrpc.Invalid, isNone, "not an object"},
		{"top-level null", `null`, jsonrpc.Invalid, isNone, "not an object"},
		{"A-27 array", `[{"jsonrpc":"2.0","id":1,"method":"m"}]`, jsonrpc.Invalid, isNone, "array"},
		{"A-27 empty array", " \n[]", jsonrpc.Invalid, isNone, "array"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := scanBad(t, tt.src, jsonrpc.CodeInvalidRequest)
			require.Equal(t, tt.kind, m.Kind)
			require.Equal(t, tt.id, m.ID.String())
			require.Contains(t, err.Message, tt.says)
			require.Equal(t, strings.HasPrefix(strings.TrimSpace(tt.src), "["), errors.Is(err, jsonrpc.ErrBatch))
		})
	}
}

// The members that have to come once, each with a value that is good for it.
var envelope = []struct{ name, value string }{
	{"jsonrpc", `"2.0"`}, {"id", "1"}, {"method", `"m"`}, {"params", "{}"}, {"result", "{}"},
	{"error", `{"code":1,"message":""}`},
}

func TestScanRefusesDuplicates(t *testing.T) { // A-19, S3
	for _, x := range envelope {
		escaped := `\u00` + hexByte(x.name[0]) + x.name[1:]
		for _, second := range []string{x.name, escaped} {
			base := `{"jsonrpc":"2.0","id":1,"method":"m","params":{}`
			switch x.name {
			case "result":
				base = `{"jsonrpc":"2.0","id":1,"result":{}`
			case "error":
				base = `{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}`
			}
			m, err := scanBad(t, base+` , "`+second+`":`+x.value+`}`, jsonrpc.CodeInvalidRequest)
			require.Equal(t, "invalid request: "+x.name+" comes twice", err.Message)
			require.ErrorIs(t, err, codec.ErrDuplicate)
			var c *codec.Error
			require.ErrorAs(t, err, &c)
			require.Equal(t, len(base)+3, c.Offset, "where the second key stands")
			require.Equal(t, "/"+x.name, c.Pointer)
			if x.name == "id" {
				require.True(t, m.ID.IsZero(), "two ids are none")
			} else {
				require.Equal(t, "1", m.ID.String())
			}
			require.True(t, x.name != "method" || m.Method == "")
		}
	}
}

func hexByte(c byte) string {
	const hex = "0123456789abcdef"
	return string([]byte{hex[c>>4], hex[c&15]})
}

// Names that look like a member of the envelope, but are not, never fill it. S1, S2.
func TestScanMatchesNamesExactly(t *testing.T) {
	for _, x := range envelope {
		names := []string{
			strings.ToUpper(x.name), strings.ToUpper(x.name[:1]) + x.name[1:], x.name[1:], x.name[:len(x.name)-1],
			strings.ReplaceAll(x.name, "s", "\u017f"), strings.ReplaceAll(x.name, "k", "\u212a"), strings.ReplaceAll(x.name, "s", `\u017f`),
			strings.ReplaceAll(x.name, "r", "R"), " " + x.name, x.name + " ", x.name + `\u0000`, `\u0000` + x.name, x.name + `\u200b`,
		}
		for n := 1; n <= 8; n++ {
			for _, pad := range []string{"x", `\u0000`, "_", " ", x.name[:1], "\u00e9"} {
				names = append(names, strings.Repeat(pad, n)+x.name, x.name+strings.Repeat(pad, n))
			}
		}
		for _, name := range names {
			if name == x.name {
				continue
			}
			// Beside the real one it is no duplicate, whatever its value, and changes nothing.
			m := scanOK(t, `{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1},"`+name+`":[0]}`)
			require.Equal(t, "1", m.ID.String())
			require.Equal(t, "m", m.Method)
			require.Equal(t, `{"a":1}`, m.Params.String())
			// In place of the real one it does not count.
			src := `{`
			for _, y := range envelope[:4] {
				if y.name == x.name {
					y.name = name
				}
				src += `"` + y.name + `":` + y.value + `,`
			}
			src = src[:len(src)-1] + `}`
			switch x.name {
			case "jsonrpc", "method":
				scanBad(t, src, jsonrpc.CodeInvalidRequest)
			case "id":
				require.Equal(t, jsonrpc.Notification, scanOK(t, src).Kind)
			case "params":
				require.True(t, scanOK(t, src).Params.IsZero())
			}
		}
	}
}

func TestScanMatchesCorpus(t *testing.T) {
	for _, c := range corpus.Variants() {
		t.Run(c.Name, func(t *testing.T) {
			var want struct {
				ID                    json.RawMessage
				Method                string
				Params, Result, Error json.RawMessage
			}
			require.NoError(t, json.Unmarshal(c.Data, &want))
			m := scanOK(t, string(c.Data))
			if want.ID == nil {
				require.True(t, m.ID.IsZero())
			} else {
				require.Equal(t, string(want.ID), m.ID.String())
			}
			require.Equal(t, want.Method, m.Method)
			require.Equal(t, string(want.Params), m.Params.String())
			require.Equal(t, string(want.Result), m.Result.String())
			require.Equal(t, string(want.Error), m.Err.String())
			require.False(t, m.LineBreaks())
		})
	}
}

func TestScanNotesLineBreaks(t *testing.T) {
	for src, want := range map[string]bool{
		`{"jsonrpc":"2.0","method":"m"}`:                         false,
		`{"jsonrpc":"2.0","method":"m\n\r\u000a"}`:               false,
		"{\"jsonrpc\":\"2.0\",\"method\":\"m\"}\r":               true,
		"{\"jsonrpc\":\"2.0\",\n\"method\":\"m\"}":               true,
		"{\"jsonrpc\":\"2.0\",\"method\":\"m\",\"x\":[\n]}":      true,
		"{\"jsonrpc\":\"2.0\",\"params\":{\r},\"method\":\"m\"}": true,
	} {
		require.Equal(t, want, scanOK(t, src).LineBreaks(), "%q", src)
	}
}

func TestScanOverwrites(t *testing.T) {
	m := scanOK(t, `{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1}}`)
	m.SetInfo(&jsonrpc.Info{Principal: "alice"})
	require.NoError(t, jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","id":2,"result":{}}`), m))
	require.Equal(t, jsonrpc.Response, m.Kind)
	require.Empty(t, m.Method)
	require.True(t, m.Params.IsZero())
	require.Empty(t, m.Info().Principal, "the sender of an earlier message must not stay")
}

func TestMessageClone(t *testing.T) {
	src := []byte(`{"jsonrpc":"2.0","id":"abc","method":"m","params":{"a":1}}`)
	var m jsonrpc.Message
	require.NoError(t, jsonrpc.Scan(src, &m))
	info := &jsonrpc.Info{Principal: "alice"}
	m.SetInfo(info)
	c := m.Clone()
	want := string(src)
	for i := range src {
		src[i] = 'X'
	}
	require.Equal(t, want, string(c.Frame()))
	require.Equal(t, jsonrpc.StringID("abc"), c.ID)
	require.Equal(t, "m", c.Method)
	require.Equal(t, `{"a":1}`, c.Params.String())
	require.Same(t, info, c.Info())
	out, err := jsonrpc.AppendRewritten(nil, c, jsonrpc.IntID(5), "n")
	require.NoError(t, err)
	require.Equal(t, `{"jsonrpc":"2.0","id":5,"method":"n","params":{"a":1}}`, string(out))
}

func TestMessageMeta(t *testing.T) {
	for _, tt := range []struct{ rule, params, meta string }{
		{"absent", `{"name":"x"}`, ""},
		{"first", `{"_meta":{"a":1},"name":"x"}`, `{"a":1}`},
		{"last, with white space", "{\"name\":\"x\" , \"_meta\" :\t{ \"a\":1 } }", `{ "a":1 }`},
		{"J6 escaped", `{"\u005fmeta":{"a":1}}`, `{"a":1}`},
		{"null is kept", `{"_meta":null}`, "null"},
		{"one further inside is another", `{"arguments":{"_meta":{"a":1}}}`, ""},
		{"A-19 twice", `{"_meta":{},"x":[],"_meta":{"a":1}}`, "twice"},
		{"A-19 twice, once escaped", `{"_meta":{},"\u005fmeta":{"a":1}}`, "twice"},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			var m jsonrpc.Message
			require.NoError(t, jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","id":1,"method":"m","params":`+tt.params+`}`), &m))
			require.Equal(t, tt.params, m.Params.String())
			meta, err := m.Meta()
			if tt.meta == "twice" {
				require.ErrorIs(t, err, codec.ErrDuplicate)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.meta, meta.String())
			meta, err = m.Clone().Meta()
			require.NoError(t, err)
			require.Equal(t, tt.meta, meta.String())
		})
	}
	var m jsonrpc.Message
	require.NoError(t, jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","id":1,"method":"m","params":{"uri":"a","x":1,"name":"n","name":"o","y":2,"y":2}}`), &m))
	for name, want := range map[string]string{"uri": `"a"`, "x": "1", "taskId": "", "z": "", "name": "twice", "y": "twice"} {
		got, err := m.Param(name)
		if want == "twice" {
			require.ErrorIs(t, err, codec.ErrDuplicate, name)
			continue
		}
		require.NoError(t, err, name)
		require.Equal(t, want, got.String(), name)
	}
	require.Error(t, jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","id":1.5,"method":"m","params":{"_meta":{}}}`), &m))
	meta, err := m.Meta()
	require.NoError(t, err)
	require.True(t, meta.IsZero(), "nothing is left of what was refused")
}
