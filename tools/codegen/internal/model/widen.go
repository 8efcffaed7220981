package model

import "slices"

// formOf finds the form that can hold what every shape of a group allows. If there is none it names
// two shapes that have nothing in common.
func (b *builder) formOf(group []contrib) (form, *conflict) {
	var got form
	var by contrib
	var kinds []string // of open shapes
	for i, c := range group {
		f := b.formOfShape(c.shape)
		if f == openForm {
			kinds = append(kinds, c.shape.rawKinds...)
			if c.shape.rawKinds == nil {
				kinds = append(kinds, "string", "object")
			}
		}
		if i == 0 {
			got, by = f, c
			continue
		}
		w := widen(got, f, kinds)
		if w == 0 {
			return 0, &conflict{by, c}
		}
		got = w
	}
	return got, nil
}

// conflict is two shapes that no Go type can hold both of.
type conflict struct{ a, b contrib }

// formOfShape is a shape's form; that of a definition for a use of one.
func (b *builder) formOfShape(s *shape) form {
	if s.form != refForm {
		return s.form
	}
	if b.kinds[s.def] != 0 {
		return formOfKind[b.kinds[s.def]]
	}
	got := form(0)
	for _, c := range s.def.contribs {
		if f := c.shape.form; f != refForm {
			if got == 0 {
				got = f
			} else if w := widen(got, f, nil); w != 0 {
				got = w
			}
		}
	}
	if got == 0 {
		return objectForm
	}
	return got
}

var formOfKind = map[Kind]form{
	Struct: objectForm, Union: unionForm, Enum: enumForm, IntEnum: intEnumForm, Slice: listForm, Map: dictForm, ValueUnion: kindsForm, ListUnion: eitherForm,
}

// widen returns the narrowest form that holds values of both; 0 if there is none. The kinds are those of
// open shapes seen so far.
func widen(a, b form, openKinds []string) form {
	if a == b {
		return a
	}
	if w := widenTo(a, b, openKinds); w != 0 {
		return w
	}
	if w := widenTo(b, a, openKinds); w != 0 {
		return w
	}
	if scalarForm(a) && (scalarForm(b) || b == listForm || b == objectForm || b == unionForm) ||
		scalarForm(b) && (a == listForm || a == objectForm || a == unionForm) ||
		a == listForm && (b == objectForm || b == unionForm) || b == listForm && (a == objectForm || a == unionForm) {
		return kindsForm
	}
	return 0
}

// widenTo returns the form that takes in both if b is the wider one or they meet in a third.
func widenTo(a, b form, openKinds []string) form {
	switch b {
	case openForm:
		onlyObjects := !slices.ContainsFunc(openKinds, func(k string) bool { return k != "object" })
		if onlyObjects && (a == objectForm || a == unionForm) {
			return a // structs and unions keep what they do not know
		}
		return openForm
	case floatForm:
		if a == intForm || a == intEnumForm {
			return floatForm
		}
	case intForm:
		if a == intEnumForm {
			return intForm
		}
	case stringForm:
		if a == enumForm || a == base64Form {
			return stringForm
		}
	case base64Form:
		if a == enumForm {
			return stringForm
		}
	case idForm:
		if a == intForm || a == stringForm || a == kindsForm {
			return idForm
		}
	case unionForm:
		if a == objectForm {
			return unionForm
		}
	case eitherForm:
		if a == objectForm || a == unionForm || a == listForm {
			return eitherForm
		}
	case kindsForm:
		if scalarForm(a) || a == listForm || a == objectForm || a == unionForm || a == dictForm {
			return kindsForm
		}
	}
	return 0
}

func scalarForm(f form) bool {
	switch f {
	case boolForm, intForm, floatForm, stringForm, base64Form, enumForm, intEnumForm:
		return true
	}
	return false
}
