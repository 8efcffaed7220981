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
