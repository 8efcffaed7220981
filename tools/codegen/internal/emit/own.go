package emit

import (
	"encoding/json"
	"fmt"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// unquoteJSON returns the string that the JSON string s stands for.
func unquoteJSON(s string) string {
	var out string
	if json.Unmarshal([]byte(s), &out) != nil {
		return s
	}
	return out
}

// owns emits Clone of every type with methods.
func (g *gen) owns(p *printer) {
	p.use(codecPath)
	for _, t := range g.m.Types {
		switch t.Kind {
		case model.Struct:
			p.f("func (x *%s) own() {", t.Name)
			for _, f := range t.Fields {
				if f.Go != "" {
					g.ownField(p, f)
				}
			}
			p.p("x.Extra = x.Extra.Clone()")
			if t.Helpers {
				p.p("x.Slab = codec.Slab{}")
			}
			p.p("}")
			p.p()
		case model.Slice, model.Map:
			kind := model.List
			if t.Kind == model.Map {
				kind = model.Dict
			}
			p.f("func (x *%s) own() {", t.Name)
			p.p(g.ownStmt(p, "*x", &model.Ref{Kind: kind, Elem: t.Elem}))
			p.p("}")
			p.p()
		case model.ListUnion, model.ValueUnion:
		case model.Union:
			g.ownUnion(p, t)
			continue
		default:
			continue
		}
		p.p("// Clone returns a deep copy of x that owns all its memory.")
		p.f("func (x *%s) Clone() *%s {", t.Name, t.Name)
		p.p("c := *x")
		p.p("c.own()")
		p.p("return &c")
		p.p("}")
		p.p()
	}
}

func (g *gen) ownUnion(p *printer, t *model.Type) {
	p.f("func own%s(v *%s) {", t.Name, t.Name)
	p.p("switch x := (*v).(type) {")
	for _, v := range distinct(t) {
		p.f("case *%s:", v.Name)
		p.p("*v = x.Clone()")
	}
	p.f("case *%s:", t.Unknown)
	p.p("*v = x.Clone()")
	p.p("}")
	p.p("}")
	p.p()
}

func (g *gen) ownField(p *printer, f *model.Field) {
	if !g.refers(f.Type) {
		return
	}
	x := "x." + f.Go
	if f.Boxed && f.Opt {
		p.f("codec.OwnOpt(&%s, func(v **%s) { *v = (*v).Clone() })", x, g.goType(p, f.Type))
		return
	}
	if f.Boxed {
		p.f("if %s != nil {", x)
		p.f("%s = %s.Clone()", x, x)
		p.p("}")
		return
	}
	if !f.Opt {
		p.p(g.ownStmt(p, x, f.Type))
		return
	}
	if g.shape(f.Type) == text {
		p.f("codec.OwnOptText(&%s)", x)
		return
	}
	p.f("codec.OwnOpt(&%s, %s)", x, g.owner(p, f.Type))
}

// refers reports whether values of r refer to other memory.
func (g *gen) refers(r *model.Ref) bool {
	switch g.shape(r) {
	case number, float, boolean:
		return false
	}
	return true
}

// owner returns an expression of type func(*T), or nil if a plain copy will do.
func (g *gen) owner(p *printer, r *model.Ref) string {
	switch {
	case !g.refers(r):
		return "nil"
	case g.optElem(r):
		inner := *r
		inner.Nullable = false
		return fmt.Sprintf("func(v *%s) { codec.OwnOpt(v, %s) }", g.elemType(p, r), g.owner(p, &inner))
	}
	switch g.shape(r) {
	case text:
		return "codec.OwnText[" + g.goType(p, r) + "]"
	case raw:
		return "codec.OwnRaw"
	case object:
		return "(*" + r.Type.Name + ").own"
	case union:
		return "own" + r.Type.Name
	}
	return fmt.Sprintf("func(v *%s) { %s }", g.goType(p, r), g.ownStmt(p, "*v", r))
}

// ownStmt returns a statement that gives the addressable expression v memory of its own.
func (g *gen) ownStmt(p *printer, v string, r *model.Ref) string {
	ref := "&" + v
	if v[0] == '*' {
		ref = v[1:]
	}
	switch g.shape(r) {
	case text:
		return "codec.OwnText(" + ref + ")"
	case raw:
		return "codec.OwnRaw(" + ref + ")"
	case extern:
		if r.Kind == model.RPCError {
			return v + " = *" + ref[len("&"):] + ".Clone()"
		}
		if v[0] == '*' {
			return v + " = " + ref + ".Clone()"
		}
		return v + " = " + v + ".Clone()"
	case object:
		if v[0] == '*' {
			return ref + ".own()"
		}
		return v + ".own()"
	case union:
		return "own" + r.Type.Name + "(" + ref + ")"
	case list:
		return v + " = codec.OwnSlice(" + v + ", " + g.owner(p, r.Elem) + ")"
	case dict:
		return v + " = codec.OwnMap(" + v + ", " + g.owner(p, r.Elem) + ")"
	}
	return "_ = " + v
}
