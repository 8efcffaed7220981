package transports

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// BenchmarkServer is BenchmarkServer/<server>/<era>/<scenario>: requests to a child. Allocations are the child's.
func BenchmarkServer(b *testing.B) {
	for _, r := range serverRows() {
		for _, s := range serverScenarios() {
			b.Run(r.name+"/"+string(r.era)+"/"+s.String(), func(b *testing.B) { benchmarkServer(b, r, s) })
		}
	}
}

func benchmarkServer(b *testing.B, r row, s Scenario) {
	c, err := open(r.server, r.era, s, time.Minute)
	require.NoError(b, err)
	defer func() { _ = c.stop() }() // what matters was checked by the driver
	_, _, err = c.run(load{inFlight: s.InFlight, batch: s.Batch, count: 100 * s.InFlight, time: time.Minute})
	require.NoError(b, err)
	before, err := c.usage()
	require.NoError(b, err)
	b.SetBytes(int64(s.Size))
	b.ResetTimer()
	n := 0
	for n < b.N {
		count, _, err := c.run(load{inFlight: s.InFlight, batch: s.Batch, count: max(b.N-n, s.InFlight), time: time.Minute})
		require.NoError(b, err)
		n += count
	}
	b.StopTimer()
	after, err := c.usage()
	require.NoError(b, err)
	used := after.since(before)
	b.ReportMetric(float64(used.Mallocs)/float64(n), "mallocs/op")
	b.ReportMetric(float64(used.Bytes)/float64(n), "heap-B/op")
}
