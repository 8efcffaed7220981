package emit

import (
	"fmt"
	"strconv"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// checks collects the conditions of one validate method. Simple ones that follow each other become one switch.
type checks struct {
	p    *printer
	open bool
	n    int
}

// bad adds a condition under which the value is invalid, and the error for it.
func (c *checks) bad(cond, err string) {
	c.n++
	if !c.open {
		c.p.p("switch {")
		c.open = true
	}
	c.p.f("case %s:", cond)
	c.p.f("return %s", err)
}

// end closes the switch, so that other statements can follow.
func (c *checks) end() {
	if c.open {
		c.p.p("}")
		c.open = false
	}
}

// validates emits Validate of every type with methods.
func (g *gen) validates(p *printer) {
	p.use(codecPath)
	g.findChecked()
	for _, t := range g.m.Types {
		switch t.Kind {
		case model.Enum, model.IntEnum:
			g.enumKnown(p, t)
		case model.Union:
			if g.checked[t] {
				g.validateUnion(p, t)
			}
		case model.Struct, model.Slice, model.Map, model.ListUnion, model.ValueUnion:
			g.validateType(p, t)
		}
	}
	g.declarePatterns(p)
}

// declarePatterns declares the regular expressions that the Validate methods use.
func (g *gen) declarePatterns(p *printer) {
	if len(g.patternList) == 0 {
		return
	}
	p.p("// The patterns of the schema. They are compiled when they are first needed.")
	p.p("var (")
	for _, expr := range g.patternList {
		p.f("%s = codec.Pattern(%s)", g.patterns[expr], goString(expr))
	}
	p.p(")")
}

func (g *gen) validateType(p *printer, t *model.Type) {
	p.p("// Validate checks what the schema asks for beyond JSON types: required members, enums, ranges, lengths.")
	if g.multi() {
		p.p("// It holds x to revision v, which must know all that is set; the zero revision takes all of them together.")
		p.f("func (x *%s) Validate(v %s) error {", t.Name, g.revType(p))
	} else {
		p.f("func (x *%s) Validate() error {", t.Name)
	}
	if g.multi() && t.Revs&g.all != g.all && t.Revs != 0 {
		// Here and not in validate: inside another value, the place says in which revisions it may be.
		p.f("if revisionBit(v)&%s == 0 {", mask(t.Revs))
		p.p("return codec.VariantNotInRevision()")
		p.p("}")
	}
	if !g.checked[t] {
		p.p("return nil")
		p.p("}")
		p.p()
		return
	}
	if g.multi() {
		p.p("return x.validate(revisionBit(v))")
	} else {
		p.p("return x.validate()")
	}
	p.p("}")
	p.p()
	p.f("func (x *%s) validate(%s) error {", t.Name, g.revOnlyParam())
	c := &checks{p: p}
	at := func(err string) string { return err }
	switch t.Kind {
	case model.Struct:
		g.validateStruct(c, t)
	case model.Slice:
		g.validateRef(c, "(*x)", &model.Ref{Kind: model.List, Elem: t.Elem}, t.Rules, at, 0)
	case model.Map:
		g.validateRef(c, "(*x)", &model.Ref{Kind: model.Dict, Elem: t.Elem}, t.Rules, at, 0)
	case model.ListUnion:
		if partial(t.ListRevs, t) {
			c.bad(fmt.Sprintf("rev&%s == 0 && len(x.List) != 1", mask(t.ListRevs)),
				`codec.Invalid("this revision wants exactly one element")`)
		}
		g.validateRef(c, "x.List", listOf(t), nil, at, 0)
	case model.ValueUnion:
		g.validateValues(c, t)
	}
	c.end()
	p.p("return nil")
	p.p("}")
	p.p()
}

func (g *gen) validateValues(c *checks, t *model.Type) {
	c.bad("x.kind == codec.KindInvalid", "codec.NilUnion()")
	for _, v := range t.Variants {
		test := kindTest(t, v)
		if partial(v.Revs, t) {
			c.bad(test+" && rev&"+mask(v.Revs)+" == 0", "codec.VariantNotInRevision()")
		}
		if v.JSONKind == "null" || !g.refChecked(v.Ref, v.Ref.Rules) {
			continue
		}
		c.end()
		c.p.f("if %s {", test)
		inner := &checks{p: c.p}
		g.validateRef(inner, "x."+kindNames[v.JSONKind].field, v.Ref, v.Ref.Rules, func(err string) string { return err }, 0)
		inner.end()
		c.p.p("}")
	}
}

func (g *gen) validateStruct(c *checks, t *model.Type) {
	bits := g.order(t)
	for _, f := range t.Fields {
		g.validatePresence(c, t, f, bits[f])
	}
	for _, f := range t.Fields {
		if f.Go == "" {
			continue
		}
		g.validateValue(c, t, f)
	}
	if t.Closed {
		c.bad("!x.Extra.IsZero()", "x.Extra.Unknown()")
	}
	if len(t.ExtraKinds) > 0 {
		c.end()
		c.p.p("for name, v := range x.Extra.All() {")
		inner := &checks{p: c.p}
		g.validateRef(inner, "v", &model.Ref{Kind: model.Raw, RawKinds: t.ExtraKinds}, nil, wrapper(func(err string) string { return err }).atKey("name"), 0)
		inner.end()
		c.p.p("}")
	}
}

// validatePresence checks that a member is there where it has to be and not where it must not be.
func (g *gen) validatePresence(c *checks, t *model.Type, f *model.Field, bit int) {
	missing := fmt.Sprintf("codec.Missing(%q)", f.JSON)
	if tracked(f, t) {
		if cond := g.absent(f, bit); cond != "" {
			c.bad(cond, missing)
		}
		return
	}
	if f.Go == "" {
		return
	}
	there := g.present(f)
	if f.Required != 0 {
		cond := "!" + there
		if there == "x."+f.Go+" != nil" {
			cond = "x." + f.Go + " == nil"
		}
		if partial(f.Required, t) {
			cond = "rev&^" + mask(f.Required) + " == 0 && " + cond
		}
		c.bad(cond, missing)
	}
	if partial(f.Revs, t) {
		c.bad("rev&"+mask(f.Revs)+" == 0 && "+there, fmt.Sprintf("codec.NotInRevision(%q)", f.JSON))
	}
	if f.Opt && !f.Nullable {
		c.bad("codec.IsNull(&x."+f.Go+")", fmt.Sprintf("codec.NotNullable(%q)", f.JSON))
	}
}

// absent is the condition under which a plain required member is not there: the input lacked it, and nobody set it
// since.
func (g *gen) absent(f *model.Field, bit int) string {
	x := "x." + f.Go
	lacked := ""
	if bit < maxTracked {
		lacked = fmt.Sprintf("x.Extra.Missing(%d)", bit)
	}
	if f.Go == "" {
		return lacked
	}
	zero := ""
	switch g.shape(f.Type) {
	case union:
		return x + " == nil"
	case raw, extern:
		if f.Type.Kind != model.RPCError {
			return x + ".IsZero()"
		}
	case object:
		switch f.Type.Type.Kind {
		case model.Slice, model.Map:
			zero = x + " == nil"
		case model.ValueUnion:
			return x + ".IsZero()"
		}
		if f.Boxed {
			return x + " == nil"
		}
	case list, dict:
		zero = x + " == nil"
	case text:
		zero = x + ` == ""`
	case number, float:
		zero = x + " == 0"
	case boolean:
		zero = "!" + x
		if !plain(f.Type) {
			zero = "!bool(" + x + ")"
		}
	}
	switch {
	case lacked == "":
		return ""
	case zero == "":
		return lacked
	}
	return lacked + " && " + zero
}

// validateValue checks the value of a member that is there.
func (g *gen) validateValue(c *checks, t *model.Type, f *model.Field) {
	if f.Const != nil {
		g.validateConst(c, f)
		return
	}
	if !g.refChecked(f.Type, f.Rules) {
		return
	}
	x := "x." + f.Go
	at := atField(f.JSON)
	if f.Opt {
		c.end()
		c.p.f("if codec.IsSet(&%s) {", x)
		inner := &checks{p: c.p}
		v := x + ".Ptr()"
		if f.Boxed || g.shape(f.Type) != object {
			c.p.f("v := *%s.Ptr()", x)
			v = "v"
		}
		g.validateRef(inner, v, f.Type, f.Rules, at, 0)
		inner.end()
		c.p.p("}")
		return
	}
	cond := g.present(f)
	many := g.shape(f.Type) == list || g.shape(f.Type) == dict
	if cond == "true" || many && (len(f.Rules) == 0 || tracked(f, t)) {
		g.validateRef(c, x, f.Type, f.Rules, at, 0)
		return
	}
	c.end()
	c.p.f("if %s {", cond)
	inner := &checks{p: c.p}
	g.validateRef(inner, x, f.Type, f.Rules, at, 0)
	inner.end()
	c.p.p("}")
}

// validateConst checks an optional member with one legal value, which the field holds.
func (g *gen) validateConst(c *checks, f *model.Field) {
	want := f.Const.JSON
	if want == "null" {
		return
	}
	c.bad(fmt.Sprintf("codec.IsSet(&x.%s) && *x.%s.Ptr() != %s", f.Go, f.Go, constText(want)),
		atField(f.JSON)("codec.ErrConst"))
}

// constText is a JSON constant in Go.
func constText(text string) string {
	if text[0] == '"' {
		return strconv.Quote(unquoteJSON(text))
	}
	return text
}
