package jsonrpc_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// reference reads an envelope with encoding/json's tokens and decides what it is, slowly and plainly. ok is
// false if it breaks a rule. src is valid JSON.
func reference(t *testing.T, src []byte) (kind jsonrpc.Kind, parts map[string]json.RawMessage, ok bool) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(src))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return jsonrpc.Invalid, nil, false
	}
	parts = map[string]json.RawMessage{}
	for d.More() {
		key, err := d.Token()
		require.NoError(t, err)
		var value json.RawMessage
		require.NoError(t, d.Decode(&value))
		switch name := key.(string); name {
		case "jsonrpc", "id", "method", "params", "result", "error":
			if _, dup := parts[name]; dup {
				return jsonrpc.Invalid, nil, false
			}
			parts[name] = value
		}
	}
	has := func(name string) bool { return parts[name] != nil }
	first := func(name string) byte { return append(parts[name], 0)[0] }
	var version string
	if first("jsonrpc") != '"' || json.Unmarshal(parts["jsonrpc"], &version) != nil || version != "2.0" {
		return jsonrpc.Invalid, nil, false
	}
	if has("method") && first("method") != '"' || has("params") && first("params") != '{' || has("result") && first("result") != '{' ||
		has("error") && !referenceError(parts["error"]) || has("id") && first("id") != 'n' && !referenceID(parts["id"]) {
		return jsonrpc.Invalid, nil, false
	}
	idNull := first("id") == 'n'
	switch {
	case has("method") && !has("result") && !has("error") && !has("id"):
		return jsonrpc.Notification, parts, true
	case has("method") && !has("result") && !has("error"):
		return jsonrpc.Request, parts, !idNull
	case !has("method") && has("result") && !has("error"):
		return jsonrpc.Response, parts, has("id") && !idNull
	case !has("method") && !has("result") && has("error"):
		return jsonrpc.Response, parts, true
	}
	return jsonrpc.Invalid, nil, false
}

// referenceID reports whether src, a valid value, is a string or a whole number.
func referenceID(src []byte) bool {
	if src[0] == '"' {
		return true
	}
	if src[0] != '-' && (src[0] < '0' || src[0] > '9') {
		return false
	}
	if hugeExponent(src) {
		return codec.IsInteger(string(src)) // tested by its own package
	}
	r, ok := new(big.Rat).SetString(string(src))
	return ok && r.IsInt()
}

// hugeExponent reports whether a number would take a big.Rat too long.
func hugeExponent(src []byte) bool {
	at := bytes.IndexAny(src, "eE")
	return at >= 0 && len(src)-at > 5
}

