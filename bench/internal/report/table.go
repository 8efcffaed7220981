// Package report turns measurements into Markdown tables: what each codec needs for each message, who is best, and
// where mcpwire loses.
package report

import (
	"math"
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
)

// Subject is what the names of mcpwire's own rows start with.
const Subject = "mcpwire"

// The titles of the sections that targets are about.
const (
	Decode   = "Decode"
	Encode   = "Encode"
	Envelope = "Envelope"
	Copies   = "Decode copies in another order and with unknown members"
	Fresh    = "Decode into new values"
)

// Section is one comparison: the same work on several messages by several codecs.
type Section struct {
	Title string
	// About says what is measured, in a sentence or two.
	About string
	Rows  []Row
}

// Row is what the codecs need for one message.
type Row struct {
	Message string
	// Of is the message that this one is a copy of, with the members in another order or with unknown ones; else the message itself.
	Of    string
	Bytes int
	Cells []Cell
}

// Cell is what one codec needs. Safe says whether it checks what it must for this kind of work.
type Cell struct {
	Codec string
	Safe  bool
	measure.Result
}

// cell returns what the named codec needs, or nil if it has no code for the message.
func (r Row) cell(name string) *Cell {
	for i := range r.Cells {
		if r.Cells[i].Codec == name {
			return &r.Cells[i]
		}
	}
	return nil
}

// row returns the row of the named message, empty if there is none.
func (s Section) row(message string) Row {
	for _, r := range s.Rows {
		if r.Message == message {
			return r
		}
	}
	return Row{}
}

// codecs returns the names of all codecs in s, in the order of their first appearance.
func (s Section) codecs() []string {
	var names []string
	for _, row := range s.Rows {
		for _, c := range row.Cells {
			if !slices.Contains(names, c.Codec) {
				names = append(names, c.Codec)
			}
		}
	}
	return names
}

// best returns the fastest cell among those that keep lets through, or nil.
func (r Row) best(keep func(Cell) bool) *Cell {
	var best *Cell
	for i := range r.Cells {
		if c := &r.Cells[i]; keep(*c) && (best == nil || c.Nanoseconds < best.Nanoseconds) {
			best = c
		}
	}
	return best
}

func isSubject(c Cell) bool  { return strings.HasPrefix(c.Codec, Subject) }
func isPeer(c Cell) bool     { return !isSubject(c) }
func isSafePeer(c Cell) bool { return isPeer(c) && c.Safe }

// Mean is a codec's geometric mean of how many times it is as fast as the baseline.
type Mean struct {
	Codec    string
	Ratio    float64
	Messages int
	Allocs   float64
}

// Means returns a mean for each codec of s, in the order of their first appearance. Codecs that cannot
// do every message have a mean over those that they can.
func (s Section) Means(baseline string) []Mean {
	var means []Mean
	index := map[string]int{}
	for _, row := range s.Rows {
		base := row.cell(baseline)
		if base == nil {
			continue
		}
		for _, c := range row.Cells {
			i, ok := index[c.Codec]
			if !ok {
				i = len(means)
				index[c.Codec] = i
				means = append(means, Mean{Codec: c.Codec})
			}
			means[i].Ratio += math.Log(base.Nanoseconds / c.Nanoseconds)
			means[i].Allocs += c.Allocs
			means[i].Messages++
		}
	}
	for i := range means {
		means[i].Ratio = math.Exp(means[i].Ratio / float64(means[i].Messages))
	}
	return means
}

// Standing is how the subject's best row compares with the peers over a whole section: geometric means of
// the peers' time over the subject's. Losses are the messages on which a peer was faster.
type Standing struct {
	OverSafe, OverBest float64
	Losses             []string
}

// Standing returns false if the subject has no rows in s.
func (s Section) Standing() (Standing, bool) {
	var st Standing
	var ok bool
	if st.OverSafe, ok = s.mean(func(r Row) (float64, bool) { return r.over(isSafePeer) }); !ok {
		return st, false
	}
	st.OverBest, _ = s.mean(func(r Row) (float64, bool) { return r.over(isPeer) })
	for _, row := range s.Rows {
		if ratio, ok := row.over(isPeer); ok && ratio < 1 {
			st.Losses = append(st.Losses, lossText(row, *row.best(isSubject), *row.best(isPeer)))
		}
	}
	return st, true
}

// mean is a geometric mean over the rows that have the ratio. It returns false if none has.
func (s Section) mean(ratio func(Row) (float64, bool)) (float64, bool) {
	sum, n := 0.0, 0.0
	for _, row := range s.Rows {
		if x, ok := ratio(row); ok {
			sum += math.Log(x)
			n++
		}
	}
	return math.Exp(sum / n), n > 0
}

// over returns how many times as fast as the fastest of some peers mcpwire is.
func (r Row) over(peers func(Cell) bool) (ratio float64, ok bool) {
	own, peer := r.best(isSubject), r.best(peers)
	if own == nil || peer == nil {
		return 0, false
	}
	return peer.Nanoseconds / own.Nanoseconds, true
}

func lossText(row Row, own, peer Cell) string {
	text := row.Message + ": " + peer.Codec + " needs " + duration(peer.Nanoseconds) + ", " + own.Codec + " " + duration(own.Nanoseconds)
	if !peer.Safe {
		text += " (that peer does not check what it reads or writes)"
	}
	return text
}
