package gobench_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/gobench"
)

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := gobench.Parse(strings.NewReader(`goos: linux
pkg: example.com/x
BenchmarkScan/plain-2       	    1000	      100.0 ns/op	1000.00 MB/s	       2 B/op	       1 allocs/op
BenchmarkScan/plain-2       	    1000	       50.0 ns/op	2000.00 MB/s	       0 B/op	       0 allocs/op
BenchmarkScan/AVX-512-2     	    1000	       10.0 ns/op	 500.00 MB/s	       0 B/op	       0 allocs/op
BenchmarkScan/plain-2       	    1000	       70.0 ns/op	1500.00 MB/s	       0 B/op	       0 allocs/op
PASS
`))
	require.NoError(t, err)
	require.Equal(t, []gobench.Result{{Name: "Scan/plain", GBPerS: 2}, {Name: "Scan/AVX-512", GBPerS: 0.5}}, got)

	_, err = gobench.Parse(strings.NewReader("BenchmarkX 1 3 ns/op\n"))
	require.ErrorContains(t, err, "X does not say how many bytes")
}

func TestRun(t *testing.T) {
	t.Parallel()
	opts := gobench.Options{Rounds: 1, Time: time.Millisecond}
	got, err := gobench.Run(t.Context(), "transport/internal/sse", "^BenchmarkAppendEvent$/^1024$", opts)
	require.NoError(t, err)
	require.Len(t, got, 1)
	require.Equal(t, "AppendEvent/1024", got[0].Name)
	require.Positive(t, got[0].GBPerS)
	require.Zero(t, got[0].Allocs)

	_, err = gobench.Run(t.Context(), "no/such/package", ".", opts)
	require.ErrorContains(t, err, "no/such/package")
}
