package emit

import (
	"fmt"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// methods emits the method table.
func (g *gen) methods(p *printer) {
	p.p("// The methods by their names on the wire.")
	p.p("const (")
	for _, m := range g.m.Methods {
		p.f("%s = %q", methodConst(m), m.Name)
	}
	p.p(")")
	p.p()
	p.p("// methodTable is sorted by name.")
	p.p("var methodTable = [...]Method{")
	for _, m := range byName(g.m.Methods) {
		row := fmt.Sprintf("Name: %s, Params: %q", methodConst(m), g.paramsName(m))
		if m.Notification {
			row += ", Notification: true"
		} else {
			row += fmt.Sprintf(", Results: []string{%s}", strings.Join(resultNames(m), ", "))
		}
		p.f("{%s, toServer: %s, toClient: %s, embedded: %s},", row, mask(m.RevsToServer), mask(m.RevsToClient), mask(m.Embedded))
	}
	p.p("}")
	p.p()
}

func methodConst(m *model.Method) string { return "Method" + m.Go }

// byName sorts methods by wire name, so that the table can be searched.
func byName(methods []*model.Method) []*model.Method {
	out := append([]*model.Method(nil), methods...)
	for i := 1; i < len(out); i++ {
		for j := i; j > 0 && out[j].Name < out[j-1].Name; j-- {
			out[j], out[j-1] = out[j-1], out[j]
		}
	}
	return out
}

func resultNames(m *model.Method) []string {
	names := []string{fmt.Sprintf("%q", m.Result.Name)}
	for _, a := range m.Alternatives {
		names = append(names, fmt.Sprintf("%q", a.Name))
	}
	return names
}

// paramsName is the Go type of a method's params: the alias named after the method, if there is one.
func (g *gen) paramsName(m *model.Method) string {
	if m.Params == nil {
		return ""
	}
	for _, a := range g.m.Aliases {
		if a.Name == m.Go+"Params" && a.Type == m.Params {
			return a.Name
		}
	}
	return m.Params.Name
}

// paramsArg is the type of the params argument of a stub: a pointer, or the interface if it is a union.
func (g *gen) paramsArg(m *model.Method) string {
	if m.Params.Kind == model.Union {
		return m.Params.Name
	}
	return "*" + g.paramsName(m)
}

// methodDoc describes a method for the docs of its stubs.
func (g *gen) methodDoc(m *model.Method) string {
	s := m.Name
	if life := g.lifetime(m.Revs, g.all); life != "" {
		s += " (" + strings.ToLower(life[:1]) + strings.TrimSuffix(life[1:], ".") + ")"
	}
	return s
}
