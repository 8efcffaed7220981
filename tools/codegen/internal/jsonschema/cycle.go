package jsonschema

import "fmt"

// findCycles reports schemas that lead back to themselves by $ref, allOf, anyOf and oneOf alone:
// no validator could ever end, and neither could a stage that flattens them. Recursion through
// a member or an item is fine.
func (l *Loader) findCycles() {
	w := cycleWalk{state: make(map[*Schema]walkState)}
	for _, s := range l.refs {
		if w.visit(s) {
			l.problems.add(w.error())
			if w.tooLong || l.problems.full() {
				break
			}
			w.cycle = nil
		}
	}
	l.refs = nil
}

// maxChain bounds how many schemas lead to one another by $ref, allOf, anyOf and oneOf, so that later
// stages may recurse.
const maxChain = 10000

type walkState uint8

const (
	unseen walkState = iota
	open             // on the way from the start
	done
)

type cycleWalk struct {
	state map[*Schema]walkState
	way   []*Schema
	cycle []*Schema

	tooLong bool // cycle is none, but a way of maxChain schemas
}

// visit walks depth first and reports whether it met a cycle, which is then in w.cycle.
func (w *cycleWalk) visit(s *Schema) bool {
	switch w.state[s] {
	case done:
		return false
	case open:
		for i := range w.way {
			if w.way[i] == s {
				w.cycle = append(w.cycle, w.way[i:]...)
			}
		}
		return true
	}
	if len(w.way) == maxChain {
		w.cycle = append(w.cycle, w.way...)
		w.tooLong = true
		return true
	}
	w.state[s] = open
	w.way = append(w.way, s)
	found := s.Target != nil && w.visit(s.Target)
	for _, subs := range [...][]*Schema{s.AllOf, s.AnyOf, s.OneOf} {
		for _, sub := range subs {
			if !found {
				found = w.visit(sub)
			}
		}
	}
	w.way = w.way[:len(w.way)-1]
	w.state[s] = done
	return found
}

// error names the cycle at its first $ref; there is one, since everything else is a tree.
func (w *cycleWalk) error() *Error {
	for _, s := range w.cycle {
		if s.Target != nil && w.tooLong {
			return &Error{Pos: s.KeywordPos("$ref"), Msg: fmt.Sprintf("$ref %q begins a chain of more than %d references", s.Ref, maxChain)}
		}
		if s.Target != nil {
			return &Error{
				Pos:  s.KeywordPos("$ref"),
				Msg:  fmt.Sprintf("$ref %q leads back to itself", s.Ref),
				Hint: "recursion must go through a member or an item",
			}
		}
	}
	return &Error{Pos: w.cycle[0].Pos, Msg: "the schema contains itself"}
}
