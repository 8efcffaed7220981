package jsonschema_test

import (
	"fmt"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// dumper writes documents as an indented outline. A schema that was written before is named by its position only.
type dumper struct {
	b    strings.Builder
	seen map[*jsonschema.Schema]bool
}

func dump(docs []*jsonschema.Document) string {
	d := &dumper{seen: make(map[*jsonschema.Schema]bool)}
	for _, doc := range docs {
		d.line(0, "document %s, %s", doc.File, doc.Draft)
		d.schema(1, "root", doc.Root)
		d.named(1, "def", doc.Defs)
	}
	return d.b.String()
}

func (d *dumper) line(depth int, format string, args ...any) {
	fmt.Fprintf(&d.b, strings.Repeat("  ", depth)+format+"\n", args...)
}

func at(p jsonschema.Pos) string { return fmt.Sprintf("%s #%s", p, p.Pointer) }

func (d *dumper) named(depth int, what string, props []jsonschema.Property) {
	for _, p := range props {
		d.line(depth, "%s %q %s", what, p.Name, at(p.Pos))
		d.schema(depth+1, "schema", p.Schema)
	}
}

func (d *dumper) schema(depth int, what string, s *jsonschema.Schema) {
	if s == nil {
		return
	}
	note := ""
	if s.IsAny() {
		note = ", any"
	}
	if s.Bool != nil {
		note = fmt.Sprintf(", %t", *s.Bool)
	}
	if d.seen[s] {
		note = ", see above"
	}
	d.line(depth, "%s %s%s", what, at(s.Pos), note)
	if d.seen[s] {
		return
	}
	d.seen[s] = true
	d.keywords(depth+1, s)
	d.subschemas(depth+1, s)
	for _, k := range s.Hidden {
		d.line(depth+1, "hidden %s %s", k.Name, at(k.Pos))
	}
	for _, k := range s.Unknown {
		d.line(depth+1, "unknown %s %s (%s)", k.Name, at(k.Pos), k.Hint)
	}
}

func (d *dumper) keywords(depth int, s *jsonschema.Schema) {
	texts := []struct{ name, text string }{
		{"title", s.Title}, {"description", s.Description}, {"format", s.Format},
		{"minimum", s.Minimum}, {"maximum", s.Maximum}, {"exclusiveMinimum", s.ExclusiveMinimum},
		{"exclusiveMaximum", s.ExclusiveMaximum}, {"multipleOf", s.MultipleOf}, {"pattern", s.Pattern},
	}
	for _, t := range texts {
		if t.text != "" {
			d.line(depth, "%s %s", t.name, t.text)
		}
	}
	flags := []struct {
		name string
		set  bool
	}{{"deprecated", s.Deprecated}, {"nullable", s.Nullable}, {"uniqueItems", s.UniqueItems}}
	for _, f := range flags {
		if f.set {
			d.line(depth, "%s", f.name)
		}
	}
	counts := []struct {
		name string
		n    *int64
	}{
		{"minLength", s.MinLength}, {"maxLength", s.MaxLength}, {"minItems", s.MinItems},
		{"maxItems", s.MaxItems}, {"minProperties", s.MinProperties}, {"maxProperties", s.MaxProperties},
	}
	for _, c := range counts {
		if c.n != nil {
			d.line(depth, "%s %d", c.name, *c.n)
		}
	}
	if s.Types != nil {
		d.line(depth, "type %s", strings.Join(s.Types, " "))
	}
	if s.Required != nil {
		d.line(depth, "required %q", s.Required)
	}
	d.value(depth, "const", s.Const)
	d.value(depth, "default", s.Default)
	for i := range s.Enum {
		d.value(depth, "enum", &s.Enum[i])
	}
}

func (d *dumper) value(depth int, what string, v *jsonschema.Value) {
	if v != nil {
		d.line(depth, "%s %s %s", what, v.Raw, at(v.Pos))
	}
}

func (d *dumper) subschemas(depth int, s *jsonschema.Schema) {
	if s.Ref != "" {
		d.line(depth, "ref %s -> %s", s.Ref, at(s.Target.Pos))
		if s.Target.DefName() == "" {
			d.schema(depth+1, "target", s.Target)
		}
	}
	d.named(depth, "property", s.Properties)
	d.named(depth, "pattern property", s.PatternProperties)
	d.schema(depth, "additionalProperties", s.AdditionalProperties)
	d.schema(depth, "items", s.Items)
	lists := []struct {
		name    string
		schemas []*jsonschema.Schema
	}{{"prefixItems", s.PrefixItems}, {"allOf", s.AllOf}, {"anyOf", s.AnyOf}, {"oneOf", s.OneOf}}
	for _, l := range lists {
		for _, sub := range l.schemas {
			d.schema(depth, l.name, sub)
		}
	}
	d.named(depth, "def", s.Defs)
}
