package emit

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// maxProbes is how many questions a Decoder answers about one object.
const maxProbes = 64

// unions emits what reads, writes, copies and compares unions.
func (g *gen) unions(p *printer) {
	p.use(codecPath)
	for _, t := range g.m.Types {
		switch t.Kind {
		case model.Union:
			g.unionDecode(p, t)
			g.unionEncode(p, t)
			g.unionUnknown(p, t)
			if g.skipsVariants(t) {
				g.unionIn(p, t)
			}
		case model.ListUnion:
			g.listUnion(p, t)
		case model.ValueUnion:
			g.valueUnion(p, t)
		}
	}
}

func (g *gen) unionDecode(p *printer, t *model.Type) {
	name := g.freeName("Decode" + t.Name)
	p.f("// %s reads a %s, which then borrows d's input and memory; nil stands for null.", name, t.Name)
	p.f("func %s(d *codec.Decoder) (v %s, err error) {", name, t.Name)
	p.f("read%s(d, &v)", t.Name)
	p.p("return v, d.Err()")
	p.p("}")
	p.p()
	if t.Discrim == model.ByTag {
		g.readByTag(p, t)
		return
	}
	g.readByProbe(p, t)
}

// freeName is name, with an underscore if a schema has a type or value of that name.
func (g *gen) freeName(name string) string {
	for _, t := range g.m.Types {
		if t.Name == name || t.Unknown == name {
			return name + "_"
		}
		for _, v := range t.Values {
			if v.Go == name {
				return name + "_"
			}
		}
	}
	return name
}

// readVariant emits the reading of the variant that was chosen.
func readVariant(p *printer, v *model.Type) {
	p.f("x := codec.Alloc[%s](d)", v.Name)
	p.p("x.read(d)")
	p.p("*v = x")
}

func (g *gen) readByTag(p *printer, t *model.Type) {
	p.f("func read%s(d *codec.Decoder, v *%s) {", t.Name, t.Name)
	p.p("if d.Null() {")
	p.p("return")
	p.p("}")
	deflt := defaultVariant(t)
	ok := "_"
	if deflt != nil {
		ok = "ok"
	}
	p.f("tag, %s := d.Tag(%q)", ok, t.Tag)
	p.p("switch {")
	for _, v := range t.Variants {
		var conds []string
		for _, tag := range v.Tags {
			conds = append(conds, "tag == "+strconv.Quote(tag))
		}
		if v == deflt {
			conds = append(conds, "!ok")
		}
		if len(conds) == 0 {
			continue
		}
		p.f("case %s:", strings.Join(conds, " || "))
		readVariant(p, v.Type)
	}
	p.p("default:")
	p.f("x := codec.Alloc[%s](d)", t.Unknown)
	p.p("x.Type, x.Raw = tag, d.Raw()")
	p.p("*v = x")
	p.p("}")
	p.p("}")
	p.p()
}

func defaultVariant(t *model.Type) *model.Variant {
	for _, v := range t.Variants {
		if v.Default {
			return v
		}
	}
	return nil
}

// readByProbe emits a reader that asks which members are there before it reads.
func (g *gen) readByProbe(p *printer, t *model.Type) {
	bits := map[string]int{}
	var probes []string
	for _, v := range t.Variants {
		for _, test := range v.Tests {
			text := probe(test)
			if _, ok := bits[text]; !ok {
				bits[text] = len(probes)
				probes = append(probes, text)
			}
		}
	}
	if len(probes) > maxProbes {
		g.fail(fmt.Errorf("%s: union %s needs %d tests to tell its variants apart; at most %d are possible: "+
			"add a member with a const to its variants", t.Pos, t.Name, len(probes), maxProbes))
		return
	}
	p.f("var probesOf%s = []codec.Probe{", t.Name)
	for _, text := range probes {
		p.p(text, ",")
	}
	p.p("}")
	p.p()
	p.f("func read%s(d *codec.Decoder, v *%s) {", t.Name, t.Name)
	p.p("if d.Null() {")
	p.p("return")
	p.p("}")
	p.f("switch has := d.Probe(probesOf%s); {", t.Name)
	open := true
	for _, v := range t.Variants {
		var need uint64
		for _, test := range v.Tests {
			need |= 1 << bits[probe(test)]
		}
		switch {
		case need == 0 && v.Default:
			p.p("default:")
			open = false
		case need&(need-1) == 0:
			p.f("case has&%#x != 0:", need)
		default:
			p.f("case has&%#x == %#x:", need, need)
		}
		readVariant(p, v.Type)
	}
	if open {
		p.p("default:")
		p.f("x := codec.Alloc[%s](d)", t.Unknown)
		p.p("x.Raw = d.RawObject()")
		p.p("*v = x")
	}
	p.p("}")
	p.p("}")
	p.p()
}

func probe(t model.Test) string {
	var path []string
	for _, s := range t.Path {
		path = append(path, strconv.Quote(s))
	}
	s := "{Path: []string{" + strings.Join(path, ", ") + "}"
	if t.Equals != "" {
		s += ", Equals: " + strconv.Quote(t.Equals)
	}
	return s + "}"
}

func (g *gen) unionEncode(p *printer, t *model.Type) {
	p.f("func append%s(dst []byte, v %s%s) ([]byte, error) {", t.Name, t.Name, g.revParam())
	p.p("switch x := v.(type) {")
	for _, v := range distinct(t) {
		p.f("case *%s:", v.Name)
		p.p("if x != nil {")
		p.f("return x.appendJSON(dst%s)", g.revArg())
		p.p("}")
	}
	p.f("case *%s:", t.Unknown)
	p.p("if x != nil {")
	p.p("return codec.AppendRaw(dst, x.Raw)")
	p.p("}")
	p.p("}")
	p.p("return dst, codec.NilUnion()")
	p.p("}")
	p.p()
}

func (g *gen) unionUnknown(p *printer, t *model.Type) {
	p.p("// AppendJSON appends the value as it came.")
	p.f("func (x *%s) AppendJSON(dst []byte) ([]byte, error) { return codec.AppendRaw(dst, x.Raw) }", t.Unknown)
	p.p()
	p.p("// Clone returns a copy of x that owns all its memory.")
	p.f("func (x *%s) Clone() *%s {", t.Unknown, t.Unknown)
	p.p("c := *x")
	if t.Discrim == model.ByTag {
		p.p("codec.OwnText(&c.Type)")
	}
	p.p("codec.OwnRaw(&c.Raw)")
	p.p("return &c")
	p.p("}")
	p.p()
}

// variantRevs returns in which revisions a type is a variant of t.
func variantRevs(t *model.Type) map[*model.Type]model.Revs {
	revs := map[*model.Type]model.Revs{}
	for _, v := range t.Variants {
		revs[v.Type] |= v.Revs
	}
	return revs
}

// unionIn emits the test whether a revision has a variant.
func (g *gen) unionIn(p *printer, t *model.Type) {
	p.f("func in%s(v %s, rev uint32) bool {", t.Name, t.Name)
	p.p("switch v.(type) {")
	revs := variantRevs(t)
	byMask := map[model.Revs][]string{}
	var masks []model.Revs
	for _, v := range distinct(t) {
		m := revs[v]
		if !partial(m, t) {
			continue
		}
		if byMask[m] == nil {
			masks = append(masks, m)
		}
		byMask[m] = append(byMask[m], "*"+v.Name)
	}
	for _, m := range masks {
		p.f("case %s:", strings.Join(byMask[m], ", "))
		p.f("return rev&%s != 0", mask(m))
	}
	p.p("}")
	p.p("return true")
	p.p("}")
	p.p()
}
