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
	Bytes   int
	Cells   []Cell
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
	var safe, best, rows float64
	for _, row := range s.Rows {
		own, anyPeer, safePeer := row.best(isSubject), row.best(isPeer), row.best(isSafePeer)
		if own == nil || anyPeer == nil || safePeer == nil {
			continue
		}
		rows++
		safe += math.Log(safePeer.Nanoseconds / own.Nanoseconds)
		best += math.Log(anyPeer.Nanoseconds / own.Nanoseconds)
		if anyPeer.Nanoseconds < own.Nanoseconds {
			st.Losses = append(st.Losses, lossText(row, *own, *anyPeer))
		}
	}
	if rows == 0 {
		return Standing{}, false
	}
	st.OverSafe, st.OverBest = math.Exp(safe/rows), math.Exp(best/rows)
	return st, true
}

func lossText(row Row, own, peer Cell) string {
	text := row.Message + ": " + peer.Codec + " needs " + duration(peer.Nanoseconds) + ", " + own.Codec + " " + duration(own.Nanoseconds)
	if !peer.Safe {
		text += " (that peer does not check what it reads or writes)"
	}
	return text
}
