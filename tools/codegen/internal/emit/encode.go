package emit

import (
	"fmt"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// encode emits AppendJSON and AppendJSONFor of every type with methods.
func (g *gen) encode(p *printer) {
	p.use(codecPath)
	if g.multi() {
		p.p("// allRevisions stands for encoding everything that is set, whatever the revision.")
		p.p("const allRevisions = ^uint32(0)")
		p.p()
		p.p("// revisionBit is the bit of v in the sets of revisions that this package tests.")
		p.f("func revisionBit(v %s) uint32 {", g.revType(p))
		p.p("if v == 0 {")
		p.p("return allRevisions")
		p.p("}")
		p.p("return 1 << (v - 1)")
		p.p("}")
		p.p()
	}
	for _, t := range g.m.Types {
		switch t.Kind {
		case model.Struct:
			g.encodeStruct(p, t)
		case model.Slice, model.Map:
			g.encodeNamed(p, t)
		case model.ListUnion, model.ValueUnion:
			// In union_gen.go.
		default:
			continue
		}
		g.encodeMethods(p, t)
	}
}

// encodeMethods emits the exported forms, which all funnel into appendJSON.
func (g *gen) encodeMethods(p *printer, t *model.Type) {
	arg := ""
	if g.multi() {
		arg = ", allRevisions"
	}
	p.p("// AppendJSON appends x as JSON, all that is set, in a fixed order.")
	p.f("func (x *%s) AppendJSON(dst []byte) ([]byte, error) { return x.appendJSON(dst%s) }", t.Name, arg)
	p.p()
	if g.multi() {
		p.p("// AppendJSONFor appends x in the form of revision v: without what v lacks, with what v requires.")
		p.f("func (x *%s) AppendJSONFor(dst []byte, v %s) ([]byte, error) {", t.Name, g.revType(p))
		p.p("return x.appendJSON(dst, revisionBit(v))")
		p.p("}")
		p.p()
	}
}

func (g *gen) encodeStruct(p *printer, t *model.Type) {
	var names []string
	for _, f := range t.Fields {
		names = append(names, fmt.Sprintf("%q", f.JSON))
	}
	p.f("var namesOf%s = []string{%s}", t.Name, strings.Join(names, ", "))
	p.p()
	p.f("func (x *%s) appendJSON(dst []byte%s) (_ []byte, err error) {", t.Name, g.revParam())
	p.p("start := len(dst)")
	for _, f := range t.Fields {
		g.encodeField(p, t, f)
	}
	p.f("return codec.AppendExtra(dst, start, &x.Extra, namesOf%s)", t.Name)
	p.p("}")
	p.p()
}

// encodeField writes one member. Each starts with its comma; the end of the object makes the first one a brace.
func (g *gen) encodeField(p *printer, t *model.Type, f *model.Field) {
	name := "," + jsonString(f.JSON) + ":"
	if f.Go == "" {
		if partial(f.Revs, t) {
			p.f("if rev&%s != 0 {", mask(f.Revs))
			p.json(name + f.Const.JSON)
			p.p("}")
			return
		}
		p.json(name + f.Const.JSON)
		return
	}
	cond := ""
	if !always(f, t) {
		cond = g.present(f)
	}
	if cond == "true" {
		cond = ""
	}
	if partial(f.Revs, t) {
		test := "rev&" + mask(f.Revs) + " != 0"
		if cond != "" {
			cond += " && " + test
		} else {
			cond = test
		}
	}
	if cond == "" {
		p.json(name)
		if f.Boxed {
			g.writeBoxed(p, "x."+f.Go, f)
			return
		}
		g.write(p, "x."+f.Go, f.Type, atField(f.JSON), 0)
		return
	}
	p.f("if %s {", cond)
	p.json(name)
	g.encodePresent(p, f)
	if f.Fill != "" && g.multi() {
		p.f("} else if rev != allRevisions && rev&%s != 0 {", mask(f.Required))
		p.json(name + f.Fill)
	}
	p.p("}")
}

// encodePresent writes the value of a member that is there.
func (g *gen) encodePresent(p *printer, f *model.Field) {
	x := "x." + f.Go
	if f.Boxed {
		g.encodeBoxed(p, x, f)
		return
	}
	if !f.Opt {
		g.write(p, x, f.Type, atField(f.JSON), 0)
		return
	}
	switch g.shape(f.Type) {
	case text:
		if f.Type.Kind == model.String {
			p.f("dst = codec.AppendOptString(dst, &%s)", x)
		} else {
			p.f("dst = codec.AppendOptText(dst, &%s)", x)
		}
		return
	case number:
		if plain(f.Type) {
			p.f("dst = codec.AppendOptInt(dst, &%s)", x)
			return
		}
	case boolean:
		if plain(f.Type) {
			p.f("dst = codec.AppendOptBool(dst, &%s)", x)
			return
		}
	}
	g.writeOpt(p, x, f.Type, atField(f.JSON), 0)
}

// encodeBoxed writes a value that is behind a pointer and may be null.
func (g *gen) encodeBoxed(p *printer, x string, f *model.Field) {
	if !f.Opt {
		g.writeBoxed(p, x, f)
		return
	}
	p.f("if v, ok := %s.Get(); ok {", x)
	g.writeBoxed(p, "v", f)
	p.p("} else {")
	p.json("null")
	p.p("}")
}

// writeBoxed writes the value behind the pointer v.
func (g *gen) writeBoxed(p *printer, v string, f *model.Field) {
	at := atField(f.JSON)
	p.f("if %s == nil {", v)
	p.f("return dst[:start], %s", at("codec.ErrMissing"))
	p.p("}")
	g.write(p, v, f.Type, at, 0)
}

func (g *gen) encodeNamed(p *printer, t *model.Type) {
	kind := model.List
	if t.Kind == model.Map {
		kind = model.Dict
	}
	p.f("func (x *%s) appendJSON(dst []byte%s) (_ []byte, err error) {", t.Name, g.revParam())
	body := newPrinter()
	g.write(body, "(*x)", &model.Ref{Kind: kind, Elem: t.Elem}, func(err string) string { return err }, 0)
	body.flush()
	if strings.Contains(body.body.String(), "dst[:start]") {
		p.p("start := len(dst)")
	}
	p.p(body.body.String())
	p.p("return dst, nil")
	p.p("}")
	p.p()
}

// jsonString renders a member name as JSON.
func jsonString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
