package peek_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// raw is text as Scan hands it on: checked.
func raw(t *testing.T, text string) codec.Raw {
	t.Helper()
	if text == "" {
		return codec.Raw{}
	}
	r, err := codec.ParseRaw([]byte(text))
	require.NoError(t, err)
	return r
}

func message(t *testing.T, params string) *jsonrpc.Message {
	t.Helper()
	if params != "" {
		params = `,"params":` + params
	}
	m := new(jsonrpc.Message)
	require.NoError(t, jsonrpc.Scan([]byte(`{"jsonrpc":"2.0","id":1,"method":"m"`+params+`}`), m))
	return m
}

func id(t *testing.T, text string) (x jsonrpc.ID) {
	t.Helper()
	if text != "" {
		require.NoError(t, x.UnmarshalJSON([]byte(text)))
	}
	return x
}

const (
	version = `"io.modelcontextprotocol/protocolVersion"`
	caps    = `"io.modelcontextprotocol/clientCapabilities"`
	level   = `"io.modelcontextprotocol/logLevel"`
	sub     = `"io.modelcontextprotocol/subscriptionId"`
)

func TestMeta(t *testing.T) {
	for _, tt := range []struct {
		rule, params string
		version      string
		modern       bool
		caps, level  string
		token, sub   string
		err          error
	}{
		{rule: "no params"},
		{rule: "no _meta", params: `{"x":{"_meta":{` + version + `:"2026-07-28"}}}`},
		{rule: "_meta is null", params: `{"_meta":null}`},
		{rule: "_meta is empty", params: ` { "_meta" : { } } `},
		{rule: "A-41 all of it", params: `{"a":1,"_meta":{"x":1,` + version + `:"2026-07-28",` + caps + `:{"roots":{}},` + level + `:"info","progressToken":"t",` + sub + `:7}}`,
			version: "2026-07-28", modern: true, caps: `{"roots":{}}`, level: "info", token: `"t"`, sub: `7`},
		{rule: "F-22 any version is modern", params: `{"_meta":{` + version + `:""}}`, modern: true},
		{rule: "keys with escapes", params: `{"\u005fmeta":{"io.modelcontextprotocol\/protocolVersion":"2026\u002d07-28","progress\u0054oken":1.0}}`, version: "2026-07-28", modern: true, token: `1.0`},
		{rule: "the case counts", params: `{"_Meta":{` + version + `:"x"},"_meta":{"ProgressToken":1,"io.modelcontextprotocol/ProtocolVersion":"x"}}`},
		{rule: "A-21 a huge token", params: `{"_meta":{"progressToken":123456789012345678901234567890}}`, token: `123456789012345678901234567890`},
		{rule: "a token that is null is none", params: `{"_meta":{"progressToken":null}}`},
		{rule: "A-03 a fraction is no token", params: `{"_meta":{"progressToken":1.5}}`, err: codec.ErrRange},
		{rule: "a token that is an object", params: `{"_meta":{"progressToken":{}}}`, err: codec.ErrType},
		{rule: "_meta is no object", params: `{"_meta":[]}`, err: codec.ErrType},
		{rule: "_meta twice", params: `{"_meta":{},"_meta":{}}`, err: codec.ErrDuplicate},
		{rule: "_meta twice, one null", params: `{"_meta":null,"_meta":{}}`, err: codec.ErrDuplicate},
		{rule: "_meta twice, one with escapes", params: `{"_meta":{},"_m\u0065ta":{}}`, err: codec.ErrDuplicate},
		{rule: "version twice", params: `{"_meta":{` + version + `:"a",` + version + `:"a"}}`, err: codec.ErrDuplicate},
		{rule: "capabilities twice", params: `{"_meta":{` + caps + `:{},` + caps + `:{}}}`, err: codec.ErrDuplicate},
		{rule: "level twice", params: `{"_meta":{` + level + `:"info",` + level + `:"info"}}`, err: codec.ErrDuplicate},
		{rule: "token twice", params: `{"_meta":{"progressToken":1,"progressToken":1}}`, err: codec.ErrDuplicate},
		{rule: "subscription twice", params: `{"_meta":{` + sub + `:1,` + sub + `:1}}`, err: codec.ErrDuplicate},
		{rule: "A-41 version is null", params: `{"_meta":{` + version + `:null}}`, err: codec.ErrType},
		{rule: "A-41 version is a number", params: `{"_meta":{` + version + `:20260728}}`, err: codec.ErrType},
		{rule: "A-43 capabilities are a list", params: `{"_meta":{` + caps + `:[]}}`, err: codec.ErrType},
		{rule: "A-43 capabilities are null", params: `{"_meta":{` + caps + `:null}}`, err: codec.ErrType},
		{rule: "A-48 level is null", params: `{"_meta":{` + level + `:null}}`, err: codec.ErrType},
		{rule: "A-48 level is empty", params: `{"_meta":{` + level + `:""}}`, err: codec.ErrInvalid},
		{rule: "A-39 unknown keys may come twice", params: `{"_meta":{"x":1,"x":2}}`},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			var m peek.Meta
			err := m.Read(message(t, tt.params))
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, peek.Meta{
				Version: tt.version, Modern: tt.modern, Capabilities: m.Capabilities, LogLevel: tt.level,
				Token: id(t, tt.token), Subscription: id(t, tt.sub),
			}, m)
			require.Equal(t, tt.caps, m.Capabilities.String())
		})
	}
}

