package emit

import (
	"fmt"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// shape is how values of a type are read and written.
type shape int

const (
	text   shape = iota + 1 // a string type
	number                  // an integer type
	float
	boolean
	raw
	object // a generated type with methods of its own
	extern // jsonrpc.ID, jsonrpc.Error
	union  // an interface
	list
	dict
)

func (g *gen) shape(r *model.Ref) shape {
	switch r.Kind {
	case model.Bool:
		return boolean
	case model.Int:
		return number
	case model.Float:
		return float
	case model.String, model.Base64:
		return text
	case model.Raw:
		return raw
	case model.ID, model.RPCError:
		return extern
	case model.List:
		return list
	case model.Dict:
		return dict
	}
	switch r.Type.Kind {
	case model.Enum:
		return text
	case model.IntEnum:
		return number
	case model.Scalar:
		return g.shape(r.Type.Elem)
	case model.Union:
		return union
	}
	return object
}

// plain reports whether r is a Go type without a name of its own: string, int64, float64, bool.
func plain(r *model.Ref) bool {
	switch r.Kind {
	case model.Bool, model.Int, model.Float, model.String:
		return true
	}
	return false
}

// goType returns the Go type of r. Where r is an element that may be null, that is an Opt.
func (g *gen) goType(p *printer, r *model.Ref) string {
	switch r.Kind {
	case model.Bool:
		return "bool"
	case model.Int:
		return "int64"
	case model.Float:
		return "float64"
	case model.String:
		return "string"
	case model.Base64:
		return p.use(codecPath) + ".Base64"
	case model.Raw:
		return p.use(codecPath) + ".Raw"
	case model.ID:
		return p.use(jsonrpcPath) + ".ID"
	case model.RPCError:
		return p.use(jsonrpcPath) + ".Error"
	case model.List:
		return "[]" + g.elemType(p, r.Elem)
	case model.Dict:
		return "[]" + p.use(codecPath) + ".Member[" + g.elemType(p, r.Elem) + "]"
	}
	return r.Type.Name
}

// optElem reports whether r, as an element, is an Opt: null is legal and its Go type cannot say so itself.
func (g *gen) optElem(r *model.Ref) bool { return r.Nullable && g.shape(r) != raw }

func (g *gen) elemType(p *printer, r *model.Ref) string {
	if g.optElem(r) {
		return p.use(codecPath) + ".Opt[" + g.goType(p, r) + "]"
	}
	return g.goType(p, r)
}

// fieldType returns the Go type of a field.
func (g *gen) fieldType(p *printer, f *model.Field) string {
	name := g.goType(p, f.Type)
	if f.Boxed {
		name = "*" + name
	}
	if f.Opt {
		return p.use(codecPath) + ".Opt[" + name + "]"
	}
	return name
}

// always reports whether a member is written whatever its value: required in every revision that has the type.
func always(f *model.Field, t *model.Type) bool { return !partial(f.Required, t) && !f.Opt }

// present returns the condition under which field f of x is written.
func (g *gen) present(f *model.Field) string {
	x := "x." + f.Go
	if f.Opt {
		return "codec.IsPresent(&" + x + ")"
	}
	if f.Boxed {
		return x + " != nil"
	}
	switch g.shape(f.Type) {
	case raw:
		return "!" + x + ".IsZero()"
	case extern:
		if f.Type.Kind == model.ID {
			return "!" + x + ".IsZero()"
		}
	case union, list, dict:
		return x + " != nil"
	case object:
		if k := f.Type.Type.Kind; k == model.Slice || k == model.Map {
			return x + " != nil"
		}
	}
	return "true"
}

// wrapper puts context around the text of an error expression.
type wrapper func(err string) string

func atField(name string) wrapper {
	return func(err string) string { return fmt.Sprintf("codec.At(%s, %q)", err, name) }
}

func (w wrapper) atIndex(i string) wrapper {
	return func(err string) string { return w("codec.AtIndex(" + err + ", " + i + ")") }
}

func (w wrapper) atKey(k string) wrapper {
	return func(err string) string { return w("codec.At(" + err + ", " + k + ")") }
}

// reader returns an expression of type func(*codec.Decoder, *T) that reads an element.
func (g *gen) reader(p *printer, r *model.Ref) string {
	if !g.optElem(r) {
		return g.plainReader(p, r)
	}
	inner := *r
	inner.Nullable = false
	return fmt.Sprintf("func(d *codec.Decoder, v *%s) { codec.ReadOpt(d, v, %s) }", g.elemType(p, r), g.plainReader(p, &inner))
}

func (g *gen) plainReader(p *printer, r *model.Ref) string {
	name := g.goType(p, r)
	switch g.shape(r) {
	case text:
		return "codec.Text[" + name + "]"
	case number:
		if plain(r) {
			return "codec.ReadInt"
		}
		return "codec.ReadIntAs[" + name + "]"
	case float:
		if plain(r) {
			return "codec.ReadFloat"
		}
		return fmt.Sprintf("func(d *codec.Decoder, v *%s) { *v = %s(d.Float()) }", name, name)
	case boolean:
		if plain(r) {
			return "codec.ReadBool"
		}
		return fmt.Sprintf("func(d *codec.Decoder, v *%s) { *v = %s(d.Bool()) }", name, name)
	case raw, object:
		return "codec.Read[" + name + "]"
	case extern:
		return fmt.Sprintf("func(d *codec.Decoder, v *%s) { _ = v.DecodeJSON(d) }", name)
	case union:
		return "read" + r.Type.Name
	}
	return fmt.Sprintf("func(d *codec.Decoder, v *%s) { %s }", name, g.readStmt(p, "*v", r))
}

// readStmt returns a statement that reads the next value into the addressable expression v.
func (g *gen) readStmt(p *printer, v string, r *model.Ref) string {
	ref := "&" + v
	if rest, ok := strings.CutPrefix(v, "*"); ok {
		ref = rest
	}
	conv := func(call string) string {
		if plain(r) {
			return v + " = " + call
		}
		return v + " = " + g.goType(p, r) + "(" + call + ")"
	}
	switch g.shape(r) {
	case text:
		if r.Kind == model.String {
			return v + " = d.String()"
		}
		return "codec.Text(d, " + ref + ")"
	case number:
		return conv("d.Int()")
	case float:
		return conv("d.Float()")
	case boolean:
		return conv("d.Bool()")
	case raw:
		return v + " = d." + rawMethod(r) + "()"
	case extern:
		// A static call: through codec.Read, the value that holds v would escape to the heap.
		return "_ = " + receiver(v) + ".DecodeJSON(d) // the error stays in d"
	case object:
		return strings.TrimPrefix(v, "*") + ".read(d)"
	case union:
		return "read" + r.Type.Name + "(d, " + ref + ")"
	case dict:
		return "codec.DecodeMapFunc(d, " + ref + ", " + g.reader(p, r.Elem) + ")"
	}
	if !g.optElem(r.Elem) {
		switch g.shape(r.Elem) {
		case text:
			return "codec.Texts(d, " + ref + ")"
		case object, raw, extern:
			return "codec.DecodeSlice(d, " + ref + ")"
		}
	}
	return "codec.DecodeSliceFunc(d, " + ref + ", " + g.reader(p, r.Elem) + ")"
}

// rawMethod names the Decoder's method for open JSON of r's kinds.
func rawMethod(r *model.Ref) string {
	if len(r.RawKinds) == 1 {
		switch r.RawKinds[0] {
		case "object":
			return "RawObject"
		case "array":
			return "RawArray"
		}
	}
	return "Raw"
}

// write emits statements that append the value of the addressable expression v to dst.
func (g *gen) write(p *printer, v string, r *model.Ref, at wrapper, depth int) {
	fails := func(call string) {
		p.f("if dst, err = %s; err != nil {", call)
		p.f("return dst[:start], %s", at("err"))
		p.p("}")
	}
	switch g.shape(r) {
	case text:
		if r.Kind == model.String {
			p.f("dst = codec.AppendString(dst, %s)", v)
		} else {
			p.f("dst = codec.AppendText(dst, %s)", v)
		}
	case number:
		p.f("dst = codec.AppendInt(dst, %s)", converted("int64", v, r))
	case float:
		fails("codec.AppendFloat(dst, " + converted("float64", v, r) + ")")
	case boolean:
		p.f("dst = codec.AppendBool(dst, %s)", converted("bool", v, r))
	case raw:
		fails("codec.AppendRaw(dst, " + v + ")")
	case extern:
		fails(v + ".AppendJSON(dst)")
	case object:
		fails(receiver(v) + ".appendJSON(dst" + g.revArg() + ")")
	case union:
		fails("append" + r.Type.Name + "(dst, " + v + g.revArg() + ")")
	case list:
		g.writeList(p, v, r, at, depth)
	case dict:
		g.writeDict(p, v, r, at, depth)
	}
}

func converted(to, v string, r *model.Ref) string {
	if plain(r) {
		return v
	}
	return to + "(" + v + ")"
}

func (g *gen) writeList(p *printer, v string, r *model.Ref, at wrapper, depth int) {
	if g.shape(r.Elem) == text && !g.optElem(r.Elem) {
		p.f("dst = codec.AppendTexts(dst, %s)", v)
		return
	}
	i := loopVar(depth)
	p.json("[")
	p.f("for %s := range %s {", i, v)
	elem := v + "[" + i + "]"
	if g.shape(r.Elem) == union && g.skipsVariants(r.Elem.Type) {
		p.f("if !in%s(%s, rev) {", r.Elem.Type.Name, elem)
		p.p("continue")
		p.p("}")
		p.p("dst = codec.Comma(dst)")
	} else {
		p.f("if %s > 0 {", i)
		p.json(",")
		p.p("}")
	}
	g.writeElem(p, elem, r.Elem, at.atIndex(i), depth+1)
	p.p("}")
	p.json("]")
}

func (g *gen) writeDict(p *printer, v string, r *model.Ref, at wrapper, depth int) {
	i := loopVar(depth)
	p.json("{")
	p.f("for %s := range %s {", i, v)
	p.f("if %s > 0 {", i)
	p.json(",")
	p.p("}")
	p.f("dst = codec.AppendString(dst, %s[%s].Key)", v, i)
	p.json(":")
	g.writeElem(p, v+"["+i+"].Value", r.Elem, at.atKey(v+"["+i+"].Key"), depth+1)
	p.p("}")
	p.json("}")
}

// writeElem is write for an element, which may be an Opt.
func (g *gen) writeElem(p *printer, v string, r *model.Ref, at wrapper, depth int) {
	if !g.optElem(r) {
		g.write(p, v, r, at, depth)
		return
	}
	g.writeOpt(p, v, r, at, depth)
}

// writeOpt writes the value in the Opt v, or null.
func (g *gen) writeOpt(p *printer, v string, r *model.Ref, at wrapper, depth int) {
	p.f("if codec.IsSet(&%s) {", v)
	if g.shape(r) == object {
		g.write(p, v+".Ptr()", r, at, depth)
	} else {
		p.f("v%d := %s.Ptr()", depth, v)
		g.write(p, fmt.Sprintf("(*v%d)", depth), r, at, depth)
	}
	p.p("} else {")
	p.json("null")
	p.p("}")
}

// receiver is the addressable expression v as what a method is called on: without the star of *v or (*v).
func receiver(v string) string {
	if inner, ok := strings.CutPrefix(v, "(*"); ok && strings.IndexByte(inner, ')') == len(inner)-1 {
		return strings.TrimSuffix(inner, ")")
	}
	return strings.TrimPrefix(v, "*")
}

func loopVar(depth int) string { return string(rune('i' + depth)) }

// skipsVariants reports whether a list of u leaves out elements that a revision does not have.
func (g *gen) skipsVariants(u *model.Type) bool {
	if !g.multi() {
		return false
	}
	for _, v := range u.Variants {
		if partial(v.Revs, u) {
			return true
		}
	}
	return false
}
