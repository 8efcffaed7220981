package model

import (
	"slices"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// intersectAll merges what several schemas say about the same value; nil if there are none.
func (n *normalizer) intersectAll(parts []*shape, pos jsonschema.Pos) *shape {
	if len(parts) == 0 {
		return nil
	}
	got := parts[0]
	for _, p := range parts[1:] {
		both, conflict := n.meet(got, p)
		if conflict != "" {
			return n.fail(pos, "the schemas that hold here contradict each other: "+conflict,
				"no value can satisfy all of them; check allOf and the keywords beside $ref")
		}
		got = both
	}
	return got
}

// maxMeets bounds the work of merging, and maxAlts the alternatives that allOf of anyOf multiplies to.
const (
	maxMeets = 1 << 18
	maxAlts  = 256
)

// meet returns the shape of the values that are of both shapes, or says why there are none.
func (n *normalizer) meet(a, b *shape) (*shape, string) {
	n.meets++
	n.depth++
	defer func() { n.depth-- }()
	if n.meets > maxMeets || n.depth > maxDepth {
		return nil, "their combinations have no end"
	}
	n.force(a)
	n.force(b)
	switch {
	case b.anything():
		return annotated(a, b), ""
	case a.anything():
		return annotated(b, a), ""
	case a.form == refForm && b.form == refForm && a.def == b.def:
		return annotated(a, b), ""
	}
	fa, fb := n.flat(a), n.flat(b)
	switch {
	case fb.anything():
		return annotated(a, b), ""
	case fa.anything():
		return annotated(b, a), ""
	case fb.onlyNull() && fa.null:
		return annotated(b, a), ""
	case fa.onlyNull() && fb.null:
		return annotated(a, b), ""
	case fb.form == openForm && n.fits(fa, fb.rawKinds):
		return annotated(a, b), ""
	case fa.form == openForm && n.fits(fb, fa.rawKinds):
		return annotated(b, a), ""
	case fa.form == unionForm || fa.form == kindsForm:
		return n.meetEach(fa, b)
	case fb.form == unionForm || fb.form == kindsForm:
		return n.meetEach(fb, a)
	case fa.form == objectForm && fb.form == objectForm:
		return n.meetObjects(fa, fb)
	case fa.form == listForm && fb.form == listForm, fa.form == dictForm && fb.form == dictForm:
		elem, conflict := n.meet(fa.elem, fb.elem)
		if conflict != "" {
			return nil, "the elements: " + conflict
		}
		got := annotated(fa, fb)
		got.origin = nil
		got.elem, got.rules = elem, joinRules(fa.rules, fb.rules)
		return got, ""
	case fa.form == dictForm && fb.form == objectForm:
		return withRest(annotated(fb, fa), fa), "" // members beyond the known ones stay raw
	case fb.form == dictForm && fa.form == objectForm:
		return withRest(annotated(fa, fb), fb), ""
	}
	return meetScalars(a, b, fa, fb)
}

// flat follows references; the copy remembers whose shape it is.
func (n *normalizer) flat(s *shape) *shape {
	if s.form != refForm {
		return s
	}
	t := copyOf(n.target(s))
	t.null = t.null || s.null
	if t.hint == "" {
		t.hint = s.def.key
	}
	return t
}

// fits reports whether every value of s is of one of the JSON kinds.
func (n *normalizer) fits(s *shape, kinds []string) bool {
	switch s.form {
	case unionForm:
		return slices.Contains(kinds, "object")
	case kindsForm, eitherForm:
		return false
	case openForm:
		return s.rawKinds != nil && !slices.ContainsFunc(s.rawKinds, func(k string) bool { return !slices.Contains(kinds, k) })
	}
	return slices.Contains(kinds, s.jsonKind())
}

// meetEach merges b into each alternative of u that can take it.
func (n *normalizer) meetEach(u, b *shape) (*shape, string) {
	var alts []*shape
	first := ""
	for _, alt := range u.alts {
		both, conflict := n.meet(alt, b)
		if conflict != "" {
			if first == "" {
				first = conflict
			}
			continue
		}
		if both.hint == "" && alt.form == refForm {
			both.hint = alt.def.key
		}
		if len(alts)+len(both.alts) > maxAlts {
			return nil, "more than " + itoa(maxAlts) + " alternatives"
		}
		alts = append(alts, both)
	}
	if len(alts) == 0 {
		return nil, first
	}
	got := annotated(n.alternatives(alts, u.pos), u)
	if fb := n.flat(b); u.null && (fb.null || fb.form == openForm && (fb.rawKinds == nil || slices.Contains(fb.rawKinds, "null"))) {
		got.null = true // it is no alternative of its own
	}
	return got, ""
}

func (n *normalizer) meetObjects(a, b *shape) (*shape, string) {
	got := withRest(annotated(a, b), b)
	got.origin = nil
	got.closed = a.closed || b.closed
	got.rules = joinRules(a.rules, b.rules)
	got.props = nil
	for _, p := range a.props {
		c := *p
		if other := b.prop(p.name); other != nil {
			both, conflict := n.meet(p.shape, other.shape)
			if conflict != "" {
				return nil, "member " + quote(p.name) + ": " + conflict
			}
			c.shape, c.required = both, p.required || other.required
		}
		got.props = append(got.props, &c)
	}
	for _, p := range b.props {
		if a.prop(p.name) == nil {
			got.props = append(got.props, p)
		}
	}
	return got, ""
}

// withRest adds to an object what other says of members beside the known ones. The first to say something is
// heard: Validate then checks less than all of it.
func withRest(s, other *shape) *shape {
	if s.elem == nil && other.elem != nil {
		s.origin, s.elem = nil, other.elem
	}
	return s
}

// meetScalars merges strings, numbers, enums and constants. The shapes fa and fb are a and b without references.
func meetScalars(a, b, fa, fb *shape) (*shape, string) {
	if narrower(fb.form, fa.form) {
		a, b, fa, fb = b, a, fb, fa
	}
	if fa.form != fb.form && !narrower(fa.form, fb.form) {
		return nil, describe(fa) + " and " + describe(fb)
	}
	got := annotated(a, b)
	got.rules = joinRules(a.rules, b.rules)
	switch {
	case fa.constant != "" && fb.constant != "" && fa.constant != fb.constant:
		return nil, "the constants " + fa.constant + " and " + fb.constant
	case fa.constant != "":
		return got, ""
	case fb.constant != "":
		got = annotated(b, a)
	case len(fa.values) > 0 && len(fb.values) > 0 && !slices.Equal(fa.values, fb.values):
		got = annotated(fa, fb)
		got.origin, got.values = nil, nil
		for _, v := range fa.values {
			if slices.Contains(fb.values, v) {
				got.values = append(got.values, v)
			}
		}
		if len(got.values) == 0 {
			return nil, "two enums without a common value"
		}
	}
	return got, ""
}

// narrower reports whether values of form a are a part of those of form b.
func narrower(a, b form) bool {
	switch b {
	case floatForm:
		return a == intForm || a == intEnumForm
	case intForm:
		return a == intEnumForm
	case stringForm:
		return a == enumForm || a == base64Form
	}
	return false
}

// annotated returns a copy of s with what it lacks in texts taken from other. Null is legal if it is for both.
func annotated(s, other *shape) *shape {
	c := copyOf(s)
	if c.doc == "" {
		c.doc = other.doc
	}
	if c.hint == "" {
		c.hint = other.hint
	}
	if c.deflt == "" {
		c.deflt = other.deflt
	}
	c.deprecated = c.deprecated || other.deprecated
	if other.form != openForm {
		c.null = c.null && other.null
	}
	return c
}

func joinRules(a, b []Rule) []Rule {
	joined := slices.Clone(a)
	for _, r := range b {
		if !slices.Contains(joined, r) {
			joined = append(joined, r)
		}
	}
	return joined
}

// describe names a shape in messages.
func describe(s *shape) string {
	switch s.form {
	case openForm:
		switch {
		case len(s.rawKinds) != 1:
			return "open JSON"
		case s.rawKinds[0] == "null":
			return "null"
		case s.rawKinds[0] == "object" || s.rawKinds[0] == "array":
			return "an open " + s.rawKinds[0]
		}
		return "a " + s.rawKinds[0]
	case boolForm:
		return "a boolean"
	case intForm:
		return "an integer"
	case floatForm:
		return "a number"
	case stringForm, base64Form:
		return "a string"
	case idForm:
		return "an id"
	case errorForm:
		return "an error object"
	case enumForm:
		return "an enum of strings"
	case intEnumForm:
		return "an enum of integers"
	case objectForm:
		return "an object"
	case listForm:
		return "an array"
	case dictForm:
		return "a map"
	case unionForm:
		return "a union of objects"
	case kindsForm:
		return "a value of several kinds"
	case eitherForm:
		return "one or an array of them"
	}
	return s.def.key
}

// sameShape reports whether two shapes allow the same values, whatever their texts.
func sameShape(a, b *shape) bool { return sameShapes(a, b, 0) }

// maxSame bounds the search for differences, as shapes may be recursive.
const maxSame = 20

func sameShapes(a, b *shape, depth int) bool {
	if a == b {
		return true
	}
	if depth > maxSame {
		return false
	}
	same := func(x, y *shape) bool { return sameShapes(x, y, depth+1) }
	if a.form != b.form || a.lazy != b.lazy || a.null != b.null || a.def != b.def || a.closed != b.closed || a.constant != b.constant ||
		!slices.Equal(a.values, b.values) || !slices.Equal(a.rawKinds, b.rawKinds) || !slices.Equal(a.rules, b.rules) ||
		(a.elem == nil) != (b.elem == nil) {
		return false
	}
	if a.elem != nil && !same(a.elem, b.elem) {
		return false
	}
	return slices.EqualFunc(a.alts, b.alts, same) && slices.EqualFunc(a.props, b.props, func(x, y *prop) bool {
		return x.name == y.name && x.required == y.required && same(x.shape, y.shape)
	})
}
