//go:build !race && !purego && !pooldebug

package transport_test

import (
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/mallocs"
	"github.com/mcpwire/mcpwire/transport"
)

func heap() int {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// What a store counts is what it takes up: not less, and not much more.
func TestMemoryEventStoreCountsTheHeap(t *testing.T) {
	if strconv.IntSize == 32 {
		t.Skip("the bytes that are counted are those of 64-bit platforms")
	}
	for name, row := range map[string]struct{ sessions, streams, events, size int }{
		"one stream, no data": {1, 1, 20_000, 0},
		"one stream, 100 B":   {1, 1, 20_000, 100},
		"one stream, 1 KB":    {1, 1, 8000, 1000},
		"one stream, 100 KB":  {1, 1, 100, 100_000},
		"streams, 200 B":      {10, 100, 10, 200},
		"streams of one":      {10, 1000, 1, 0},
		"streams of two":      {10, 1000, 2, 300},
		"sessions of one":     {10_000, 1, 1, 0},
		"sessions":            {1000, 2, 5, 200},
	} {
		t.Run(name, func(t *testing.T) {
			const no = 1 << 30
			s := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{
				MaxBytes: no, MaxSessionBytes: no, MaxStreamBytes: no, MaxStreamEvents: no,
			})
			data := make([]byte, row.size)
			before := heap()
			for range row.events {
				for i := range row.sessions {
					for j := range row.streams {
						o := transport.StreamOwner{Session: "session-" + strconv.Itoa(i)}
						if _, err := s.Append(t.Context(), o, strconv.Itoa(j), data, false); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
			took, counted := heap()-before, s.Stats().Bytes
			t.Logf("%d bytes for each event, %d counted", took/s.Stats().Events, counted/s.Stats().Events)
			require.LessOrEqual(t, took, counted*21/20)
			require.Greater(t, took, counted/2)

			for i := range row.sessions {
				require.NoError(t, s.SessionClosed(t.Context(), transport.StreamOwner{Session: "session-" + strconv.Itoa(i)}))
			}
			require.Less(t, heap()-before, max(took/10, 64<<10)+row.sessions*100, "closing frees")
		})
	}
}

// A replay that does not go on keeps one event in memory, and none of those that come after it and are forgotten.
func TestMemoryEventStoreReplayHoldsNothing(t *testing.T) {
	s := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{MaxBytes: 1 << 20})
	first := appendEvent(t, s, alice, "1", "", false)
	data := make([]byte, 10<<10)
	before := heap()
	appendAll := func(n int) {
		for range n {
			_, err := s.Append(t.Context(), alice, "1", data, false)
			require.NoError(t, err)
		}
	}
	appendAll(50)
	replay, err := s.After(t.Context(), alice, first)
	require.NoError(t, err)
	n := 0
	for _, err := range replay.Events {
		if n++; n == 1 {
			require.NoError(t, err)
			appendAll(5000)
			require.Less(t, heap()-before, 2<<20)
			continue
		}
		require.ErrorIs(t, err, transport.ErrEventsPurged)
	}
	require.Equal(t, 2, n)
}

// An event costs three mallocs: for itself, its data and its id. Growing lists add a little.
func TestMemoryEventStoreMallocs(t *testing.T) {
	s := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{MaxStreamEvents: 100})
	data := make([]byte, 300)
	got := mallocs.Of(10_000, 3.1, func() {
		if _, err := s.Append(t.Context(), alice, "1", data, false); err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%.4f mallocs an event", got.Mallocs)
	require.LessOrEqual(t, got.Mallocs, 3.1)
}
