package model

import (
	"slices"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// declare decides what kind of Go type each definition is and names it.
func (b *builder) declare() {
	defs := b.sortedDefs()
	for _, d := range defs {
		d.dropped = d.dropped && !d.hoisted
		if k := b.kindOfDef(d); k != 0 {
			b.kinds[d] = k
		}
	}
	for _, d := range defs {
		if k := b.kinds[d]; k != 0 && !d.dropped {
			d.typ = &Type{Kind: k, Pos: newest(d.contribs).pos, Revs: revsOf(d.contribs)}
			d.typ.Name = b.names.typeName(d.key)
		} else if k == 0 && !d.dropped && b.isAlias(d) {
			d.alias = b.names.typeName(d.key)
		}
	}
}

// kindOfDef is the kind of the type that d becomes; 0 if none.
func (b *builder) kindOfDef(d *def) Kind {
	switch b.rows.value(d.key) {
	case "raw", "id", "error", "inline", "string":
		return 0
	}
	group, _ := b.prepare(d.key, d.contribs)
	if len(group) == 0 || b.isAlias(d) {
		return 0
	}
	f, conflict := b.formOf(group)
	if conflict != nil {
		if !d.dropped {
			b.failConflict(d.key, conflict)
		}
		return 0
	}
	if newest(group).constant != "" && f == stringForm {
		return Enum
	}
	switch f {
	case boolForm, intForm, floatForm, stringForm, base64Form:
		return Scalar
	case enumForm:
		return Enum
	case intEnumForm:
		return IntEnum
	case objectForm:
		return Struct
	case listForm:
		return Slice
	case dictForm:
		return Map
	case unionForm:
		return Union
	case kindsForm:
		return ValueUnion
	case eitherForm:
		return ListUnion
	}
	return 0
}

// isAlias reports whether d only names another definition, or nothing.
func (b *builder) isAlias(d *def) bool {
	for _, c := range d.contribs {
		if c.shape.form != refForm {
			return false
		}
	}
	return true
}

// newest is the shape of the newest revision of a group.
func newest(group []contrib) *shape {
	if len(group) == 0 {
		return &shape{form: openForm}
	}
	return slices.MaxFunc(group, func(x, y contrib) int { return x.rev - y.rev }).shape
}

// lowerAll fills in the types of all definitions that are not dropped.
func (b *builder) lowerAll() {
	for _, d := range b.sortedDefs() {
		if d.typ != nil {
			b.fillDef(d)
		} else if !d.dropped {
			b.aliasDef(d)
		}
	}
}

// fillDef completes the type of a definition, once.
func (b *builder) fillDef(d *def) {
	if d.typ == nil || d.filled {
		return
	}
	d.filled = true
	b.m.Types = append(b.m.Types, d.typ)
	b.fill(d.typ, d.key, d.contribs)
}

// aliasDef declares a definition that only names another one.
func (b *builder) aliasDef(d *def) {
	if d.alias == "" || len(d.contribs) == 0 {
		return
	}
	c := b.follow(contrib{d.contribs[len(d.contribs)-1].rev, newest(d.contribs)})
	if c.shape.form == refForm && c.shape.def.typ != nil {
		b.m.Aliases = append(b.m.Aliases, Alias{Name: d.alias, Type: c.shape.def.typ, Doc: newest(d.contribs).doc})
	}
}

func (b *builder) failConflict(path string, c *conflict) *Ref {
	at := c.b.shape.pos
	b.fail(at, "is "+describe(c.b.shape)+" here but "+describe(c.a.shape)+" at "+c.a.shape.pos.String(),
		"no Go type holds both; open it with a row of \"value\" in the overrides: {\"at\": "+quote(path)+", \"is\": \"raw\", \"reason\": ...}")
	return &Ref{Kind: Raw}
}

// maxSteps bounds how many places a schema may have. Large ones in public use have tens of thousands.
const maxSteps = 1 << 20

// lower finds the Go type of a place. The name is for the type that an inline schema there becomes.
func (b *builder) lower(path, name string, group []contrib) *Ref {
	b.steps++
	if b.enter++; b.enter > maxDepth || b.steps > maxSteps {
		b.enter--
		b.fail(newest(group).pos, "the schema grows without end when written out", "give the schemas inside it names in $defs")
		return &Ref{Kind: Raw}
	}
	defer func() { b.enter-- }()
	group, _ = b.prepare(path, group)
	ref := b.lowerPrepared(path, name, group)
	ref.Nullable = slices.ContainsFunc(group, func(c contrib) bool { return isNullable(c.shape, 0) })
	ref.Rules = append(ref.Rules, groupRules(group, ref)...)
	if ref.Kind == Raw {
		b.noteRaw(path, newest(group).pos)
	}
	return ref
}

// isNullable reports whether null is legal for s, or for the definition that it uses.
func isNullable(s *shape, depth int) bool {
	if s.null || s.form != refForm || depth > maxDepth {
		return s.null
	}
	return slices.ContainsFunc(s.def.contribs, func(c contrib) bool { return isNullable(c.shape, depth+1) })
}

func (b *builder) lowerPrepared(path, name string, group []contrib) *Ref {
	switch b.rows.value(path) {
	case "raw":
		return b.rawOf(group)
	case "id":
		return &Ref{Kind: ID}
	case "error":
		return &Ref{Kind: RPCError}
	case "string":
		return &Ref{Kind: String}
	}
	f, c := b.formOf(group)
	if c != nil {
		return b.failConflict(path, c)
	}
	if d := b.commonDef(group); d != nil && formOfKind[b.kinds[d]] == f || d != nil && b.kinds[d] == Scalar && b.scalarOf(d) == f {
		return b.use(d, newest(group).pos)
	} else if d == nil {
		if ref := b.differentDefs(path, group, f); ref != nil {
			return ref
		}
	}
	switch f {
	case openForm:
		return b.rawOf(group)
	case boolForm:
		return &Ref{Kind: Bool}
	case intForm:
		return &Ref{Kind: Int}
	case floatForm:
		return &Ref{Kind: Float}
	case stringForm:
		return &Ref{Kind: String}
	case base64Form:
		return &Ref{Kind: Base64}
	case idForm:
		return &Ref{Kind: ID}
	case errorForm:
		return &Ref{Kind: RPCError}
	case listForm:
		return &Ref{Kind: List, Elem: b.lower(path+"[]", name, b.elemsOf(group, listForm))}
	case dictForm:
		return &Ref{Kind: Dict, Elem: b.lower(path+"{}", name, b.elemsOf(group, dictForm))}
	}
	return b.hoist(path, name, group, f)
}

// use is a reference to the type of d.
func (b *builder) use(d *def, pos jsonschema.Pos) *Ref {
	if d.typ == nil {
		b.problems.add(pos, "uses "+quote(d.key)+", which the overrides drop", "except it from the row of \"drop\", or open this member with a row of \"value\"")
		return &Ref{Kind: Raw}
	}
	return &Ref{Kind: Named, Type: d.typ}
}

// scalarOf is the form of the definition of a named scalar.
func (b *builder) scalarOf(d *def) form {
	group, _ := b.prepare(d.key, d.contribs)
	f, _ := b.formOf(group)
	return f
}

// differentDefs reports revisions that name different structs in the same place.
func (b *builder) differentDefs(path string, group []contrib, f form) *Ref {
	if f != objectForm && f != unionForm {
		return nil
	}
	var first contrib
	for _, c := range group {
		switch {
		case c.shape.form != refForm:
		case first.shape == nil:
			first = c
		case first.shape.def != c.shape.def:
			b.fail(c.shape.pos, "is "+c.shape.def.key+" here but "+first.shape.def.key+" at "+first.shape.pos.String(),
				"say with a row of \"same\" that they are one definition, or open it with a row of \"value\": {\"at\": "+quote(path)+", \"is\": \"raw\", \"reason\": ...}")
			return &Ref{Kind: Raw}
		}
	}
	return nil
}

// rawOf is open JSON of the kinds that the group allows.
func (b *builder) rawOf(group []contrib) *Ref {
	var kinds []string
	for _, c := range group {
		k := kindsOf(c.shape)
		if c.shape.form == refForm {
			k = b.kindsOfDef(c.shape.def)
		}
		if k == nil {
			return &Ref{Kind: Raw}
		}
		for _, one := range k {
			kinds = appendNew(kinds, one)
		}
	}
	return &Ref{Kind: Raw, RawKinds: kinds}
}

func (b *builder) kindsOfDef(d *def) []string {
	switch b.kinds[d] {
	case Struct, Union, Map:
		return []string{"object"}
	case Slice:
		return []string{"array"}
	case Enum:
		return []string{"string"}
	}
	return nil
}

func kindOfForm(f form) Kind {
	for k, kf := range formOfKind {
		if kf == f {
			return k
		}
	}
	return Struct
}

// groupRules collects the validation keywords of a group with the revisions in which they hold: those in which all that
// the group has of the revision say so. A group has several of one if alternatives became one type.
func groupRules(group []contrib, ref *Ref) []Rule {
	if ref.Kind == Raw {
		return nil
	}
	var rules []Rule
	votes := map[Rule]int{}
	inRev := map[int]int{}
	for _, c := range group {
		inRev[c.rev]++
		if c.shape.form == objectForm || c.shape.form == kindsForm || c.shape.form == dictForm && ref.Kind == Named {
			continue // they belong to the type
		}
		for _, r := range append(constRule(c.shape, ref), c.shape.rules...) {
			r.Revs = 1 << c.rev
			votes[r]++
			rules = appendRule(rules, r)
		}
	}
	for i, r := range rules {
		for rev, n := range inRev {
			if r.Revs.Has(rev) && votes[Rule{Op: r.Op, Arg: r.Arg, Revs: 1 << rev}] < n {
				rules[i].Revs &^= 1 << rev
			}
		}
	}
	return slices.DeleteFunc(rules, func(r Rule) bool { return r.Revs == 0 })
}

// constRule is what holds a value to the constant of its schema. The field of a struct has Const in its place,
// and a type of one value is an enum.
func constRule(s *shape, ref *Ref) []Rule {
	if s.constant == "" || ref.Kind == Named && ref.Type.Kind != Scalar {
		return nil
	}
	return []Rule{{Op: "const", Arg: s.constant}}
}
