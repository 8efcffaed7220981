package transport

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

var (
	testMeta = newClientMeta(jsonrpc.Latest, codec.RawString(`{"name":"n"}`), codec.RawString(`{"roots":{}}`))
	quiet    = newClientMeta(jsonrpc.Latest, codec.Raw{}, codec.RawString(`{}`)) // says no name
)

const (
	metaV = `"io.modelcontextprotocol/protocolVersion":"2026-07-28"`
	metaC = `"io.modelcontextprotocol/clientCapabilities":{"roots":{}}`
	metaI = `"io.modelcontextprotocol/clientInfo":{"name":"n"}`
	all   = metaV + "," + metaC + "," + metaI
)

// spliceRows are params, and what becomes of them with all of testMeta and the token 7; "" is an error.
var spliceRows = []struct{ rule, params, want string }{
	{"A-41 no params", ``, `{"_meta":{` + all + `,"progressToken":7}}`},
	{"A-41 empty params", `{}`, `{"_meta":{` + all + `,"progressToken":7}}`},
	{"white space", " { } ", ` {"_meta":{` + all + `,"progressToken":7} } `},
	{"no _meta", `{"a":1}`, `{"_meta":{` + all + `,"progressToken":7},"a":1}`},
	{"_meta is empty", `{"_meta":{}}`, `{"_meta":{` + all + `,"progressToken":7}}`},
	{"_meta is null", `{"a":1, "_meta" : null ,"b":2}`, `{"a":1, "_meta" : {` + all + `,"progressToken":7} ,"b":2}`},
	{"_meta last, with line breaks", "{\n\"a\":1,\r\n\"_meta\"\t:\n{\n\"x\":1\n}\n}", "{ \"a\":1,  \"_meta\"\t: {" + all + ",\"progressToken\":7, \"x\":1 } }"},
	{"A-39 others are kept", `{"_meta":{"com.example/x":[1,"\ud800"]}}`, `{"_meta":{` + all + `,"progressToken":7,"com.example/x":[1,"\ud800"]}}`},
	{"G-14 the caller's token", `{"_meta":{"x":1,"progressToken" : "mine","y":2}}`, `{"_meta":{` + all + `,"x":1,"progressToken" : 7,"y":2}}`},
	{"G-14 only a token", `{"_meta":{"progressToken":null}}`, `{"_meta":{` + all + `,"progressToken":7}}`},
	{"what the caller declares counts", `{"_meta":{"io.modelcontextprotocol\/clientCapabilities":{},` + metaV + `}}`,
		`{"_meta":{` + metaI + `,"progressToken":7,"io.modelcontextprotocol\/clientCapabilities":{},` + metaV + `}}`},
	{"nothing to add but the token", `{"_meta":{` + all + `}}`, `{"_meta":{"progressToken":7,` + all + `}}`},
	{"nothing to add", `{"_meta":{` + all + `,"progressToken":1}}`, `{"_meta":{` + all + `,"progressToken":7}}`},
	{"_meta inside of others is none", `{"a":{"_meta":{"progressToken":1}}}`, `{"_meta":{` + all + `,"progressToken":7},"a":{"_meta":{"progressToken":1}}}`},
	{"_meta as a text is none", `{"a":"_meta","b":"\u005fmeta"}`, `{"_meta":{` + all + `,"progressToken":7},"a":"_meta","b":"\u005fmeta"}`},
	{"_meta with escapes", `{"\u005fmet\u0061":{"x":1}}`, `{"\u005fmet\u0061":{` + all + `,"progressToken":7,"x":1}}`},
	{"_meta twice", `{"_meta":{},"a":1,"_meta":{}}`, ``},
	{"_meta twice, the first null", `{"_meta":null,"_meta":{}}`, ``},
	{"_meta twice, one with escapes", `{"_meta":{},"\u005fmeta":{}}`, ``},
	{"_meta is no object", `{"_meta":5}`, ``},
	{"_meta is a list", `{"a":1,"_meta":[{}]}`, ``},
	{"token twice", `{"_meta":{"progressToken":1,"progress\u0054oken":2}}`, ``},
	{"version twice", `{"_meta":{` + metaV + `,` + metaV + `}}`, ``},
	{"capabilities twice", `{"_meta":{` + metaC + `,"x":1,` + metaC + `}}`, ``},
	{"A-17 params are no object", `[{}]`, ``},
	{"params break off", `{"_meta":{"x"`, ``},
}

