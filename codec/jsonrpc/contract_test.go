package jsonrpc_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

func TestRevisions(t *testing.T) {
	names := []string{"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"}
	var before jsonrpc.Revision
	for _, name := range names {
		r, ok := jsonrpc.ParseRevision(name)
		require.True(t, ok)
		require.Equal(t, name, r.String())
		require.Greater(t, r, before)
		require.Equal(t, name == "2026-07-28", r.Modern())
		require.Equal(t, name != "2026-07-28", r.Legacy())
		before = r
	}
	require.Equal(t, jsonrpc.Latest, before)
	for _, name := range []string{"", "2025-06-19", "unknown", "2025-06-18 ", "DRAFT-2026-v1"} {
		r, ok := jsonrpc.ParseRevision(name)
		require.False(t, ok)
		require.Equal(t, jsonrpc.RevUnknown, r)
	}
	require.Equal(t, "unknown", jsonrpc.RevUnknown.String())
	require.Equal(t, "unknown", jsonrpc.Revision(200).String())
	require.False(t, jsonrpc.RevUnknown.Modern() || jsonrpc.RevUnknown.Legacy())
}

func TestKindString(t *testing.T) {
	require.Equal(t, "request", jsonrpc.Request.String())
	require.Equal(t, "invalid message", jsonrpc.Invalid.String())
	require.Equal(t, "unknown kind", jsonrpc.Kind(99).String())
}

func TestInfoHeader(t *testing.T) {
	info := jsonrpc.Info{Headers: map[string][]string{"Mcp-Method": {"a", "b"}, "Empty": nil}}
	require.Equal(t, "a", info.Header("Mcp-Method"))
	require.Equal(t, "a", info.Header("mcp-METHOD"))
	require.Empty(t, info.Header("Empty"))
	require.Empty(t, info.Header("Other"))
	require.Empty(t, new(jsonrpc.Message).Info().Header("Other"))
}

// owner counts the Calls that come back.
type owner struct{ released int }

func (o *owner) ReleaseCall(*jsonrpc.Call) { o.released++ }

func TestCallLife(t *testing.T) {
	var o owner
	c := jsonrpc.Call{Params: make([]byte, 5, 100), Timeout: time.Second}
	jsonrpc.InitCall(&c, "m", &o)
	require.Equal(t, "m", c.Method)
	require.Zero(t, c.Timeout)
	require.Empty(t, c.Params)
	require.Equal(t, 100, cap(c.Params), "the room is kept")
	c.Release()
	c.Release()
	require.Equal(t, 1, o.released)
}

func TestDecodeParams(t *testing.T) {
	d := codec.GetDecoder()
	defer d.Release()
	var p addParams
	require.NoError(t, scanOK(t, `{"jsonrpc":"2.0","method":"m","params":{"a":1,"b":2}}`).DecodeParams(d, &p))
	require.Equal(t, addParams{A: 1, B: 2}, p)
	require.NoError(t, scanOK(t, `{"jsonrpc":"2.0","method":"m"}`).DecodeParams(d, &p))
	require.Equal(t, addParams{}, p, "absent params count as {}")
	require.ErrorIs(t, scanOK(t, `{"jsonrpc":"2.0","method":"m","params":{"a":"x"}}`).DecodeParams(d, &p), codec.ErrType)
	require.NoError(t, scanOK(t, `{"jsonrpc":"2.0","id":1,"result":{"b":3}}`).DecodeResult(d, &p))
	require.Equal(t, addParams{B: 3}, p)
	var e jsonrpc.Error
	require.Error(t, scanOK(t, `{"jsonrpc":"2.0","id":1,"result":{}}`).DecodeError(&e), "there is none")
}
