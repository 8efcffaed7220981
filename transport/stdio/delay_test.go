//go:build unix

package stdio_test

import (
	"bufio"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// handoverDelays returns, sorted, how long a request takes to be answered that a server gets together with one whose handler
// sleeps for a second. Its answer has to come before the other's.
func handoverDelays(tb testing.TB, n int) []time.Duration {
	tb.Helper()
	cmd := command("serve")
	in, err := cmd.StdinPipe()
	require.NoError(tb, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(tb, err)
	require.NoError(tb, cmd.Start())
	out := bufio.NewReader(stdout)
	delays := make([]time.Duration, 0, n)
	for i := range n {
		slow := fmt.Sprintf(`{"jsonrpc":"2.0","id":"slow%d","method":"tools/call","params":{%s,"name":"sleep:1s"}}`, i, meta)
		fast := fmt.Sprintf(`{"jsonrpc":"2.0","id":"fast%d","method":"tools/call","params":{%s,"name":"x"}}`, i, meta)
		began := time.Now()
		_, err := in.Write([]byte(slow + "\n" + fast + "\n"))
		require.NoError(tb, err)
		for answer := ""; !strings.Contains(answer, fmt.Sprintf(`"id":"fast%d"`, i)); { // others are of earlier ones
			answer, err = out.ReadString('\n')
			require.NoError(tb, err)
			require.NotContains(tb, answer, fmt.Sprintf(`"id":"slow%d"`, i))
		}
		delays = append(delays, time.Since(began))
	}
	require.NoError(tb, cmd.Process.Kill()) // it would answer the slow ones first
	require.ErrorContains(tb, cmd.Wait(), "signal: killed")
	slices.Sort(delays)
	return delays
}

// BenchmarkHandoverDelay measures by how much a handler that sleeps delays the request that comes behind it.
func BenchmarkHandoverDelay(b *testing.B) {
	delays := handoverDelays(b, b.N)
	ms := func(percent int) float64 {
		return float64(delays[(len(delays)-1)*percent/100]) / float64(time.Millisecond)
	}
	b.ReportMetric(ms(50), "p50-ms")
	b.ReportMetric(ms(99), "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// A handler that sleeps delays the next request by less than 5 ms at the 99th percentile, the benchmark says on a machine that is
// free. Here it is the median that has a ceiling, of ten times that.
func TestHandoverDelay(t *testing.T) {
	noLeftovers(t)
	delays := handoverDelays(t, 200)
	t.Logf("p50 %v, p99 %v", delays[100], delays[198])
	require.Less(t, delays[100], 50*time.Millisecond)
}
