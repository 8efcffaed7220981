package model

import (
	"slices"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// choose merges base, what holds for all alternatives (nil if nothing), with anyOf or oneOf.
func (n *normalizer) choose(base *shape, list []*jsonschema.Schema, pos jsonschema.Pos) *shape {
	alts := make([]*shape, len(list))
	for i, s := range list {
		alts[i] = n.schema(s)
	}
	if base == nil {
		return n.alternatives(alts, pos)
	}
	if flat := n.flat(base); flat.form == objectForm && n.onlyRequired(flat, alts) {
		n.b.fail(pos, "alternatives that only require members cannot be checked", "remove them, or ignore them with -lenient")
		return base
	}
	var kept []*shape
	first := ""
	for i, alt := range alts {
		both, conflict := n.meet(base, alt)
		if conflict != "" {
			if first == "" {
				first = conflict
			}
			continue
		}
		if both.hint == base.hint {
			both = copyOf(both)
			both.hint = alt.hint
			if alt.form == refForm {
				both.hint = alt.def.key
			}
		}
		both.pos = list[i].Pos
		kept = append(kept, both)
	}
	if len(kept) == 0 {
		return n.fail(pos, "no alternative agrees with the keywords beside it: "+first, "")
	}
	return n.alternatives(kept, pos)
}

// onlyRequired reports whether every alternative only names members of base, or requires some.
func (n *normalizer) onlyRequired(base *shape, alts []*shape) bool {
	for _, a := range alts {
		if a.form != objectForm {
			return false
		}
		for _, p := range a.props {
			if s := n.force(p.shape); s.form != openForm || s.rawKinds != nil {
				return false
			}
		}
	}
	return len(base.props) > 0 || len(alts) > 0
}

// alternatives is the shape of values that are of one of several shapes.
func (n *normalizer) alternatives(list []*shape, pos jsonschema.Pos) *shape {
	var g grouping
	n.spread(&g, list, map[*def]bool{})
	switch {
	case g.open:
		return &shape{form: openForm, pos: pos}
	case len(g.kinds) == 0:
		return &shape{form: openForm, pos: pos, rawKinds: []string{"null"}}
	}
	var alts []*shape
	for _, kind := range g.kinds {
		alt := n.oneOfKind(kind, g.byKind[kind], pos)
		if alt.form == openForm && alt.rawKinds == nil {
			return alt
		}
		alts = append(alts, alt)
	}
	got := alts[0]
	switch {
	case len(alts) == 2 && n.isEither(alts[0], alts[1]):
		got = &shape{form: eitherForm, elem: alts[1].elem}
	case len(alts) == 2 && n.isEither(alts[1], alts[0]):
		got = &shape{form: eitherForm, elem: alts[0].elem}
	case len(alts) > 1 && slices.ContainsFunc(alts, func(a *shape) bool { return a.form == openForm }):
		got = &shape{form: openForm, rawKinds: g.kinds}
	case len(alts) > 1:
		got = &shape{form: kindsForm, alts: alts}
	}
	got = copyOf(got)
	got.null = got.null || g.null
	got.pos = pos
	return got
}

// grouping is alternatives by their JSON kind, in the order of their first appearance.
type grouping struct {
	kinds  []string
	byKind map[string][]*shape
	null   bool
	open   bool // any JSON at all
}

func (g *grouping) add(kind string, s *shape) {
	if kind == "integer" && g.byKind["number"] != nil {
		kind = "number"
	}
	if kind == "number" && g.byKind["integer"] != nil {
		i := slices.Index(g.kinds, "integer")
		g.kinds[i] = "number"
		g.byKind["number"] = g.byKind["integer"]
		delete(g.byKind, "integer")
	}
	if g.byKind == nil {
		g.byKind = map[string][]*shape{}
	}
	if g.byKind[kind] == nil {
		g.kinds = append(g.kinds, kind)
	}
	g.byKind[kind] = append(g.byKind[kind], s)
}

// spread sorts alternatives into g; those of a union inside the union become the outer one's.
func (n *normalizer) spread(g *grouping, list []*shape, within map[*def]bool) {
	for _, s := range list {
		t := n.target(s)
		g.null = g.null || s.null || t.null
		switch t.form {
		case openForm:
			switch {
			case t.rawKinds == nil:
				g.open = true
			case t.onlyNull():
				g.null = true
			default:
				for _, k := range t.rawKinds {
					g.add(k, &shape{form: openForm, pos: t.pos, rawKinds: []string{k}})
				}
			}
		case unionForm, kindsForm:
			if s.form == refForm {
				if within[s.def] {
					continue
				}
				within[s.def] = true
			}
			n.spread(g, t.alts, within)
		case eitherForm:
			n.spread(g, []*shape{t.elem, {form: listForm, pos: t.pos, elem: t.elem}}, within)
		default:
			if s.null {
				s = copyOf(s)
				s.null = false
			}
			g.add(t.jsonKind(), s)
		}
	}
}

// oneOfKind merges alternatives of the same JSON kind.
func (n *normalizer) oneOfKind(kind string, list []*shape, pos jsonschema.Pos) *shape {
	list = n.distinct(list)
	if len(list) == 1 {
		return list[0]
	}
	for _, s := range list {
		if s.form == openForm {
			return s
		}
	}
	switch kind {
	case "boolean":
		return &shape{form: boolForm, pos: pos}
	case "integer", "number", "string":
		return n.scalars(kind, list, pos)
	case "array":
		return &shape{form: listForm, pos: pos, elem: n.alternatives(n.elems(list), pos)}
	}
	dicts := 0
	for _, s := range list {
		if n.target(s).form == dictForm {
			dicts++
		}
	}
	switch dicts {
	case 0:
		return &shape{form: unionForm, pos: pos, alts: list}
	case len(list):
		return &shape{form: dictForm, pos: pos, elem: n.alternatives(n.elems(list), pos)}
	}
	n.b.open(pos, "a map and an object with known members cannot be told apart", "give all alternatives properties")
	return &shape{form: openForm, pos: pos, rawKinds: []string{"object"}}
}

func (n *normalizer) elems(list []*shape) []*shape {
	var out []*shape
	for _, s := range list {
		out = append(out, n.target(s).elem)
	}
	return out
}

func (n *normalizer) distinct(list []*shape) []*shape {
	var out []*shape
	for _, s := range list {
		if !slices.ContainsFunc(out, func(o *shape) bool { return sameShape(o, s) }) {
			out = append(out, s)
		}
	}
	return out
}

// scalars merges enums and constants into one enum; a scalar without values takes in all others.
func (n *normalizer) scalars(kind string, list []*shape, pos jsonschema.Pos) *shape {
	got := &shape{form: enumForm, pos: pos}
	if kind != "string" {
		got.form = intEnumForm
	}
	for _, s := range list {
		t := n.target(s)
		switch {
		case len(t.values) > 0:
			for _, v := range t.values {
				got.values = appendNew(got.values, v)
			}
		case t.constant != "" && kind == "string":
			got.values = appendNew(got.values, unquoteJSON(t.constant))
		case t.constant != "":
			got.values = appendNew(got.values, t.constant)
		default:
			switch kind {
			case "string":
				return &shape{form: stringForm, pos: pos}
			case "integer":
				return &shape{form: intForm, pos: pos}
			}
			return &shape{form: floatForm, pos: pos}
		}
	}
	return got
}

// circular reports whether s refers to a definition that is being normalized.
func (n *normalizer) circular(s *shape) bool {
	if s.lazy != nil {
		return n.touchesBusy(s.lazy, 0)
	}
	return s.form == refForm && s.src != nil && n.touchesBusy(s.src, 0)
}

// isEither reports whether list is an array of what one is, or of a union that one is a part of.
func (n *normalizer) isEither(one, list *shape) bool {
	if list.form != listForm || one.form == openForm || len(list.rules) > 0 || n.circular(list.elem) {
		return false
	}
	var objects, elems grouping
	n.spread(&objects, []*shape{one}, map[*def]bool{})
	n.spread(&elems, []*shape{list.elem}, map[*def]bool{})
	if len(objects.kinds) != 1 || objects.kinds[0] != "object" || len(elems.kinds) != 1 || elems.kinds[0] != "object" || len(elems.byKind["object"]) < 2 {
		return false
	}
	for _, o := range objects.byKind["object"] {
		if !slices.ContainsFunc(elems.byKind["object"], func(e *shape) bool { return sameShape(o, e) }) {
			return false
		}
	}
	return true
}