func TestMember(t *testing.T) {
	for _, tt := range []struct {
		name, object, want string
		err                error
	}{
		{name: "absent object"},
		{name: "absent", object: `{"b":1}`},
		{name: "null is absent", object: `{"a":null}`},
		{name: "there", object: ` {"b":{"a":2}, "a" : [1, 2] } `, want: `[1, 2]`},
		{name: "with escapes", object: `{"\u0061":"\u0062"}`, want: `"\u0062"`},
		{name: "twice", object: `{"a":1,"a":1}`, err: codec.ErrDuplicate},
		{name: "twice, one null", object: `{"a":1,"a":null}`, err: codec.ErrDuplicate},
		{name: "twice, one with escapes", object: `{"a":1,"\u0061":1}`, err: codec.ErrDuplicate},
		{name: "others twice", object: `{"b":1,"b":1,"a":0}`, want: `0`},
		{name: "no object", object: `[]`, err: codec.ErrType},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := peek.Member(raw(t, tt.object), "a")
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, got.String())
		})
	}
}

// The kinds of values, and that texts do not borrow the message.
func TestKinds(t *testing.T) {
	text := []byte(`{"s":"a\u0062c","list":["x","\u0079"],"n":5,"mixed":["x",1]}`)
	r := raw(t, string(text))
	s, err := peek.String(r, "s")
	require.NoError(t, err)
	list, err := peek.Strings(r, "list")
	require.NoError(t, err)
	clear(r.Bytes())
	require.Equal(t, "abc", s)
	require.Equal(t, []string{"x", "y"}, list)

	r = raw(t, string(text))
	_, err = peek.String(r, "n")
	require.ErrorIs(t, err, codec.ErrType)
	_, err = peek.Strings(r, "s")
	require.ErrorIs(t, err, codec.ErrType)
	_, err = peek.Strings(r, "mixed")
	require.ErrorIs(t, err, codec.ErrType)
	s, err = peek.String(r, "none")
	require.NoError(t, err)
	require.Empty(t, s)
	list, err = peek.Strings(r, "none")
	require.NoError(t, err)
	require.Nil(t, list)
}

// Ids of cancellations and tokens of progress: as they came, and none where there is none (G-08, G-12, G-14).
func TestIDs(t *testing.T) {
	for _, tt := range []struct {
		rule, member string
		err          error
	}{
		{rule: "A-07 number", member: `1`},
		{rule: "A-07 text", member: `"1"`},
		{rule: "A-21 written as a fraction", member: `1.0`},
		{rule: "A-21 huge", member: `123456789012345678901234567890`},
		{rule: "text with escapes", member: `"\u0061\"\\"`},
		{rule: "A-03 fraction", member: `1.5`, err: codec.ErrRange},
		{rule: "boolean", member: `true`, err: codec.ErrType},
		{rule: "object", member: `{}`, err: codec.ErrType},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			got, err := peek.Cancelled(raw(t, `{"requestId":`+tt.member+`}`))
			token, err2 := peek.Progress(raw(t, `{"progress":1,"progressToken":`+tt.member+`}`))
			if tt.err != nil {
				require.ErrorIs(t, err, tt.err)
				require.ErrorIs(t, err2, tt.err)
				return
			}
			require.NoError(t, err)
			require.NoError(t, err2)
			require.Equal(t, id(t, tt.member), got)
			require.Equal(t, id(t, tt.member), token)
		})
	}
	for _, params := range []string{``, `{}`, `{"requestId":null}`} { // G-12, T-28
		got, err := peek.Cancelled(raw(t, params))
		require.NoError(t, err)
		require.True(t, got.IsZero())
	}
	_, err := peek.Cancelled(raw(t, `{"requestId":1,"requestId":2}`))
	require.ErrorIs(t, err, codec.ErrDuplicate)
}

func TestMembers(t *testing.T) {
	var names, texts, values []string
	err := peek.Members(raw(t, " {\n\"a\" : 1 ,\t\"\\u0062\":[ 2 ],\"a\":{} }\n"), func(name string, text []byte, value codec.Raw) {
		names, texts, values = append(names, name), append(texts, string(text)), append(values, value.String())
	})
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "a"}, names)
	require.Equal(t, []string{`"a" : 1`, `"\u0062":[ 2 ]`, `"a":{}`}, texts)
	require.Equal(t, []string{`1`, `[ 2 ]`, `{}`}, values)

	fail := func(string, []byte, codec.Raw) { t.Error("there is no member") }
	require.NoError(t, peek.Members(raw(t, `{ }`), fail))
	require.ErrorIs(t, peek.Members(raw(t, `[1]`), fail), codec.ErrType)
	require.Error(t, peek.Members(codec.MakeRaw([]byte(`{"a`)), fail))
}
