package jsonschema

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// count reads a size: 0 or more. JSON Schema allows 2.0 for 2.
func (f *frame) count(m *member) (int64, bool) {
	v, err := strconv.ParseInt(m.val.text, 10, 64)
	if err != nil {
		x, _ := strconv.ParseFloat(m.val.text, 64)
		if x != math.Trunc(x) {
			f.errorf(m, "write an integer of 0 or more", "%s is %s, not an integer", m.name, shorten(m.val.text))
			return 0, false
		}
		if math.Abs(x) > 1<<53 {
			f.errorf(m, "leave it out if there is no bound", "%s is %s, which is out of range", m.name, shorten(m.val.text))
			return 0, false
		}
		v = int64(x)
	}
	if v < 0 {
		f.errorf(m, "write an integer of 0 or more", "%s is %s, less than 0", m.name, shorten(m.val.text))
		return 0, false
	}
	return v, true
}

const typeNames = "string, number, integer, boolean, object, array, null"

func (f *frame) types(m *member) {
	switch m.val.kind {
	case kindString:
		if f.typeName(m.val, f.pointer(m)) {
			f.out.Types = []string{m.val.text}
		}
	case kindArray:
		f.out.Types = f.names(m, f.typeName)
		if len(m.val.elems) == 0 {
			f.errorf(m, "leave it out to allow any type", "type is empty")
		}
	default:
		f.errorf(m, "types are "+typeNames, "type is %s, not a string or an array of strings", m.val.kind)
	}
}

func (f *frame) typeName(n *node, pointer string) bool {
	if slices.Contains(strings.Split(typeNames, ", "), n.text) {
		return true
	}
	hint := "types are " + typeNames
	if n.text == "any" {
		hint = "leave type out to allow any"
	}
	f.errorAt(n, pointer, hint, "unknown type %q", n.text)
	return false
}

func (f *frame) required(m *member) {
	if m.val.kind == kindBool {
		f.errorf(m, "list the names of the members in required of the object, as since draft-04", "required is a boolean")
		return
	}
	if f.want(m, kindArray, "write an array of member names") {
		f.out.Required = f.names(m, func(*node, string) bool { return true })
	}
}

// names reads an array of strings without repetition; ok says whether one is allowed, and reports if not.
func (f *frame) names(m *member, ok func(n *node, pointer string) bool) []string {
	base := f.pointer(m)
	seen := make(map[string]struct{}, len(m.val.elems))
	names := make([]string, 0, len(m.val.elems))
	for i, e := range m.val.elems {
		p := f.file.src.element(base, i)
		if e.kind != kindString {
			f.errorAt(e, p, "", "an element of %s is %s, not a string", m.name, e.kind)
			continue
		}
		if _, twice := seen[e.text]; twice {
			f.errorAt(e, p, "remove one of them", "%s lists %q twice", m.name, e.text)
			continue
		}
		seen[e.text] = struct{}{}
		if ok(e, p) {
			names = append(names, e.text)
		}
	}
	return names
}

// enum drops values that come again: JSON Schema says only that they should not, and a repeated
// one changes nothing.
func (f *frame) enum(m *member) {
	if !f.want(m, kindArray, "write an array of values") {
		return
	}
	if len(m.val.elems) == 0 {
		f.errorf(m, "list the values, or write false if there are none", "enum is empty")
		return
	}
	base := f.pointer(m)
	seen := make(map[string]struct{}, len(m.val.elems))
	for i, e := range m.val.elems {
		v := f.file.src.value(e, f.file.src.element(base, i))
		if _, twice := seen[v.Raw]; !twice {
			seen[v.Raw] = struct{}{}
			f.out.Enum = append(f.out.Enum, v)
		}
	}
}

// exclusive reads exclusiveMinimum and exclusiveMaximum: a bound of its own, or in draft-04 a
// flag on the bound beside it.
func (f *frame) exclusive(m *member) {
	bound, field, exclusive := "minimum", &f.out.ExclusiveMinimum, &f.exclusiveMin
	if m.name == "exclusiveMaximum" {
		bound, field, exclusive = "maximum", &f.out.ExclusiveMaximum, &f.exclusiveMax
	}
	draft04 := f.draft() == Draft04
	switch {
	case m.val.kind == kindNumber && !draft04:
		*field = m.val.text
	case m.val.kind == kindBool && draft04:
		if f.node.find(bound) == nil {
			f.errorf(m, "add it, or use draft-06 or newer and a number", "%s without %s", m.name, bound)
			return
		}
		*exclusive = m.val.isTrue()
	case m.val.kind == kindBool:
		f.errorf(m, "write the bound itself here in place of "+bound+", or set $schema to draft-04", "%s is a boolean, as in draft-04", m.name)
	case draft04:
		f.want(m, kindBool, "in draft-04 it is a flag beside "+bound)
	default:
		f.want(m, kindNumber, "")
	}
}

func (f *frame) multipleOf(m *member) {
	if !f.want(m, kindNumber, "") {
		return
	}
	mantissa, _, _ := strings.Cut(strings.ToLower(m.val.text), "e")
	if mantissa[0] == '-' || strings.Trim(mantissa, "0.") == "" {
		f.errorf(m, "write a positive number", "multipleOf is %s, not greater than 0", shorten(m.val.text))
		return
	}
	f.out.MultipleOf = m.val.text
}

func (f *frame) pattern(m *member) {
	if !f.want(m, kindString, "") {
		return
	}
	f.out.PatternPos = f.file.src.pos(m.val.off, f.pointer(m))
	f.out.Pattern, _ = f.regexp(m, f.out.PatternPos, m.val.text)
}

func (f *frame) patternProperties(m *member) {
	for _, p := range f.named(m) {
		var ok bool
		if p.Name, ok = f.regexp(m, p.Pos, p.Name); ok {
			f.out.PatternProperties = append(f.out.PatternProperties, p)
		}
	}
}

// regexp translates a regular expression of ECMA-262. If RE2 cannot do it, that is an error at
// pos, or the keyword m is unknown.
func (f *frame) regexp(m *member, pos Pos, pattern string) (string, bool) {
	re, err := translatePattern(pattern)
	if err == nil {
		return re, true
	}
	msg := fmt.Sprintf("the pattern %q: %s", shorten(pattern), shorten(err.msg))
	if f.opts.Lenient {
		f.unknown(m, msg)
	} else {
		f.problems.add(&Error{Pos: pos, Msg: msg, Hint: err.hint})
	}
	return "", false
}
