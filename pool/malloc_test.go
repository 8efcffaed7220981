//go:build !race && !purego && !pooldebug

package pool_test

import (
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/pool"
)

// Not parallel: the count is of the whole process.
func TestMallocs(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	p := pool.New(pool.Config{})
	p.Get(100).Release()
	least := ^uint64(0)
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range 10000 {
			b := p.Get(100)
			b.Set(append(b.Bytes(), "abc"...))
			b.Release()
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
	}
	require.Zero(t, least)
}
