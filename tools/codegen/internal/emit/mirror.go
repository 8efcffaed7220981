package emit

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// mirrors emits plain structs for encoding/json, functions that turn generated values into them, and a table of
// checks: the test file that Options.Tests asks for.
func (g *gen) mirrors(p *printer) {
	p.use("encoding/json")
	p.use(codecPath)
	for _, t := range g.m.Types {
		switch t.Kind {
		case model.Struct:
			g.mirrorStruct(p, t)
		case model.Union:
			g.mirrorUnion(p, t)
		case model.ListUnion:
			g.mirrorList(p, t)
		}
	}
	g.mirrorHooks(p)
	p.p("// checks holds a check for each type with codecs.")
	p.p("var checks = map[string]func(*testing.T, sample){")
	p.use("testing")
	for _, t := range g.methodTypes() {
		m := &model.Ref{Kind: model.Named, Type: t}
		if r := namedRef(t); r != nil {
			m = r
		}
		p.f("%q: func(t *testing.T, s sample) { check(t, s, func(x *%s) %s { return %s }) },",
			t.Name, t.Name, g.mirrorType(m), g.mirrorExpr("(*x)", m))
	}
	p.p("}")
	p.p()
}

// mirrorHooks emits what depends on how the package was generated.
func (g *gen) mirrorHooks(p *printer) {
	p.use("testing")
	p.p("// validate calls the method Validate of x.")
	p.p("func validate(x any, rev int) error {")
	if g.multi() {
		p.f("v, ok := x.(interface{ Validate(%s) error })", g.revType(p))
	} else {
		p.p("v, ok := x.(interface{ Validate() error })")
	}
	p.p("if !ok {")
	p.p("return codec.ErrInvalid")
	p.p("}")
	if g.multi() {
		p.f("return v.Validate(%s(rev))", g.revType(p))
	} else {
		p.p("return v.Validate()")
	}
	p.p("}")
	p.p()
	p.p("// interop sends x through mailru/easyjson, if code for it was generated.")
	if !g.o.EasyJSON {
		p.p("func interop(*testing.T, []byte, any) {}")
		p.p()
		return
	}
	p.use("github.com/mailru/easyjson")
	p.p("func interop(t *testing.T, src []byte, x any) {")
	p.p("t.Helper()")
	p.p("v, ok := x.(easyjson.MarshalerUnmarshaler)")
	p.p("if !ok {")
	p.p(`t.Error("no methods for easyjson")`)
	p.p("return")
	p.p("}")
	p.p("if err := easyjson.Unmarshal(src, v); err != nil {")
	p.p("t.Error(err)")
	p.p("}")
	p.p("out, err := easyjson.Marshal(v)")
	p.p(`same(t, "easyjson", src, out, err)`)
	p.p("}")
	p.p()
}

// namedRef is the slice or map behind a named one; nil for other types.
func namedRef(t *model.Type) *model.Ref {
	switch t.Kind {
	case model.Slice:
		return &model.Ref{Kind: model.List, Elem: t.Elem}
	case model.Map:
		return &model.Ref{Kind: model.Dict, Elem: t.Elem}
	}
	return nil
}

// mirrorType is the type that encoding/json decodes into.
func (g *gen) mirrorType(r *model.Ref) string {
	switch g.shape(r) {
	case text:
		return "string"
	case number:
		return "int64"
	case float:
		return "float64"
	case boolean:
		return "bool"
	case raw:
		return "json.RawMessage"
	case extern:
		return "any"
	case list:
		return "[]" + g.mirrorElem(r.Elem)
	case dict:
		return "map[string]" + g.mirrorElem(r.Elem)
	}
	t := r.Type
	if n := namedRef(t); n != nil {
		return g.mirrorType(n)
	}
	if t.Kind == model.ValueUnion {
		return "any"
	}
	return "*mirror" + t.Name
}

