package jsonschema

import (
	"maps"
	"slices"
	"strings"
)

// handler reads one keyword into f.out.
type handler func(f *frame, m *member)

// KnownKeywords returns the keywords that are read or that are annotations which may be passed over,
// sorted. Keywords that start with "x-" are passed over too.
// All others are listed in Schema.Unknown.
func KnownKeywords() []string {
	return slices.Sorted(maps.Keys(knownKeywords()))
}

func knownKeywords() map[string]struct{} {
	known := make(map[string]struct{})
	for name := range keywordTable() {
		known[name] = struct{}{}
	}
	for _, name := range annotations {
		known[name] = struct{}{}
	}
	return known
}

// keywordTable returns the keywords that are read. It is a function and not a variable because
// handlers parse subschemas, which look into the table.
func keywordTable() map[string]handler {
	return map[string]handler{
		"$ref":           (*frame).ref,
		"$anchor":        (*frame).anchor,
		"$dynamicAnchor": (*frame).anchor,
		"$defs":          (*frame).defs,
		"definitions":    (*frame).defs,

		// These two are read before the others: see readDialect and identify.
		"$schema": (*frame).nestedDialect,
		"$id":     func(*frame, *member) {},

		"title":       text(func(s *Schema) *string { return &s.Title }),
		"description": text(func(s *Schema) *string { return &s.Description }),
		"format":      text(func(s *Schema) *string { return &s.Format }),
		"deprecated":  flag(func(s *Schema) *bool { return &s.Deprecated }),
		"nullable":    flag(func(s *Schema) *bool { return &s.Nullable }),
		"default":     value(func(s *Schema) **Value { return &s.Default }),

		"type":  (*frame).types,
		"enum":  (*frame).enum,
		"const": value(func(s *Schema) **Value { return &s.Const }),

		"properties":           named(func(s *Schema) *[]Property { return &s.Properties }),
		"patternProperties":    (*frame).patternProperties,
		"additionalProperties": single(func(s *Schema) **Schema { return &s.AdditionalProperties }),
		"required":             (*frame).required,
		"minProperties":        count(func(s *Schema) **int64 { return &s.MinProperties }),
		"maxProperties":        count(func(s *Schema) **int64 { return &s.MaxProperties }),

		"items":           (*frame).items,
		"prefixItems":     (*frame).prefixItems,
		"additionalItems": (*frame).additional,
		"minItems":        count(func(s *Schema) **int64 { return &s.MinItems }),
		"maxItems":        count(func(s *Schema) **int64 { return &s.MaxItems }),
		"uniqueItems":     flag(func(s *Schema) *bool { return &s.UniqueItems }),

		"allOf": list(func(s *Schema) *[]*Schema { return &s.AllOf }),
		"anyOf": list(func(s *Schema) *[]*Schema { return &s.AnyOf }),
		"oneOf": list(func(s *Schema) *[]*Schema { return &s.OneOf }),

		"minimum":          number(func(s *Schema) *string { return &s.Minimum }),
		"maximum":          number(func(s *Schema) *string { return &s.Maximum }),
		"exclusiveMinimum": (*frame).exclusive,
		"exclusiveMaximum": (*frame).exclusive,
		"multipleOf":       (*frame).multipleOf,

		"minLength": count(func(s *Schema) **int64 { return &s.MinLength }),
		"maxLength": count(func(s *Schema) **int64 { return &s.MaxLength }),
		"pattern":   (*frame).pattern,
	}
}

// annotations are the keywords that constrain nothing and that no stage needs: those of
// JSON Schema, OpenAPI, editors and other generators.
var annotations = [...]string{
	// JSON Schema. $recursiveAnchor matters to $recursiveRef only, and that is refused.
	"$comment", "$recursiveAnchor", "$vocabulary", "contentEncoding", "contentMediaType",
	"examples", "id", "readOnly", "writeOnly",
	// Hyper-Schema.
	"base", "links", "media",
	// OpenAPI. A discriminator only says how to find out which variant a value is.
	"discriminator", "example", "externalDocs", "xml",
	// Visual Studio Code and other editors.
	"allowComments", "allowTrailingCommas", "completionDetail", "defaultSnippets", "deprecationMessage",
	"doNotSuggest", "enumDescriptions", "enumDetails", "enumItemLabels", "enumSortTexts", "errorMessage",
	"markdownDeprecationMessage", "markdownDescription", "markdownEnumDescriptions",
	"patternErrorMessage", "suggestSortText",
	// Form builders and schema stores.
	"enumNames", "enumTitles", "fileMatch", "meta:enum", "options", "propertyOrder",
	// Other generators.
	"existingJavaType", "goJSONSchema", "javaEnumNames", "javaInterfaces", "javaName", "javaType",
	"tsEnumNames", "tsImport", "tsType",
}

func isAnnotation(name string) bool {
	return strings.HasPrefix(name, "x-") || slices.Contains(annotations[:], name)
}

// unknownHint says what is known about a keyword that is not honored.
func (f *frame) unknownHint(name string) string {
	switch name {
	case "not", "if", "then", "else", "contains", "minContains", "maxContains", "dependencies",
		"dependentRequired", "dependentSchemas", "propertyNames", "unevaluatedProperties",
		"unevaluatedItems", "$dynamicRef", "$recursiveRef", "contentSchema":
		return "the generator does not support it"
	case "extends", "disallow", "divisibleBy":
		return "it is of draft-03; use a newer version of JSON Schema"
	}
	// The search is slow and the first few hints are all that anybody reads.
	if f.searches++; f.searches <= 100 {
		known := slices.Collect(maps.Keys(f.keywords))
		if near := nearest(name, append(known, annotations[:]...)); near != "" {
			return "did you mean " + near + "?"
		}
	}
	return "JSON Schema has no such keyword; vendor keywords start with x-"
}

// The following make handlers for keywords whose value goes into one field.

func text(field func(*Schema) *string) handler {
	return func(f *frame, m *member) {
		if f.want(m, kindString, "") {
			*field(f.out) = m.val.text
		}
	}
}

func flag(field func(*Schema) *bool) handler {
	return func(f *frame, m *member) {
		if f.want(m, kindBool, "write true or false") {
			*field(f.out) = m.val.isTrue()
		}
	}
}

func value(field func(*Schema) **Value) handler {
	return func(f *frame, m *member) {
		v := f.file.src.value(m.val, f.pointer(m))
		*field(f.out) = &v
	}
}

func single(field func(*Schema) **Schema) handler {
	return func(f *frame, m *member) { *field(f.out) = f.schemaAt(m.val, f.pointer(m)) }
}

func named(field func(*Schema) *[]Property) handler {
	return func(f *frame, m *member) { *field(f.out) = f.named(m) }
}

func list(field func(*Schema) *[]*Schema) handler {
	return func(f *frame, m *member) { *field(f.out) = f.list(m) }
}

func number(field func(*Schema) *string) handler {
	return func(f *frame, m *member) {
		if f.want(m, kindNumber, "") {
			*field(f.out) = m.val.text
		}
	}
}

func count(field func(*Schema) **int64) handler {
	return func(f *frame, m *member) {
		if f.want(m, kindNumber, "") {
			if v, ok := f.count(m); ok {
				*field(f.out) = &v
			}
		}
	}
}
