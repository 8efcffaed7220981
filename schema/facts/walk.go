package facts

import (
	"strconv"
	"strings"
)

// Walk calls visit for every keyword of the schema document tree (as Parse returns it), with the JSON
// Pointer of the keyword, its name and the schema object that has it. Keywords come in sorted order, each
// before those of the schemas inside it; visit may delete the keyword, and what is inside is then not
// visited. The values of const, enum, default and of keywords that this package does not know are data:
// nothing inside them is a keyword.
func Walk(tree any, visit func(pointer, keyword string, parent map[string]any)) {
	walkSchema("", tree, visit)
}

func walkSchema(pointer string, v any, visit func(string, string, map[string]any)) {
	schema, ok := v.(map[string]any)
	if !ok {
		return // true, false, or a mistake that the reader of the schema reports
	}
	for _, keyword := range sortedKeys(schema) {
		at := pointer + "/" + escape(keyword)
		visit(at, keyword, schema)
		switch value := schema[keyword].(type) {
		case map[string]any:
			if holdsNamedSchemas(keyword) {
				for _, name := range sortedKeys(value) {
					walkSchema(at+"/"+escape(name), value[name], visit)
				}
			} else if holdsSchema(keyword) {
				walkSchema(at, value, visit)
			}
		case []any:
			if holdsSchemaList(keyword) {
				for i, s := range value {
					walkSchema(at+"/"+strconv.Itoa(i), s, visit)
				}
			}
		}
	}
}

// holdsNamedSchemas reports whether the keyword's value is an object whose members are schemas,
// under names that the schema's author chose.
func holdsNamedSchemas(keyword string) bool {
	switch keyword {
	case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
		return true
	}
	return false
}

func holdsSchema(keyword string) bool {
	switch keyword {
	case "items", "additionalItems", "additionalProperties", "unevaluatedItems", "unevaluatedProperties",
		"propertyNames", "contains", "not", "if", "then", "else":
		return true
	}
	return false
}

func holdsSchemaList(keyword string) bool {
	switch keyword {
	case "allOf", "anyOf", "oneOf", "prefixItems", "items": // items may be a list in draft-07
		return true
	}
	return false
}

// escape writes a member name as a token of a JSON Pointer (RFC 6901).
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}
