package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/report"
)

// holding returns a report in which all targets hold, just so.
func holding() report.Report {
	row := func(message string, bytes int, own string, ns, allocs float64) report.Row {
		return report.Row{Message: message, Of: strings.TrimSuffix(message, "+shuffled"), Bytes: bytes, Cells: []report.Cell{
			cell("encoding-json", true, 1500, 20), cell("safe", true, 250, 9), cell("quick", false, 100, 9), cell(own, true, ns, allocs),
		}}
	}
	sections := func() []report.Section {
		return []report.Section{
			{Title: report.Decode, Rows: []report.Row{row("small", 100, "mcpwire", 100, 0), row("large", 5000, "mcpwire", 100, 0)}},
			{Title: report.Encode, Rows: []report.Row{row("small", 100, "mcpwire", 100, 0), row("large", 5000, "mcpwire", 100, 0)}},
			{Title: report.Envelope, Rows: []report.Row{row("small", 100, "mcpwire", 100, 0), row("large", 5000, "mcpwire", 250, 0)}},
			{Title: report.Copies, Rows: []report.Row{row("small+shuffled", 100, "mcpwire", 200, 0)}},
			{Title: report.Fresh, Rows: []report.Row{row("small", 100, "mcpwire-owned", 150, 3), row("large", 5000, "mcpwire-owned", 150, 9)}},
		}
	}
	events := func() []report.Speed { return []report.Speed{{Name: "read", GBPerS: 1.1}, {Name: "write", GBPerS: 2}} }
	return report.Report{Baseline: "encoding-json", Sections: sections(), Events: events(), Levels: []report.Level{
		{Name: report.NoAVX512, About: "less.", Sections: sections(), Events: events()},
		{Name: report.Purego, About: "least.", Sections: sections()[:3]},
	}}
}

// targetRow returns the cells of a target's row.
func targetRow(t *testing.T, text, id string) []string {
	t.Helper()
	for line := range strings.Lines(text) {
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) > 5 && cells[1] == id {
			return cells[3 : len(cells)-1]
		}
	}
	require.FailNow(t, "no such target", id)
	return nil
}

func TestTargetsHold(t *testing.T) {
	t.Parallel()
	text := holding().Markdown()
	for id, want := range map[string]string{
		"1.1": "none on 2", "1.2": "2 of 2; least 1.00x, small", "1.3": "2.50x", "1.4": "15.0x",
		"2.1": "none on 2", "2.3": "2.50x", "2.4": "15.0x", "2.5": "none on 1", "2.6": "at most 2.00x, small+shuffled", "2.7": "1 of 1; least 1.25x, small+shuffled",
		"2.8": "at most 3, small", "2.9": "1.67x",
		"3.1": "2 of 2; least 1.00x, large", "3.2": "1 of 1; least 1.00x, small",
		"5.1": "least 1.10 GB/s, read", "5.2": "none",
	} {
		require.Equal(t, []string{want, "yes", want, "yes"}, targetRow(t, text, id), id)
	}
	require.Equal(t, []string{"6 of 6; least 6.00x, Envelope, large", "yes", "", ""}, targetRow(t, text, "4.1"))
	require.NotContains(t, text, "**no**")
}

// Each target can be missed: by one cell of one level that is worse than in holding.
func TestTargetsFail(t *testing.T) {
	t.Parallel()
	for id, row := range map[string]struct {
		spoil func(s []report.Section)
		want  string
	}{
		"1.1": {func(s []report.Section) { s[1].Rows[1].Cells[3].Allocs = 0.1 }, "at most 0.10, large"},
		"1.2": {func(s []report.Section) { s[1].Rows[1].Cells[2].Nanoseconds = 99 }, "1 of 2; least 0.99x, large"},
		"1.3": {func(s []report.Section) { s[1].Rows[0].Cells[1].Nanoseconds = 101 }, "1.59x"},
		"1.4": {func(s []report.Section) { s[1].Rows[0].Cells[0].Nanoseconds = 900 }, "11.6x"},
		"2.1": {func(s []report.Section) { s[0].Rows[0].Cells[3].Allocs = 1 }, "at most 1, small"},
		"2.2": {func(s []report.Section) { s[0].Rows[0].Cells[1].Nanoseconds = 50 }, "1 of 2; least 0.50x, small"},
		"2.3": {func(s []report.Section) { s[0].Rows[0].Cells[1].Nanoseconds = 240 }, "2.45x"},
		"2.4": {func(s []report.Section) { s[0].Rows[0].Cells[0].Nanoseconds = 1400 }, "14.5x"},
		"2.5": {func(s []report.Section) { s[3].Rows[0].Cells[3].Allocs = 1 }, "at most 1, small+shuffled"},
		"2.6": {func(s []report.Section) { s[3].Rows[0].Cells[3].Nanoseconds = 210 }, "at most 2.10x, small+shuffled"},
		"2.7": {func(s []report.Section) { s[3].Rows[0].Cells[1].Nanoseconds = 190 }, "0 of 1; least 0.95x, small+shuffled"},
		"2.8": {func(s []report.Section) { s[4].Rows[0].Cells[3].Allocs = 4 }, "at most 4, small"},
		"2.9": {func(s []report.Section) { s[4].Rows[1].Cells[3].Nanoseconds = 250 }, "1.29x"},
		"3.1": {func(s []report.Section) { s[2].Rows[1].Cells[3].Nanoseconds = 251 }, "1 of 2; least 1.00x, large"},
		"3.2": {func(s []report.Section) { s[2].Rows[0].Cells[3].Nanoseconds = 101 }, "0 of 1; least 0.99x, small"},
	} {
		r := holding()
		r.Notes = map[string]string{id: "what limits it", "9": "no such target"}
		row.spoil(r.Sections)
		text := r.Markdown()
		cells := targetRow(t, text, id)
		require.Equal(t, []string{row.want, "**no**"}, cells[:2], id)
		require.Equal(t, "yes", cells[3], id)
		require.Contains(t, text, "\n- "+id+": what limits it\n", id)
		require.Equal(t, 1, strings.Count(text, "what limits it"), id)

		r = holding()
		r.Notes = map[string]string{id: "what limits it"}
		row.spoil(r.Levels[0].Sections)
		text = r.Markdown()
		require.Equal(t, []string{"yes", row.want, "**no**"}, targetRow(t, text, id)[1:], id)
		require.Contains(t, text, "\n- "+id+": what limits it\n", "the note stands where it fails on one level only")
	}
}

