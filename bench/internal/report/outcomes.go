package report

import (
	"fmt"
	"strconv"
)

// Outcome is what was measured for a target. Without Text, nothing was.
type Outcome struct {
	Text  string
	Holds bool
}

// cells are the outcome in a table.
func (o Outcome) cells() []string {
	switch {
	case o.Text == "":
		return []string{"", ""}
	case o.Holds:
		return []string{o.Text, "yes"}
	default:
		return []string{o.Text, "**no**"}
	}
}

func (o Outcome) fails() bool { return o.Text != "" && !o.Holds }

// Figures are the measurements that targets are about, of one Level.
type Figures struct {
	Baseline string
	Sections []Section
	// Events are the speeds of the reader and the writer of event streams.
	Events []Speed
}

// Speed is how fast something goes that is not compared with other codecs.
type Speed struct {
	Name           string
	GBPerS, Allocs float64
}

// section returns the titled section, empty if it was not measured.
func (f Figures) section(title string) Section {
	for _, s := range f.Sections {
		if s.Title == title {
			return s
		}
	}
	return Section{}
}

// smallMessage is the size, in bytes, below which a message counts as small.
const smallMessage = 4 << 10

func isSmall(r Row) bool { return r.Bytes < smallMessage }
func isAny(Row) bool     { return true }

// noAllocations looks at mcpwire's row that uses memory again.
func noAllocations(s Section, _ Figures) Outcome { return allocationsUpTo(s, isAny, Subject, 0) }

func fewAllocations(most float64) func(Section, Figures) Outcome {
	return func(s Section, _ Figures) Outcome { return allocationsUpTo(s, isSmall, Subject+"-owned", most) }
}

// allocationsUpTo tolerates what the runtime allocates now and then on its own.
func allocationsUpTo(s Section, keep func(Row) bool, codec string, most float64) Outcome {
	const strays = 0.05
	worst, at, n := -1.0, "", 0
	for _, row := range s.Rows {
		own := row.cell(codec)
		if own == nil || !keep(row) {
			continue
		}
		n++
		if own.Allocs > worst {
			worst, at = own.Allocs, row.Message
		}
	}
	if n == 0 {
		return Outcome{}
	}
	o := Outcome{Holds: worst <= most+strays, Text: "at most " + number(worst) + ", " + at}
	if worst < strays {
		o.Text = "none on " + strconv.Itoa(n)
	}
	return o
}

// ahead compares mcpwire with the fastest of some peers on each of some messages.
func ahead(peers func(Cell) bool, keep func(Row) bool) func(Section, Figures) Outcome {
	return func(s Section, _ Figures) Outcome {
		return leastOf(s, keep, func(row Row) (ratio float64, ok bool) { return row.over(peers) })
	}
}

// leastOf wants a ratio of 1 on each of some messages, and tells the least.
func leastOf(s Section, keep func(Row) bool, ratio func(Row) (float64, bool)) Outcome {
	least, at, n, kept := 0.0, "", 0, 0
	for _, row := range s.Rows {
		x, ok := ratio(row)
		if !ok || !keep(row) {
			continue
		}
		kept++
		if x >= 1 {
			n++
		}
		if at == "" || x < least {
			least, at = x, row.Message
		}
	}
	if kept == 0 {
		return Outcome{}
	}
	return Outcome{Holds: n == kept, Text: fmt.Sprintf("%d of %d; least %s, %s", n, kept, times(least), at)}
}

func meanOver(peers func(Cell) bool, least float64) func(Section, Figures) Outcome {
	return func(s Section, _ Figures) Outcome {
		return meanOutcome(s, least, func(r Row) (float64, bool) { return r.over(peers) })
	}
}

func meanOverBaseline(least float64) func(Section, Figures) Outcome {
	return func(s Section, f Figures) Outcome {
		return meanOutcome(s, least, func(r Row) (float64, bool) {
			return r.over(func(c Cell) bool { return c.Codec == f.Baseline })
		})
	}
}

func meanOutcome(s Section, least float64, ratio func(Row) (float64, bool)) Outcome {
	mean, ok := s.mean(ratio)
	if !ok {
		return Outcome{}
	}
	return Outcome{Holds: mean >= least, Text: times(mean)}
}

// withinPlain compares copies of messages with the messages themselves.
func withinPlain(most float64) func(Section, Figures) Outcome {
	return func(copies Section, f Figures) Outcome {
		worst, at := 0.0, ""
		for _, row := range copies.Rows {
			own, plain := row.cell(Subject), f.section(Decode).row(row.Of).cell(Subject)
			if own == nil || plain == nil {
				continue
			}
			if x := own.Nanoseconds / plain.Nanoseconds; x > worst {
				worst, at = x, row.Message
			}
		}
		if at == "" {
			return Outcome{}
		}
		return Outcome{Holds: worst <= most, Text: "at most " + times(worst) + ", " + at}
	}
}

func slowest(events []Speed, least float64) Outcome {
	worst := -1
	for i, k := range events {
		if worst < 0 || k.GBPerS < events[worst].GBPerS {
			worst = i
		}
	}
	if worst < 0 {
		return Outcome{}
	}
	return Outcome{Holds: events[worst].GBPerS > least, Text: "least " + digits(events[worst].GBPerS) + " GB/s, " + events[worst].Name}
}

func mostAllocating(events []Speed) Outcome {
	for _, k := range events {
		if k.Allocs > 0 {
			return Outcome{Text: number(k.Allocs) + ", " + k.Name}
		}
	}
	if len(events) == 0 {
		return Outcome{}
	}
	return Outcome{Holds: true, Text: "none"}
}

// neverSlower compares mcpwire with the baseline alone, whatever the work.
func neverSlower(f Figures) Outcome {
	all := Section{}
	for _, s := range f.Sections {
		for _, row := range s.Rows {
			row.Message = s.Title + ", " + row.Message
			all.Rows = append(all.Rows, row)
		}
	}
	return leastOf(all, isAny, func(r Row) (float64, bool) {
		return r.over(func(c Cell) bool { return c.Codec == f.Baseline })
	})
}
