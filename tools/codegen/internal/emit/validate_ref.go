package emit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// findChecked marks the types that have something to validate, looking through recursive types.
func (g *gen) findChecked() {
	for changed := true; changed; {
		changed = false
		for _, t := range g.m.Types {
			if !g.checked[t] && g.needsCheck(t) {
				g.checked[t], changed = true, true
			}
		}
	}
}

func (g *gen) needsCheck(t *model.Type) bool {
	if t.Kind == model.ValueUnion || t.Closed || len(t.ExtraKinds) > 0 || len(t.Rules) > 0 {
		return true
	}
	if t.Kind == model.ListUnion && partial(t.ListRevs, t) {
		return true
	}
	for _, f := range t.Fields {
		if f.Required != 0 || partial(f.Revs, t) || f.Opt && !f.Nullable || f.Const != nil && f.Go != "" || g.refChecked(f.Type, f.Rules) {
			return true
		}
	}
	for _, v := range t.Variants {
		if partial(v.Revs, t) || v.Type != nil && g.checked[v.Type] {
			return true
		}
	}
	return t.Elem != nil && g.refChecked(t.Elem, t.Elem.Rules)
}

// refChecked reports whether values of r have something to validate.
func (g *gen) refChecked(r *model.Ref, rules []model.Rule) bool {
	if len(rules) > 0 {
		return true
	}
	switch g.shape(r) {
	case list, dict:
		return g.refChecked(r.Elem, r.Elem.Rules)
	case raw:
		return len(r.RawKinds) > 0
	case union, object:
		return g.checked[r.Type]
	}
	if r.Kind != model.Named {
		return false
	}
	return r.Type.Kind != model.Scalar || len(r.Type.Rules) > 0
}

// validateRef checks the value v of type r.
func (g *gen) validateRef(c *checks, v string, r *model.Ref, rules []model.Rule, at wrapper, depth int) {
	for _, rule := range rules {
		g.rule(c, v, r, rule, at)
	}
	if r.Kind == model.Named && r.Type.Kind == model.Scalar {
		for _, rule := range r.Type.Rules {
			g.rule(c, v, r, rule, at)
		}
	}
	nested := func(call string) {
		c.end()
		c.n++
		c.p.f("if err := %s; err != nil {", call)
		c.p.f("return %s", at("err"))
		c.p.p("}")
	}
	switch g.shape(r) {
	case raw:
		if len(r.RawKinds) > 0 {
			c.bad("!"+v+".Is("+kindArgs(r.RawKinds)+")", at(fmt.Sprintf("codec.Invalid(%q)", "not "+orList(kindWords(r.RawKinds)))))
		}
	case object:
		if g.checked[r.Type] {
			nested(receiver(v) + ".validate(" + g.revOnlyArg() + ")")
		}
	case union:
		if g.checked[r.Type] {
			nested("validate" + r.Type.Name + "(" + v + g.revArg() + ")")
		}
	case list, dict:
		g.validateElems(c, v, r, at, depth)
	default:
		if r.Kind == model.Named && r.Type.Kind != model.Scalar {
			known := v + ".known(" + g.revOnlyArg() + ")"
			err := "codec.NotOneOf(string(" + v + "))"
			if r.Type.Kind == model.IntEnum {
				err = "codec.NotOneOf(string(codec.AppendInt(nil, int64(" + v + "))))"
			}
			c.bad("!"+known, at(err))
		}
	}
}

func (g *gen) validateElems(c *checks, v string, r *model.Ref, at wrapper, depth int) {
	if !g.refChecked(r.Elem, r.Elem.Rules) {
		return
	}
	c.end()
	i := loopVar(depth)
	c.p.f("for %s := range %s {", i, v)
	elem, inner := v+"["+i+"]", at.atIndex(i)
	if r.Kind == model.Dict || r.Kind == model.Named && r.Type.Kind == model.Map {
		inner = at.atKey(elem + ".Key")
		elem += ".Value"
	}
	ic := &checks{p: c.p}
	if g.optElem(r.Elem) {
		c.p.f("if codec.IsSet(&%s) {", elem)
		c.p.f("v%d := %s.Ptr()", depth, elem)
		plainElem := *r.Elem
		plainElem.Nullable = false
		g.validateRef(ic, fmt.Sprintf("(*v%d)", depth), &plainElem, r.Elem.Rules, inner, depth+1)
		ic.end()
		c.p.p("}")
	} else {
		g.validateRef(ic, elem, r.Elem, r.Elem.Rules, inner, depth+1)
		ic.end()
	}
	c.p.p("}")
}

// rule emits one validation keyword.
func (g *gen) rule(c *checks, v string, r *model.Ref, rule model.Rule, at wrapper) {
	cond := g.ruleBroken(c.p, v, r, rule)
	if cond == "" {
		return
	}
	if g.multi() && g.all&^rule.Revs != 0 {
		cond = "rev&" + mask(rule.Revs) + " != 0 && rev != allRevisions && " + cond
	}
	if rule.Op == "const" {
		c.bad(cond, at("codec.ErrConst"))
		return
	}
	c.bad(cond, at(fmt.Sprintf("codec.Invalid(%q)", rule.Op+" "+rule.Arg)))
}

