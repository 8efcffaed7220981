package charts_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/charts"
	"github.com/mcpwire/mcpwire/bench/internal/measure"
	"github.com/mcpwire/mcpwire/bench/internal/report"
)

// figures has three messages, none of them in the order of their sizes, and a peer that cannot do all of them.
func figures() report.Section {
	s := report.Section{Title: "Decode"}
	for i, size := range []int{300, 1 << 20, 90} {
		cell := func(codec string, safe bool, ns float64) report.Cell {
			return report.Cell{Codec: codec, Safe: safe, Result: measure.Result{Nanoseconds: ns, Bytes: size}}
		}
		row := report.Row{Message: []string{"call", "image", "progress"}[i], Bytes: size, Cells: []report.Cell{
			cell("encoding-json", true, float64(size*10)), cell("sonic-nocopy", false, float64(size)), cell("mcpwire", true, float64(size)/2),
			cell("nobody knows it", true, float64(size)),
		}}
		if i != 1 {
			row.Cells = append(row.Cells, cell("easyjson", true, float64(size*2)))
		}
		s.Rows = append(s.Rows, row)
	}
	return s
}

// texts checks that b is XML, and returns the texts in it.
func texts(t *testing.T, b []byte) []string {
	t.Helper()
	var all []string
	d := xml.NewDecoder(strings.NewReader(string(b)))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		if text, ok := token.(xml.CharData); ok && len(strings.TrimSpace(string(text))) > 0 {
			all = append(all, string(text))
		}
	}
}

func TestCharts(t *testing.T) {
	t.Parallel()
	bySize, err := charts.SpeedBySize(figures())
	require.NoError(t, err)
	require.Subset(t, texts(t, bySize), []string{
		"Decode: speed by size of the message", "bytes", "MB/s", "mcpwire", "sonic-nocopy (unsafe)", "easyjson", "encoding-json", "1000", "100000",
	})
	shares, err := charts.Shares(figures())
	require.NoError(t, err)
	require.Subset(t, texts(t, shares), []string{
		"Decode: speed of the peers, mcpwire = 1", "share of mcpwire's speed", "mcpwire", "sonic-nocopy (unsafe)", "easyjson", "call", "image", "progress",
	})
	for _, chart := range [][]byte{bySize, shares} {
		require.True(t, strings.HasPrefix(string(chart), "<?xml"))
		require.NotContains(t, string(chart), "goccy", "it has no figures")
		require.NotContains(t, string(chart), "nobody knows it", "charts show a choice")
		require.NotContains(t, string(chart), "NaN")
		require.Equal(t, strings.Count(string(chart), "<text"), strings.Count(string(chart), ",sans-serif;"), "no text has another font")
	}
}

// The file changes only if the figures do.
func TestChartsAreDeterministic(t *testing.T) {
	t.Parallel()
	for _, draw := range []func(report.Section) ([]byte, error){charts.SpeedBySize, charts.Shares} {
		want, err := draw(figures())
		require.NoError(t, err)
		for range 5 {
			got, err := draw(figures())
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		}
		other := figures()
		other.Rows[0].Cells[2].Nanoseconds *= 2
		got, err := draw(other)
		require.NoError(t, err)
		require.NotEqual(t, string(want), string(got))
	}
}

func TestChartsOfNothing(t *testing.T) {
	t.Parallel()
	for _, draw := range []func(report.Section) ([]byte, error){charts.SpeedBySize, charts.Shares} {
		_, err := draw(report.Section{Title: "Decode"})
		require.EqualError(t, err, "charts: no figures for Decode")
	}
}