// mirrorElem is mirrorType for an element, which may be null.
func (g *gen) mirrorElem(r *model.Ref) string {
	s := g.mirrorType(r)
	if g.optElem(r) && isScalar(g.shape(r)) {
		return "*" + s
	}
	return s
}

func isScalar(s shape) bool { return s == text || s == number || s == float || s == boolean }

// mirrorExpr is the mirror of the value v.
func (g *gen) mirrorExpr(v string, r *model.Ref) string {
	switch g.shape(r) {
	case text, number, float, boolean:
		return g.mirrorType(r) + "(" + v + ")"
	case raw:
		return "rawMirror(" + v + ")"
	case extern:
		return "anyMirror(&" + v + ")"
	case union:
		return "asMirror" + r.Type.Name + "(" + v + ")"
	case list, dict:
		return g.mirrorMany(v, r)
	}
	t := r.Type
	if n := namedRef(t); n != nil {
		return g.mirrorExpr(v, n)
	}
	if t.Kind == model.ValueUnion {
		return "anyMirror(&" + v + ")"
	}
	return "asMirror" + t.Name + "(&" + v + ")"
}

// mirrorMany is the mirror of a list or map.
func (g *gen) mirrorMany(v string, r *model.Ref) string {
	e, f := g.elemTypeName(r.Elem), "listMirror"
	if g.shape(r) == dict {
		f = "mapMirror"
	}
	body := "return " + g.mirrorExpr("(*e)", r.Elem)
	if g.optElem(r.Elem) {
		inner := *r.Elem
		inner.Nullable = false
		if isScalar(g.shape(&inner)) {
			body = "if v, ok := e.Get(); ok { m := " + g.mirrorExpr("v", &inner) + "; return &m }; return nil"
		} else {
			body = "if v, ok := e.Get(); ok { return " + g.mirrorExpr("v", &inner) + " }; return nil"
		}
	}
	return fmt.Sprintf("%s(%s, func(e *%s) %s { %s })", f, v, e, g.mirrorElem(r.Elem), body)
}

func (g *gen) elemTypeName(r *model.Ref) string { return g.elemType(newPrinter(), r) }

func (g *gen) mirrorStruct(p *printer, t *model.Type) {
	p.f("type mirror%s struct {", t.Name)
	for i, f := range t.Fields {
		if !taggable(f.JSON) {
			continue
		}
		if f.Go == "" {
			if tracked(f, t) {
				p.f("F%d json.RawMessage `json:%q`", i, f.JSON)
			}
			continue
		}
		typ := g.mirrorType(f.Type)
		if f.Opt && isScalar(g.shape(f.Type)) {
			typ = "*" + typ
		}
		p.f("%s %s `json:%q`", f.Go, typ, f.JSON)
	}
	p.p("}")
	p.p()
	p.f("func asMirror%s(x *%s) *mirror%s {", t.Name, t.Name, t.Name)
	p.f("m := new(mirror%s)", t.Name)
	for i, f := range t.Fields {
		if taggable(f.JSON) {
			g.mirrorField(p, t, f, i)
		}
	}
	p.p("return m")
	p.p("}")
	p.p()
}

