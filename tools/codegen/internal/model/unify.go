package model

import "slices"

// unify lets inline schemas of some revisions join the definition that others refer to in the same
// place, until nothing more joins. Override rows of "place" are carried out here.
func (b *builder) unify() {
	for again := true; again; {
		again = false
		for _, d := range slices.Clone(b.order) {
			if b.walk(d.key, d.contribs, 0) {
				again = true
			}
		}
	}
}

// prepare applies what holds for one place: rows of place and value, aliases, and dropped members.
// It reports whether a definition grew.
func (b *builder) prepare(path string, group []contrib) (out []contrib, grew bool) {
	for _, c := range group {
		if to := b.rows.placed(path, c.rev); to != "" {
			d := b.placeDef(to, c.shape.pos)
			if d.key != path && !(c.shape.form == refForm && c.shape.def == d) {
				if d.add(contrib{c.rev, b.inside(c)}) {
					grew = true
				}
				s := c.shape
				c.shape = b.derived(s, d, "ref", func() *shape {
					return &shape{form: refForm, pos: s.pos, doc: s.doc, deprecated: s.deprecated, null: s.null, def: d, deflt: s.deflt}
				})
			}
		}
		c = b.follow(c)
		if b.rows.value(path) == "number" {
			c.shape = b.widened(c.shape)
		}
		out = append(out, c)
	}
	return out, grew
}

// inside returns the shape that c's place has when written out: the definition's for a reference.
func (b *builder) inside(c contrib) *shape {
	s := c.shape
	for range maxDepth {
		if s.form != refForm {
			break
		}
		own := b.shapeIn(s.def, c.rev)
		if own == nil {
			break
		}
		s = own
	}
	return s
}

// shapeIn is what revision rev says about d; nil if it does not have it.
func (b *builder) shapeIn(d *def, rev int) *shape {
	for _, c := range d.contribs {
		if c.rev == rev {
			return c.shape
		}
	}
	return nil
}

// widened turns the integers of s into numbers.
func (b *builder) widened(s *shape) *shape {
	switch s.form {
	case intForm:
		return b.derived(s, nil, "number", func() *shape { c := copyOf(s); c.form, c.origin = floatForm, nil; return c })
	case kindsForm:
		return b.derived(s, nil, "number", func() *shape {
			c := copyOf(s)
			c.alts, c.origin = nil, nil
			for _, a := range s.alts {
				c.alts = append(c.alts, b.widened(a))
			}
			return c
		})
	}
	return s
}

// follow replaces a reference to a definition that is no Go type of its own by what it stands for.
func (b *builder) follow(c contrib) contrib {
	for range maxDepth {
		s := c.shape
		if s.form != refForm {
			return c
		}
		next := b.standIn(s.def, c.rev)
		if next == nil {
			return c
		}
		c.shape = b.derived(s, s.def, "follow"+itoa(c.rev), func() *shape {
			f := copyOf(next)
			f.null = f.null || s.null
			f.doc, f.deprecated, f.deflt, f.pos = s.doc, s.deprecated, s.deflt, s.pos
			return f
		})
	}
	return c
}

// standIn is what a use of d means if d is not a type: open JSON, an alias, or what a row of value says.
func (b *builder) standIn(d *def, rev int) *shape {
	own := b.shapeIn(d, rev)
	if own == nil {
		return nil
	}
	switch b.rows.value(d.key) {
	case "raw":
		return b.derived(own, d, "raw", func() *shape { return &shape{form: openForm, pos: own.pos, rawKinds: kindsOf(own)} })
	case "id":
		return b.derived(own, d, "id", func() *shape { return &shape{form: idForm, pos: own.pos} })
	case "error":
		return b.derived(own, d, "error", func() *shape { return &shape{form: errorForm, pos: own.pos} })
	case "inline":
		return own
	}
	for _, c := range d.contribs {
		if c.shape.form != openForm && c.shape.form != refForm {
			return nil
		}
	}
	return own
}

// kindsOf lists the JSON kinds of a shape's values; nil for all.
func kindsOf(s *shape) []string {
	switch s.form {
	case openForm:
		if s.null && s.rawKinds != nil {
			return appendNew(slices.Clone(s.rawKinds), "null")
		}
		return s.rawKinds
	case kindsForm, refForm, eitherForm:
		return nil
	case unionForm:
		return []string{"object"}
	}
	if s.null {
		return nil
	}
	return []string{s.jsonKind()}
}