func TestTargetsOfStreamsAndPuregoFail(t *testing.T) {
	t.Parallel()
	r := holding()
	r.Events[1] = report.Speed{Name: "write", GBPerS: 1, Allocs: 2}
	r.Levels[1].Sections[1].Rows[1].Cells[3].Nanoseconds = 1600
	text := r.Markdown()
	require.Equal(t, []string{"least 1.00 GB/s, write", "**no**", "least 1.10 GB/s, read", "yes"}, targetRow(t, text, "5.1"))
	require.Equal(t, []string{"2, write", "**no**", "none", "yes"}, targetRow(t, text, "5.2"))
	require.Equal(t, []string{"5 of 6; least 0.94x, Encode, large", "**no**", "", ""}, targetRow(t, text, "4.1"))
}

// What was not measured neither holds nor fails.
func TestTargetsWithoutFigures(t *testing.T) {
	t.Parallel()
	r := holding()
	r.Notes = map[string]string{"1.1": "a note"}
	r.Levels, r.Events, r.Sections = nil, nil, r.Sections[:1]
	text := r.Markdown()
	require.Equal(t, []string{"", "", "", ""}, targetRow(t, text, "1.1"))
	require.Equal(t, []string{"none on 2", "yes", "", ""}, targetRow(t, text, "2.1"))
	require.NotContains(t, text, "a note")
	require.NotContains(t, report.Report{Baseline: "encoding-json"}.Markdown(), "## Targets")
}

func TestLevels(t *testing.T) {
	t.Parallel()
	r := holding()
	r.Levels[0].Sections[0].Rows[0].Cells[3].Nanoseconds = 125
	text := r.Markdown()
	for _, want := range []string{
		"- without AVX-512: less.\n- purego: least.\n",
		"### Decode: mcpwire at each level\n\n" +
			"| message | mcpwire | without AVX-512 | purego | times encoding-json, without AVX-512 | times encoding-json, purego |\n",
		"| small   | 100 ns  | 125 ns          | 100 ns | 12.0x                                | 15.0x                       |\n",
		"| message | mcpwire | without AVX-512 | times encoding-json, without AVX-512 |\n", // purego has no copies
		"### How mcpwire does, without AVX-512\n\n",
		"- Decode, small: quick needs 100 ns, mcpwire 125 ns (that peer does not check what it reads or writes)\n",
		"### How mcpwire does, purego\n\n",
	} {
		require.Contains(t, text, want)
	}
}

func TestFirstCalls(t *testing.T) {
	t.Parallel()
	s := report.FirstCalls("ping", 5, []report.FirstCall{{Codec: "jit", Decode: report.Calls{First: 5e6, Later: 500}, Encode: report.Calls{First: 2000, Later: 100}}})
	require.Contains(t, s.About, "Medians of 5 processes")
	require.Equal(t, [][]string{{"jit", "5.00 ms", "500 ns", "10000", "2.00 us", "100 ns", "20.0"}}, s.Rows)
}

func TestKernels(t *testing.T) {
	t.Parallel()
	s := report.Kernels([]report.Speed{
		{Name: "scan/plain/Go", GBPerS: 5}, {Name: "scan/plain/AVX2", GBPerS: 50},
		{Name: "scan/cjk/Go", GBPerS: 1}, {Name: "tokens/JSON/AVX2", GBPerS: 8},
	})
	require.Equal(t, []string{"kernel", "text", "Go", "AVX2"}, s.Head)
	require.Equal(t, [][]string{{"scan", "plain", "5.00", "50.0"}, {"scan", "cjk", "1.00", ""}, {"tokens", "JSON", "", "8.00"}}, s.Rows)

	s = report.Events([]report.Speed{{Name: "Reader/LF", GBPerS: 12.5, Allocs: 1}})
	require.Equal(t, [][]string{{"Reader/LF", "12.5", "1"}}, s.Rows)
}