func TestSplice(t *testing.T) {
	for _, tt := range spliceRows {
		t.Run(tt.rule, func(t *testing.T) {
			before := tt.params
			got, err := testMeta.splice(nil, []byte(tt.params), []byte("7"))
			require.Equal(t, before, tt.params)
			if tt.want == "" {
				require.Error(t, err)
				require.ErrorContains(t, err, "/params")
				return
			}
			require.NoError(t, err)
			oneLine(got)
			require.Equal(t, tt.want, string(got))
			require.NoError(t, codec.Valid(got))
		})
	}
	for params, want := range map[string]string{ // without a token, the caller's stays; OmitInfo
		`{"_meta":{"progressToken":"mine"}}`: `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"progressToken":"mine"}}`,
		`{"_meta":{"":1,"":2}}`:              `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"":1,"":2}}`,
	} {
		got, err := quiet.splice(nil, []byte(params), nil)
		require.NoError(t, err)
		require.Equal(t, want, string(got))
	}
	got, err := (*clientMeta)(nil).splice(nil, []byte(`{"_meta":{`+metaV+`},"a":1}`), []byte("7")) // a session
	require.NoError(t, err)
	require.Equal(t, `{"_meta":{"progressToken":7,`+metaV+`},"a":1}`, string(got))
}

// FuzzSplice compares with a twin that takes everything apart with encoding/json.
func FuzzSplice(f *testing.F) {
	for _, tt := range spliceRows {
		for flags := range byte(8) {
			f.Add([]byte(tt.params), flags)
		}
	}
	f.Fuzz(func(t *testing.T, params []byte, flags byte) {
		if len(params) > 0 && (!json.Valid(params) || codec.Valid(params) != nil) {
			return // what is sent is checked before
		}
		var (
			m     *clientMeta
			token []byte
		)
		switch flags >> 1 % 3 {
		case 1:
			m = testMeta
		case 2:
			m = quiet
		}
		if flags&1 != 0 {
			token = []byte("7")
		} else if m == nil {
			return // nobody calls it so
		}
		got, err := m.splice([]byte("x"), params, token)
		want, ok := spliceTwin(t, m, params, token)
		if !ok {
			require.Error(t, err)
			return
		}
		require.NoError(t, err)
		require.True(t, bytes.HasPrefix(got, []byte("x{")) || bytes.HasPrefix(bytes.TrimLeft(got[1:], " \t\r\n"), []byte("{")))
		got = got[1:]
		oneLine(got)
		require.False(t, bytes.ContainsAny(got, "\r\n"))
		require.NoError(t, codec.Valid(got))
		top, dup := object(t, got)
		require.Equal(t, want.dup, dup, "nothing is doubled")
		meta, dup := object(t, top["_meta"])
		require.Equal(t, want.metaDup, dup)
		delete(top, "_meta")
		require.Equal(t, want.top, compact(t, top))
		require.Equal(t, want.meta, compact(t, meta))
	})
}

// twin is what is to come of a splice: the members of params and of _meta, and the names that were there twice.
type twin struct {
	top, meta    map[string]string
	dup, metaDup map[string]bool
}

func spliceTwin(t *testing.T, m *clientMeta, params, token []byte) (w twin, ok bool) {
	t.Helper()
	if len(params) == 0 {
		params = []byte("{}")
	}
	if bytes.TrimLeft(params, " \t\r\n")[0] != '{' {
		return w, false
	}
	top, dup := object(t, params)
	text := bytes.TrimSpace(top["_meta"])
	if text == nil || string(text) == "null" {
		text = []byte("{}")
	}
	if dup["_meta"] || text[0] != '{' {
		return w, false
	}
	meta, metaDup := object(t, text)
	if m != nil {
		for _, x := range m.members {
			if len(x.text) == 0 {
				continue
			}
			if metaDup[x.key] {
				return w, false
			}
			if _, has := meta[x.key]; !has {
				meta[x.key] = x.text[bytes.IndexByte(x.text, ':')+1:]
			}
		}
	}
	if metaDup["progressToken"] {
		return w, false
	}
	if token != nil {
		meta["progressToken"] = token
	}
	delete(top, "_meta")
	return twin{compact(t, top), compact(t, meta), dup, metaDup}, true
}

// object returns the members of an object, the last of those with the same name, and which names come more than once.
func object(t *testing.T, text []byte) (members map[string]json.RawMessage, dup map[string]bool) {
	t.Helper()
	members, dup = map[string]json.RawMessage{}, map[string]bool{}
	d := json.NewDecoder(bytes.NewReader(text))
	_, err := d.Token()
	require.NoError(t, err)
	for d.More() {
		key, err := d.Token()
		require.NoError(t, err)
		name := key.(string)
		if _, has := members[name]; has {
			dup[name] = true
		}
		var v json.RawMessage
		require.NoError(t, d.Decode(&v))
		members[name] = v
	}
	return members, dup
}

func compact(t *testing.T, members map[string]json.RawMessage) map[string]string {
	t.Helper()
	out := make(map[string]string, len(members))
	for name, v := range members {
		var b bytes.Buffer
		require.NoError(t, json.Compact(&b, v))
		require.True(t, utf8.Valid(b.Bytes()))
		out[name] = b.String()
	}
	return out
}
