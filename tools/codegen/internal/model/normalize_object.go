package model

import (
	"slices"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// object is what s says about objects: known members make a struct, one schema for all members a map,
// and anything else is open.
func (n *normalizer) object(s *jsonschema.Schema) *shape {
	got := &shape{form: objectForm, pos: s.Pos, rules: countRules("Properties", s.MinProperties, s.MaxProperties)}
	for _, p := range s.Properties {
		if p.Schema.Bool != nil && !*p.Schema.Bool {
			n.b.fail(p.Schema.Pos, "the member "+quote(p.Name)+" allows no value", "leave it out of properties")
			continue
		}
		got.props = append(got.props, &prop{name: p.Name, shape: n.later(p.Schema, true), required: slices.Contains(s.Required, p.Name), pos: p.Pos})
	}
	for _, name := range s.Required {
		if got.prop(name) == nil {
			got.props = append(got.props, &prop{name: name, shape: &shape{form: openForm, pos: s.Pos}, required: true, pos: s.Pos})
		}
	}
	forbidden := s.AdditionalProperties != nil && s.AdditionalProperties.Bool != nil && !*s.AdditionalProperties.Bool
	got.closed = forbidden && len(s.PatternProperties) == 0
	if len(got.props) > 0 || got.closed {
		if s.AdditionalProperties != nil && !forbidden && len(s.PatternProperties) == 0 {
			got.elem = n.later(s.AdditionalProperties, false)
		}
		return got
	}
	switch {
	case len(s.PatternProperties) == 0 && s.AdditionalProperties != nil:
		got.elem = n.later(s.AdditionalProperties, false)
		if got.elem.form == openForm && got.elem.rawKinds == nil {
			return &shape{form: openForm, pos: s.Pos, rawKinds: []string{"object"}}
		}
	case len(s.PatternProperties) == 0:
		return &shape{form: openForm, pos: s.Pos, rawKinds: []string{"object"}}
	case len(s.PatternProperties) == 1 && (forbidden || matchesAll(s.PatternProperties[0].Name)):
		got.elem = n.later(s.PatternProperties[0].Schema, false)
	default:
		got.elem = &shape{form: openForm, pos: s.Pos}
	}
	got.form = dictForm
	return got
}

// matchesAll reports whether a pattern is one of the usual ways to say "every name".
func matchesAll(pattern string) bool {
	return slices.Contains([]string{"", "^", ".", ".*", ".+", "^.*", "^.+", "^.*$", "^.+$", "^(.*)$", "^(.+)$"}, pattern)
}

// values is the shape of an enum or const.
func (n *normalizer) values(list []jsonschema.Value, s *jsonschema.Schema) *shape {
	texts := &shape{form: enumForm, pos: s.Pos}
	ints := &shape{form: intEnumForm, pos: s.Pos}
	bools := &shape{form: boolForm, pos: s.Pos}
	null, numBools := false, 0
	allowed := func(types ...string) bool {
		return s.Types == nil || slices.ContainsFunc(types, func(t string) bool { return slices.Contains(s.Types, t) })
	}
	for _, v := range list {
		kind := rawKind(v.Raw)
		switch {
		case kind == "null":
			null = null || s.Types == nil || s.Nullable || allowed("null")
		case kind == "boolean" && allowed("boolean"):
			numBools++
			bools.constant = v.Raw
		case kind == "string" && allowed("string"):
			texts.values = appendNew(texts.values, unquoteJSON(v.Raw))
		case kind == "number" && allowed("integer", "number"):
			i, ok := integerText(v.Raw)
			if !ok {
				return n.fail(v.Pos, "the value "+v.Raw+" cannot be a constant of Go's int64", "use strings or integers")
			}
			ints.values = appendNew(ints.values, i)
		case kind == "array" || kind == "object":
			return n.fail(v.Pos, "the value is an "+kind, "use strings, integers, true or false")
		}
	}
	if numBools > 1 {
		bools.constant = ""
	}
	if len(ints.values) == 1 && s.Const != nil {
		ints.form, ints.constant, ints.values = intForm, ints.values[0], nil
	}
	if len(texts.values) == 1 && s.Const != nil {
		texts.form, texts.constant, texts.values = stringForm, quoteJSON(texts.values[0]), nil
	}
	var alts []*shape
	for _, a := range []*shape{texts, ints, bools} {
		if len(a.values) > 0 || a.constant != "" || a == bools && numBools > 0 {
			alts = append(alts, a)
		}
	}
	var got *shape
	switch len(alts) {
	case 0:
		got = &shape{form: openForm, pos: s.Pos, rawKinds: []string{"null"}}
		if !null {
			return n.fail(s.Pos, "no value is legal", "check enum and type")
		}
		return got
	case 1:
		got = alts[0]
	default:
		got = &shape{form: kindsForm, pos: s.Pos, alts: alts}
	}
	got.null = null
	return got
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}
