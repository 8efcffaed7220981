package model

import (
	"slices"
	"strings"
)

// methods makes the table of methods from the requests and notifications of all revisions.
func (b *builder) methods() {
	table := map[string]*Method{}
	for _, d := range b.order {
		goName, notification, ok := methodKind(d.key)
		if !ok {
			continue
		}
		for _, c := range d.contribs {
			p := c.shape.prop("method")
			if p == nil || rawKind(p.shape.constant) != "string" {
				continue
			}
			name := unquoteJSON(p.shape.constant)
			m := table[name]
			if m == nil {
				m = &Method{Name: name, Go: b.names.word(goName), Notification: notification}
				table[name] = m
				b.m.Methods = append(b.m.Methods, m)
			}
			m.Revs |= 1 << c.rev
			if params := c.shape.prop("params"); params != nil && params.required {
				m.ParamsRequired |= 1 << c.rev
			}
		}
		if m := b.methodOf(table, d); m != nil {
			b.methodTypes(m, d)
		}
	}
	b.directions(table)
	slices.SortFunc(b.m.Methods, func(x, y *Method) int { return strings.Compare(x.Name, y.Name) })
	b.paramsAliases()
}

func methodKind(def string) (name string, notification, ok bool) {
	if s, ok := strings.CutSuffix(def, "Notification"); ok {
		return s, true, s != ""
	}
	s, ok := strings.CutSuffix(def, "Request")
	return s, false, ok && s != ""
}

// methodOf returns the row of the method that the requests or notifications of d call.
func (b *builder) methodOf(table map[string]*Method, d *def) *Method {
	for _, c := range d.contribs {
		if p := c.shape.prop("method"); p != nil && p.shape.constant != "" {
			if m := table[unquoteJSON(p.shape.constant)]; m != nil && m.Params == nil && m.Result == nil {
				return m
			}
		}
	}
	return nil
}

// methodTypes finds the types of a method's params and results.
func (b *builder) methodTypes(m *Method, d *def) {
	group, _ := b.prepare(d.key, d.contribs)
	if params := members(newestLast(group), "params"); len(params) > 0 {
		ref := b.lower(d.key+".params", b.names.word(d.key)+"Params", params)
		m.Params = ref.Type
	}
	if m.Notification {
		return
	}
	result := strings.TrimSuffix(d.key, "Request") + "Result"
	row := b.rows.method(m.Name)
	if row != nil && row.Result != "" {
		result = row.Result
	}
	if rd := b.defs[result]; rd != nil && rd.typ != nil {
		m.Result = rd.typ
	} else {
		b.problems.add(d.pos, "the method "+quote(m.Name)+" has no result: there is no type "+quote(result), "name it with a row of \"method\" in the overrides")
	}
	if row == nil {
		return
	}
	for _, also := range row.Also {
		if ad := b.defs[also]; ad != nil && ad.typ != nil {
			m.Alternatives = append(m.Alternatives, ad.typ)
		} else {
			b.problems.add(row.pos, "there is no type "+quote(also), "")
		}
	}
}

// directions notes who sends which method, from the unions of messages that the schemas have for each side.
func (b *builder) directions(table map[string]*Method) {
	sides := []struct {
		def  string
		mark func(*Method, Revs)
	}{
		{"ClientRequest", (*Method).toServer},
		{"ClientNotification", (*Method).toServer},
		{"ServerRequest", (*Method).toClient},
		{"ServerNotification", (*Method).toClient},
		{"InputRequest", (*Method).embedded},
	}
	for _, side := range sides {
		d := b.defs[side.def]
		if d == nil {
			continue
		}
		for _, c := range d.contribs {
			alts := []*shape{c.shape}
			if c.shape.form == unionForm {
				alts = c.shape.alts
			}
			for _, a := range alts {
				if p := b.inside(contrib{c.rev, a}).prop("method"); p != nil {
					if m := table[unquoteJSON(p.shape.constant)]; m != nil {
						side.mark(m, 1<<c.rev)
					}
				}
			}
		}
	}
	for _, m := range b.m.Methods {
		if lost := m.Revs &^ (m.RevsToServer | m.RevsToClient | m.Embedded); lost != 0 {
			b.problems.add(b.methodPos(m), "nobody sends "+quote(m.Name)+" in "+strings.Join(b.m.RevisionNames(lost), ", "), "")
		}
	}
}

func (m *Method) toServer(r Revs) { m.ToServer = true; m.RevsToServer |= r }
func (m *Method) toClient(r Revs) { m.ToClient = true; m.RevsToClient |= r }
func (m *Method) embedded(r Revs) { m.ToClient = true; m.Embedded |= r }

// paramsAliases gives params types that several methods share the name that each method's own would have.
func (b *builder) paramsAliases() {
	for _, m := range b.m.Methods {
		name := m.Go + "Params"
		if m.Params == nil || m.Params.Name == name || m.Params.Name == m.Go+"NotificationParams" || b.names.types[name] {
			continue
		}
		b.names.types[name] = true
		what := "request"
		if m.Notification {
			what = "notification"
		}
		b.m.Aliases = append(b.m.Aliases, Alias{Name: name, Type: m.Params, Doc: name + " are the params of the " + what + " " + m.Name + "."})
	}
}
