//go:build !race && !purego && !pooldebug

package transport_test

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// mallocsPer counts the mallocs of the whole process over many calls of f, with everything warm and without garbage collection, since
// that empties pools. testing.AllocsPerRun would round down. The least of some rounds counts: on a busy machine, handlers seem slow now
// and then, so that others take their place.
func mallocsPer(t *testing.T, runs int, f func()) float64 {
	t.Helper()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for range runs / 10 {
		f()
	}
	least := ^uint64(0)
	for range 4 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			f()
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	return float64(least) / float64(runs)
}

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
				got := mallocsPer(t, 5000, func() {
					if err := mcp.CallToolInto(t.Context(), c, params, &out, d); err != nil {
						t.Fatal(err)
					}
				})
				t.Logf("%.4f mallocs a call", got)
				require.Less(t, got, 2*0.02)
				require.NoError(t, c.Close())
			})
		}
	}
}
