package report_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/report"
)

func write(t *testing.T, order []string, fresh []report.Part, old string) string {
	t.Helper()
	var out strings.Builder
	require.NoError(t, report.WriteFile(&out, order, fresh, old))
	return out.String()
}

// TestWriteFileKeepsOtherParts replaces one part at a time, in any order, and ends with the same file.
func TestWriteFileKeepsOtherParts(t *testing.T) {
	t.Parallel()
	order := []string{"codec", "stdio"}
	codec, pipes := report.Part{Name: "codec", Text: "## Decode\n"}, report.Part{Name: "stdio", Text: "## Servers\n\nfast\n"}
	want := write(t, order, []report.Part{pipes, codec}, "")
	require.Less(t, strings.Index(want, "## Decode"), strings.Index(want, "## Servers"), "the order is fixed")
	require.True(t, strings.HasPrefix(want, "# Benchmark results\n"))

	only := write(t, order, []report.Part{pipes}, "no parts in here")
	require.NotContains(t, only, "Decode")
	require.Equal(t, want, write(t, order, []report.Part{codec}, only))
	require.Equal(t, want, write(t, order, []report.Part{codec}, want), "a part that did not change changes nothing")

	changed := write(t, order, []report.Part{{Name: "stdio", Text: "## Servers\n\nfaster\n"}}, want)
	require.Equal(t, strings.Replace(want, "fast", "faster", 1), changed)
}

func TestSheet(t *testing.T) {
	t.Parallel()
	s := report.Sheet{Title: "Servers", About: "All of them.", Head: []string{"server", "share"}, Rows: [][]string{{"line echo", "1.00"}}}
	require.Equal(t, "### Servers\n\nAll of them.\n\n| server    | share |\n|-----------|-------|\n| line echo | 1.00  |\n\n", s.Markdown(3))
	require.Equal(t, "## T\n\n", report.Sheet{Title: "T"}.Markdown(2), "neither a sentence nor rows")
}
