package model

import (
	"cmp"
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// finish completes the model once all types are known.
func (b *builder) finish() {
	for _, r := range b.rows.Same {
		if d := b.defs[r.As]; r.Alias && d != nil && d.typ != nil {
			b.m.Aliases = append(b.m.Aliases, Alias{Name: b.names.typeName(r.Def), Type: d.typ, Doc: r.Def + " is the name of " + d.typ.Name + " in older revisions."})
		}
	}
	b.presence()
	b.classify()
	b.selectTypes()
	b.box()
	slices.SortFunc(b.m.Types, func(x, y *Type) int { return strings.Compare(x.Name, y.Name) })
	slices.SortFunc(b.m.Aliases, func(x, y Alias) int { return strings.Compare(x.Name, y.Name) })
	for _, t := range b.m.Types {
		slices.SortFunc(t.In, func(x, y *Type) int { return strings.Compare(x.Name, y.Name) })
	}
}

// isOpt reports whether a field is a codec.Opt. Slices, maps, unions, ids and open JSON have a zero value that says absent.
func isOpt(f *Field, t *Type) bool {
	if f.Const != nil {
		return f.Const.Optional
	}
	return f.Nullable && f.Type.Kind != Raw && f.Type.Kind != ID || optable(f) && (f.Required != t.Revs || f.Fill != "")
}

// optable reports whether the Go type of f has no value of its own for absent.
func optable(f *Field) bool {
	switch f.Type.Kind {
	case Raw, ID, List, Dict:
		return false
	case Named:
		switch f.Type.Type.Kind {
		case Union, Slice, Map:
			return false
		}
	}
	return f.Const == nil
}

// opened makes a union that cannot be decoded open JSON wherever it is used.
func (b *builder) opened(t *Type) {
	b.eachRef(func(r *Ref) {
		if r.Kind == Named && r.Type == t {
			r.Kind, r.Type, r.RawKinds = Raw, nil, []string{"object"}
		}
	})
	b.m.Types = slices.DeleteFunc(slices.Clone(b.m.Types), func(x *Type) bool { return x == t })
	b.m.Aliases = slices.DeleteFunc(b.m.Aliases, func(a Alias) bool { return a.Type == t })
	for _, x := range b.m.Types {
		if x.Kind == ListUnion && x.Elem.Kind == Raw { // a list of open JSON is no union
			b.opened(x)
		}
	}
}

// eachRef visits every use of a type.
func (b *builder) eachRef(visit func(*Ref)) {
	var walk func(*Ref)
	walk = func(r *Ref) {
		if r == nil {
			return
		}
		visit(r)
		walk(r.Elem)
	}
	for _, t := range b.m.Types {
		for _, f := range t.Fields {
			walk(f.Type)
		}
		for _, v := range t.Variants {
			walk(v.Ref)
		}
		walk(t.Elem)
	}
}

// selectTypes keeps the types that were asked for and what they reach.
func (b *builder) selectTypes() {
	keep := map[*Type]bool{}
	if len(b.in.Types) == 0 {
		return
	}
	for _, name := range b.in.Types {
		t := b.m.Type(name)
		for _, a := range b.m.Aliases {
			if a.Name == name {
				t = a.Type
			}
		}
		if t == nil {
			b.problems.add(jsonschema.Pos{File: "-types", Line: 1, Column: 1}, "there is no type "+quote(name), b.nearestType(name))
			continue
		}
		reach(t, keep)
	}
	b.m.Types = slices.DeleteFunc(b.m.Types, func(t *Type) bool { return !keep[t] })
	b.m.Aliases = slices.DeleteFunc(b.m.Aliases, func(a Alias) bool { return !keep[a.Type] })
	for t := range keep {
		t.In = slices.DeleteFunc(t.In, func(u *Type) bool { return !keep[u] })
	}
}

// nearestType is a hint with a type whose name differs in case only.
func (b *builder) nearestType(name string) string {
	for _, t := range b.m.Types {
		if strings.EqualFold(t.Name, name) {
			return "did you mean " + t.Name + "?"
		}
	}
	return "type names are the Go names"
}

func reach(t *Type, seen map[*Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	ref := func(r *Ref) {
		for ; r != nil; r = r.Elem {
			if r.Type != nil {
				reach(r.Type, seen)
			}
		}
	}
	for _, f := range t.Fields {
		ref(f.Type)
	}
	for _, v := range t.Variants {
		ref(v.Ref)
		if v.Type != nil {
			reach(v.Type, seen)
		}
	}
	ref(t.Elem)
}

// presence applies the rows that add types and members to revisions.
func (b *builder) presence() {
	for _, r := range b.rows.Present {
		revs := b.revsNamed(r.Revisions)
		for _, t := range b.m.Types {
			if r.hits(r.At, r.Except, t.Name) {
				b.presentType(t, revs, r.Except)
			}
			for _, f := range t.Fields {
				if r.hits(r.At, r.Except, t.Name+"."+f.JSON) {
					f.Revs |= revs & t.Revs
				}
			}
		}
	}
}

// presentType adds a type with its members, and as a variant of its unions, to revisions.
func (b *builder) presentType(t *Type, revs Revs, except []string) {
	t.Revs |= revs
	for _, f := range t.Fields {
		if slices.Contains(except, t.Name+"."+f.JSON) {
			continue
		}
		if f.Required == f.Revs {
			f.Required |= revs
		}
		f.Revs |= revs
	}
	for _, u := range b.m.Types {
		for _, v := range u.Variants {
			if v.Type == t {
				v.Revs |= revs & u.Revs
			}
		}
	}
}

func (b *builder) revsNamed(names []string) Revs {
	var r Revs
	for i, rev := range b.m.Revisions {
		if slices.Contains(names, rev.Name) {
			r |= 1 << i
		}
	}
	return r
}

// decorate applies the rows about the Go model that change no types.
func (b *builder) decorate() {
	for _, t := range b.m.Types {
		for _, r := range b.rows.Deprecated {
			if r.hits(r.At, nil, t.Name) {
				t.Deprecated = r.Text
			}
		}
		for _, r := range b.rows.Helpers {
			if r.hits(r.Type, nil, t.Name) {
				t.Helpers = true
			}
		}
		for _, f := range t.Fields {
			path := t.Name + "." + f.JSON
			for _, r := range b.rows.Deprecated {
				if r.hits(r.At, nil, path) {
					f.Deprecated = r.Text
				}
			}
			for _, r := range b.rows.Fill {
				if f.Required != 0 && f.Const == nil && fillsKind(f, t, r.JSON) && r.hits(r.At, nil, path) {
					f.Fill = cmp.Or(f.Fill, r.JSON)
				}
			}
			f.Opt = isOpt(f, t)
			for _, r := range b.rows.Optional {
				if optable(f) && r.hits(r.At, nil, path) {
					f.Opt = true
				}
			}
		}
	}
}

// fillsKind reports whether the JSON text can be the value of f. A list that is always required needs
// no filling: it is written anyway.
func fillsKind(f *Field, t *Type, text string) bool {
	isList := f.Type.Kind == List || f.Type.Kind == Named && f.Type.Type.Kind == Slice
	return (rawKind(text) == "array") == isList && !(isList && f.Required == t.Revs)
}

// noteRaw checks that the overrides list the open place, if they list any.
func (b *builder) noteRaw(path string, pos jsonschema.Pos) {
	if b.rows.mayBeOpen(path) || !b.in.MCP || b.in.Overrides == nil {
		return
	}
	b.problems.add(pos, quote(path)+" is open JSON, and no row of the overrides says why",
		"add a row: {\"at\": "+quote(path)+", \"is\": \"open\", \"reason\": ...}")
}

// checkUsed reports the rows of the overrides that match nothing.
func (b *builder) checkUsed() {
	if len(b.in.Types) > 0 || len(b.problems.list) > 0 {
		return // rows about what was left out, or what failed, are no mistake
	}
	for _, r := range b.rows.all {
		if !r.used {
			b.problems.add(r.pos, "the row of "+quote(r.section)+" about "+quote(r.what)+" matches nothing", "correct or remove it")
		}
	}
}

func (b *builder) methodPos(m *Method) jsonschema.Pos {
	for _, d := range b.order {
		for _, c := range d.contribs {
			if p := c.shape.prop("method"); p != nil && p.shape.constant == quoteJSON(m.Name) {
				return p.pos
			}
		}
	}
	return jsonschema.Pos{}
}
