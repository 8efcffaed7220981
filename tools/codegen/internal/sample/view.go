package sample

import (
	"slices"
	"strconv"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// view is what a schema asks for together with those that it refers to.
type view struct {
	types    []string
	nullable bool
	constant string
	enum     []jsonschema.Value

	props      []jsonschema.Property
	required   []string
	additional *jsonschema.Schema
	patterns   []jsonschema.Property
	closed     bool
	minMembers int
	maxMembers int // -1 for none

	items              *jsonschema.Schema
	prefix             []*jsonschema.Schema
	minItems, maxItems int // maxItems is -1 for none
	unique             bool

	format, pattern      string
	minLength, maxLength int // maxLength is -1 for none

	minimum, maximum *float64
	above, below     *float64
	multiple         float64
	inexact          bool // the value may be a number as well

	merged bool
}

// merge adds what s asks for. Of alternatives it takes one at random.
func (g *Sampler) merge(v *view, s *jsonschema.Schema, depth int) bool {
	if depth > maxDepth {
		return false
	}
	if !v.merged {
		v.maxItems, v.maxLength, v.maxMembers, v.merged = -1, -1, -1, true
	}
	if s == nil || s.Bool != nil {
		return s == nil || *s.Bool
	}
	if s.Target != nil && !g.merge(v, s.Target, depth+1) {
		return false
	}
	for _, a := range s.AllOf {
		if !g.merge(v, a, depth+1) {
			return false
		}
	}
	for _, list := range [][]*jsonschema.Schema{s.AnyOf, s.OneOf} {
		v.inexact = v.inexact || slices.ContainsFunc(list, func(a *jsonschema.Schema) bool { return a.Deref().HasType("number") })
		if len(list) > 0 && !g.merge(v, list[g.rng.IntN(len(list))], depth+1) {
			return false
		}
	}
	v.own(s)
	return true
}

// own adds the keywords of s itself.
func (v *view) own(s *jsonschema.Schema) {
	types := s.Types
	if types == nil {
		types = implied(s)
	}
	switch both := common(v.types, types); {
	case v.types == nil:
		v.types = types
	case both != nil:
		v.types = both
	case s.Types != nil:
		v.types = s.Types
	}
	v.inexact = v.inexact || s.HasType("number")
	v.nullable = v.nullable || s.Nullable
	if s.Const != nil {
		v.constant = s.Const.Raw
	}
	if s.Enum != nil {
		v.enum = s.Enum
	}
	for _, p := range s.Properties {
		v.props = slices.DeleteFunc(v.props, func(o jsonschema.Property) bool { return o.Name == p.Name })
		v.props = append(v.props, p)
	}
	for _, r := range s.Required {
		if !slices.Contains(v.required, r) {
			v.required = append(v.required, r)
		}
	}
	if a := s.AdditionalProperties; a != nil {
		v.closed = v.closed || a.Bool != nil && !*a.Bool
		if a.Bool == nil {
			v.additional = a
		}
	}
	v.patterns = append(v.patterns, s.PatternProperties...)
	if s.Items != nil {
		v.items = s.Items
	}
	if s.PrefixItems != nil {
		v.prefix = s.PrefixItems
	}
	v.unique = v.unique || s.UniqueItems
	v.counts(s)
	v.bounds(s)
}

// common are the types of both lists; nil if there are none.
func common(a, b []string) []string {
	var both []string
	for _, t := range a {
		if slices.Contains(b, t) {
			both = append(both, t)
		}
	}
	return both
}

func (v *view) counts(s *jsonschema.Schema) {
	if s.MinItems != nil {
		v.minItems = max(v.minItems, int(*s.MinItems))
	}
	if s.MaxItems != nil {
		v.maxItems = int(*s.MaxItems)
	}
	if s.MinProperties != nil {
		v.minMembers = max(v.minMembers, int(*s.MinProperties))
	}
	if s.MaxProperties != nil {
		v.maxMembers = int(*s.MaxProperties)
	}
	if s.MinLength != nil {
		v.minLength = max(v.minLength, int(*s.MinLength))
	}
	if s.MaxLength != nil {
		v.maxLength = int(*s.MaxLength)
	}
	if s.Format != "" {
		v.format = s.Format
	}
	if s.Pattern != "" {
		v.pattern = s.Pattern
	}
}

func (v *view) bounds(s *jsonschema.Schema) {
	for _, b := range []struct {
		text string
		to   **float64
	}{{s.Minimum, &v.minimum}, {s.Maximum, &v.maximum}, {s.ExclusiveMinimum, &v.above}, {s.ExclusiveMaximum, &v.below}} {
		if n, err := strconv.ParseFloat(b.text, 64); err == nil {
			*b.to = &n
		}
	}
	if n, err := strconv.ParseFloat(s.MultipleOf, 64); err == nil {
		v.multiple = n
	}
}

// allows reports whether the bounds hold for n.
func (v *view) allows(n float64) bool {
	switch {
	case v.minimum != nil && n < *v.minimum, v.maximum != nil && n > *v.maximum:
		return false
	case v.above != nil && n <= *v.above, v.below != nil && n >= *v.below:
		return false
	case v.multiple != 0:
		q := n / v.multiple
		return q == float64(int64(q))
	}
	return true
}

// implied are the types that keywords without a type point to, as the generator reads them.
func implied(s *jsonschema.Schema) []string {
	switch {
	case s.Properties != nil, s.Required != nil, s.AdditionalProperties != nil, s.PatternProperties != nil,
		s.MinProperties != nil, s.MaxProperties != nil:
		return []string{"object"}
	case s.Items != nil, s.PrefixItems != nil, s.MinItems != nil, s.MaxItems != nil, s.UniqueItems:
		return []string{"array"}
	case s.MinLength != nil, s.MaxLength != nil, s.Pattern != "":
		return []string{"string"}
	case s.Minimum != "", s.Maximum != "", s.ExclusiveMinimum != "", s.ExclusiveMaximum != "", s.MultipleOf != "":
		return []string{"number"}
	}
	return nil
}

// extra is the schema of members that have no name in the schema.
func (v *view) extra() *jsonschema.Schema {
	if v.additional != nil {
		return v.additional
	}
	return new(jsonschema.Schema)
}
