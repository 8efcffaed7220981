package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/report"
)

// transportFile has one table of most kinds, in which the targets just hold.
func transportFile() string {
	http := func(section string) string {
		return report.Sheet{Title: section, Head: []string{"share of the floor", "era", "300 B, 8 in flight"}, Rows: [][]string{{"raw", "legacy", "1.00"}}}.Markdown(2) +
			report.Sheet{
				Title: "300 B, 8 in flight",
				Head:  []string{"", "era", "share of the floor", "allocations", "bytes", "CPU, times the floor's", "pool hits", "p50"},
				Rows: [][]string{
					{"raw", "legacy", "1.000", "30.00", "2500", "1.00", "", "100.0 us"},
					{"raw, again", "legacy", "0.960", "30.01", "2501", "1.02", "", "103.0 us"},
					{"mcpwire", "legacy", "0.960", "33.00", "3012", "1.01", "99.50 %", "105.0 us"},
					{"mcpwire", "modern", "0.950", "31.00", "2600", "1.05", "99.00 %", "101.0 us"},
					{"mcpwire, no pooling", "legacy", "0.500", "50.00", "9000", "2.00", "0.00 %", "200.0 us"},
				},
			}.Markdown(3) +
			report.Sheet{ // no target is about it
				Title: "300 B, 8 in flight, full of escapes", Head: []string{"", "era", "share of the floor", "pool hits"},
				Rows: [][]string{{"raw", "legacy", "1.000", ""}, {"mcpwire", "legacy", "0.100", "10.00 %"}},
			}.Markdown(3)
	}
	idle := func(title string, rows ...[]string) string {
		head := []string{"", "era", "RSS, KiB each", "goroutines each", "time to open all", "left: goroutines", "left: sessions"}
		return report.Sheet{Title: title, Head: head, Rows: rows}.Markdown(2)
	}
	broadcast := report.Sheet{
		Title: "One notification to 10 streams", Head: []string{"", "era", "readers that got all", "allocations"},
		Rows: [][]string{{"raw", "legacy", "10 of 10", "1.000"}, {"mcpwire, HTTP+SSE", "legacy", "10 of 10", "1.040"}, {"peer", "legacy", "3 of 10 have not", "9"}},
	}
	var b strings.Builder
	parts := []report.Part{
		{Name: "codec", Text: "## Decode\n"},
		{Name: "http", Text: http("HTTP servers, JSON answers") + http("stdio servers")},
		{Name: "sessions", Text: idle("10 idle sessions with their stream", []string{"raw", "legacy", "28", "2", "1.00 s", "0", "0"},
			[]string{"mcpwire, subscriptions/listen", "modern", "28.00", "2.00", "9.99 s", "0", "0"}) +
			idle("10 idle sessions without a stream", []string{"mcpwire", "legacy", "1.00", "0.00", "0.10 s", "0", "0"})},
		{Name: "broadcast", Text: broadcast.Markdown(2)},
	}
	if err := report.WriteFile(&b, []string{"codec", "http", "sessions", "broadcast"}, parts, ""); err != nil {
		panic(err)
	}
	return b.String()
}

