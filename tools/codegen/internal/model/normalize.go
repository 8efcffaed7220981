package model

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// maxDepth bounds how deep inline schemas may nest. People write a dozen levels at most.
const maxDepth = 200

// normalizer turns the schemas of one revision into shapes.
type normalizer struct {
	b     *builder
	rev   int
	defs  map[*jsonschema.Schema]*def
	memo  map[*jsonschema.Schema]*shape
	busy  map[*jsonschema.Schema]bool
	queue []*jsonschema.Schema // definitions found by reference, not yet normalized
	depth int
	meets int // how often shapes were merged

	pending []*shape // lazy shapes
}

// fail notes a problem and returns what takes the place of the schema: open JSON.
func (n *normalizer) fail(pos jsonschema.Pos, msg, hint string) *shape {
	n.b.fail(pos, msg, hint)
	return &shape{form: openForm, pos: pos}
}

// schema normalizes s.
func (n *normalizer) schema(s *jsonschema.Schema) *shape {
	if got := n.memo[s]; got != nil {
		return got
	}
	if n.busy[s] {
		return n.fail(s.Pos, "the schema is defined by itself", "break the circle of $ref, allOf, anyOf and oneOf")
	}
	if n.depth >= maxDepth {
		return n.fail(s.Pos, "schemas nest deeper than "+strconv.Itoa(maxDepth), "give inner schemas names in $defs")
	}
	n.busy[s] = true
	n.depth++
	got := n.combine(s)
	n.depth--
	delete(n.busy, s)
	n.memo[s] = got
	return got
}

// combine brings together what the keywords of s say.
func (n *normalizer) combine(s *jsonschema.Schema) *shape {
	if s.Bool != nil {
		if !*s.Bool {
			return n.fail(s.Pos, "the schema false allows no value", "leave the member out, or use additionalProperties: false")
		}
		return &shape{form: openForm, pos: s.Pos}
	}
	if len(s.Unknown) > 0 {
		k := s.Unknown[0]
		return n.annotate(n.fail(k.Pos, "the keyword "+quote(k.Name)+" is not supported", "remove it, or open the value with -lenient"), s)
	}
	var parts []*shape
	if s.Ref != "" {
		parts = append(parts, n.ref(s))
	}
	if own := n.own(s); own != nil {
		parts = append(parts, own)
	}
	for _, a := range s.AllOf {
		parts = append(parts, n.schema(a))
	}
	got := n.intersectAll(parts, s.Pos)
	for _, alts := range [][]*jsonschema.Schema{s.AnyOf, s.OneOf} {
		if len(alts) > 0 {
			got = n.choose(got, alts, s.Pos)
		}
	}
	if got == nil {
		got = &shape{form: openForm, pos: s.Pos}
	}
	return n.annotate(got, s)
}

// annotate puts what s tells people onto a copy of got.
func (n *normalizer) annotate(got *shape, s *jsonschema.Schema) *shape {
	got = copyOf(got)
	if s.Description != "" {
		got.doc = s.Description
	}
	if s.Title != "" {
		got.hint = s.Title
	}
	got.deprecated = got.deprecated || s.Deprecated
	got.null = got.null || s.Nullable
	if s.Default != nil {
		got.deflt = s.Default.Raw
	}
	got.pos = s.Pos
	return got
}

// ref is the use of a definition.
func (n *normalizer) ref(s *jsonschema.Schema) *shape {
	if s.Target == nil {
		return n.fail(s.Pos, "$ref "+quote(s.Ref)+" points at nothing", "")
	}
	d := n.defs[s.Target]
	if d == nil {
		d = n.b.define(n, s.Target, nameOfTarget(s.Ref, s.Target))
	}
	return &shape{form: refForm, pos: s.Pos, def: d, src: s.Target}
}

// target follows a reference within this revision down to a shape that is none.
func (n *normalizer) target(s *shape) *shape {
	for range maxDepth {
		n.force(s)
		if s.form != refForm || s.src == nil {
			return s
		}
		s = n.schema(s.src)
	}
	return n.fail(s.pos, "the reference leads back to itself", "")
}

