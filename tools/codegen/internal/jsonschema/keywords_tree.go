package jsonschema

// This file has the keywords that hold subschemas in a form of their own.

func (f *frame) items(m *member) {
	if m.val.kind != kindArray {
		f.out.Items = f.schemaAt(m.val, f.pointer(m))
		return
	}
	if f.draft() == Draft202012 {
		f.errorf(m, "2020-12 has prefixItems for that", "items is an array")
		return
	}
	f.tuple = m
	base := f.pointer(m)
	for i, e := range m.val.elems {
		f.out.PrefixItems = append(f.out.PrefixItems, f.schemaAt(e, f.file.src.element(base, i)))
	}
}

func (f *frame) prefixItems(m *member) {
	if f.draft() != DraftUnknown && f.draft() != Draft202012 {
		f.unknown(m, "it is of 2020-12; "+f.draft().String()+" has the array form of items")
		return
	}
	f.out.PrefixItems = f.list(m)
}

// additional keeps additionalItems aside: it has an effect beside the array form of items only.
func (f *frame) additional(m *member) {
	if f.draft() == Draft202012 {
		f.unknown(m, "2020-12 has items beside prefixItems for that")
		return
	}
	f.additionalItems = f.schemaAt(m.val, f.pointer(m))
}

// defs reads $defs and definitions alike. A document may use both, as long as no name is in both.
func (f *frame) defs(m *member) {
	into := &f.out.Defs
	if f.node == f.file.root {
		into = &f.file.doc.Defs
	}
	other := f.node.find(map[string]string{"$defs": "definitions", "definitions": "$defs"}[m.name])
	second := other != nil && other.off < m.off
	for _, p := range f.named(m) {
		if second && other.val.find(p.Name) != nil {
			f.problems.add(&Error{Pos: p.Pos, Msg: "the definition " + p.Name + " is in both definitions and $defs", Hint: "rename one of them"})
			continue
		}
		*into = append(*into, p)
	}
}
