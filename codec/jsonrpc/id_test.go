package jsonrpc_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// goodIDs are ids as peers write them, and how they are echoed.
var goodIDs = []struct {
	src, echo string
	number    bool
}{
	{"0", "0", true},
	{"1", "1", true},
	{"-1", "-1", true},
	{"-0", "-0", true},
	{"1.0", "1.0", true},
	{"1e0", "1e0", true},
	{"1e2", "1e2", true},
	{"1E+2", "1E+2", true},
	{"150e-1", "150e-1", true},
	{"0.0", "0.0", true},
	{"9007199254740993", "9007199254740993", true},       // 2^53+1
	{"9223372036854775808", "9223372036854775808", true}, // 2^63
	{"1180591620717411303424", "1180591620717411303424", true},
	{"1e400", "1e400", true},
	{`"1"`, `"1"`, false},
	{`""`, `""`, false},
	{`"null"`, `"null"`, false},
	{`"\u0041\/\n\"\\"`, `"A/\n\"\\"`, false},
	{`"\u00e9\ud83d\ude00"`, `"` + "\u00e9\U0001f600" + `"`, false},
	{`"` + "\u00e9" + `"`, `"` + "\u00e9" + `"`, false},
	{`"\u0000"`, `"\u0000"`, false},
	{`"\ud800"`, `"\ud800"`, false}, // cannot be told but by its source
	{`"a\udC00b\n"`, `"a\udC00b\n"`, false},
	{`"\udc00\ud800"`, `"\udc00\ud800"`, false},
	{`"\\ud800"`, `"\\ud800"`, false},
}

func TestIDComesBackAsItCame(t *testing.T) {
	for _, tt := range goodIDs {
		t.Run(tt.src, func(t *testing.T) {
			var id jsonrpc.ID
			require.NoError(t, codec.Unmarshal([]byte(tt.src), &id))
			require.Equal(t, tt.number, id.IsNumber())
			require.Equal(t, !tt.number, id.IsString())
			require.False(t, id.IsZero())
			require.Equal(t, tt.echo, id.String())

			m := scanOK(t, `{"jsonrpc":"2.0","id": `+tt.src+` ,"method":"m"}`)
			require.True(t, m.ID.Equal(id), "Scan and DecodeJSON agree")
			out, err := jsonrpc.AppendResult(nil, m.ID, nil, jsonrpc.Latest)
			require.NoError(t, err)
			require.Equal(t, `{"jsonrpc":"2.0","id":`+tt.echo+`,"result":{}}`, string(out))
			require.Equal(t, id, scanOK(t, string(out)).ID, "the echo is the same id")

			text, err := json.Marshal(map[string]any{"id": id})
			require.NoError(t, err)
			var back struct{ ID jsonrpc.ID }
			require.NoError(t, json.Unmarshal(text, &back))
			require.Equal(t, id.IsNumber(), back.ID.IsNumber())
		})
	}
}

func TestIDsDiffer(t *testing.T) {
	seen := map[jsonrpc.ID]string{}
	for _, tt := range goodIDs {
		var id jsonrpc.ID
		require.NoError(t, codec.Unmarshal([]byte(tt.src), &id))
		require.NotContains(t, seen, id, "%s and %s", tt.src, seen[id])
		seen[id] = tt.src
	}
	require.Contains(t, seen, jsonrpc.IntID(1))
	require.Contains(t, seen, jsonrpc.StringID("1"))
	require.NotEqual(t, jsonrpc.IntID(1), jsonrpc.StringID("1"))
	require.Empty(t, cmp.Diff(jsonrpc.IntID(7), jsonrpc.IntID(7)))
	require.NotEmpty(t, cmp.Diff(jsonrpc.IntID(7), jsonrpc.StringID("7")))
}

func TestIDRefuses(t *testing.T) {
	for src, want := range map[string]error{
		"1.5": codec.ErrRange, "1e-1": codec.ErrRange, "0.1e0": codec.ErrRange, "-2.50": codec.ErrRange,
		"null": codec.ErrType, "true": codec.ErrType, "[]": codec.ErrType, `{"a":1}`: codec.ErrType,
		"": codec.ErrSyntax, "01": codec.ErrSyntax, "-": codec.ErrSyntax, `"`: codec.ErrSyntax, "[": codec.ErrSyntax, "nul": codec.ErrSyntax, "1 2": codec.ErrSyntax,
		"\"\xff\"": codec.ErrUTF8, "\"\\u12\"": codec.ErrSyntax,
	} {
		var id jsonrpc.ID
		err := codec.Unmarshal([]byte(src), &id)
		require.ErrorIs(t, err, want, src)
		if src != "1 2" && src != "01" { // there, the id is good, and what follows is not
			require.True(t, id.IsZero(), src)
		}
	}
	id := jsonrpc.IntID(1)
	err := id.UnmarshalJSON([]byte("null"))
	require.ErrorContains(t, err, "null where a string or an integer should be")
}

func TestIDValues(t *testing.T) {
	for _, v := range []int64{0, 1, -1, math.MaxInt64, math.MinInt64} {
		got, ok := jsonrpc.IntID(v).Int64()
		require.True(t, ok)
		require.Equal(t, v, got)
	}
	_, ok := jsonrpc.StringID("1").Int64()
	require.False(t, ok)
	for src, want := range map[string]bool{"1.0": false, "9223372036854775808": false, "12": true} {
		_, ok := scanOK(t, `{"jsonrpc":"2.0","id":`+src+`,"method":"m"}`).ID.Int64()
		require.Equal(t, want, ok, src)
	}
	s, ok := jsonrpc.StringID("x").Text()
	require.True(t, ok)
	require.Equal(t, "x", s)
	_, ok = jsonrpc.IntID(1).Text()
	require.False(t, ok)
	_, ok = scanOK(t, `{"jsonrpc":"2.0","id":"\ud800","method":"m"}`).ID.Text()
	require.False(t, ok, "a Go string cannot hold it")

	var none jsonrpc.ID
	require.Equal(t, "none", none.String())
	_, err := none.AppendJSON(nil)
	require.ErrorIs(t, err, codec.ErrMissing)
	text, err := json.Marshal(none)
	require.NoError(t, err)
	require.Equal(t, "null", string(text))
	require.Equal(t, "\"\ufffd\"", jsonrpc.StringID("\xff").String(), "output is UTF-8 whatever the string")
}

func TestIDClone(t *testing.T) {
	for _, value := range []string{`12345`, `"abc"`, `"\ud800abc"`, `"\u0061bc"`} {
		src := []byte(`{"jsonrpc":"2.0","id":` + value + `,"method":"m"}`)
		var m jsonrpc.Message
		require.NoError(t, jsonrpc.Scan(src, &m))
		id, text := m.ID.Clone(), m.ID.String()
		copy(src, strings.Repeat("#", len(src)))
		require.Equal(t, text, id.String())
	}
}
