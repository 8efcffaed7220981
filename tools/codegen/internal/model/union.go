package model

import (
	"slices"
	"strings"
)

// fillUnion gathers the variants of all revisions, in the order of the newest.
func (b *builder) fillUnion(t *Type, path string, group []contrib) {
	type inlineAlt struct {
		hint  string
		group []contrib
	}
	var inline []*inlineAlt
	for _, c := range newestFirst(group) {
		alts := []*shape{c.shape}
		if c.shape.form == unionForm {
			alts = c.shape.alts
		}
		for i, a := range alts {
			a = b.follow(contrib{c.rev, a}).shape
			if a.form == refForm {
				b.addVariant(t, b.variantOf(a), 1<<c.rev)
				continue
			}
			if a.form != objectForm {
				b.fail(a.pos, describe(a)+" cannot be a variant of a union of objects", "give it properties, or open the union with a row of \"value\"")
				continue
			}
			hint := variantHint(a, i)
			k := slices.IndexFunc(inline, func(x *inlineAlt) bool { return x.hint == hint })
			if k < 0 {
				k = len(inline)
				inline = append(inline, &inlineAlt{hint: hint})
				t.Variants = append(t.Variants, &Variant{Tags: []string{hint}}) // keeps the place
			}
			inline[k].group = append(inline[k].group, contrib{c.rev, a})
		}
	}
	for _, alt := range inline {
		ref := b.hoist(path+"<"+alt.hint+">", t.Name+b.names.word(alt.hint), alt.group, objectForm)
		for _, v := range t.Variants {
			if v.Type == nil && len(v.Tags) == 1 && v.Tags[0] == alt.hint {
				v.Type, v.Tags, v.Revs = ref.Type, nil, revsOf(alt.group)
				break
			}
		}
	}
	t.Variants = slices.DeleteFunc(t.Variants, func(v *Variant) bool { return v.Type == nil })
	t.Unknown = b.names.unknownName(t)
}

// variantOf is the type of a variant that is a definition.
func (b *builder) variantOf(s *shape) *Type {
	ref := b.use(s.def, s.pos)
	if ref.Type == nil {
		return nil
	}
	if ref.Type.Kind != Struct {
		b.open(s.pos, s.def.key+" is "+describe(&shape{form: formOfKind[ref.Type.Kind], def: s.def})+" and cannot be a variant of a union of objects",
			"say with a row of \"same\" which definition it is in this revision")
		return nil
	}
	return ref.Type
}

func (b *builder) addVariant(t, variant *Type, revs Revs) {
	if variant == nil {
		return
	}
	for _, v := range t.Variants {
		if v.Type == variant {
			v.Revs |= revs
			return
		}
	}
	t.Variants = append(t.Variants, &Variant{Type: variant, Revs: revs})
}

// variantHint names an inline variant: by its title, its constant member, the member that it requires, or its number.
func variantHint(s *shape, i int) string {
	if s.hint != "" && len(strings.Fields(s.hint)) <= 4 && typeWord(s.hint) != "" {
		return s.hint
	}
	for _, p := range s.props {
		if p.required && rawKind(p.shape.constant) == "string" && startsWithLetter(unquoteJSON(p.shape.constant)) {
			return unquoteJSON(p.shape.constant)
		}
	}
	return "Option" + itoa(i+1)
}

// classify decides how the variants of every union are told apart, once all fields are known.
func (b *builder) classify() {
	for _, t := range b.m.Types {
		if t.Kind != Union {
			continue
		}
		switch {
		case b.byRow(t), byTag(t), byPresence(t), byTests(t):
		default:
			b.indistinct(t)
			continue
		}
		slices.SortStableFunc(t.Variants, func(x, y *Variant) int { return last(x, t) - last(y, t) })
		for _, v := range t.Variants {
			v.Type.In = appendType(v.Type.In, t)
		}
	}
}

// last is 1 for the variant that is taken when the others do not match: it comes last.
func last(v *Variant, t *Type) int {
	if v.Default && t.Discrim != ByTag {
		return 1
	}
	return 0
}

func appendType(list []*Type, t *Type) []*Type {
	if slices.Contains(list, t) {
		return list
	}
	return append(list, t)
}

// indistinct opens a union whose variants look the same.
func (b *builder) indistinct(t *Type) {
	var names []string
	for _, v := range t.Variants {
		names = append(names, v.Type.Name)
	}
	b.open(t.Pos, "the variants "+strings.Join(names, ", ")+" of "+t.Name+" cannot be told apart by a constant or by required members",
		"say how in the overrides: \"union\": [{\"type\": "+quote(t.Name)+
			", \"decide\": [{\"is\": "+quote(names[0])+", \"when\": {\"/member\": \"value\"}}, ...], \"reason\": ...}]")
	b.opened(t)
}

