// Package jsonschema reads JSON Schema documents (draft-07 and 2020-12) into a tree
// that keeps the order of members and the position of everything, so that later
// stages can say where in which file a problem is.
//
// It parses and resolves; it decides nothing about Go.
package jsonschema

import (
	"cmp"
	"fmt"
)

// Pos is a place in a schema file: a 1-based line and column (in bytes) and the
// JSON Pointer of the schema or keyword.
type Pos struct {
	File    string
	Line    int
	Column  int
	Pointer string
}

// String renders p as file:line:column.
func (p Pos) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Error is a problem in a schema, or a use of JSON Schema that the generator
// cannot honour. Its text is "file:line:column: pointer: what (hint)".
type Error struct {
	Pos  Pos
	Msg  string // what is wrong
	Hint string // what to do about it; may be empty

	cause error
}

// Error renders e. The document as a whole, whose pointer is empty, is shown as "#".
func (e *Error) Error() string {
	s := fmt.Sprintf("%s: %s: %s", e.Pos, cmp.Or(e.Pos.Pointer, "#"), e.Msg)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// Unwrap returns the error of reading a file, if that is the cause.
func (e *Error) Unwrap() error { return e.cause }

// Document is one schema file.
type Document struct {
	File    string
	Dialect string // the value of $schema, or "" if there is none
	Draft   Draft  // what Dialect says
	Root    *Schema
	Defs    []Property // members of $defs and definitions, in file order
}

// Property is a named subschema.
type Property struct {
	Name   string
	Schema *Schema
	Pos    Pos // of the name
}

// Value is a JSON value of a keyword such as const, enum or default.
type Value struct {
	Raw string // JSON text, compact; numbers as in the file, strings escaped in one way only
	Pos Pos
}

// Schema is one schema: true, false, or an object with keywords.
type Schema struct {
	Pos Pos
	// Bool is set for the schemas true and false; no other field is then set.
	Bool *bool

	// Ref is the text of $ref, and Target what it points at after resolving; draft-07's
	// rule that keywords beside $ref are ignored applies to draft-07 documents,
	// except for annotations.
	Ref    string
	Target *Schema
	// Hidden lists the keywords that such a $ref makes void, in file order. They are not parsed.
	Hidden []Keyword

	Title, Description string
	Deprecated         bool
	Nullable           bool

	Types []string // type, as a list; nil if the keyword is absent
	Const *Value
	Enum  []Value

	Properties           []Property
	Required             []string
	AdditionalProperties *Schema
	PatternProperties    []Property // Name is the pattern, in RE2's syntax
	Items                *Schema
	PrefixItems          []*Schema // also draft-07's array form of items, with AdditionalItems in Items

	AllOf, AnyOf, OneOf []*Schema

	Format  string
	Default *Value

	// Numbers keep their source text, so that bounds of any size carry over exactly.
	Minimum, Maximum, ExclusiveMinimum, ExclusiveMaximum, MultipleOf       string
	MinLength, MaxLength, MinItems, MaxItems, MinProperties, MaxProperties *int64
	UniqueItems                                                            bool
	Pattern                                                                string // in RE2's syntax
	PatternPos                                                             Pos

	// Unknown lists the keywords that the generator does not honour (not, if,
	// contains, ...), in file order. They are an error, or with -lenient make the value open.
	Unknown []Keyword

	// Defs are the definitions inside this schema, when it is not a document's root.
	Defs []Property

	src      *source
	keywords []keywordAt
}

// Keyword is a keyword that is not honoured.
type Keyword struct {
	Name string
	Pos  Pos    // of the name
	Hint string // what is known about it: that JSON Schema has it, or what may be meant
}
