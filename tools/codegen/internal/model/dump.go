package model

import (
	"fmt"
	"strings"
)

// Dump renders the model as text, for golden files: the same model gives the same text.
func (m *Model) Dump() string {
	d := &dumper{m: m}
	d.line("package %s", m.Package)
	for _, r := range m.Revisions {
		if r.Name != "" {
			d.line("revision %s", r.Name)
		}
	}
	for _, t := range m.Types {
		d.typ(t)
	}
	for _, a := range m.Aliases {
		d.line("\nalias %s = %s", a.Name, a.Type.Name)
	}
	for _, x := range m.Methods {
		d.method(x)
	}
	return d.b.String()
}

type dumper struct {
	m *Model
	b strings.Builder
}

func (d *dumper) line(format string, args ...any) { fmt.Fprintf(&d.b, format+"\n", args...) }

// revs renders a set of revisions: nothing for those of the whole.
func (d *dumper) revs(r, whole Revs) string {
	if r == whole {
		return ""
	}
	return " in " + d.names(r)
}

func (d *dumper) names(r Revs) string {
	if r == 0 {
		return "none"
	}
	return strings.Join(d.m.RevisionNames(r), ",")
}

func (d *dumper) typ(t *Type) {
	kinds := map[Kind]string{
		Struct: "struct", Union: "union", Enum: "enum", IntEnum: "intenum", Scalar: "scalar",
		Slice: "slice", Map: "map", ValueUnion: "values", ListUnion: "list or one",
	}
	s := "\n" + t.Name + " " + kinds[t.Kind]
	if t.Elem != nil {
		s += " " + t.Elem.String()
	}
	if t.Kind == Union {
		s += " " + t.discrim() + ", else " + t.Unknown
	}
	if t.Kind == ListUnion {
		s += ", list" + d.revs(t.ListRevs, t.Revs)
	}
	if t.Closed {
		s += " closed"
	}
	if len(t.ExtraKinds) > 0 {
		s += " others " + strings.Join(t.ExtraKinds, " or ")
	}
	if t.Helpers {
		s += " helpers"
	}
	s += d.rules(t.Rules, t.Revs) + d.revs(t.Revs, d.m.All())
	if t.Deprecated != "" {
		s += " deprecated"
	}
	for i, u := range t.In {
		if i == 0 {
			s += " variant of"
		}
		s += " " + u.Name
	}
	d.line("%s", s)
	for _, f := range t.Fields {
		d.field(t, f)
	}
	for _, v := range t.Values {
		d.line("\t%s = %q%s", v.Go, v.Value, d.revs(v.Revs, t.Revs))
	}
	for _, v := range t.Variants {
		d.variant(t, v)
	}
}

func (t *Type) discrim() string {
	switch t.Discrim {
	case ByTag:
		return "by " + t.Tag
	case ByPresence:
		return "by presence"
	case ByDecision:
		return "by decision"
	}
	return "undecided"
}

func (d *dumper) field(t *Type, f *Field) {
	typ := f.Type.String()
	if f.Boxed {
		typ = "*" + typ
	}
	if f.Opt {
		typ = "Opt[" + typ + "]"
	}
	name := f.Go
	if name == "" {
		name = "-"
	}
	s := fmt.Sprintf("\t%s %s %q", name, typ, f.JSON)
	if f.Const != nil {
		s += " = " + f.Const.JSON
	}
	if f.Nullable {
		s += " null"
	}
	if f.Required == f.Revs {
		s += " required"
	} else if f.Required != 0 {
		s += " required in " + d.names(f.Required)
	}
	s += d.rules(f.Rules, f.Revs)
	if f.Default != "" {
		s += " default " + f.Default
	}
	if f.Fill != "" {
		s += " fill " + f.Fill
	}
	s += d.revs(f.Revs, t.Revs)
	if f.Deprecated != "" {
		s += " deprecated"
	}
	d.line("%s", s)
}

func (d *dumper) rules(rules []Rule, whole Revs) string {
	s := ""
	for _, r := range rules {
		s += fmt.Sprintf(" %s %s%s", r.Op, r.Arg, d.revs(r.Revs, whole))
	}
	return s
}

func (d *dumper) variant(t *Type, v *Variant) {
	s := "\t"
	if v.Ref != nil {
		s += v.JSONKind + ": " + v.Ref.String() + d.rules(v.Ref.Rules, v.Revs)
	} else {
		s += v.Type.Name
	}
	for _, tag := range v.Tags {
		s += fmt.Sprintf(" %q", tag)
	}
	for i, test := range v.Tests {
		if i == 0 {
			s += " if"
		} else {
			s += " and"
		}
		s += " " + strings.Join(test.Path, "/")
		if test.Equals != "" {
			s += fmt.Sprintf("=%q", test.Equals)
		}
	}
	if v.Default {
		s += " default"
	}
	if v.Boxed {
		s += " boxed"
	}
	d.line("%s", s+d.revs(v.Revs, t.Revs))
}

func (d *dumper) method(x *Method) {
	s := "\nmethod " + x.Name + " " + x.Go
	if x.Notification {
		s += " notification"
	}
	s += d.revs(x.Revs, d.m.All())
	d.line("%s", s)
	for _, side := range []struct {
		what string
		revs Revs
	}{{"to server", x.RevsToServer}, {"to client", x.RevsToClient}, {"embedded", x.Embedded}} {
		if side.revs != 0 {
			d.line("\t%s in %s", side.what, d.names(side.revs))
		}
	}
	if x.Params != nil {
		s = "\tparams " + x.Params.Name
		if x.ParamsRequired != 0 {
			s += " required in " + d.names(x.ParamsRequired)
		}
		d.line("%s", s)
	}
	if x.Result != nil {
		s = "\tresult " + x.Result.Name
		for _, a := range x.Alternatives {
			s += " or " + a.Name
		}
		d.line("%s", s)
	}
}

// String renders r as in Dump.
func (r *Ref) String() string {
	null := ""
	if r.Nullable {
		null = "?"
	}
	switch r.Kind {
	case Bool:
		return "bool" + null
	case Int:
		return "int" + null
	case Float:
		return "float" + null
	case String:
		return "string" + null
	case Base64:
		return "base64" + null
	case Raw:
		if r.RawKinds != nil {
			return "raw(" + strings.Join(r.RawKinds, "|") + ")"
		}
		return "raw"
	case ID:
		return "id" + null
	case RPCError:
		return "rpcerror" + null
	case Named:
		return r.Type.Name + null
	case List:
		return "[]" + r.Elem.String() + elemRules(r.Elem) + null
	case Dict:
		return "{}" + r.Elem.String() + elemRules(r.Elem) + null
	}
	return "?"
}

func elemRules(r *Ref) string {
	if len(r.Rules) == 0 {
		return ""
	}
	s := ""
	for _, rule := range r.Rules {
		s += " " + rule.Op + " " + rule.Arg
	}
	return "(" + strings.TrimSpace(s) + ")"
}
