package transport_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// G-06, G-07: a cancellation that gets there before its request counts for that one, once, and not for long.
func TestEarlyCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var e transport.EarlyCancels
		one, text := jsonrpc.IntID(1), jsonrpc.StringID("1")
		require.False(t, e.Take(one))
		e.Add(one)
		require.False(t, e.Take(text))
		require.True(t, e.Take(one))
		require.False(t, e.Take(one))

		e.Add(text)
		time.Sleep(time.Second)
		require.True(t, e.Take(text))
		e.Add(text)
		time.Sleep(time.Second + 1)
		require.False(t, e.Take(text))
		require.Zero(t, e.Len())

		e.Add(jsonrpc.StringID(strings.Repeat("x", 65)))
		require.Zero(t, e.Len())
		var long jsonrpc.ID
		require.NoError(t, long.UnmarshalJSON([]byte("1"+strings.Repeat("0", 64))))
		e.Add(long)
		require.Zero(t, e.Len())
		for i := range int64(transport.MaxEarly) + 1 {
			e.Add(jsonrpc.IntID(i))
		}
		require.Equal(t, transport.MaxEarly, e.Len())
		require.False(t, e.Take(jsonrpc.IntID(0)), "it has made room")
		require.True(t, e.Take(one))
	})
}
