//go:build !race && !purego && !pooldebug

package transport_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/mallocs"
	"github.com/mcpwire/mcpwire/transport"
)

// A typed call costs less than 0.02 mallocs a message, on both sides together, in both eras, small and large. What is left are
// the handles.
func TestCallDoesNotAllocate(t *testing.T) {
	for name, size := range map[string]int{"300 B": 200, "64 KiB": 64 << 10} {
		for _, v := range []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest} {
			t.Run(name+" "+v.String(), func(t *testing.T) {
				o := new(transport.PipeOptions)
				o.Client.Revision = v
				c, err := transport.Pipe(t.Context(), echoServer(), nil, o)
				require.NoError(t, err)
				var out mcp.CallToolResult
				d := codec.GetDecoder()
				params := &mcp.CallToolParams{Name: strings.Repeat("x", size)}
				got := mallocs.Of(5000, 2*0.02, func() {
					if err := mcp.CallToolInto(t.Context(), c, params, &out, d); err != nil {
						t.Fatal(err)
					}
				})
				t.Logf("%.4f mallocs a call", got.Mallocs)
				require.LessOrEqual(t, got.Mallocs, 2*0.02)
				require.NoError(t, c.Close())
			})
		}
	}
}

// Many large calls at a time gather in queues, which grow in buffers of the pool.
func TestLargeCallsAtATimeDoNotAllocate(t *testing.T) {
	const callers, size = 8, 64 << 10
	for _, v := range []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest} {
		t.Run(v.String(), func(t *testing.T) {
			o := new(transport.PipeOptions)
			o.Client.Revision = v
			c, err := transport.Pipe(t.Context(), echoServer(), nil, o)
			require.NoError(t, err)
			begin, done := make(chan int), make(chan error)
			for range callers {
				go func() {
					var out mcp.CallToolResult
					d := codec.GetDecoder()
					defer d.Release()
					params := &mcp.CallToolParams{Name: strings.Repeat("x", size)}
					for n := range begin {
						var err error
						for ; err == nil && n > 0; n-- {
							err = mcp.CallToolInto(t.Context(), c, params, &out, d)
						}
						done <- err
					}
				}()
			}
			const each = 50
			got := mallocs.Of(10, callers*each*0.1, func() {
				for range callers {
					begin <- each
				}
				for range callers {
					require.NoError(t, <-done)
				}
			})
			close(begin)
			t.Logf("%.4f mallocs and %.0f bytes a call", got.Mallocs/callers/each, got.Bytes/callers/each)
			require.LessOrEqual(t, got.Bytes, callers*each*2048.0)
			require.NoError(t, c.Close())
		})
	}
}
