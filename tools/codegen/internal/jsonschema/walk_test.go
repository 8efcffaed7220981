package jsonschema_test

import "github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"

// walk calls visit for root, the definitions and all schemas inside them, once each. It does not follow references.
func walk(root *jsonschema.Schema, defs []jsonschema.Property, visit func(*jsonschema.Schema)) {
	seen := make(map[*jsonschema.Schema]bool)
	var schema func(s *jsonschema.Schema)
	named := func(props []jsonschema.Property) {
		for _, p := range props {
			schema(p.Schema)
		}
	}
	schema = func(s *jsonschema.Schema) {
		if s == nil || seen[s] {
			return
		}
		seen[s] = true
		visit(s)
		named(s.Properties)
		named(s.PatternProperties)
		named(s.Defs)
		schema(s.AdditionalProperties)
		schema(s.Items)
		for _, list := range [][]*jsonschema.Schema{s.PrefixItems, s.AllOf, s.AnyOf, s.OneOf} {
			for _, sub := range list {
				schema(sub)
			}
		}
	}
	schema(root)
	named(defs)
}
