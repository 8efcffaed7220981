package jsonrpc_test

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

func TestErrorRoundTrip(t *testing.T) {
	for src, want := range map[string]jsonrpc.Error{
		`{"code":-32602,"message":"m"}`:                           {Code: -32602, Message: "m"},
		`{"code":-32602,"message":"","data":null}`:                {Code: -32602, Data: codec.RawString("null")},
		`{"data":{"a":[1.0]},"message":"\n","code":1e2,"more":1}`: {Code: 100, Message: "\n", Data: codec.RawString(`{"a":[1.0]}`)},
		`{"code":2147483647,"message":"\ud83d\ude00","Code":7}`:   {Code: 1<<31 - 1, Message: "\U0001f600"},
	} {
		m := scanOK(t, `{"jsonrpc":"2.0","id":1,"error":`+src+`}`)
		var fromMessage, fromJSON jsonrpc.Error
		require.NoError(t, m.DecodeError(&fromMessage))
		require.NoError(t, json.Unmarshal([]byte(src), &fromJSON))
		require.Empty(t, cmp.Diff(want, fromMessage, cmpopts.IgnoreUnexported(jsonrpc.Error{})), src)
		require.Empty(t, cmp.Diff(want, fromJSON, cmpopts.IgnoreUnexported(jsonrpc.Error{})), src)

		out, err := json.Marshal(fromMessage)
		require.NoError(t, err)
		var back jsonrpc.Error
		require.NoError(t, json.Unmarshal(out, &back))
		require.Empty(t, cmp.Diff(want, back, cmpopts.IgnoreUnexported(jsonrpc.Error{})), src)
	}
}

// What Scan refuses as an error object, DecodeJSON refuses too.
func TestErrorRefuses(t *testing.T) {
	for _, src := range []string{
		`{}`, `{"code":1}`, `{"message":""}`, `{"code":null,"message":""}`, `{"code":1.5,"message":""}`, `{"code":"1","message":""}`, `{"code":9223372036854775808,"message":""}`,
		`{"code":1,"message":1}`, `{"code":1,"message":null}`, `{"code":1,"message":"","message":""}`, `{"code":1,"message":"","data":1,"dat\u0061":1}`, `[]`, `null`, `""`,
	} {
		var e jsonrpc.Error
		require.Error(t, codec.Unmarshal([]byte(src), &e), src)
		scanBad(t, `{"jsonrpc":"2.0","id":1,"error":`+src+`}`, jsonrpc.CodeInvalidRequest)
	}
}

func TestScanLocatesErrorMembers(t *testing.T) {
	_, err := scanBad(t, `{"jsonrpc":"2.0","id":1,"error": {"code":1,"message":7}}`, jsonrpc.CodeInvalidRequest)
	var c *codec.Error
	require.ErrorAs(t, err, &c)
	require.Equal(t, "/error/message", c.Pointer)
	require.Equal(t, strings.Index(`{"jsonrpc":"2.0","id":1,"error": {"code":1,"message":7}}`, "7"), c.Offset)
}

func TestErrorCauses(t *testing.T) {
	e := jsonrpc.NewError(-32000, "cannot read", io.ErrUnexpectedEOF)
	require.ErrorIs(t, e, io.ErrUnexpectedEOF)
	require.Equal(t, "jsonrpc error -32000: cannot read", e.Error())
	out, err := e.AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, `{"code":-32000,"message":"cannot read"}`, string(out), "the cause stays here")

	f := jsonrpc.Errorf(7, "reading %q: %w", "x", io.EOF)
	require.ErrorIs(t, f, io.EOF)
	require.Equal(t, `reading "x": EOF`, f.Message)
	require.NoError(t, errors.Unwrap(jsonrpc.Errorf(7, "plain")))
}

func TestErrorClone(t *testing.T) {
	src := []byte(`{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"abc","data":{"a":1}}}`)
	var (
		m jsonrpc.Message
		e jsonrpc.Error
	)
	require.NoError(t, jsonrpc.Scan(src, &m))
	require.NoError(t, m.DecodeError(&e))
	c := e.Clone()
	for i := range src {
		src[i] = '#'
	}
	require.Equal(t, "abc", c.Message)
	require.Equal(t, `{"a":1}`, c.Data.String())
}

// S23: what a peer says is cut and quoted, unless it is short and plain.
func TestErrorQuotesPeers(t *testing.T) {
	for message, want := range map[string]string{
		`no tool named "x"`:              `no tool named "x"`,
		"größer, 大":                      "größer, 大",
		"":                               "",
		"a\nlevel=INFO msg=faked":        `"a\nlevel=INFO msg=faked"`,
		"\x1b[31m":                       `"\x1b[31m"`,
		strings.Repeat("x", 256):         strings.Repeat("x", 256),
		strings.Repeat("x", 257):         `"` + strings.Repeat("x", 256) + `"...`,
		"x" + strings.Repeat("é", 1<<20): `"x` + strings.Repeat("é", 127) + `"...`,
	} {
		require.Equal(t, "jsonrpc error -32000: "+want, jsonrpc.NewError(-32000, message, nil).Error())
	}
}