// own is what s says without references and combinations; nil if nothing.
func (n *normalizer) own(s *jsonschema.Schema) *shape {
	switch {
	case s.Const != nil:
		return n.values([]jsonschema.Value{*s.Const}, s)
	case s.Enum != nil:
		return n.values(s.Enum, s)
	}
	types := s.Types
	if types == nil {
		if types = inferTypes(s); types == nil {
			return nil
		}
	}
	var alts []*shape
	null := false
	for _, t := range types {
		switch {
		case t == "null":
			null = true
		case t == "integer" && slices.Contains(types, "number"): // integers are numbers
		default:
			alts = append(alts, n.typed(s, t))
		}
	}
	if len(alts) == 0 {
		return &shape{form: openForm, pos: s.Pos, rawKinds: []string{"null"}}
	}
	got := alts[0]
	switch {
	case len(alts) == 5 && inferTypes(s) == nil: // all types of JSON, but perhaps null
		if null {
			return &shape{form: openForm, pos: s.Pos}
		}
		return &shape{form: openForm, pos: s.Pos, rawKinds: []string{"object", "array", "string", "number", "boolean"}}
	case len(alts) > 1:
		got = &shape{form: kindsForm, pos: s.Pos, alts: alts}
	}
	got.null = null
	return got
}

// inferTypes tells the type of a schema without the keyword from the others that it has.
func inferTypes(s *jsonschema.Schema) []string {
	switch {
	case s.Properties != nil || s.Required != nil || s.AdditionalProperties != nil || s.PatternProperties != nil ||
		s.MinProperties != nil || s.MaxProperties != nil:
		return []string{"object"}
	case s.Items != nil || s.PrefixItems != nil || s.MinItems != nil || s.MaxItems != nil || s.UniqueItems:
		return []string{"array"}
	case s.MinLength != nil || s.MaxLength != nil || s.Pattern != "":
		return []string{"string"}
	case s.Minimum != "" || s.Maximum != "" || s.ExclusiveMinimum != "" || s.ExclusiveMaximum != "" || s.MultipleOf != "":
		return []string{"number"}
	}
	return nil
}

// typed is what s says about values of one JSON type.
func (n *normalizer) typed(s *jsonschema.Schema, typ string) *shape {
	got := &shape{pos: s.Pos}
	switch typ {
	case "boolean":
		got.form = boolForm
	case "integer", "number":
		got.form = floatForm
		if typ == "integer" {
			got.form = intForm
		}
		got.rules = numberRules(s)
	case "string":
		got.form = stringForm
		if s.Format == "byte" {
			got.form = base64Form
		}
		got.rules = n.stringRules(s)
	case "array":
		got.form = listForm
		got.elem = n.element(s)
		got.rules = countRules("Items", s.MinItems, s.MaxItems)
		if s.UniqueItems {
			got.rules = append(got.rules, Rule{Op: "uniqueItems", Arg: "true"})
		}
	case "object":
		return n.object(s)
	default:
		return n.fail(s.Pos, "the type "+quote(typ)+" is not one of JSON's", "use null, boolean, integer, number, string, array or object")
	}
	return got
}

// element is the schema of the elements of an array.
func (n *normalizer) element(s *jsonschema.Schema) *shape {
	open := &shape{form: openForm, pos: s.Pos}
	all := slices.Clone(s.PrefixItems)
	switch {
	case s.Items == nil && len(all) == 0:
		return open
	case s.Items == nil:
		return open // anything may follow the prefix
	case s.Items.Bool == nil || *s.Items.Bool:
		all = append(all, s.Items)
	case len(all) == 0: // items: false, the empty array
		return open
	}
	first := n.later(all[0], false)
	for _, other := range all[1:] {
		if !sameShape(n.force(first), n.schema(other)) {
			return open
		}
	}
	return first
}

func numberRules(s *jsonschema.Schema) []Rule {
	var rules []Rule
	for _, r := range []Rule{
		{Op: "minimum", Arg: s.Minimum},
		{Op: "maximum", Arg: s.Maximum},
		{Op: "exclusiveMinimum", Arg: s.ExclusiveMinimum},
		{Op: "exclusiveMaximum", Arg: s.ExclusiveMaximum},
		{Op: "multipleOf", Arg: s.MultipleOf},
	} {
		if r.Arg != "" {
			rules = append(rules, r)
		}
	}
	return rules
}

func (n *normalizer) stringRules(s *jsonschema.Schema) []Rule {
	rules := countRules("Length", s.MinLength, s.MaxLength)
	if s.Pattern == "" {
		return rules
	}
	if _, err := regexp.Compile(s.Pattern); err != nil {
		n.b.fail(s.PatternPos, "the pattern is not one of Go's: "+err.Error(), "rewrite it in RE2 syntax, or drop the check with -lenient")
		return rules
	}
	return append(rules, Rule{Op: "pattern", Arg: s.Pattern})
}

func countRules(what string, lo, hi *int64) []Rule {
	var rules []Rule
	if lo != nil {
		rules = append(rules, Rule{Op: "min" + what, Arg: strconv.FormatInt(*lo, 10)})
	}
	if hi != nil {
		rules = append(rules, Rule{Op: "max" + what, Arg: strconv.FormatInt(*hi, 10)})
	}
	return rules
}
