package mallocs_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/builds"
	"github.com/mcpwire/mcpwire/internal/mallocs"
)

// sink keeps what a run makes on the heap.
var sink []byte

func TestOf(t *testing.T) {
	builds.PlainOnly(t)
	got := mallocs.Of(100, 0, func() { sink = make([]byte, 1<<10) })
	require.InDelta(t, 1, got.Mallocs, 0.1)
	require.InDelta(t, 1<<10, got.Bytes, 1<<10/8)
	require.Zero(t, mallocs.OnOneProcessor(100, 0, func() {}))
}

// The runs of others count in some rounds, and the one without them is the one that is returned; with few enough, there is no next one.
func TestRounds(t *testing.T) {
	builds.PlainOnly(t)
	const n = 50
	noise := func(busy func(round int) bool) (f func(), ran func() int) {
		runs := 0
		return func() {
			if round := (runs - 5) / n; runs >= 5 && busy(round) {
				sink = make([]byte, 64)
			}
			runs++
		}, func() int { return (runs - 5) / n }
	}
	f, ran := noise(func(round int) bool { return round < 7 })
	require.Zero(t, mallocs.OnOneProcessor(n, 0, f).Mallocs)
	require.GreaterOrEqual(t, ran(), 8)
	f, ran = noise(func(int) bool { return true })
	require.GreaterOrEqual(t, mallocs.OnOneProcessor(n, 0, f).Mallocs, 1.0)
	require.Equal(t, 20, ran())
	f, ran = noise(func(int) bool { return true })
	require.GreaterOrEqual(t, mallocs.OnOneProcessor(n, 1.5, f).Mallocs, 1.0)
	require.Less(t, ran(), 20)
}
