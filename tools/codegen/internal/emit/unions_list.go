package emit

import "github.com/mcpwire/mcpwire/tools/codegen/internal/model"

// listUnion emits the methods of a type whose JSON is one element or a list of them.
func (g *gen) listUnion(p *printer, t *model.Type) {
	g.listUnionEncode(p, t)
	p.f("func (x *%s) read(d *codec.Decoder) {", t.Name)
	p.p("if d.Kind() == codec.KindObject {")
	p.p("x.Single = true")
	if g.shape(t.Elem) == union {
		p.f("read%s(d, codec.Push(d, &x.List))", t.Elem.Type.Name)
	} else {
		p.p("v := codec.Push(d, &x.List)")
		p.p(g.readStmt(p, "*v", t.Elem))
	}
	p.p("return")
	p.p("}")
	p.p(g.readStmt(p, "x.List", listOf(t)))
	p.p("}")
	p.p()
	p.f("func (x *%s) own() {", t.Name)
	p.p(g.ownStmt(p, "x.List", listOf(t)))
	p.p("}")
	p.p()
}

// listOf is the list in t.
func listOf(t *model.Type) *model.Ref { return &model.Ref{Kind: model.List, Elem: t.Elem} }

func (g *gen) listUnionEncode(p *printer, t *model.Type) {
	p.f("func (x *%s) appendJSON(dst []byte%s) (_ []byte, err error) {", t.Name, g.revParam())
	p.p("start := len(dst)")
	cond := "x.Single"
	if partial(t.ListRevs, t) {
		cond += " || rev&" + mask(t.ListRevs) + " == 0"
	}
	p.f("if %s {", cond)
	p.p("if len(x.List) != 1 {")
	p.p(`return dst[:start], codec.Invalid("exactly one element has to be there")`)
	p.p("}")
	g.write(p, "x.List[0]", t.Elem, func(err string) string { return err }, 0)
	p.p("return dst, nil")
	p.p("}")
	g.write(p, "x.List", listOf(t), func(err string) string { return err }, 0)
	p.p("return dst, nil")
	p.p("}")
	p.p()
}
