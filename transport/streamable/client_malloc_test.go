//go:build !race && !purego && !pooldebug

package streamable_test

import (
	"context"
	"net/http/httptest"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// costOf returns the mallocs and bytes of a call, in all of this process, so the server's are among them. The least of some rounds
// counts.
func costOf(t *testing.T, callTool func(context.Context) error) (mallocs, size float64) {
	t.Helper()
	const runs = 1000
	for round := range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range runs {
			require.NoError(t, callTool(t.Context()))
		}
		runtime.ReadMemStats(&after)
		m, b := float64(after.Mallocs-before.Mallocs)/runs, float64(after.TotalAlloc-before.TotalAlloc)/runs
		if round == 0 || m < mallocs {
			mallocs, size = m, b
		}
	}
	return mallocs, size
}

// A typed call costs at most 5 allocations and 1 KiB more than plain net/http that moves the same bytes. Not parallel: the count is of
// the whole process.
func TestMallocsOfCalls(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	for form, stream := range map[string]bool{"json": false, "sse": true} {
		for _, size := range []int{200, 16 << 10} {
			srv := httptest.NewServer(newEchoes(size, stream))
			f := newFloor(srv.URL, size)
			floorMallocs, floorBytes := costOf(t, f.callTool)
			f.http.CloseIdleConnections()
			for _, v := range []jsonrpc.Revision{jsonrpc.Latest, jsonrpc.LatestLegacy} {
				o := new(streamable.DialOptions)
				o.Revision = v
				c, err := streamable.Dial(t.Context(), srv.URL, nil, o)
				require.NoError(t, err)
				x := newTyped(c, size)
				mallocs, bytes := costOf(t, x.callTool)
				t.Logf("%s, %d bytes, %s: %.1f mallocs and %.0f B; net/http %.1f and %.0f B", form, size, v, mallocs, bytes, floorMallocs, floorBytes)
				require.LessOrEqual(t, mallocs, floorMallocs+5, "%s %d %s", form, size, v)
				if size < 1<<10 { // the buffers of larger ones are taken from pools by the garbage collector now and then
					require.LessOrEqual(t, bytes, floorBytes+1<<10, "%s %d %s", form, size, v)
				}
				x.d.Release()
				require.NoError(t, c.Close())
			}
			srv.Close()
		}
	}
}
