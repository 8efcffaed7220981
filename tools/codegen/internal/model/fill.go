package model

import (
	"cmp"
	"slices"
	"strings"
)

// fill completes the type t of a group of shapes.
func (b *builder) fill(t *Type, path string, group []contrib) {
	group, _ = b.prepare(path, group)
	last := newest(group)
	t.Revs |= revsOf(group)
	t.Doc = cmp.Or(t.Doc, strings.TrimSpace(last.doc))
	if last.deprecated {
		t.Deprecated = deprecatedText
	}
	switch t.Kind {
	case Struct:
		b.fillStruct(t, path, group)
	case Union:
		b.fillUnion(t, path, group)
	case Enum, IntEnum:
		b.fillEnum(t, group)
	case Slice:
		t.Elem = b.lower(path+"[]", t.Name+"Item", b.elemsOf(group, listForm))
		t.Rules = groupRules(group, t.Elem)
	case Map:
		t.Elem = b.lower(path+"{}", t.Name+"Value", b.elemsOf(group, dictForm))
		t.Rules = groupRules(group, &Ref{Kind: Dict})
	case ListUnion:
		t.Elem = b.lower(path+"[]", t.Name+"Item", b.elemsOf(group, eitherForm))
		for _, c := range group {
			if c.shape.form == eitherForm || c.shape.form == listForm {
				t.ListRevs |= 1 << c.rev
			}
		}
	case ValueUnion:
		b.fillKinds(t, path, group)
	case Scalar:
		t.Elem = &Ref{Kind: map[form]RefKind{boolForm: Bool, intForm: Int, floatForm: Float, stringForm: String, base64Form: Base64}[b.mustForm(group)]}
		t.Rules = groupRules(group, t.Elem)
	}
}

// deprecatedText is said of what the schema only marks as deprecated.
const deprecatedText = "marked as deprecated in the schema."

func (b *builder) mustForm(group []contrib) form {
	f, _ := b.formOf(group)
	return f
}

// fillEnum takes the values of all revisions, those of the newest first.
func (b *builder) fillEnum(t *Type, group []contrib) {
	for _, c := range newestFirst(group) {
		s := c.shape
		values := s.values
		if s.constant != "" {
			values = []string{unquoteJSON(s.constant)}
		}
		for _, v := range values {
			i := slices.IndexFunc(t.Values, func(e EnumValue) bool { return e.Value == v })
			if i < 0 {
				i = len(t.Values)
				t.Values = append(t.Values, EnumValue{Go: b.names.constName(t.Name, v), Value: v})
			}
			t.Values[i].Revs |= 1 << c.rev
		}
	}
}

// newestFirst returns the group from the newest revision to the oldest.
func newestFirst(group []contrib) []contrib {
	sorted := slices.Clone(group)
	slices.SortStableFunc(sorted, func(x, y contrib) int { return y.rev - x.rev })
	return sorted
}

// fillKinds sorts what the shapes allow by JSON kind.
func (b *builder) fillKinds(t *Type, path string, group []contrib) {
	byKind := map[string][]contrib{}
	var kinds []string
	for _, c := range newestFirst(group) {
		alts := []*shape{c.shape}
		if c.shape.form == kindsForm {
			alts = c.shape.alts
		}
		for _, a := range alts {
			kind := b.kindOfAlt(a)
			kinds = appendNew(kinds, kind)
			byKind[kind] = append(byKind[kind], contrib{c.rev, a})
		}
	}
	if i := slices.Index(kinds, "integer"); i >= 0 && byKind["number"] != nil {
		kinds = slices.Delete(kinds, i, i+1)
		byKind["number"] = append(byKind["number"], byKind["integer"]...)
	}
	for _, kind := range kinds {
		g := byKind[kind]
		suffix := strings.ToUpper(kind[:1]) + kind[1:]
		if kind == "array" {
			suffix = "Item"
		}
		ref := b.lower(path+"<"+kind+">", t.Name+suffix, g)
		t.Variants = append(t.Variants, &Variant{JSONKind: kind, Ref: ref, Revs: revsOf(g)})
	}
}

// kindOfAlt is the JSON kind of one alternative.
func (b *builder) kindOfAlt(s *shape) string {
	if s.form == openForm && len(s.rawKinds) == 1 {
		return s.rawKinds[0]
	}
	if s.form == refForm {
		switch f := b.formOfShape(s); {
		case b.kinds[s.def] == Scalar:
			return (&shape{form: b.scalarOf(s.def)}).jsonKind()
		default:
			return (&shape{form: f}).jsonKind()
		}
	}
	return s.jsonKind()
}