// byTag finds a string member that is another constant in every variant. In one variant it may be
// optional: that is the one without the member.
func byTag(t *Type) bool {
	if len(t.Variants) == 0 {
		return false
	}
	for _, f := range t.Variants[0].Type.Fields {
		if tags, dflt, ok := tagsOf(t, f.JSON); ok {
			t.Discrim, t.Tag = ByTag, f.JSON
			for i, v := range t.Variants {
				v.Tags = []string{tags[i]}
				v.Default = i == dflt
			}
			return true
		}
	}
	return false
}

func tagsOf(t *Type, member string) (tags []string, dflt int, ok bool) {
	dflt = -1
	for i, v := range t.Variants {
		f := v.Type.field(member)
		if f == nil || f.Const == nil || rawKind(f.Const.JSON) != "string" {
			return nil, 0, false
		}
		if f.Const.Optional {
			if dflt >= 0 {
				return nil, 0, false
			}
			dflt = i
		}
		tag := unquoteJSON(f.Const.JSON)
		if slices.Contains(tags, tag) {
			return nil, 0, false
		}
		tags = append(tags, tag)
	}
	return tags, dflt, true
}

// field returns the field of a member, or nil.
func (t *Type) field(member string) *Field {
	for _, f := range t.Fields {
		if f.JSON == member {
			return f
		}
	}
	return nil
}

// byPresence finds for each variant a required member that no other variant has. One variant may lack such a member.
func byPresence(t *Type) bool {
	tests := make([][]Test, len(t.Variants))
	dflt := -1
	for i, v := range t.Variants {
		for _, f := range v.Type.Fields {
			if f.Required == f.Revs && f.Const == nil && !elsewhere(t, v, f.JSON) {
				tests[i] = []Test{{Path: []string{f.JSON}}}
				break
			}
		}
		if tests[i] == nil {
			if dflt >= 0 {
				return false
			}
			dflt = i
		}
	}
	t.Discrim = ByPresence
	for i, v := range t.Variants {
		v.Tests, v.Default = tests[i], i == dflt
	}
	return true
}

func elsewhere(t *Type, v *Variant, member string) bool {
	return slices.ContainsFunc(t.Variants, func(o *Variant) bool { return o != v && o.Type.field(member) != nil })
}

// byTests lets each variant be known by all its required members and constants together. The more a
// variant asks for, the earlier it is tried.
func byTests(t *Type) bool {
	tests := make(map[*Variant][]Test)
	seen := map[string]bool{}
	for _, v := range t.Variants {
		key := ""
		for _, f := range v.Type.Fields {
			if f.Required != f.Revs {
				continue
			}
			test := Test{Path: []string{f.JSON}}
			if f.Const != nil && rawKind(f.Const.JSON) == "string" {
				test.Equals = unquoteJSON(f.Const.JSON)
			}
			tests[v] = append(tests[v], test)
			key += quote(test.Path[0]) + quote(test.Equals)
		}
		if seen[key] {
			return false
		}
		seen[key] = true
	}
	sorted := slices.Clone(t.Variants)
	slices.SortStableFunc(sorted, func(x, y *Variant) int { return len(tests[y]) - len(tests[x]) })
	for i, v := range sorted {
		for _, later := range sorted[i+1:] {
			if !excludes(tests[v], later.Type) {
				return false
			}
		}
	}
	t.Discrim, t.Variants = ByDecision, sorted
	for _, v := range t.Variants {
		v.Tests, v.Default = tests[v], len(tests[v]) == 0
	}
	return true
}

// excludes reports whether one of the tests fails for every value of t with only the members that t knows.
func excludes(tests []Test, t *Type) bool {
	return slices.ContainsFunc(tests, func(test Test) bool {
		f := t.field(test.Path[0])
		return f == nil || test.Equals != "" && f.Const != nil && f.Const.JSON != quoteJSON(test.Equals)
	})
}

// byRow takes the decision list of an override.
func (b *builder) byRow(t *Type) bool {
	row := b.rows.union(t.Name)
	if row == nil {
		return false
	}
	t.Discrim = ByDecision
	revs := map[string]*Variant{}
	for _, v := range t.Variants {
		revs[v.Type.Name] = v
	}
	used := map[string]bool{}
	t.Variants = nil
	for _, d := range row.Decide {
		v := revs[d.Is]
		if v == nil {
			b.problems.add(row.pos, quote(d.Is)+" is not a variant of "+t.Name, "")
			continue
		}
		used[d.Is] = true
		t.Variants = append(t.Variants, &Variant{Type: v.Type, Revs: v.Revs, Tests: d.tests(), Default: len(d.When) == 0})
	}
	for name := range revs {
		if !used[name] {
			b.problems.add(row.pos, "the variant "+quote(name)+" of "+t.Name+" has no decision", "")
		}
	}
	return true
}
