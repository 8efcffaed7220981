package model

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// builder is the state of one Build.
type builder struct {
	in       Input
	rows     *overrides
	names    namer
	m        *Model
	problems problems
	notes    problems // what stays open JSON

	norms []*normalizer
	defs  map[string]*def
	order []*def // by first appearance, oldest revision first

	made    map[madeKey]*shape // shapes made from others, so that the same input gives the same pointer
	kinds   map[*def]Kind
	inline  map[string]*Type // hoisted inline types by path
	hoisted map[*shape]*Type // types of inline shapes that may turn up in other places
	homes   map[string]*def  // definitions by file and JSON Pointer
	walking map[*shape]bool  // objects around the place that walk visits
	enter   int              // nesting of lower
	steps   int              // calls of lower
}

// madeKey identifies a derived shape.
type madeKey struct {
	from *shape
	def  *def
	how  string
}

func newBuilder(in Input, rows *overrides) *builder {
	b := &builder{
		in: in, rows: rows, m: &Model{Package: in.Package, MCP: in.MCP},
		defs: map[string]*def{}, made: map[madeKey]*shape{}, kinds: map[*def]Kind{}, inline: map[string]*Type{},
		hoisted: map[*shape]*Type{}, walking: map[*shape]bool{}, homes: map[string]*def{},
	}
	b.names = newNamer(rows)
	for _, r := range in.Revisions {
		b.m.Revisions = append(b.m.Revisions, Revision{Name: r.Name, File: r.Doc.File})
	}
	return b
}

// fail notes what cannot be typed; with Lenient it stays open without a word.
func (b *builder) fail(pos jsonschema.Pos, msg, hint string) {
	if !b.in.Lenient {
		b.problems.add(pos, msg, hint)
	}
}

// open notes what has no Go type of its own although the schema is fine: it stays open JSON, which loses nothing. For MCP that
// is an error, since there every place with open JSON is there on purpose.
func (b *builder) open(pos jsonschema.Pos, msg, hint string) {
	switch {
	case b.in.Lenient:
	case b.in.MCP:
		b.problems.add(pos, msg, hint)
	default:
		b.notes.add(pos, msg, hint)
	}
}

// collect normalizes the definitions of every revision.
func (b *builder) collect() {
	for rev, r := range b.in.Revisions {
		n := &normalizer{
			b: b, rev: rev, defs: map[*jsonschema.Schema]*def{},
			memo: map[*jsonschema.Schema]*shape{}, busy: map[*jsonschema.Schema]bool{},
		}
		b.norms = append(b.norms, n)
		for _, p := range r.Doc.Defs {
			b.define(n, p.Schema, p.Name)
		}
		if root := r.Doc.Root; isType(root) && n.defs[root] == nil {
			b.define(n, root, rootName(r.Doc, b.in.Package))
		}
		for i := 0; i < len(n.queue); i++ { //nolint:intrange // grows while definitions refer to others
			s := n.queue[i]
			n.defs[s].add(contrib{rev, n.schema(s)})
			n.drain()
		}
	}
}

// isType reports whether a root schema describes values, and does not only hold definitions.
func isType(s *jsonschema.Schema) bool {
	return s != nil && s.Bool == nil && (s.Ref != "" || s.Types != nil || s.Const != nil || s.Enum != nil || s.AllOf != nil || s.AnyOf != nil || s.OneOf != nil ||
		inferTypes(s) != nil || len(s.Unknown) > 0)
}

// rootName names the root schema: by a short title, else by its file, else by the package.
func rootName(doc *jsonschema.Document, pkg string) string {
	if t := strings.TrimSpace(doc.Root.Title); t != "" && len(strings.Fields(t)) <= 3 && typeWord(t) != "" {
		return t
	}
	base, _, _ := strings.Cut(path.Base(strings.ReplaceAll(doc.File, `\`, "/")), ".")
	if base != "" && base != "schema" && typeWord(base) != "" {
		return base
	}
	return cmp.Or(pkg, "Root")
}

// nameOfTarget names a schema that is not among the definitions but referred to.
func nameOfTarget(ref string, s *jsonschema.Schema) string {
	if s.Title != "" && len(strings.Fields(s.Title)) <= 3 {
		return s.Title
	}
	_, pointer, _ := strings.Cut(ref, "#")
	segments := strings.Split(cmp.Or(pointer, s.Pos.Pointer), "/")
	for i := len(segments) - 1; i >= 0; i-- {
		if typeWord(segments[i]) != "" && !slices.Contains([]string{"items", "properties", "anyOf", "oneOf", "allOf"}, segments[i]) {
			return segments[i]
		}
	}
	base, _, _ := strings.Cut(path.Base(s.Pos.File), ".")
	return cmp.Or(base, "Root")
}

// define makes the schema s of n's revision part of a definition. A name that this revision has
// used for another schema gets a number.
func (b *builder) define(n *normalizer, s *jsonschema.Schema, name string) *def {
	key := name
	if row := b.rows.sameAs(name, n.rev); row != nil {
		key = row.As
	} else {
		for i := 2; b.taken(n, key, s); i++ {
			key = name + itoa(i)
		}
	}
	d := b.defs[key]
	if d == nil {
		d = &def{key: key, pos: s.Pos, dropped: b.rows.dropped(key)}
		b.defs[key] = d
		b.order = append(b.order, d)
	}
	n.defs[s] = d
	b.homes[s.Pos.File+"#"+s.Pos.Pointer] = d
	n.queue = append(n.queue, s)
	return d
}

// taken reports whether another schema of n's revision has the definition's name.
func (b *builder) taken(n *normalizer, key string, s *jsonschema.Schema) bool {
	d := b.defs[key]
	if d == nil {
		return false
	}
	for other, od := range n.defs {
		if od == d && other != s {
			return b.rows.sameTarget(key) == nil
		}
	}
	return false
}

// placeDef returns the definition that an override puts shapes into.
func (b *builder) placeDef(name string, pos jsonschema.Pos) *def {
	d := b.defs[name]
	if d == nil || d.dropped {
		d = &def{key: name, pos: pos, hoisted: true}
		b.defs[name] = d
		b.order = append(b.order, d)
	}
	return d
}

// derived returns the shape made from s in the way how, making it only once.
func (b *builder) derived(s *shape, d *def, how string, build func() *shape) *shape {
	k := madeKey{s, d, how}
	if got := b.made[k]; got != nil {
		return got
	}
	got := build()
	b.made[k] = got
	return got
}

// sortedDefs returns the definitions by key.
func (b *builder) sortedDefs() []*def {
	return slices.SortedFunc(maps.Values(b.defs), func(x, y *def) int { return cmp.Compare(x.key, y.key) })
}