// referenceError reports whether src is an error object.
func referenceError(src []byte) bool {
	if src[0] != '{' {
		return false
	}
	seen := map[string]int{}
	d := json.NewDecoder(bytes.NewReader(src))
	_, _ = d.Token()
	good := true
	for d.More() {
		key, _ := d.Token()
		var v json.RawMessage
		if d.Decode(&v) != nil {
			return false
		}
		seen[key.(string)]++
		switch key {
		case "code":
			good = good && referenceID(v) && v[0] != '"' && !hugeExponent(v)
			if good {
				r, _ := new(big.Rat).SetString(string(v))
				good = r.Num().IsInt64() && int64(int(r.Num().Int64())) == r.Num().Int64()
			}
		case "message":
			good = good && v[0] == '"'
		}
	}
	return good && seen["code"] == 1 && seen["message"] == 1 && seen["data"] <= 1
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"tools\/call","params":{"name":"x","arguments":{"a":[1.0,null]}}}`,
		"{\"jsonrpc\":\"2.0\",\n\"method\":\"n\",\"params\":{\r}}",
		`{"jsonrpc":"2.0","id":"\ud800","result":{"x":"\u00e9"}}`,
		`{"jsonrpc":"2.0","error":{"code":-32600,"message":"m","data":[]},"id":null}`,
		`{"error":{"code":1e2,"message":"","code\u0000":1},"jsonrpc":"2.0"}`,
		`{"jsonrpc":"2.0","id":1,"method":"m","m\u0065thod":"n"}`,
		`{"jsonrpc":"2.0","id":1.5,"Method":"m","method":"m"}`,
		`{"jsonrpc":"2.0","id":1,"result":{},"error":{}}`,
		`[{"jsonrpc":"2.0","method":"n"},1]`, `[]`, `"x"`, `null`, ``, `{`, "{\"a\":\"\xff\"}", `{"id":1e999999999999}`,
	} {
		f.Add([]byte(s))
	}
	for _, s := range badValues {
		if len(s) < 100 {
			f.Add([]byte(`{"jsonrpc":"2.0","id":1,"method":"m","params":{"x":` + s + `}}`))
		}
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		before := bytes.Clone(src)
		var m jsonrpc.Message
		err := jsonrpc.Scan(src, &m)
		require.Equal(t, before, src, "Scan does not write")
		if errors.Is(err, jsonrpc.ErrBatch) {
			fuzzBatch(t, src)
			return
		}
		var e *jsonrpc.Error
		if err != nil {
			require.ErrorAs(t, err, &e)
			var c *codec.Error
			require.ErrorAs(t, err, &c)
			require.True(t, c.Offset >= 0 && c.Offset <= len(src))
			require.Nil(t, m.Frame())
		}
		valid := codec.Valid(src)
		require.Equal(t, valid != nil, e != nil && e.Code == jsonrpc.CodeParseError, "grammar: %v, %v", valid, err)
		if valid != nil {
			return
		}
		kind, parts, ok := reference(t, src)
		require.Equal(t, ok, err == nil, "%v", err)
		if ok {
			require.Equal(t, kind, m.Kind)
			sameParts(t, &m, parts)
			rewrite(t, &m)
		}
	})
}

// fuzzBatch checks that ScanBatch takes apart what encoding/json takes apart, and nothing else.
func fuzzBatch(t *testing.T, src []byte) {
	var want []json.RawMessage
	good := codec.Valid(src) == nil
	if good {
		require.NoError(t, json.Unmarshal(src, &want))
	}
	n := 0
	for element, err := range jsonrpc.ScanBatch(src) {
		if !good || len(want) == 0 {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.Equal(t, string(want[n]), string(element))
		n++
	}
	require.Len(t, want, n)
}

func sameParts(t *testing.T, m *jsonrpc.Message, parts map[string]json.RawMessage) {
	if m.Kind == jsonrpc.Response {
		delete(parts, "params")
	}
	require.Equal(t, string(parts["params"]), m.Params.String())
	require.Equal(t, string(parts["result"]), m.Result.String())
	require.Equal(t, string(parts["error"]), m.Err.String())
	if parts["method"] != nil {
		var method string
		require.NoError(t, json.Unmarshal(parts["method"], &method))
		require.Equal(t, method, m.Method)
	}
	switch id := parts["id"]; {
	case id == nil || id[0] == 'n':
		require.True(t, m.ID.IsZero())
	case id[0] != '"':
		require.Equal(t, string(id), m.ID.String())
	default:
		var want, got any
		require.NoError(t, json.Unmarshal(id, &want))
		require.NoError(t, json.Unmarshal([]byte(m.ID.String()), &got))
		require.Equal(t, want, got)
	}
	if m.Kind == jsonrpc.Response && !m.Err.IsZero() {
		var e jsonrpc.Error
		require.NoError(t, m.DecodeError(&e), "what Scan accepts can be decoded")
	}
}

// rewrite gives m another id and method, where it has them, and checks that the rest stays.
func rewrite(t *testing.T, m *jsonrpc.Message) {
	id, method := jsonrpc.StringID("other\n"), "other/method"
	if m.Kind == jsonrpc.Notification {
		id = jsonrpc.ID{}
	}
	if m.Kind == jsonrpc.Response {
		method = ""
	}
	out, err := jsonrpc.AppendRewritten(nil, m, id, method)
	require.NoError(t, err)
	require.False(t, bytes.ContainsAny(out, "\r\n"))
	var again jsonrpc.Message
	require.NoError(t, jsonrpc.Scan(out, &again), "%s", out)
	require.Equal(t, m.Kind, again.Kind)
	require.Equal(t, id, again.ID)
	require.Equal(t, method, again.Method)
	for _, pair := range [][2]codec.Raw{{m.Params, again.Params}, {m.Result, again.Result}, {m.Err, again.Err}} {
		require.Equal(t, oneLine(pair[0].Bytes()), pair[1].String())
	}
}

func oneLine(b []byte) string {
	b = bytes.ReplaceAll(b, []byte("\n"), []byte(" "))
	return string(bytes.ReplaceAll(b, []byte("\r"), []byte(" ")))
}

func FuzzID(f *testing.F) {
	for _, x := range goodIDs {
		f.Add([]byte(x.src))
	}
	for _, s := range []string{"1.5", "null", "true", "1e-1", "1e99999999999", "-", "[1]", `"\ud83d"`, " 1 "} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		var id jsonrpc.ID
		err := codec.Unmarshal(src, &id)
		valid := codec.Valid(src) == nil
		trimmed := bytes.Trim(src, " \t\r\n")
		require.Equal(t, valid && referenceID(trimmed), err == nil, "%v", err)
		if err != nil {
			return
		}
		out := id.String()
		if id.IsNumber() {
			require.Equal(t, string(trimmed), out, "a number keeps its text")
		}
		var want, got json.RawMessage = trimmed, json.RawMessage(out)
		if id.IsString() {
			var a, b string
			require.NoError(t, json.Unmarshal(want, &a))
			require.NoError(t, json.Unmarshal(got, &b))
			require.Equal(t, a, b)
		}
		var back jsonrpc.ID
		require.NoError(t, codec.Unmarshal(got, &back))
		require.Equal(t, id, back)
		require.Equal(t, out, back.String())

		// The envelope says the same.
		var m jsonrpc.Message
		require.NoError(t, jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","method":"m","id":`+string(src)+`}`), &m))
		require.Equal(t, id, m.ID)
	})
}
