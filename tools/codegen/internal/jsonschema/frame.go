package jsonschema

// frame is one schema object while it is being parsed.
type frame struct {
	*Loader
	file *file
	res  *resource // the resource that the schema belongs to: it sets the base of references
	node *node
	out  *Schema

	// Keywords that depend on a neighbor which may come later.
	tuple           *member // the array form of items
	additionalItems *Schema
	exclusiveMin    bool // draft-04's booleans
	exclusiveMax    bool
}

// keywordAt is where a keyword of a schema stands. The pointer is left out: most are never asked for.
type keywordAt struct {
	name string
	off  int
}

// schema parses the schema at n, once: a second call returns the same Schema.
func (l *Loader) schema(f *file, res *resource, n *node, pointer string) *Schema {
	if s, ok := f.schemas[n]; ok {
		return s
	}
	s := &Schema{Pos: f.src.pos(n.off, pointer), src: f.src}
	f.schemas[n] = s
	if l.problems.full() {
		return s
	}
	switch n.kind {
	case kindBool:
		v := n.isTrue()
		s.Bool = &v
	case kindObject:
		fr := &frame{Loader: l, file: f, res: res, node: n, out: s}
		fr.parse()
	default:
		l.problems.add(&Error{Pos: s.Pos, Msg: n.kind.String() + " where a schema is expected", Hint: "a schema is true, false or an object"})
	}
	return s
}

// parse reads all keywords.
func (f *frame) parse() {
	hidden := f.draft().refHidesSiblings() && f.node.find("$ref") != nil
	if !hidden || f.node == f.file.root {
		f.identify()
	}
	for i := range f.node.members {
		m := &f.node.members[i]
		f.out.keywords = append(f.out.keywords, keywordAt{m.name, m.off})
		if hidden && !besideRef(m.name) {
			if !isAnnotation(m.name) {
				f.out.Hidden = append(f.out.Hidden, Keyword{Name: m.name, Pos: f.namePos(m)})
			}
			continue
		}
		if h, ok := f.keywords[m.name]; ok {
			h(f, m)
		} else if !isAnnotation(m.name) {
			f.unknown(m, "")
		}
	}
	f.finish()
}

// finish settles what depends on several keywords.
func (f *frame) finish() {
	s := f.out
	if f.exclusiveMin {
		s.Minimum, s.ExclusiveMinimum = "", s.Minimum
	}
	if f.exclusiveMax {
		s.Maximum, s.ExclusiveMaximum = "", s.Maximum
	}
	if f.tuple != nil {
		s.Items = f.additionalItems
		if m := f.node.find("prefixItems"); m != nil {
			f.errorf(f.tuple, "keep prefixItems, and make items a schema or false", "items is an array beside prefixItems")
		}
	}
}

// besideRef reports whether a keyword counts although it stands beside a $ref of draft-07 and
// before: annotations do, and definitions are only a place to point at.
func besideRef(name string) bool {
	switch name {
	case "$ref", "$schema", "definitions", "$defs", "title", "description", "default", "deprecated":
		return true
	}
	return false
}

func (f *frame) draft() Draft { return f.file.doc.Draft }

// namePos is the position of m's name.
func (f *frame) namePos(m *member) Pos {
	return f.file.src.pos(m.off, f.pointer(m))
}

func (f *frame) pointer(m *member) string {
	return f.file.src.child(f.out.Pos.Pointer, m.name)
}

// unknown notes a keyword that is not honored.
func (f *frame) unknown(m *member, hint string) {
	if hint == "" {
		hint = f.unknownHint(m.name)
	}
	f.out.Unknown = append(f.out.Unknown, Keyword{Name: m.name, Pos: f.namePos(m), Hint: hint})
}

// errorf reports a problem with m's value.
func (f *frame) errorf(m *member, hint, format string, args ...any) {
	f.errorAt(m.val, f.pointer(m), hint, format, args...)
}

func (f *frame) errorAt(n *node, pointer, hint, format string, args ...any) {
	f.problems.add(f.file.src.errorf(n.off, pointer, hint, format, args...))
}

// want reports whether m's value has the kind, and notes a problem if not.
func (f *frame) want(m *member, k kind, hint string) bool {
	if m.val.kind != k {
		if hint == "" && k == kindNumber && m.val.kind == kindString {
			hint = "write it without quotes"
		}
		f.errorf(m, hint, "%s is %s, not %s", m.name, m.val.kind, k)
		return false
	}
	return true
}

// schemaAt parses the subschema n.
func (f *frame) schemaAt(n *node, pointer string) *Schema {
	return f.schema(f.file, f.res, n, pointer)
}

// named parses an object whose members are schemas.
func (f *frame) named(m *member) []Property {
	if !f.want(m, kindObject, "write an object that maps names to schemas") {
		return nil
	}
	base := f.pointer(m)
	props := make([]Property, 0, len(m.val.members))
	for i := range m.val.members {
		sub := &m.val.members[i]
		p := f.file.src.child(base, sub.name)
		props = append(props, Property{Name: sub.name, Pos: f.file.src.pos(sub.off, p), Schema: f.schemaAt(sub.val, p)})
	}
	return props
}

// list parses an array of schemas.
func (f *frame) list(m *member) []*Schema {
	if !f.want(m, kindArray, "write an array of schemas") {
		return nil
	}
	if len(m.val.elems) == 0 {
		f.errorf(m, "remove the keyword or list a schema", "%s is empty", m.name)
		return nil
	}
	base := f.pointer(m)
	schemas := make([]*Schema, 0, len(m.val.elems))
	for i, e := range m.val.elems {
		schemas = append(schemas, f.schemaAt(e, f.file.src.element(base, i)))
	}
	return schemas
}
