package report

import (
	"slices"
	"strings"
)

const aboutKernels = "The loops that the codec leaves long texts to, in GB/s of what they read, at each level of instructions: 64 KiB of text without " +
	"escapes (plain), of source code with an escape every few bytes, of French (latin) and Chinese (cjk), and of compact JSON. Wall time, fastest run. " +
	"memmove and IndexByte are the standard library's and use what they like; lines of a stream are found by IndexByte."

// Kernels returns the table of speeds whose names are kernel/text/level. Levels are columns, in the order of their first appearance.
func Kernels(speeds []Speed) Sheet {
	s := Sheet{Title: "Kernels", About: aboutKernels, Head: []string{"kernel", "text"}}
	for _, x := range speeds {
		name, level := cutLast(x.Name)
		kernel, text := cutLast(name)
		column := slices.Index(s.Head, level)
		if column < 0 {
			column = len(s.Head)
			s.Head = append(s.Head, level)
		}
		if n := len(s.Rows); n == 0 || s.Rows[n-1][0] != kernel || s.Rows[n-1][1] != text {
			s.Rows = append(s.Rows, []string{kernel, text})
		}
		last := &s.Rows[len(s.Rows)-1]
		for len(*last) <= column {
			*last = append(*last, "")
		}
		(*last)[column] = digits(x.GBPerS)
	}
	for i, row := range s.Rows {
		for len(row) < len(s.Head) {
			row = append(row, "")
		}
		s.Rows[i] = row
	}
	return s
}

// cutLast cuts s at its last slash, if there is one.
func cutLast(s string) (before, after string) {
	i := strings.LastIndexByte(s, '/')
	return s[:max(i, 0)], s[i+1:]
}

// Events returns the table of the reader and the writer of event streams.
func Events(speeds []Speed) Sheet {
	s := Sheet{
		Title: "Event streams",
		About: "The reader and the writer of event streams on events of 1 KiB: with each kind of line break, and with one event to a read. Wall time, fastest run.",
		Head:  []string{"", "GB/s", "allocations"},
	}
	for _, x := range speeds {
		s.Rows = append(s.Rows, []string{x.Name, digits(x.GBPerS), number(x.Allocs)})
	}
	return s
}