// taggable reports whether encoding/json can have a member of that name.
func taggable(name string) bool {
	return name != "" && name != "-" && !strings.ContainsFunc(name, func(r rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

func (g *gen) mirrorField(p *printer, t *model.Type, f *model.Field, i int) {
	x := "x." + f.Go
	switch {
	case f.Go == "" && tracked(f, t):
		p.f("if !x.Extra.Missing(%d) {", g.order(t)[f])
		p.f("m.F%d = json.RawMessage(%s)", i, strconv.Quote(f.Const.JSON))
		p.p("}")
	case f.Go == "": // whether it was there is not stored
	case f.Boxed && f.Opt:
		p.f("if v, ok := %s.Get(); ok {", x)
		p.f("m.%s = %s", f.Go, strings.ReplaceAll(g.mirrorExpr("v", f.Type), "&v", "v"))
		p.p("}")
	case f.Boxed:
		p.f("if %s != nil {", x)
		p.f("m.%s = %s", f.Go, strings.ReplaceAll(g.mirrorExpr(x, f.Type), "&"+x, x))
		p.p("}")
	case f.Opt:
		p.f("if v, ok := %s.Get(); ok {", x)
		if isScalar(g.shape(f.Type)) {
			p.f("c := %s", g.mirrorExpr("v", f.Type))
			p.f("m.%s = &c", f.Go)
		} else {
			p.f("m.%s = %s", f.Go, g.mirrorExpr("v", f.Type))
		}
		p.p("}")
	default:
		p.f("m.%s = %s", f.Go, g.mirrorExpr(x, f.Type))
	}
}

func (g *gen) mirrorUnion(p *printer, t *model.Type) {
	p.f("// mirror%s has one member set.", t.Name)
	p.f("type mirror%s struct {", t.Name)
	for _, v := range distinct(t) {
		p.f("%s *mirror%s", v.Name, v.Name)
	}
	p.p("Other json.RawMessage")
	p.p("}")
	p.p()
	p.f("func (m *mirror%s) UnmarshalJSON(src []byte) error {", t.Name)
	p.p("switch {")
	for _, v := range t.Variants {
		cond := mirrorTest(t, v)
		p.f("case %s:", cond)
		p.f("m.%s = new(mirror%s)", v.Type.Name, v.Type.Name)
		p.f("return json.Unmarshal(src, m.%s)", v.Type.Name)
	}
	p.p("}")
	p.p("m.Other = append(m.Other, src...)")
	p.p("return nil")
	p.p("}")
	p.p()
	p.f("func asMirror%s(v %s) *mirror%s {", t.Name, t.Name, t.Name)
	p.p("switch x := v.(type) {")
	for _, v := range distinct(t) {
		p.f("case *%s:", v.Name)
		p.f("return &mirror%s{%s: asMirror%s(x)}", t.Name, v.Name, v.Name)
	}
	p.f("case *%s:", t.Unknown)
	p.f("return &mirror%s{Other: rawMirror(x.Raw)}", t.Name)
	p.p("}")
	p.p("return nil")
	p.p("}")
	p.p()
}

// mirrorTest is the condition under which the JSON text src is variant v, found without the codec.
func mirrorTest(t *model.Type, v *model.Variant) string {
	var conds []string
	if t.Discrim == model.ByTag {
		for _, tag := range v.Tags {
			conds = append(conds, fmt.Sprintf("has(src, %q, %q)", tag, t.Tag))
		}
		if v.Default {
			conds = append(conds, fmt.Sprintf("!has(src, \"\", %q)", t.Tag))
		}
		return strings.Join(conds, " || ")
	}
	for _, test := range v.Tests {
		var path []string
		for _, s := range test.Path {
			path = append(path, strconv.Quote(s))
		}
		conds = append(conds, fmt.Sprintf("has(src, %q, %s)", test.Equals, strings.Join(path, ", ")))
	}
	if len(conds) == 0 {
		return "true"
	}
	return strings.Join(conds, " && ")
}

func (g *gen) mirrorList(p *printer, t *model.Type) {
	elem := g.mirrorElem(t.Elem)
	p.f("type mirror%s struct {", t.Name)
	p.f("List []%s", elem)
	p.p("Single bool")
	p.p("}")
	p.p()
	p.f("func (m *mirror%s) UnmarshalJSON(src []byte) error {", t.Name)
	p.p("if src[0] == '[' {")
	p.p("return json.Unmarshal(src, &m.List)")
	p.p("}")
	p.f("m.Single, m.List = true, make([]%s, 1)", elem)
	p.p("return json.Unmarshal(src, &m.List[0])")
	p.p("}")
	p.p()
	p.f("func asMirror%s(x *%s) *mirror%s {", t.Name, t.Name, t.Name)
	p.f("return &mirror%s{%s, x.Single}", t.Name, g.mirrorMany("x.List", listOf(t)))
	p.p("}")
	p.p()
}