func TestTransportTargetsHold(t *testing.T) {
	t.Parallel()
	text := report.TransportTargets(transportFile(), nil)
	const json, alone = "HTTP servers, JSON answers, 300 B, 8 in flight, ", "10 idle sessions without a stream, mcpwire, legacy"
	for id, want := range map[string][]string{
		"6.1":  {"0.95: " + json + "mcpwire, modern", "yes", "0.96: " + json + "raw, again, legacy"},
		"6.2":  {"1.05: " + json + "mcpwire, modern", "yes", "1.02: " + json + "raw, again, legacy"},
		"6.3":  {"1.05: " + json + "mcpwire, legacy", "yes", "1.03: " + json + "raw, again, legacy"},
		"6.4":  {"3: " + json + "mcpwire, legacy", "yes", "0.01: " + json + "raw, again, legacy"},
		"6.5":  {"512: " + json + "mcpwire, legacy", "yes", "1: " + json + "raw, again, legacy"},
		"8.1":  {"0.95: stdio servers, 300 B, 8 in flight, mcpwire, modern", "yes", "0.96: stdio servers, 300 B, 8 in flight, raw, again, legacy"},
		"9.1":  {"28: 10 idle sessions with their stream, mcpwire, subscriptions/listen, modern", "yes", ""},
		"9.2":  {"1: " + alone, "yes", ""},
		"9.3":  {"0: " + alone, "yes", ""},
		"9.4":  {"9.99: 10 idle sessions with their stream, mcpwire, subscriptions/listen, modern", "yes", ""},
		"9.6":  {"0: 10 idle sessions with their stream, mcpwire, subscriptions/listen, modern", "yes", ""},
		"10.1": {"0.04: One notification to 10 streams, mcpwire, HTTP+SSE, legacy", "yes", ""},
		"10.2": {"1: One notification to 10 streams, mcpwire, HTTP+SSE, legacy", "yes", ""},
		"11.1": {"99: " + json + "mcpwire, modern", "yes", ""},
		"7.1":  {"", "", ""}, // there is no such table
	} {
		require.Equal(t, want, targetRow(t, text, id), id)
	}
	require.Equal(t, "**no**", targetRow(t, text, "8.3")[1], "the figures are those of HTTP")
}

// Each can be missed by one cell.
func TestTransportTargetsFail(t *testing.T) {
	t.Parallel()
	for id, row := range map[string]struct{ old, spoilt, want string }{
		"6.1":  {"| 0.950 ", "| 0.949 ", "0.95"},
		"6.2":  {"| 1.05 ", "| 1.06 ", "1.06"},
		"6.3":  {"105.0 us", "106.0 us", "1.06"},
		"6.4":  {"| 33.00 ", "| 33.10 ", "3.10"},
		"6.5":  {"| 3012 ", "| 3013 ", "513"},
		"9.1":  {"| 28.00 ", "| 28.10 ", "28.1"},
		"9.3":  {"| 0.00 ", "| 1.00 ", "1"},
		"9.4":  {"9.99 s", "10.1 s", "10.1"},
		"10.1": {"| 1.040 ", "| 2.000 ", "1"},
		"10.2": {"mcpwire, HTTP+SSE | legacy | 10 of 10 ", "mcpwire, HTTP+SSE | legacy | 9 of 10 ", "0.90"},
		"11.1": {"99.00 %", "98.00 %", "98"},
	} {
		file := transportFile()
		require.Contains(t, file, row.old, id)
		text := report.TransportTargets(strings.ReplaceAll(file, row.old, row.spoilt), map[string]string{id: "what limits it", "6.9": "no such"})
		cells := targetRow(t, text, id)
		require.True(t, strings.HasPrefix(cells[0], row.want+": "), "%s: %s", id, cells[0])
		require.Equal(t, "**no**", cells[1], id)
		require.True(t, strings.HasSuffix(text, "\n\n- "+id+": what limits it\n\n"), id)
	}
}

// The part stands where order says, follows the other parts, and is not there without them.
func TestWithTargets(t *testing.T) {
	t.Parallel()
	file := transportFile()
	order := []string{"codec", report.Targets, "http", "sessions", "broadcast"}
	with := func(old string, fresh ...report.Part) string {
		var b strings.Builder
		require.NoError(t, report.WithTargets(&b, order, fresh, old, nil))
		return b.String()
	}
	got := with(file)
	codec, targets, http := strings.Index(got, "<!-- begin codec"), strings.Index(got, "<!-- begin targets"), strings.Index(got, "<!-- begin http")
	require.True(t, 0 < codec && codec < targets && targets < http, "%d %d %d", codec, targets, http)
	require.Contains(t, got, "| 6.1  | ")
	require.Equal(t, got, with(got), "what did not change changes nothing")

	again := with(got, report.Part{Name: "http", Text: "nothing any more"})
	require.Equal(t, []string{"", "", ""}, targetRow(t, again, "6.1"))
	require.Contains(t, targetRow(t, again, "9.2"), "yes")

	require.NotContains(t, with("", report.Part{Name: "codec", Text: "## Decode\n"}), report.Targets)
}
