package report

import (
	"strconv"
	"strings"
)

// readSheets returns the tables of a file that WriteFile has written. The title of a table is its heading, after that of the section that it is
// in if it has one of its own: "HTTP clients, 300 B, 1 in flight".
func readSheets(file string) []Sheet {
	var all []Sheet
	var section, title string
	inside := false
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "### "):
			title = section + ", " + line[4:]
		case strings.HasPrefix(line, "## "):
			section = line[3:]
			title = section
		}
		cells, ok := readRow(line)
		switch {
		case !ok:
		case !inside:
			all = append(all, Sheet{Title: title, Head: cells})
		case !strings.HasPrefix(line, "|--"):
			last := &all[len(all)-1]
			last.Rows = append(last.Rows, cells)
		}
		inside = ok
	}
	return all
}

// readRow returns the cells of a line of a table.
func readRow(line string) ([]string, bool) {
	inner, ok := strings.CutPrefix(line, "|")
	if !ok {
		return nil, false
	}
	cells := strings.Split(strings.TrimSuffix(inner, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells, true
}

// figure returns the number that a cell begins with, as in "99.98 %"; "3 of 4" is the quotient.
func figure(cell string) (float64, bool) {
	words := strings.Fields(cell)
	if len(words) == 0 {
		return 0, false
	}
	x, err := strconv.ParseFloat(words[0], 64)
	if err != nil {
		return 0, false
	}
	if len(words) >= 3 && words[1] == "of" {
		all, err := strconv.ParseFloat(words[2], 64)
		if err != nil {
			return 0, false
		}
		x /= all
	}
	return x, true
}
