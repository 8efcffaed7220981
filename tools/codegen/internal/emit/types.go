package emit

import (
	"fmt"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// types declares all types.
func (g *gen) types(p *printer) {
	p.use(codecPath)
	p.p("// The runtime must fit the generated code.")
	p.p("const _ = codec.GenV1")
	p.p()
	if g.multi() && !g.m.MCP {
		g.revisions(p)
	}
	for _, t := range g.m.Types {
		g.typeDoc(p, t)
		switch t.Kind {
		case model.Struct:
			g.structType(p, t)
		case model.Union:
			g.unionType(p, t)
		case model.Enum, model.IntEnum:
			g.enumType(p, t)
		case model.Scalar, model.Slice, model.Map:
			g.namedType(p, t)
		case model.ListUnion:
			p.f("type %s struct {", t.Name)
			p.f("List []%s", g.goType(p, t.Elem))
			p.p("Single bool // the JSON is one object instead of an array")
			p.p("}")
		case model.ValueUnion:
			g.valueUnionType(p, t)
		}
		p.p()
	}
	for _, a := range g.m.Aliases {
		doc := a.Doc
		if doc == "" {
			doc = fmt.Sprintf("%s is another name of %s.", a.Name, a.Type.Name)
		}
		p.doc(doc)
		p.f("type %s = %s", a.Name, a.Type.Name)
		p.p()
	}
}

// revisions declares the Revision type of a package that merges schemas.
func (g *gen) revisions(p *printer) {
	p.p("// Revision is one of the schemas that this package was made from. The zero Revision stands for all of them.")
	p.p("type Revision uint8")
	p.p()
	p.p("// The revisions, in the order in which they were given.")
	p.p("const (")
	for i, r := range g.m.Revisions {
		p.f("%s Revision = %d", revConst(r.Name), i+1)
	}
	p.p(")")
	p.p()
}

// revConst is the constant of a revision: RevV2 for v2, Rev20250326 for 2025-03-26.
func revConst(name string) string {
	var b strings.Builder
	b.WriteString("Rev")
	up := true
	for _, c := range name {
		switch {
		case c >= 'a' && c <= 'z' && up:
			b.WriteRune(c - 'a' + 'A')
			up = false
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9':
			b.WriteRune(c)
			up = false
		default:
			up = true
		}
	}
	return b.String()
}

func (g *gen) typeDoc(p *printer, t *model.Type) {
	doc := t.Doc
	if doc == "" {
		doc = t.Name + " has no description in its schema."
	}
	if s := g.lifetime(t.Revs, g.all); s != "" {
		doc += " " + s
	}
	var consts []string
	for _, f := range t.Fields {
		if f.Go == "" && f.Const != nil {
			consts = append(consts, fmt.Sprintf("%q: %s", f.JSON, f.Const.JSON))
		}
	}
	if len(consts) > 0 {
		doc += "\n\nOn the wire it carries " + strings.Join(consts, ", ") + "."
	}
	if t.Deprecated != "" {
		doc += "\n\nDeprecated: " + t.Deprecated
	}
	p.doc(doc)
}

// lifetime says in words which revisions have something, of those in all.
func (g *gen) lifetime(r, all model.Revs) string {
	if !g.multi() || r&all == all || r == 0 {
		return ""
	}
	first, last, runs := -1, -1, 0
	for i := range g.m.Revisions {
		if !r.Has(i) {
			continue
		}
		if first < 0 {
			first = i
		}
		if last < 0 || last != i-1 {
			runs++
		}
		last = i
	}
	name := func(i int) string { return g.m.Revisions[i].Name }
	end := len(g.m.Revisions) - 1
	switch {
	case runs > 1:
		var in []string
		for i := range g.m.Revisions {
			if r.Has(i) {
				in = append(in, name(i))
			}
		}
		return "In " + strings.Join(in, ", ") + "."
	case first == last:
		if first == end {
			return "Since " + name(first) + "."
		}
		return "Only in " + name(first) + "."
	case last == end:
		return "Since " + name(first) + "."
	case all.Has(0) && first == 0:
		return "Until " + name(last) + "."
	}
	return "From " + name(first) + " to " + name(last) + "."
}

func (g *gen) structType(p *printer, t *model.Type) {
	p.f("type %s struct {", t.Name)
	for _, f := range t.Fields {
		if f.Go == "" {
			continue
		}
		g.fieldDoc(p, t, f)
		p.f("%s %s", f.Go, g.fieldType(p, f))
	}
	p.p("// Extra holds the members that this type does not know.")
	p.p("Extra codec.Extra")
	if t.Helpers {
		p.p("// Slab is where the methods that add to this value take memory from; the heap if it is zero.")
		p.p("Slab codec.Slab")
	}
	p.p("}")
}

func (g *gen) fieldDoc(p *printer, t *model.Type, f *model.Field) {
	var parts []string
	if f.Doc != "" {
		parts = append(parts, f.Doc)
	}
	if s := g.lifetime(f.Revs, t.Revs); s != "" {
		parts = append(parts, s)
	}
	if f.Required != 0 && partial(f.Required, t) {
		if s := g.lifetime(f.Required, t.Revs); s != "" {
			parts = append(parts, "Required "+strings.ToLower(s[:1])+s[1:])
		}
	}
	if f.Default != "" {
		parts = append(parts, "The default is "+f.Default+".")
	}
	if f.Const != nil {
		parts = append(parts, "The only legal value is "+f.Const.JSON+".")
	}
	if len(parts) > 0 {
		if len(parts) > 1 && f.Doc != "" {
			parts[0] = sentence(f.Doc)
		}
		p.doc(strings.Join(parts, " "))
	}
	if f.Deprecated != "" {
		if len(parts) > 0 {
			p.p("//")
		}
		p.doc("Deprecated: " + f.Deprecated)
	}
}

// sentence ends a text so that another sentence may follow.
func sentence(text string) string {
	last, _ := utf8.DecodeLastRuneInString(text)
	if unicode.IsLetter(last) || unicode.IsDigit(last) || strings.ContainsRune(")]}\"'`", last) {
		return text + "."
	}
	return text
}

func (g *gen) unionType(p *printer, t *model.Type) {
	p.f("type %s interface {", t.Name)
	p.p("codec.Appender")
	p.f("is%s()", t.Name)
	p.p("}")
	p.p()
	for _, v := range distinct(t) {
		p.f("func (*%s) is%s() {}", v.Name, t.Name)
	}
	p.f("func (*%s) is%s() {}", t.Unknown, t.Name)
	p.p()
	p.f("// %s is a variant of %s that this package does not know. It is kept as it is.", t.Unknown, t.Name)
	p.f("type %s struct {", t.Unknown)
	if t.Discrim == model.ByTag {
		p.f("%s string // the value of %q, \"\" if it has none", tagField(t), t.Tag)
	}
	p.p("Raw codec.Raw // the whole object")
	p.p("}")
}

// tagField names the field of the unknown variant that holds the tag.
func tagField(*model.Type) string { return "Type" }

// distinct returns the variants' types without repetition, in order of name.
func distinct(t *model.Type) []*model.Type {
	seen := map[*model.Type]bool{}
	var out []*model.Type
	for _, v := range t.Variants {
		if v.Type != nil && !seen[v.Type] {
			seen[v.Type] = true
			out = append(out, v.Type)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func (g *gen) enumType(p *printer, t *model.Type) {
	base := "string"
	if t.Kind == model.IntEnum {
		base = "int64"
	}
	p.f("type %s %s", t.Name, base)
	p.p()
	p.f("// The values of %s.", t.Name)
	p.p("const (")
	for _, v := range t.Values {
		lit := v.Value
		if t.Kind == model.Enum {
			lit = fmt.Sprintf("%q", v.Value)
		}
		note := g.lifetime(v.Revs, t.Revs)
		if note != "" {
			note = " // " + strings.ToLower(note[:1]) + strings.TrimSuffix(note[1:], ".")
		}
		p.f("%s %s = %s%s", v.Go, t.Name, lit, note)
	}
	p.p(")")
}

func (g *gen) namedType(p *printer, t *model.Type) {
	switch t.Kind {
	case model.Slice:
		p.f("type %s []%s", t.Name, g.elemType(p, t.Elem))
	case model.Map:
		p.f("type %s []codec.Member[%s]", t.Name, g.elemType(p, t.Elem))
	default:
		p.f("type %s %s", t.Name, g.goType(p, t.Elem))
	}
}
