package jsonschema

import "strings"

// Draft is a version of JSON Schema, as far as it matters for reading.
type Draft int

// The versions. DraftUnknown stands for a document without $schema: it is read as 2020-12, but
// the array form of items is allowed.
const (
	DraftUnknown Draft = iota
	Draft04
	Draft06
	Draft07
	Draft201909
	Draft202012
)

// String renders d as people call it.
func (d Draft) String() string {
	switch d {
	case Draft04:
		return "draft-04"
	case Draft06:
		return "draft-06"
	case Draft07:
		return "draft-07"
	case Draft201909:
		return "2019-09"
	case Draft202012:
		return "2020-12"
	default:
		return "a document without $schema"
	}
}

// refHidesSiblings reports whether keywords beside $ref have no effect.
func (d Draft) refHidesSiblings() bool { return d >= Draft04 && d <= Draft07 }

// draftOf returns the version that a value of $schema names.
func draftOf(uri string) (Draft, bool) {
	uri = strings.TrimSuffix(strings.TrimSuffix(uri, "#"), "/")
	uri = strings.TrimPrefix(strings.TrimPrefix(uri, "http://"), "https://")
	switch uri {
	case "json-schema.org/draft-04/schema":
		return Draft04, true
	case "json-schema.org/draft-06/schema":
		return Draft06, true
	case "json-schema.org/draft-07/schema":
		return Draft07, true
	case "json-schema.org/draft/2019-09/schema":
		return Draft201909, true
	case "json-schema.org/draft/2020-12/schema", "json-schema.org/schema", "spec.openapis.org/oas/3.1/dialect/base":
		return Draft202012, true
	}
	return DraftUnknown, false
}
