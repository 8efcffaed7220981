package emit

import (
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// kindNames tells for each JSON kind of a schema what the parts of a value union are called.
var kindNames = map[string]struct{ field, method, kind, words string }{
	"string":  {"str", "String", "codec.KindString", "a string"},
	"integer": {"integer", "Int", "codec.KindNumber", "an integer"},
	"number":  {"num", "Float", "codec.KindNumber", "a number"},
	"boolean": {"boolean", "Bool", "codec.KindBool", "a boolean"},
	"array":   {"array", "Array", "codec.KindArray", "an array"},
	"object":  {"object", "Object", "codec.KindObject", "an object"},
	"null":    {"", "Null", "codec.KindNull", "null"},
}

// both reports whether a value union tells integers from other numbers.
func both(t *model.Type) bool {
	n := 0
	for _, v := range t.Variants {
		if v.JSONKind == "integer" || v.JSONKind == "number" {
			n++
		}
	}
	return n == 2
}

// kindTest is the condition under which x holds v.
func kindTest(t *model.Type, v *model.Variant) string {
	test := "x.kind == " + kindNames[v.JSONKind].kind
	if both(t) {
		switch v.JSONKind {
		case "integer":
			test += " && x.whole"
		case "number":
			test += " && !x.whole"
		}
	}
	return test
}

func (g *gen) valueType(p *printer, v *model.Variant) string {
	if v.Boxed {
		return "*" + g.goType(p, v.Ref)
	}
	return g.goType(p, v.Ref)
}

func (g *gen) valueUnionType(p *printer, t *model.Type) {
	p.f("type %s struct {", t.Name)
	p.p("kind codec.Kind")
	if both(t) {
		p.p("whole bool // the number is in integer")
	}
	for _, v := range t.Variants {
		if n := kindNames[v.JSONKind]; n.field != "" {
			p.f("%s %s", n.field, g.valueType(p, v))
		}
	}
	p.p("}")
}

// valueUnion emits the methods of a type that holds one of several JSON kinds.
func (g *gen) valueUnion(p *printer, t *model.Type) {
	p.p("// Kind returns what kind of value x holds; codec.KindInvalid for none.")
	p.f("func (x %s) Kind() codec.Kind { return x.kind }", t.Name)
	p.p()
	p.p("// IsZero reports whether x holds no value.")
	p.f("func (x %s) IsZero() bool { return x.kind == codec.KindInvalid }", t.Name)
	p.p()
	p.p("// Equal reports whether x and y hold the same value.")
	p.f("func (x %s) Equal(y %s) bool { return codec.EqualJSON(&x, &y) }", t.Name, t.Name)
	p.p()
	for _, v := range t.Variants {
		g.valueAccess(p, t, v)
	}
	g.valueEncode(p, t)
	g.valueDecode(p, t)
	p.f("func (x *%s) own() {", t.Name)
	for _, v := range t.Variants {
		if v.JSONKind == "null" || !g.refers(v.Ref) {
			continue
		}
		f := "x." + kindNames[v.JSONKind].field
		if v.Boxed {
			p.f("if %s != nil {", f)
			p.f("%s = %s.Clone()", f, f)
			p.p("}")
			continue
		}
		p.p(g.ownStmt(p, f, v.Ref))
	}
	p.p("}")
	p.p()
}

func (g *gen) valueAccess(p *printer, t *model.Type, v *model.Variant) {
	n := kindNames[v.JSONKind]
	if v.JSONKind == "null" {
		name := g.freeName("New" + t.Name + n.method)
		p.f("// %s returns a %s that is null.", name, t.Name)
		p.f("func %s() %s { return %s{kind: codec.KindNull} }", name, t.Name, t.Name)
		p.p()
		return
	}
	typ, init := g.valueType(p, v), "kind: "+n.kind
	if both(t) && v.JSONKind == "integer" {
		init += ", whole: true"
	}
	name := g.freeName("New" + t.Name + n.method)
	p.f("// %s returns a %s that holds v.", name, t.Name)
	p.f("func %s(v %s) %s { return %s{%s, %s: v} }", name, typ, t.Name, t.Name, init, n.field)
	p.p()
	p.f("// As%s returns the value if it is %s.", n.method, n.words)
	p.f("func (x %s) As%s() (%s, bool) { return x.%s, %s }", t.Name, n.method, typ, n.field, kindTest(t, v))
	p.p()
}

func (g *gen) valueEncode(p *printer, t *model.Type) {
	p.f("func (x *%s) appendJSON(dst []byte%s) (_ []byte, err error) {", t.Name, g.revParam())
	p.p("start := len(dst)")
	p.p("switch {")
	for _, v := range t.Variants {
		p.f("case %s:", kindTest(t, v))
		f := "x." + kindNames[v.JSONKind].field
		switch {
		case v.JSONKind == "null":
			p.json("null")
		case v.Boxed:
			p.f("if %s == nil {", f)
			p.p("return dst, codec.NilUnion()")
			p.p("}")
			fallthrough
		default:
			g.write(p, f, v.Ref, func(err string) string { return err }, 0)
		}
	}
	p.p("default:")
	p.p("return dst[:start], codec.NilUnion()")
	p.p("}")
	p.p("return dst, nil")
	p.p("}")
	p.p()
}

func (g *gen) valueDecode(p *printer, t *model.Type) {
	p.f("func (x *%s) read(d *codec.Decoder) {", t.Name)
	p.p("x.kind = d.Kind()")
	p.p("switch x.kind {")
	var words []string
	numbers := map[string]*model.Variant{}
	for _, v := range t.Variants {
		n := kindNames[v.JSONKind]
		words = append(words, n.words)
		if v.JSONKind == "integer" || v.JSONKind == "number" {
			numbers[v.JSONKind] = v
			continue
		}
		p.f("case %s:", n.kind)
		g.valueRead(p, v)
	}
	switch {
	case len(numbers) == 2:
		p.p("case codec.KindNumber:")
		p.p("if x.whole = d.FitsInt(); x.whole {")
		g.valueRead(p, numbers["integer"])
		p.p("} else {")
		g.valueRead(p, numbers["number"])
		p.p("}")
	default:
		for _, v := range numbers {
			p.p("case codec.KindNumber:")
			g.valueRead(p, v)
		}
	}
	p.p("default:")
	p.f("d.Unexpected(%q)", orList(words))
	p.p("}")
	p.p("}")
	p.p()
}

func (g *gen) valueRead(p *printer, v *model.Variant) {
	f := "x." + kindNames[v.JSONKind].field
	switch {
	case v.JSONKind == "null":
		p.p("d.ConstNull()")
	case v.Boxed:
		p.f("%s = codec.Alloc[%s](d)", f, g.goType(p, v.Ref))
		p.f("%s.read(d)", f)
	default:
		p.p(g.readStmt(p, f, v.Ref))
	}
}

// orList joins words to "a, b or c".
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
