package report

import (
	"fmt"
	"strconv"
	"strings"
)

// Report is the comparison of the codecs.
type Report struct {
	// Facts are pairs of a name and a value: the machine, the versions, the settings.
	Facts [][2]string
	// Baseline is the codec that ratios refer to.
	Baseline string
	// Strictness says of each codec what it checks.
	Strictness [][2]string
	Sections   []Section
	Limits     []Limit
	// Events are the speeds of the reader and the writer of event streams.
	Events []Speed
	// Levels are the comparisons again, with fewer instructions.
	Levels []Level
	// Sheets are tables of other things, written after those of the sections.
	Sheets []Sheet
	// Charts are shown after the summary.
	Charts []Chart
	// Notes say of targets that do not hold what limits them, by the number of the target.
	Notes map[string]string
}

// Chart is a picture. File is where it is, from the file with the tables.
type Chart struct{ Title, File string }

// Limit is what the machine needs for work that is no codec.
type Limit struct {
	Name    string
	Message string
	GBPerS  float64
}

// Markdown returns r as Markdown.
func (r Report) Markdown() string {
	var b strings.Builder
	b.WriteString(Facts(r.Facts))
	r.writeTargets(&b)
	writeStandings(&b, "## How mcpwire does\n\n"+
		"Geometric means of how many times the best peer's time mcpwire is as fast, taking the best peer anew for each message.\n\n", r.Sections)
	for _, c := range r.Charts {
		b.WriteString("![" + c.Title + "](" + c.File + ")\n\n")
	}
	for _, s := range r.Sections {
		r.writeSummary(&b, s)
	}
	for _, s := range r.Sheets {
		b.WriteString(s.Markdown(2))
	}
	r.writeLevels(&b)
	r.writeLimits(&b)
	r.writeStrictness(&b)
	b.WriteString("## Every measurement\n\n")
	for _, s := range r.Sections {
		r.writeDetails(&b, s)
	}
	return b.String()
}

// writeStandings says below a heading how mcpwire does, losses included; nothing if mcpwire was not measured.
func writeStandings(b *strings.Builder, heading string, sections []Section) {
	var rows [][]string
	var losses strings.Builder
	for _, s := range sections {
		st, ok := s.Standing()
		if !ok {
			continue
		}
		rows = append(rows, []string{s.Title, times(st.OverSafe), times(st.OverBest), strconv.Itoa(len(st.Losses)) + " of " + strconv.Itoa(len(s.Rows))})
		for _, loss := range st.Losses {
			fmt.Fprintf(&losses, "- %s, %s\n", s.Title, loss)
		}
	}
	if rows == nil {
		return
	}
	b.WriteString(heading)
	table(b, []string{"", "over the best safe peer", "over the best peer of any strictness", "messages lost"}, rows)
	if losses.Len() > 0 {
		b.WriteString("Losses:\n\n" + losses.String() + "\n")
	}
}

func (r Report) writeSummary(b *strings.Builder, s Section) {
	fmt.Fprintf(b, "## %s\n\n%s\n\n", s.Title, s.About)
	head := []string{"message", "bytes", r.Baseline, "best safe peer", "best peer", "mcpwire"}
	var rows [][]string
	for _, row := range s.Rows {
		base := row.cell(r.Baseline)
		rows = append(rows, []string{
			row.Message, strconv.Itoa(row.Bytes), short(base, nil, false), short(row.best(isSafePeer), base, true),
			short(row.best(isPeer), base, true), short(row.best(isSubject), base, true),
		})
	}
	head, rows = dropEmpty(head, rows)
	table(b, head, rows)
	var means [][]string
	for _, m := range s.Means(r.Baseline) {
		n := float64(m.Messages)
		means = append(means, []string{m.Codec, times(m.Ratio), strconv.Itoa(m.Messages) + " of " + strconv.Itoa(len(s.Rows)), number(m.Allocs / n)})
	}
	table(b, []string{"codec", "times " + r.Baseline + " (geometric mean)", "messages", "allocations (mean)"}, means)
}

// dropEmpty leaves out the last column if nothing is in it.
func dropEmpty(head []string, rows [][]string) ([]string, [][]string) {
	last := len(head) - 1
	for _, row := range rows {
		if row[last] != "" {
			return head, rows
		}
	}
	for i := range rows {
		rows[i] = rows[i][:last]
	}
	return head[:last], rows
}

// short is a cell of a summary: the time, and how many times as fast as base.
func short(c, base *Cell, named bool) string {
	if c == nil {
		return ""
	}
	text := duration(c.Nanoseconds)
	if base != nil {
		text += " (" + times(base.Nanoseconds/c.Nanoseconds) + ")"
	}
	if named {
		text = c.Codec + " " + text
	}
	return text
}

// writeDetails writes one matrix of messages and codecs for each quantity.
func (r Report) writeDetails(b *strings.Builder, s Section) {
	quantities := []struct {
		name string
		text func(c, base *Cell) string
	}{
		{"time", func(c, _ *Cell) string { return duration(c.Nanoseconds) }},
		{"MB/s", func(c, _ *Cell) string { return number(c.MBPerSecond()) }},
		{"times " + r.Baseline, func(c, base *Cell) string {
			if base == nil {
				return ""
			}
			return times(base.Nanoseconds / c.Nanoseconds)
		}},
		{"allocations", func(c, _ *Cell) string { return number(c.Allocs) }},
		{"bytes allocated", func(c, _ *Cell) string { return number(c.AllocBytes) }},
	}
	codecs := s.codecs()
	for _, q := range quantities {
		fmt.Fprintf(b, "### %s: %s\n\n", s.Title, q.name)
		var rows [][]string
		for _, row := range s.Rows {
			cells := []string{row.Message}
			for _, name := range codecs {
				text := ""
				if c := row.cell(name); c != nil {
					text = q.text(c, row.cell(r.Baseline))
				}
				cells = append(cells, text)
			}
			rows = append(rows, cells)
		}
		table(b, append([]string{"message"}, codecs...), rows)
	}
}

func (r Report) writeStrictness(b *strings.Builder) {
	b.WriteString(`## What the codecs check

Found out by trying. Decoding, before the slash: **utf8** bad UTF-8 in a string is refused or replaced; **raw** a raw value is checked against the grammar;
**rawutf8** bad UTF-8 inside one is refused; **skip** the value of an unknown member is checked; **ctrl** control characters in strings are refused;
**dup** a member that comes twice is refused; **case** names match exactly. Encoding, after it: **utf8** the output is UTF-8 whatever a Go string holds;
**raw** raw values are checked. A codec counts as safe if it does utf8 and raw.

`)
	table(b, []string{"codec", "checks"}, pairs(r.Strictness))
}

func (r Report) writeLimits(b *strings.Builder) {
	if len(r.Limits) == 0 {
		return
	}
	b.WriteString("## Limits of the machine\n\n" +
		"What this machine needs to copy the bytes of a message, to look for a byte in them, and to check them with the standard library.\n\n")
	var rows [][]string
	for _, l := range r.Limits {
		rows = append(rows, []string{l.Name, l.Message, number(l.GBPerS)})
	}
	table(b, []string{"work", "on the bytes of", "GB/s"}, rows)
}
