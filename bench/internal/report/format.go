package report

import (
	"fmt"
	"strconv"
	"strings"
)

// duration writes nanoseconds with three digits that count.
func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return digits(ns) + " ns"
	case ns < 1e6:
		return digits(ns/1e3) + " us"
	default:
		return digits(ns/1e6) + " ms"
	}
}

func times(ratio float64) string { return digits(ratio) + "x" }

func digits(x float64) string {
	switch {
	case x < 10:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x < 100:
		return strconv.FormatFloat(x, 'f', 1, 64)
	default:
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
}

// number writes a count: whole numbers without a fraction, and nothing for next to nothing.
func number(x float64) string {
	if x < 0.005 {
		return "0"
	}
	if x == float64(int64(x)) || x >= 100 {
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
	return strings.TrimSuffix(digits(x), ".00")
}

func pairs(in [][2]string) [][]string {
	out := make([][]string, len(in))
	for i, p := range in {
		out[i] = []string{p[0], p[1]}
	}
	return out
}

// table writes a Markdown table with padded columns, so that it can be read as it is.
func table(b *strings.Builder, head []string, rows [][]string) {
	widths := make([]int, len(head))
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], len(cell), 3)
		}
	}
	line := func(row []string) {
		for i, cell := range row {
			fmt.Fprintf(b, "| %-*s ", widths[i], cell)
		}
		b.WriteString("|\n")
	}
	line(head)
	for _, w := range widths {
		b.WriteString("|" + strings.Repeat("-", w+2))
	}
	b.WriteString("|\n")
	for _, row := range rows {
		line(row)
	}
	b.WriteByte('\n')
}