// bounds are the comparisons that break a bound.
var bounds = map[string]string{
	"minimum": "<", "maximum": ">", "exclusiveMinimum": "<=", "exclusiveMaximum": ">=",
	"minLength": "<", "maxLength": ">", "minItems": "<", "maxItems": ">", "minProperties": "<", "maxProperties": ">",
}

func (g *gen) ruleBroken(p *printer, v string, r *model.Ref, rule model.Rule) string {
	switch rule.Op {
	case "const":
		return v + " != " + constText(rule.Arg)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		if g.shape(r) == number && !isInt64(rule.Arg) {
			return "float64(" + v + ") " + bounds[rule.Op] + " " + rule.Arg
		}
		return v + " " + bounds[rule.Op] + " " + rule.Arg
	case "minLength", "maxLength":
		return "codec.Length(" + v + ") " + bounds[rule.Op] + " " + rule.Arg
	case "minItems", "maxItems":
		return "len(" + v + ") " + bounds[rule.Op] + " " + rule.Arg
	case "minProperties", "maxProperties":
		if g.shape(r) != dict && g.shape(r) != object {
			return ""
		}
		return "len(" + v + ") " + bounds[rule.Op] + " " + rule.Arg
	case "multipleOf":
		return "!codec.MultipleOf(float64(" + v + "), " + strconv.Quote(rule.Arg) + ")"
	case "pattern":
		return "!" + g.pattern(rule.Arg) + "(string(" + v + "))"
	case "uniqueItems":
		return g.notUnique(p, v, r)
	}
	g.fail(fmt.Errorf("the rule %s is not known to the emitter", rule.Op))
	return ""
}

func isInt64(arg string) bool {
	_, err := strconv.ParseInt(arg, 10, 64)
	return err == nil
}

// notUnique is the condition under which a list has an element twice.
func (g *gen) notUnique(p *printer, v string, r *model.Ref) string {
	if g.shape(r) != list {
		return "" // a named list: its elements are compared where it is declared
	}
	if !g.optElem(r.Elem) {
		switch g.shape(r.Elem) {
		case text, number, float, boolean:
			return "!codec.UniqueOf(" + v + ")"
		}
	}
	body := newPrinter()
	body.imports = p.imports
	g.writeElem(body, "(*v)", r.Elem, func(err string) string { return err }, 0)
	body.flush()
	return "!codec.UniqueJSON(" + v + ", func(dst []byte, v *" + g.elemType(p, r.Elem) + ") (_ []byte, err error) {\n" +
		"start" + " := len(dst)\n_ = start\n" + g.allRevs() + body.body.String() + "return dst, nil\n})"
}

// allRevs declares the revision that code of encoders refers to.
func (g *gen) allRevs() string {
	if g.multi() {
		return "const rev = allRevisions\n"
	}
	return ""
}

// pattern returns the variable that holds the compiled regular expression.
func (g *gen) pattern(expr string) string {
	name, ok := g.patterns[expr]
	if !ok {
		name = fmt.Sprintf("pattern%d", len(g.patterns)+1)
		g.patterns[expr] = name
		g.patternList = append(g.patternList, expr)
	}
	return name
}

// kindArgs are the codec kinds of JSON Schema's type names.
func kindArgs(kinds []string) string {
	var out []string
	for _, k := range kinds {
		out = append(out, kindNames[k].kind)
	}
	return strings.Join(out, ", ")
}

func kindWords(kinds []string) []string {
	var out []string
	for _, k := range kinds {
		out = append(out, kindNames[k].words)
	}
	return out
}

// enumKnown emits the test whether a value is one of an enum's.
func (g *gen) enumKnown(p *printer, t *model.Type) {
	p.f("func (v %s) known(%s) bool {", t.Name, g.revOnlyParam())
	p.p("switch v {")
	var always []string
	byRevs := map[model.Revs][]string{}
	var order []model.Revs
	for _, v := range t.Values {
		if !partial(v.Revs, t) || !g.multi() {
			always = append(always, v.Go)
			continue
		}
		if byRevs[v.Revs] == nil {
			order = append(order, v.Revs)
		}
		byRevs[v.Revs] = append(byRevs[v.Revs], v.Go)
	}
	if len(always) > 0 {
		p.f("case %s:", strings.Join(always, ", "))
		p.p("return true")
	}
	for _, revs := range order {
		p.f("case %s:", strings.Join(byRevs[revs], ", "))
		p.f("return rev&%s != 0", mask(revs))
	}
	p.p("}")
	p.p("return false")
	p.p("}")
	p.p()
}

func (g *gen) validateUnion(p *printer, t *model.Type) {
	p.f("func validate%s(v %s%s) error {", t.Name, t.Name, g.revParam())
	p.p("switch x := v.(type) {")
	p.p("case nil:")
	p.p("return codec.NilUnion()")
	revs := variantRevs(t)
	for _, v := range distinct(t) {
		if !partial(revs[v], t) && !g.checked[v] {
			continue
		}
		p.f("case *%s:", v.Name)
		if partial(revs[v], t) {
			p.f("if rev&%s == 0 {", mask(revs[v]))
			p.p("return codec.VariantNotInRevision()")
			p.p("}")
		}
		if g.checked[v] {
			p.f("return x.validate(%s)", g.revOnlyArg())
		} else {
			p.p("_ = x")
		}
	}
	p.f("case *%s:", t.Unknown)
	p.p("return codec.UnknownVariant()")
	p.p("}")
	p.p("return nil")
	p.p("}")
	p.p()
}
