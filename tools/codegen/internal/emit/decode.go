package emit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// decode emits DecodeJSON, read and Reset of every type with methods.
func (g *gen) decode(p *printer) {
	p.use(codecPath)
	for _, t := range g.m.Types {
		switch t.Kind {
		case model.Struct:
			g.decodeStruct(p, t)
		case model.Slice, model.Map:
			kind := model.List
			if t.Kind == model.Map {
				kind = model.Dict
			}
			p.f("func (x *%s) read(d *codec.Decoder) {", t.Name)
			ref := &model.Ref{Kind: kind, Elem: t.Elem}
			p.p(g.readStmt(p, "*(*"+g.goType(p, ref)+")(x)", ref))
			p.p("}")
			p.p()
		case model.ListUnion, model.ValueUnion:
		default:
			continue
		}
		g.decodeMethods(p, t)
	}
}

func (g *gen) decodeMethods(p *printer, t *model.Type) {
	zero := t.Name + "{}"
	if t.Kind == model.Slice || t.Kind == model.Map {
		zero = "nil"
	}
	p.p("// DecodeJSON resets x and reads it from d. x then borrows d's input and memory.")
	p.f("func (x *%s) DecodeJSON(d *codec.Decoder) error {", t.Name)
	p.f("*x = %s", zero)
	p.p("x.read(d)")
	p.p("return d.Err()")
	p.p("}")
	p.p()
	p.p("// Reset empties x and drops every reference. The memory of what was decoded belongs to its Decoder, which keeps it.")
	p.f("func (x *%s) Reset() { *x = %s }", t.Name, zero)
	p.p()
}

// order numbers the members: those that are plain and required come first, because Extra remembers which of
// them were missing.
func (g *gen) order(t *model.Type) map[*model.Field]int {
	n, bits := 0, map[*model.Field]int{}
	for _, required := range []bool{true, false} {
		for _, f := range t.Fields {
			if required == tracked(f, t) {
				bits[f] = n
				n++
			}
		}
	}
	return bits
}

// tracked reports whether the Go value of f cannot tell absent from zero although absence is an error.
func tracked(f *model.Field, t *model.Type) bool { return always(f, t) }

// maxTracked is how many missing members an Extra can remember.
const maxTracked = 64

func (g *gen) decodeStruct(p *printer, t *model.Type) {
	bits := g.order(t)
	words := (len(t.Fields) + 63) / 64
	p.f("func (x *%s) read(d *codec.Decoder) {", t.Name)
	if words > 1 {
		p.f("var seen [%d]uint64", words)
	} else if words == 1 {
		p.p("var seen uint64")
	}
	p.p("run := 0")
	p.p("for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {")
	if len(t.Fields) > 0 {
		p.p("switch key {")
		for _, f := range t.Fields {
			p.f("case %s:", strconv.Quote(f.JSON))
			seen := "seen"
			if words > 1 {
				seen = fmt.Sprintf("seen[%d]", bits[f]/64)
			}
			p.f("d.Once(&%s, 1<<%d)", seen, bits[f]%64)
			g.decodeField(p, f)
		}
		p.p("default:")
		p.p("d.Unknown(&x.Extra, &run)")
		p.p("}")
	} else {
		p.p("_ = key")
		p.p("d.Unknown(&x.Extra, &run)")
	}
	p.p("}")
	n := 0
	for _, f := range t.Fields {
		if tracked(f, t) {
			n++
		}
	}
	if n = min(n, maxTracked); n > 0 {
		seen := "seen"
		if words > 1 {
			seen = "seen[0]"
		}
		p.f("d.Missing(&x.Extra, %#x &^ %s)", ^uint64(0)>>(64-n), seen)
	}
	p.p("}")
	p.p()
}

func (g *gen) decodeField(p *printer, f *model.Field) {
	x := "x." + f.Go
	if f.Const != nil {
		g.decodeConst(p, f)
		return
	}
	if f.Boxed {
		g.decodeBoxed(p, x, f)
		return
	}
	if !f.Opt {
		p.p(g.readStmt(p, x, f.Type))
		return
	}
	switch g.shape(f.Type) {
	case text:
		if f.Type.Kind == model.String {
			p.f("d.OptString(&%s)", x)
		} else {
			p.f("codec.OptText(d, &%s)", x)
		}
		return
	case number:
		if plain(f.Type) {
			p.f("d.OptInt(&%s)", x)
			return
		}
	case float:
		if plain(f.Type) {
			p.f("d.OptFloat(&%s)", x)
			return
		}
	case boolean:
		if plain(f.Type) {
			p.f("d.OptBool(&%s)", x)
			return
		}
	}
	p.f("if p := codec.NotNull(d, &%s); p != nil {", x)
	p.p(g.readStmt(p, "*p", f.Type))
	p.p("}")
}

// decodeBoxed reads a value that is behind a pointer.
func (g *gen) decodeBoxed(p *printer, x string, f *model.Field) {
	alloc := "codec.Alloc[" + g.goType(p, f.Type) + "](d)"
	if !f.Opt {
		p.f("%s = %s", x, alloc)
		p.f("%s.read(d)", x)
		return
	}
	p.f("if p := codec.NotNull(d, &%s); p != nil {", x)
	p.f("*p = %s", alloc)
	p.p("(*p).read(d)")
	p.p("}")
}

// decodeConst reads a member that has one legal value.
func (g *gen) decodeConst(p *printer, f *model.Field) {
	lit := f.Const.JSON
	method := "Const"
	switch {
	case lit == "null":
		p.p("d.ConstNull()")
		return
	case lit == "true" || lit == "false":
		method = "ConstBool"
	case !strings.HasPrefix(lit, `"`):
		method = "ConstInt"
	default:
		lit = strconv.Quote(unquoteJSON(lit))
	}
	if f.Go == "" {
		p.f("d.%s(%s)", method, lit)
		return
	}
	p.f("d.Opt%s(&x.%s, %s)", method, f.Go, lit)
}
