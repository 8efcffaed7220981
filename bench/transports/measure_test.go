package transports

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// fixed is a row whose samples have the given rates, in a circle, and notes when it was asked.
func fixed(name string, log *[]string, rates ...int) row {
	n := 0
	return row{name: name, era: Legacy, sample: func(Scenario, Options) (sample, error) {
		*log = append(*log, name)
		rate := rates[n%len(rates)]
		n++
		return sample{count: rate, elapsed: time.Second, used: Usage{Mallocs: uint64(2 * rate), Bytes: uint64(3 * rate), CPU: time.Duration(rate) * 1500}}, nil
	}}
}

func TestTables(t *testing.T) {
	t.Parallel()
	var log []string
	rows := []row{fixed("floor", &log, 100, 200, 900), fixed("server", &log, 50, 150, 100)}
	got, err := tables("server", []Scenario{{Size: 300, InFlight: 1}}, rows, Options{Rounds: 3}, io.Discard)
	require.NoError(t, err)
	require.Equal(t, []string{"floor", "server", "server", "floor", "floor", "server"}, log, "rows take turns")
	require.Equal(t, []Table{{Scenario: Scenario{Size: 300, InFlight: 1}, Rows: []Result{
		{Name: "floor", Era: Legacy, Rate: 200, Low: 150, High: 550, Share: 1, Mallocs: 2, Bytes: 3, CPU: 1500, CPUShare: 1},
		{Name: "server", Era: Legacy, Rate: 100, Low: 75, High: 125, Share: 0.5, Mallocs: 2, Bytes: 3, CPU: 1500, CPUShare: 1},
	}}}, got)

	text := Markdown(Section{"stdio servers", aboutServers, got}, Section{})
	require.Contains(t, text, "| server             | legacy | 0.50               |\n")
	require.Contains(t, text, "| server | legacy | 100        | 75 - 125  | 0.500              | 2.000       | 3     | 1.5 us | 1.00                   |\n")
	require.NotContains(t, text, "p50", "nobody has measured it")
}

// TestTablesKeepTheFloor leaves out rows and scenarios that nobody asked for.
func TestTablesKeepTheFloor(t *testing.T) {
	t.Parallel()
	var log []string
	rows := []row{fixed("floor", &log, 1), fixed("one", &log, 1), fixed("two", &log, 1)}
	o := Options{Rounds: 1, Rows: "tw", Scenarios: "KiB, 8"}
	got, err := tables("server", []Scenario{{Size: 300, InFlight: 8}, {Size: 64 << 10, InFlight: 1}, {Size: 64 << 10, InFlight: 8}}, rows, o, io.Discard)
	require.NoError(t, err)
	require.Equal(t, []string{"floor", "two"}, log)
	require.Len(t, got, 1)
	require.Equal(t, "64 KiB, 8 in flight", got[0].Scenario.String())
}

func TestTablesNameTheRowThatFailed(t *testing.T) {
	t.Parallel()
	broken := row{name: "broken", era: Modern, sample: func(Scenario, Options) (sample, error) { return sample{}, errors.New("no") }}
	_, err := tables("client", []Scenario{{Size: 64 << 10, InFlight: 8, Batch: true}}, []row{broken}, Options{}, io.Discard)
	require.EqualError(t, err, "client, 64 KiB, 8 in flight, batched: broken (modern): no")
}

// TestSamples takes one short sample of every row, as a run does.
func TestSamples(t *testing.T) {
	var progress strings.Builder
	o := Options{Rounds: 1, Load: 5 * time.Millisecond}
	for side, rows := range map[string][]row{"server": serverRows(), "client": clientRows(), "HTTP": httpServerRows(false), "HTTP client": httpClientRows(), "SSE": sseServerRows(), "SSE client": sseClientRows()} {
		got, err := tables(side, []Scenario{{Size: 300, InFlight: 8}}, rows, o, &progress)
		require.NoError(t, err)
		require.Len(t, got[0].Rows, len(rows))
		for _, r := range got[0].Rows {
			require.Positive(t, r.Rate, r.Name)
			require.Positive(t, r.CPU, r.Name)
		}
	}
	require.Contains(t, progress.String(), "measuring: server, 300 B, 8 in flight\n")
}
