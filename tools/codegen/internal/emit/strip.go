package emit

import (
	"fmt"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// strips emits Strip of every type with methods.
func (g *gen) strips(p *printer) {
	for _, t := range g.m.Types {
		switch t.Kind {
		case model.Union:
			if g.varies[t] {
				g.stripUnion(p, t)
			}
			continue
		case model.Struct, model.Slice, model.Map, model.ListUnion, model.ValueUnion:
		default:
			continue
		}
		p.p("// Strip drops from x what revision v does not have. It does not add what v requires.")
		if !g.varies[t] {
			p.f("func (x *%s) Strip(%s) {}", t.Name, g.revType(p))
			p.p()
			continue
		}
		p.f("func (x *%s) Strip(v %s) { x.strip(revisionBit(v)) }", t.Name, g.revType(p))
		p.p()
		p.f("func (x *%s) strip(rev uint32) {", t.Name)
		switch t.Kind {
		case model.Struct:
			for _, f := range t.Fields {
				g.stripField(p, t, f)
			}
		case model.Slice:
			g.stripRef(p, "*x", &model.Ref{Kind: model.List, Elem: t.Elem}, 0)
		case model.Map:
			g.stripRef(p, "*x", &model.Ref{Kind: model.Dict, Elem: t.Elem}, 0)
		case model.ListUnion:
			g.stripRef(p, "x.List", listOf(t), 0)
			if partial(t.ListRevs, t) {
				p.f("if rev&%s == 0 && len(x.List) == 1 {", mask(t.ListRevs))
				p.p("x.Single = true")
				p.p("}")
			}
		case model.ValueUnion:
			g.stripValues(p, t)
		}
		p.p("}")
		p.p()
	}
}

func (g *gen) stripValues(p *printer, t *model.Type) {
	for _, v := range t.Variants {
		switch {
		case partial(v.Revs, t):
			p.f("if %s && rev&%s == 0 {", kindTest(t, v), mask(v.Revs))
			p.f("*x = %s{}", t.Name)
			p.p("}")
		case v.Ref != nil && g.refVaries(v.Ref):
			p.f("if %s {", kindTest(t, v))
			g.stripRef(p, "x."+kindNames[v.JSONKind].field, v.Ref, 0)
			p.p("}")
		}
	}
}

func (g *gen) stripField(p *printer, t *model.Type, f *model.Field) {
	if f.Go == "" {
		return
	}
	x := "x." + f.Go
	if partial(f.Revs, t) {
		p.f("if rev&%s == 0 {", mask(f.Revs))
		p.p(g.zero(p, x, f))
		p.p("}")
	}
	if !g.refVaries(f.Type) {
		return
	}
	switch {
	case f.Opt:
		p.f("if codec.IsSet(&%s) {", x)
		v := x + ".Ptr()"
		switch {
		case f.Boxed:
			p.f("(*%s).strip(rev)", v)
		case g.shape(f.Type) == object:
			p.f("%s.strip(rev)", v)
		default:
			g.stripRef(p, "*"+v, f.Type, 0)
		}
		p.use(codecPath)
		p.p("}")
	case f.Boxed:
		p.f("if %s != nil {", x)
		p.f("%s.strip(rev)", x)
		p.p("}")
	default:
		g.stripRef(p, x, f.Type, 0)
	}
}

// zero is the statement that makes field x absent.
func (g *gen) zero(p *printer, x string, f *model.Field) string {
	if f.Opt {
		return x + ".Clear()"
	}
	switch g.shape(f.Type) {
	case raw, extern:
		return x + " = " + g.goType(p, f.Type) + "{}"
	case object:
		if k := f.Type.Type.Kind; k == model.Slice || k == model.Map {
			return x + " = nil"
		}
		if !f.Boxed {
			return x + " = " + g.goType(p, f.Type) + "{}"
		}
	case text:
		return x + ` = ""`
	case number, float:
		return x + " = 0"
	case boolean:
		return x + " = false"
	}
	return x + " = nil"
}

// stripRef strips the value of the addressable expression v.
func (g *gen) stripRef(p *printer, v string, r *model.Ref, depth int) {
	if !g.refVaries(r) {
		return
	}
	switch g.shape(r) {
	case object:
		if v[0] == '*' {
			v = v[1:]
		}
		p.f("%s.strip(rev)", v)
	case union:
		p.f("strip%s(%s, rev)", r.Type.Name, v)
	case list, dict:
		elem := r.Elem
		if g.shape(r) == list && g.shape(elem) == union && !g.optElem(elem) && g.skipsVariants(elem.Type) {
			p.f("%s = %s.DeleteFunc(%s, func(v %s) bool { return !in%s(v, rev) })",
				v, p.use("slices"), v, elem.Type.Name, elem.Type.Name)
		}
		i := loopVar(depth)
		list := v
		if v[0] == '*' {
			list = "(" + v + ")"
		}
		p.f("for %s := range %s {", i, v)
		at := fmt.Sprintf("%s[%s]", list, i)
		if g.shape(r) == dict {
			at += ".Value"
		}
		if g.optElem(elem) {
			p.f("if codec.IsSet(&%s) {", at)
			inner := *elem
			inner.Nullable = false
			g.stripRef(p, "*"+at+".Ptr()", &inner, depth+1)
			p.p("}")
			p.use(codecPath)
		} else {
			g.stripRef(p, at, elem, depth+1)
		}
		p.p("}")
	}
}

func (g *gen) stripUnion(p *printer, t *model.Type) {
	p.f("func strip%s(v %s, rev uint32) {", t.Name, t.Name)
	p.p("switch x := v.(type) {")
	n := 0
	for _, v := range distinct(t) {
		if g.varies[v] {
			p.f("case *%s:", v.Name)
			p.p("x.strip(rev)")
			n++
		}
	}
	if n == 0 {
		p.p("default:")
		p.p("_ = x")
	}
	p.p("}")
	p.p("}")
	p.p()
}
