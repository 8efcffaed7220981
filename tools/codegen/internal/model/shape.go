package model

import (
	"slices"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// form is what a normalized schema describes.
type form int

const (
	openForm    form = iota + 1 // any JSON of the kinds in rawKinds
	boolForm                    // true, false
	intForm                     // an integer
	floatForm                   // a number
	stringForm                  // a string
	base64Form                  // a string that holds bytes
	idForm                      // jsonrpc.ID
	errorForm                   // jsonrpc.Error
	enumForm                    // one of the strings in values
	intEnumForm                 // one of the integers in values
	objectForm                  // an object with known members
	listForm                    // an array of elem
	dictForm                    // an object of which every member is an elem
	unionForm                   // one of the objects in alts
	kindsForm                   // one of alts, which differ in their JSON kind
	eitherForm                  // an elem or an array of elems
	refForm                     // a use of def
)

// shape is a schema of one revision after normalizing: references resolved, allOf merged, null and
// type lists taken apart. Shapes form a tree; a use of a definition is a leaf.
type shape struct {
	form form
	pos  jsonschema.Pos
	doc  string
	// hint is a name for the type should the shape need one: a title, or the definition it was copied from.
	hint       string
	deprecated bool
	null       bool               // null is legal too
	def        *def               // refForm
	src        *jsonschema.Schema // refForm: what the reference points at in its revision
	props      []*prop            // objectForm
	closed     bool               // objectForm
	elem       *shape             // listForm, dictForm, eitherForm; objectForm: what members beside the known ones are
	alts       []*shape           // unionForm, kindsForm
	values     []string           // enumForm, intEnumForm
	rawKinds   []string           // openForm; nil for all
	rules      []Rule             // Revs is not set yet
	constant   string             // JSON text of the only legal value
	deflt      string             // JSON text of the default
	lazy       *jsonschema.Schema // not normalized yet; form is then 0
	lazyMember bool               // lazy is the schema of a member
	origin     *shape             // what this is a copy of, with other texts at most
}

// prop is a member of an objectForm.
type prop struct {
	name     string
	shape    *shape
	required bool
	pos      jsonschema.Pos
}

// prop returns the member called name, or nil.
func (s *shape) prop(name string) *prop {
	for _, p := range s.props {
		if p.name == name {
			return p
		}
	}
	return nil
}

// onlyNull reports whether s is {"type": "null"}.
func (s *shape) onlyNull() bool {
	return s.form == openForm && slices.Equal(s.rawKinds, []string{"null"})
}

// anything reports whether s is {}, and no use of a definition that is.
func (s *shape) anything() bool { return s.form == openForm && s.rawKinds == nil }

// copyOf returns a shallow copy that may be changed. Who changes what values it allows sets origin to nil.
func copyOf(s *shape) *shape {
	c := *s
	c.origin = s.identity()
	c.props = slices.Clone(s.props)
	c.rules = slices.Clone(s.rules)
	return &c
}

// identity is the shape that s is a copy of, or s.
func (s *shape) identity() *shape {
	if s.origin != nil {
		return s.origin
	}
	return s
}

// jsonKind names the JSON kind of a shape that is not open, a union of kinds or a reference.
func (s *shape) jsonKind() string {
	switch s.form {
	case boolForm:
		return "boolean"
	case intForm, intEnumForm:
		return "integer"
	case floatForm:
		return "number"
	case stringForm, base64Form, enumForm:
		return "string"
	case listForm:
		return "array"
	}
	return "object"
}

// def is a definition: a name and what each revision says it is. Inline schemas of some revisions
// join the definition that others have in their place.
type def struct {
	key      string // name in the schemas
	pos      jsonschema.Pos
	contribs []contrib
	hoisted  bool // made by an override, not by a schema

	typ     *Type  // once declared; nil for one that is not a Go type of its own
	alias   string // the Go name of a definition that only names another one
	dropped bool
	filled  bool
}

// contrib is one revision's say on a definition or on a place inside one.
type contrib struct {
	rev   int
	shape *shape
}

// add notes a shape once; it reports whether it was new.
func (d *def) add(c contrib) bool {
	if c.shape.form == refForm && c.shape.def == d || slices.Contains(d.contribs, c) {
		return false
	}
	d.contribs = append(d.contribs, c)
	return true
}

func revsOf(group []contrib) Revs {
	var r Revs
	for _, c := range group {
		r |= 1 << c.rev
	}
	return r
}
