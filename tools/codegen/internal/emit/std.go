package emit

import "github.com/mcpwire/mcpwire/tools/codegen/internal/model"

// methodTypes are the types with methods of their own.
func (g *gen) methodTypes() []*model.Type {
	var out []*model.Type
	for _, t := range g.m.Types {
		switch t.Kind {
		case model.Struct, model.Slice, model.Map, model.ListUnion, model.ValueUnion:
			out = append(out, t)
		}
	}
	return out
}

// std emits what encoding/json looks for. The receivers of MarshalJSON are values, so that it is found in values,
// map values and any.
func (g *gen) std(p *printer) {
	p.use(codecPath)
	for _, t := range g.methodTypes() {
		p.p("// MarshalJSON returns x as JSON.")
		p.f("func (x %s) MarshalJSON() ([]byte, error) { return x.AppendJSON(nil) }", t.Name)
		p.p()
		p.p("// UnmarshalJSON reads src, which is copied.")
		p.f("func (x *%s) UnmarshalJSON(src []byte) error { return codec.UnmarshalJSON(src, x) }", t.Name)
		p.p()
	}
	for _, t := range g.m.Types {
		if t.Kind != model.Union {
			continue
		}
		p.p("// MarshalJSON returns the value as it came.")
		p.f("func (x %s) MarshalJSON() ([]byte, error) { return x.Raw.MarshalJSON() }", t.Unknown)
		p.p()
	}
}

// easy emits what mailru/easyjson looks for.
func (g *gen) easy(p *printer) {
	p.use(codecPath)
	p.use(jlexerPath)
	p.use(jwriterPath)
	p.p("// easyRead reads the lexer's next value into v, which owns its memory.")
	p.p("func easyRead(l *jlexer.Lexer, v codec.Decodable) {")
	p.p("src := l.Raw()")
	p.p("if !l.Ok() {")
	p.p("return")
	p.p("}")
	p.p("if err := codec.UnmarshalJSON(src, v); err != nil {")
	p.p("l.AddError(err)")
	p.p("}")
	p.p("}")
	p.p()
	for _, t := range g.methodTypes() {
		p.p("// MarshalEasyJSON appends x to w's buffer.")
		p.f("func (x %s) MarshalEasyJSON(w *jwriter.Writer) {", t.Name)
		p.p("if b, err := x.AppendJSON(w.Buffer.Buf); err != nil {")
		p.p("w.Error = err")
		p.p("} else {")
		p.p("w.Buffer.Buf = b")
		p.p("}")
		p.p("}")
		p.p()
		p.p("// UnmarshalEasyJSON reads x from l; x owns its memory.")
		p.f("func (x *%s) UnmarshalEasyJSON(l *jlexer.Lexer) { easyRead(l, x) }", t.Name)
		p.p()
	}
}
