package report

import (
	"io"
	"slices"
	"strings"
)

// Part is a portion of the file that is measured, and replaced, by itself. It says when and on what.
type Part struct {
	// Name is one word.
	Name string
	// Text is Markdown.
	Text string
}

const intro = "# Benchmark results\n\nWritten by `make bench`; do not edit. Absolute times drift between machines and runs: compare within one run only.\n"

// WriteFile writes the whole file: the named parts in their order, each from fresh, or else as it stands in old, the text of the
// file before. A part that is in neither is left out.
func WriteFile(w io.Writer, order []string, fresh []Part, old string) error {
	var b strings.Builder
	b.WriteString(intro)
	for _, name := range order {
		text, ok := cut(old, name)
		for _, p := range fresh {
			if p.Name == name {
				text, ok = "\n"+strings.TrimSpace(p.Text)+"\n\n", true
			}
		}
		if ok {
			b.WriteString("\n" + begin(name) + text + end(name))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func begin(name string) string { return "<!-- begin " + name + " -->\n" }
func end(name string) string   { return "<!-- end " + name + " -->\n" }

// cut returns the named part of a file.
func cut(file, name string) (text string, ok bool) {
	if _, text, ok = strings.Cut(file, begin(name)); !ok {
		return "", false
	}
	text, _, ok = strings.Cut(text, end(name))
	return text, ok
}

// Targets is the name of the part that says which targets of the transports hold. It is not measured, but read from the other parts.
const Targets = "targets"

// WithTargets is WriteFile with the part Targets, if order has it and the file has tables for it. Notes are as in Report.
func WithTargets(w io.Writer, order []string, fresh []Part, old string, notes map[string]string) error {
	var b strings.Builder
	others := slices.DeleteFunc(slices.Clone(order), func(name string) bool { return name == Targets })
	if err := WriteFile(&b, others, fresh, old); err != nil {
		return err
	}
	if text := TransportTargets(b.String(), notes); text != "" {
		fresh = append(slices.Clone(fresh), Part{Name: Targets, Text: text})
	} else {
		order = others
	}
	return WriteFile(w, order, fresh, old)
}

// Facts writes pairs of a name and a value as a table.
func Facts(facts [][2]string) string {
	var b strings.Builder
	table(&b, []string{"", ""}, pairs(facts))
	return b.String()
}

// Sheet is a table with a title and a sentence or two.
type Sheet struct {
	Title, About string
	Head         []string
	Rows         [][]string
}

// Markdown writes s under a heading of the given level.
func (s Sheet) Markdown(level int) string {
	var b strings.Builder
	b.WriteString(strings.Repeat("#", level) + " " + s.Title + "\n\n")
	if s.About != "" {
		b.WriteString(s.About + "\n\n")
	}
	if len(s.Rows) > 0 {
		table(&b, s.Head, s.Rows)
	}
	return b.String()
}