// fillStruct merges the members of all revisions.
func (b *builder) fillStruct(t *Type, path string, group []contrib) {
	if err := b.onlyObjects(group); err != nil {
		b.failConflict(path, err)
		return
	}
	t.Closed = true
	for _, c := range group {
		if !c.shape.closed {
			t.Closed = false
		}
		for _, r := range c.shape.rules {
			r.Revs = 1 << c.rev
			t.Rules = appendRule(t.Rules, r)
		}
	}
	t.ExtraKinds = b.extraKinds(group)
	var fields []*Field
	for _, name := range memberNames(newestLast(group)) {
		if b.rows.droppedMember(path + "." + name) {
			continue
		}
		fields = append(fields, b.field(name, group))
	}
	t.Fields = b.sortFields(t, fields)
	b.names.fieldNames(t)
	for _, f := range t.Fields { // inline types are named by their field
		b.typeField(f, t, path, group)
	}
}

// extraKinds are the JSON kinds that members beside the known ones may have in any of the revisions; nil for all.
func (b *builder) extraKinds(group []contrib) []string {
	var kinds []string
	for _, c := range group {
		if c.shape.elem == nil {
			return nil
		}
		more := b.kindsInside(contrib{c.rev, c.shape.elem}, 0)
		if more == nil {
			return nil
		}
		for _, k := range more {
			kinds = appendNew(kinds, k)
		}
	}
	return kinds
}

// kindsInside are the JSON kinds of the values of c, whatever definitions it uses; nil for all, or if nobody knows.
func (b *builder) kindsInside(c contrib, depth int) []string {
	if depth > maxDepth {
		return nil
	}
	s := b.inside(c)
	var kinds []string
	switch s.form {
	case openForm:
		kinds = slices.Clone(s.rawKinds)
	case kindsForm:
		for _, alt := range s.alts {
			more := b.kindsInside(contrib{c.rev, alt}, depth+1)
			if more == nil {
				return nil
			}
			kinds = append(kinds, more...)
		}
	case unionForm:
		kinds = []string{"object"}
	case refForm, eitherForm, idForm:
		return nil
	default:
		kinds = []string{s.jsonKind()}
	}
	if i := slices.Index(kinds, "integer"); i >= 0 {
		kinds[i] = "number" // raw JSON is not looked into
	}
	if kinds != nil && (s.null || isNullable(c.shape, 0)) {
		kinds = appendNew(kinds, "null")
	}
	return kinds
}

func (b *builder) onlyObjects(group []contrib) *conflict {
	for _, c := range group {
		if c.shape.form != objectForm && c.shape.form != openForm {
			return &conflict{group[0], c}
		}
	}
	return nil
}

func newestLast(group []contrib) []contrib {
	sorted := slices.Clone(group)
	slices.SortStableFunc(sorted, func(x, y contrib) int { return x.rev - y.rev })
	return sorted
}

func appendRule(rules []Rule, r Rule) []Rule {
	for i := range rules {
		if rules[i].Op == r.Op && rules[i].Arg == r.Arg {
			rules[i].Revs |= r.Revs
			return rules
		}
	}
	return append(rules, r)
}

// field makes the field of a member: all but its type.
func (b *builder) field(name string, group []contrib) *Field {
	f := &Field{JSON: name}
	optional := Revs(0)
	constants := map[string]bool{}
	for _, c := range newestLast(group) {
		p := c.shape.prop(name)
		if p == nil {
			if c.shape.form == objectForm {
				optional |= 1 << c.rev
			}
			continue
		}
		bit := Revs(1) << c.rev
		f.Revs |= bit
		f.Required |= bit
		if !p.required {
			optional |= bit
		}
		f.Pos = p.pos
		f.Doc = cmp.Or(strings.TrimSpace(p.shape.doc), f.Doc)
		f.Default = p.shape.deflt
		f.Deprecated = ""
		if p.shape.deprecated {
			f.Deprecated = deprecatedText
		}
		constants[p.shape.constant] = true
		if p.shape.constant != "" {
			f.Const = &Const{JSON: p.shape.constant}
		}
	}
	f.Required &^= optional
	if len(constants) > 1 {
		f.Const = nil
	}
	if f.Const != nil {
		f.Const.Optional = optional != 0
	}
	return f
}

// typeField finds the Go type of a field.
func (b *builder) typeField(f *Field, t *Type, path string, group []contrib) {
	name := f.Go
	if name == "" {
		name = b.names.word(f.JSON)
	}
	ref := b.lower(path+"."+f.JSON, t.Name+name, members(newestLast(group), f.JSON))
	f.Type = ref
	f.Rules, ref.Rules = ref.Rules, nil
	if f.Const != nil {
		f.Rules = slices.DeleteFunc(f.Rules, func(r Rule) bool { return r.Op == "const" })
	}
	f.Nullable = ref.Nullable
	ref.Nullable = false
}

// sortFields puts fields into the order of encoding: _meta, the constants, what the newest revision requires, the rest.
func (b *builder) sortFields(t *Type, fields []*Field) []*Field {
	last := 0
	for i := range b.m.Revisions {
		if t.Revs.Has(i) {
			last = i
		}
	}
	rank := func(f *Field) int {
		switch {
		case f.JSON == "_meta":
			return 0
		case f.Const != nil:
			return 1
		case f.Required.Has(last):
			return 2
		}
		return 3
	}
	slices.SortStableFunc(fields, func(x, y *Field) int { return rank(x) - rank(y) })
	return fields
}
