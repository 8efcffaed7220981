package report

import (
	"slices"
	"strings"
)

// The names of levels: what the machine has less of than the rest of the report.
const (
	NoAVX512 = "without AVX-512"
	Purego   = "purego"
)

// Level is some of the comparisons once more, by a program that has fewer instructions to use.
type Level struct {
	Name string
	// About says how it was made, in a sentence or two.
	About    string
	Sections []Section
	Events   []Speed
}

// figures returns those of the named level, or of the report itself for "".
func (r Report) figures(level string) Figures {
	if level == "" {
		return Figures{Baseline: r.Baseline, Sections: r.Sections, Events: r.Events}
	}
	for _, l := range r.Levels {
		if l.Name == level {
			return Figures{Baseline: r.Baseline, Sections: l.Sections, Events: l.Events}
		}
	}
	return Figures{Baseline: r.Baseline}
}

// writeLevels puts mcpwire's times at all levels side by side, and how it does at each of them.
func (r Report) writeLevels(b *strings.Builder) {
	if len(r.Levels) == 0 {
		return
	}
	b.WriteString("## With fewer instructions\n\n")
	for _, l := range r.Levels {
		b.WriteString("- " + l.Name + ": " + l.About + "\n")
	}
	b.WriteByte('\n')
	for _, s := range r.Sections {
		r.writeLevelTimes(b, s)
	}
	for _, l := range r.Levels {
		writeStandings(b, "### How mcpwire does, "+l.Name+"\n\n", l.Sections)
	}
}

// writeLevelTimes compares the levels on the work of one section. Each level has been timed in a process of its own: the last columns are
// ratios within one process.
func (r Report) writeLevelTimes(b *strings.Builder, s Section) {
	head := []string{"message", "mcpwire"}
	var levels []Section
	for _, l := range r.Levels {
		if i := slices.IndexFunc(l.Sections, func(x Section) bool { return x.Title == s.Title }); i >= 0 {
			levels = append(levels, l.Sections[i])
			head = append(head, l.Name)
		}
	}
	if levels == nil {
		return
	}
	for _, name := range slices.Clone(head[2:]) {
		head = append(head, "times "+r.Baseline+", "+name)
	}
	var rows [][]string
	for _, row := range s.Rows {
		cells := []string{row.Message, short(row.best(isSubject), nil, false)}
		var ratios []string
		for _, l := range levels {
			at := l.row(row.Message)
			cells = append(cells, short(at.best(isSubject), nil, false))
			ratio := ""
			if x, ok := at.over(func(c Cell) bool { return c.Codec == r.Baseline }); ok {
				ratio = times(x)
			}
			ratios = append(ratios, ratio)
		}
		rows = append(rows, append(cells, ratios...))
	}
	b.WriteString("### " + s.Title + ": mcpwire at each level\n\n")
	table(b, head, rows)
}