// walk visits a place and the places inside it. It reports whether a definition grew.
func (b *builder) walk(path string, group []contrib, depth int) (grew bool) {
	if depth > maxDepth {
		return false
	}
	group, grew = b.prepare(path, group)
	if id := newest(group).identity(); id.form == objectForm {
		if b.walking[id] {
			return grew // the schema is recursive
		}
		b.walking[id] = true
		defer delete(b.walking, id)
	}
	if v := b.rows.value(path); v == "raw" || v == "id" || v == "error" {
		return grew
	}
	if slices.ContainsFunc(group, func(c contrib) bool { return c.shape.form == eitherForm }) {
		return b.walk(path+"[]", b.elemsOf(group, eitherForm), depth+1) || grew
	}
	if d := b.commonDef(group); d != nil {
		return b.join(d, group) || grew
	}
	if sub := b.elemsOf(group, listForm); len(sub) > 0 && b.walk(path+"[]", sub, depth+1) {
		grew = true
	}
	if sub := b.elemsOf(group, dictForm); len(sub) > 0 && b.walk(path+"{}", sub, depth+1) {
		grew = true
	}
	for _, name := range memberNames(group) {
		if b.walk(path+"."+name, members(group, name), depth+1) {
			grew = true
		}
	}
	return grew
}

// commonDef returns the definition that a place's references agree on: the only one, or a union of the others.
func (b *builder) commonDef(group []contrib) *def {
	var found []*def
	for _, c := range group {
		if c.shape.form == refForm && !slices.Contains(found, c.shape.def) {
			found = append(found, c.shape.def)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	var union *def
	for _, d := range found {
		if slices.ContainsFunc(d.contribs, func(c contrib) bool { return c.shape.form == unionForm }) {
			if union != nil {
				return nil
			}
			union = d
		}
	}
	return union
}

// join adds the inline shapes of a place to the definition that the place's references name.
func (b *builder) join(d *def, group []contrib) (grew bool) {
	for _, c := range group {
		s := c.shape
		if s.form == refForm && s.def != d {
			s = b.derived(s, d, "alone", func() *shape {
				return &shape{form: unionForm, pos: s.pos, alts: []*shape{{form: refForm, pos: s.pos, def: s.def, src: s.src}}}
			})
		}
		if b.joins(d, s) && d.add(contrib{c.rev, s}) {
			grew = true
		}
	}
	return grew
}

// joins reports whether an inline shape can be a part of what d is.
func (b *builder) joins(d *def, s *shape) bool {
	of := func(forms ...form) bool {
		return slices.ContainsFunc(d.contribs, func(c contrib) bool { return slices.Contains(forms, c.shape.form) })
	}
	switch s.form {
	case objectForm:
		return of(objectForm) && !of(unionForm, kindsForm)
	case openForm:
		return of(objectForm) && !of(unionForm, kindsForm) && slices.Equal(s.rawKinds, []string{"object"})
	case unionForm:
		return of(unionForm)
	case enumForm, intEnumForm, kindsForm, listForm, dictForm:
		return of(s.form)
	}
	return false
}

// elemsOf gathers the elements of the shapes of one form. For eitherForm, a shape that is no list counts as an element.
func (b *builder) elemsOf(group []contrib, f form) []contrib {
	var out []contrib
	for _, c := range group {
		s := c.shape
		switch {
		case s.form == f, f == eitherForm && s.form == listForm:
			out = append(out, contrib{c.rev, s.elem})
		case f == eitherForm:
			out = append(out, c)
		case s.form == kindsForm:
			for _, a := range s.alts {
				if a.form == f {
					out = append(out, contrib{c.rev, a.elem})
				}
			}
		}
	}
	return out
}

// memberNames lists the members that the objects of a group have, in the order of appearance, newest revision first.
func memberNames(group []contrib) []string {
	var names []string
	seen := map[string]bool{}
	for i := len(group) - 1; i >= 0; i-- {
		for _, p := range group[i].shape.props {
			if !seen[p.name] {
				seen[p.name] = true
				names = append(names, p.name)
			}
		}
	}
	return names
}

// members gathers the shapes of one member.
func members(group []contrib, name string) []contrib {
	var out []contrib
	for _, c := range group {
		if p := c.shape.prop(name); p != nil {
			out = append(out, contrib{c.rev, p.shape})
		}
	}
	return out
}
