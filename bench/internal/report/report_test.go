package report_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
	"github.com/mcpwire/mcpwire/bench/internal/report"
)

func cell(codec string, safe bool, ns, allocs float64) report.Cell {
	return report.Cell{Codec: codec, Safe: safe, Result: measure.Result{Nanoseconds: ns, Allocs: allocs, Bytes: 100}}
}

func sample() report.Section {
	return report.Section{Title: "Decode", About: "Reads.", Rows: []report.Row{
		{Message: "small", Bytes: 100, Cells: []report.Cell{
			cell("base", true, 1000, 10), cell("quick", false, 100, 2), cell("mcpwire", true, 50, 0),
		}},
		{Message: "large", Bytes: 100, Cells: []report.Cell{
			cell("base", true, 8000, 20), cell("quick", false, 2000, 2), cell("partial", true, 4000, 1), cell("mcpwire", true, 4000, 0),
		}},
	}}
}

func TestMeans(t *testing.T) {
	t.Parallel()
	means := sample().Means("base")
	require.Len(t, means, 4)
	require.Equal(t, "base", means[0].Codec)
	require.InDelta(t, 1, means[0].Ratio, 1e-9)
	require.Equal(t, "quick", means[1].Codec)
	require.InDelta(t, 6.3246, means[1].Ratio, 1e-4, "the geometric mean of 10 and 4")
	require.Equal(t, report.Mean{Codec: "partial", Ratio: 2, Messages: 1, Allocs: 1}, means[3])
}

func TestStanding(t *testing.T) {
	t.Parallel()
	st, ok := sample().Standing()
	require.True(t, ok)
	require.InDelta(t, 4.4721, st.OverSafe, 1e-4, "the geometric mean of 20 and 1")
	require.InDelta(t, 1, st.OverBest, 1e-9, "twice as fast once, half as fast once")
	require.Equal(t, []string{"large: quick needs 2.00 us, mcpwire 4.00 us (that peer does not check what it reads or writes)"}, st.Losses)

	s := sample()
	for i := range s.Rows {
		s.Rows[i].Cells = s.Rows[i].Cells[:2]
	}
	_, ok = s.Standing()
	require.False(t, ok, "without rows of mcpwire there is nothing to say")
}

func TestMarkdown(t *testing.T) {
	t.Parallel()
	r := report.Report{
		Facts: [][2]string{{"Go", "go1.x"}}, Baseline: "base", Sections: []report.Section{sample()},
		Strictness: [][2]string{{"quick", "nothing / nothing"}},
		Limits:     []report.Limit{{Name: "memmove", Message: "large", GBPerS: 41.25}},
	}
	text := r.Markdown()
	for _, want := range []string{
		"| Go  | go1.x |\n",
		"| Decode | 4.47x                   | 1.00x                                | 1 of 2        |\n",
		"- Decode, large: quick needs 2.00 us",
		"| small   | 100   | 1.00 us | base 1.00 us (1.00x)    | quick 100 ns (10.0x)  | mcpwire 50.0 ns (20.0x) |\n",
		"| large   | 100   | 8.00 us | partial 4.00 us (2.00x) | quick 2.00 us (4.00x) | mcpwire 4.00 us (2.00x) |\n",
		"| partial | 2.00x                       | 1 of 2   | 1                  |\n",
		"### Decode: MB/s\n\n| message | base | quick | mcpwire | partial |\n|---------|------|-------|---------|---------|\n| small   | 100  | 1000  | 2000    |         |\n",
		"### Decode: times base\n\n| message | base  | quick | mcpwire | partial |\n|---------|-------|-------|---------|---------|\n| small   | 1.00x | 10.0x | 20.0x   |         |\n",
		"| memmove | large           | 41.2 |\n",
		"| quick | nothing / nothing |\n",
	} {
		require.Contains(t, text, want)
	}
}

// TestMarkdownWithoutSubject leaves out what would be empty.
func TestMarkdownWithoutSubject(t *testing.T) {
	t.Parallel()
	s := sample()
	for i := range s.Rows {
		s.Rows[i].Cells = s.Rows[i].Cells[:2]
	}
	text := report.Report{Baseline: "base", Sections: []report.Section{s}}.Markdown()
	require.NotContains(t, text, "How mcpwire does")
	require.Contains(t, text, "| message | bytes | base    | best safe peer       | best peer             |\n")
}
