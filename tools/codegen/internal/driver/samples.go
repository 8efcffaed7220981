package driver

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/sample"
)

// samplesFile holds the instances that a generated test reads.
const samplesFile = "testdata/samples_gen.jsonl"

// seed makes the instances the same on every run.
const seed = 20260728

// samples returns n instances of each type with codecs, spread over the revisions that have it: a line of JSON each.
func samples(m *model.Model, revisions []model.RevisionInput, n int) []byte {
	var out bytes.Buffer
	g := sample.New(seed)
	g.Extra, g.Safe = true, m.MCP
	for _, t := range m.Types {
		switch t.Kind {
		case model.Struct, model.Slice, model.Map, model.ListUnion, model.ValueUnion:
		default:
			continue
		}
		var at []int
		var schemas []*jsonschema.Schema
		for i, r := range revisions {
			if s := find(r.Doc, t.Pos.Pointer); s != nil && (t.Revs.Has(i) || t.Revs == 0) {
				at, schemas = append(at, i+1), append(schemas, s)
			}
		}
		for i := range n * min(1, len(at)) {
			if v, ok := g.Value(schemas[i%len(at)]); ok && fits(t, v) {
				line(&out, t.Name, at[i%len(at)], v)
			}
		}
	}
	return out.Bytes()
}

// fits leaves out instances that a type does not stand for: those of an alternative of another JSON kind, and null,
// which belongs to the place where a type is used.
func fits(t *model.Type, v []byte) bool {
	switch {
	case string(v) == "null":
		return false
	case t.Kind == model.Struct, t.Kind == model.Map:
		return v[0] == '{'
	case t.Kind == model.Slice:
		return v[0] == '['
	case t.Kind == model.ValueUnion:
		return slices.ContainsFunc(t.Variants, func(o *model.Variant) bool { return slices.Contains(kindsOf(v), o.JSONKind) })
	}
	return true
}

// kindsOf are the names that JSON Schema has for the kind of a value.
func kindsOf(v []byte) []string {
	switch v[0] {
	case '{':
		return []string{"object"}
	case '[':
		return []string{"array"}
	case '"':
		return []string{"string"}
	case 't', 'f':
		return []string{"boolean"}
	}
	return []string{"number", "integer"}
}

func line(out *bytes.Buffer, typ string, rev int, v []byte) {
	name, _ := json.Marshal(typ) // a string has a JSON form
	out.WriteString(`{"type":`)
	out.Write(name)
	out.WriteString(`,"rev":` + strconv.Itoa(rev) + `,"value":`)
	out.Write(v)
	out.WriteString("}\n")
}

// find returns the schema at the pointer. Drafts differ in the name of the member that holds the definitions.
func find(doc *jsonschema.Document, pointer string) *jsonschema.Schema {
	if pointer == "" {
		return doc.Root
	}
	parts := strings.Split(strings.TrimPrefix(pointer, "/"), "/")
	s := doc.Root
	if len(parts) >= 2 && (parts[0] == "$defs" || parts[0] == "definitions") {
		s = named(doc.Defs, parts[1])
		parts = parts[2:]
	}
	for len(parts) > 0 && s != nil {
		s, parts = step(s, parts)
	}
	return s
}

// step follows the first part of the path, or two, and returns the rest.
func step(s *jsonschema.Schema, parts []string) (*jsonschema.Schema, []string) {
	second := ""
	if len(parts) > 1 {
		second = parts[1]
	}
	list := map[string][]*jsonschema.Schema{"allOf": s.AllOf, "anyOf": s.AnyOf, "oneOf": s.OneOf, "prefixItems": s.PrefixItems}
	switch parts[0] {
	case "properties":
		return named(s.Properties, second), parts[min(2, len(parts)):]
	case "items":
		return s.Items, parts[1:]
	case "additionalProperties":
		return s.AdditionalProperties, parts[1:]
	case "patternProperties":
		return named(s.PatternProperties, second), parts[min(2, len(parts)):]
	}
	if i, err := strconv.Atoi(second); err == nil && i < len(list[parts[0]]) && !hasMore(s) {
		return list[parts[0]][i], parts[2:]
	}
	return nil, nil
}

// hasMore reports whether s says anything about objects beside its alternatives, which are then no whole schemas.
func hasMore(s *jsonschema.Schema) bool {
	return s.Target != nil || s.Properties != nil || s.Required != nil || s.AdditionalProperties != nil || s.PatternProperties != nil ||
		s.MinProperties != nil || s.MaxProperties != nil || min(len(s.AllOf), 1)+min(len(s.AnyOf), 1)+min(len(s.OneOf), 1) > 1
}

func named(list []jsonschema.Property, escaped string) *jsonschema.Schema {
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(escaped)
	for _, p := range list {
		if p.Name == name {
			return p.Schema
		}
	}
	return nil
}
