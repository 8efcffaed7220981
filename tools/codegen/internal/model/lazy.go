package model

import "github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"

// later normalizes a schema inside another one. A combination may refer to what is being normalized
// right now, such as a tree whose branches are anyOf the tree and a list of it, so it waits until
// its surroundings are done, or until somebody has to know.
func (n *normalizer) later(s *jsonschema.Schema, isMember bool) *shape {
	if got := n.memo[s]; got != nil && !isMember {
		return got
	}
	if !isCombination(s) {
		return n.asMember(n.schema(s), isMember)
	}
	got := &shape{pos: s.Pos, lazy: s, lazyMember: isMember}
	n.pending = append(n.pending, got)
	return got
}

// force completes a shape that waits.
func (n *normalizer) force(s *shape) *shape {
	if s.lazy != nil {
		*s = *n.asMember(n.schema(s.lazy), s.lazyMember)
	}
	return s
}

// drain completes all shapes that wait.
func (n *normalizer) drain() {
	for len(n.pending) > 0 {
		last := len(n.pending) - 1
		s := n.pending[last]
		n.pending = n.pending[:last]
		n.force(s)
	}
}

// isCombination reports whether normalizing s looks into other schemas than those inside it.
func isCombination(s *jsonschema.Schema) bool {
	return s.AllOf != nil || s.AnyOf != nil || s.OneOf != nil || s.Ref != "" && (s.Types != nil || s.Const != nil || s.Enum != nil || inferTypes(s) != nil)
}

// asMember makes a const of an enum of one value, which is what that means for a member.
func (n *normalizer) asMember(s *shape, isMember bool) *shape {
	if !isMember || s.form != enumForm || len(s.values) != 1 || s.null {
		return s
	}
	c := copyOf(s)
	c.form, c.constant, c.values = stringForm, quoteJSON(s.values[0]), nil
	return c
}

// touchesBusy reports whether normalizing s now would meet a schema that is being normalized.
func (n *normalizer) touchesBusy(s *jsonschema.Schema, depth int) bool {
	if depth > maxDepth || n.busy[s] {
		return true
	}
	if n.memo[s] != nil {
		return false
	}
	if s.Target != nil && n.touchesBusy(s.Target, depth+1) {
		return true
	}
	for _, list := range [][]*jsonschema.Schema{s.AllOf, s.AnyOf, s.OneOf} {
		for _, inner := range list {
			if n.touchesBusy(inner, depth+1) {
				return true
			}
		}
	}
	return false
}
