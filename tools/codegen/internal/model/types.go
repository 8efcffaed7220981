// Package model turns parsed schemas into the model that the emitter prints: Go
// names, merged revisions, flattened allOf, hoisted inline objects, and unions with
// their way of telling variants apart. All decisions are taken here; the emitter
// only writes them down.
package model

import "github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"

// Model is everything one generated package holds.
type Model struct {
	Package   string
	MCP       bool       // the merged MCP package: jsonrpc.Revision, method table, stubs
	Revisions []Revision // oldest first; one with an empty Name if a single schema was given
	Types     []*Type    // sorted by name
	Methods   []*Method  // sorted by name; MCP only
	Aliases   []Alias    // other names of types, sorted by name
	// Notes tell what stays open JSON although the schema says more, in the order of positions.
	Notes []*jsonschema.Error
}

// Revision is one input schema.
type Revision struct {
	Name string // as in REV=FILE; "" for a single schema
	File string
}

// Alias declares Name as another name of Type.
type Alias struct {
	Name string
	Type *Type
	Doc  string
}

// Revs is a set of revisions: bit i stands for Model.Revisions[i].
type Revs uint32

// Has reports whether revision i is in r.
func (r Revs) Has(i int) bool { return r&(1<<i) != 0 }

// Kind says what Go declaration a type becomes.
type Kind int

// The kinds of Type.
const (
	Struct     Kind = iota + 1 // a struct with codecs
	Union                      // a sealed interface over struct variants
	Enum                       // a named string with constants
	IntEnum                    // a named int64 with constants
	Scalar                     // a named type for Elem (bool, int64, float64, string): type Cursor string
	Slice                      // a named slice: type Names []Elem
	Map                        // a named ordered map: type M []codec.Member[Elem]
	ValueUnion                 // a struct that holds one of several JSON kinds (Variants by JSON kind)
	ListUnion                  // a struct that holds a list of Elem (a Union) and whether the JSON was a single object
)

// Type is one declared Go type.
type Type struct {
	Name       string // Go name
	Kind       Kind
	Doc        string // Go doc comment without the leading slashes; "" for none
	Deprecated string // reason, "" if not deprecated in the newest revision that has it
	Revs       Revs   // revisions that have the type
	Pos        jsonschema.Pos

	Fields []*Field // Struct, in the order of encoding
	// Closed means additionalProperties is false: unknown members are an error of Validate, still kept in Extra.
	Closed bool
	// ExtraKinds are the JSON kinds of unknown members if additionalProperties is a schema and the type has known
	// members too; the members stay raw. nil for any.
	ExtraKinds []string

	Values []EnumValue // Enum, IntEnum
	Elem   *Ref        // Scalar, Slice, Map, ListUnion
	// ListRevs are the revisions in which the JSON of a ListUnion may be a list.
	ListRevs Revs
	Rules    []Rule // Scalar, Slice, Map

	// Union
	Discrim  Discrim
	Tag      string     // member that discriminates, for ByTag
	Variants []*Variant // Union, ValueUnion
	Unknown  string     // Go name of the variant that keeps what is not known ("UnknownContent"); Union only
	In       []*Type    // Struct: the unions that this type is a variant of, sorted by name

	Helpers bool // MCP: gets AddText and the like (has a codec.Slab member)
}

// Field is a member of a struct.
type Field struct {
	JSON       string // member name
	Go         string // field name; "" for a const, which is written and checked but not stored
	Doc        string
	Deprecated string
	Type       *Ref
	Const      *Const // a const member; Type then tells its JSON kind
	Revs       Revs   // revisions that have the member
	Required   Revs   // revisions that require it
	// Opt is set if the field is a codec.Opt: an optional scalar, struct, enum or value union,
	// or a required one that may be null, that has a Fill, or that a row of "optional" names. Optional slices, maps, unions and Raws say absence with nil or zero.
	Opt      bool
	Nullable bool   // null is legal in some revision
	Default  string // JSON text of default, for the doc comment; "" if none
	Rules    []Rule
	// Fill is the JSON text that AppendJSONFor writes in revisions that require the member when it is not set:
	// `"complete"`, `0`, `"private"`, `[]`; "" if nothing is filled in.
	Fill string
	// Boxed is set if the type would contain itself by value through this member, so that the value has to
	// be behind a pointer. Opt is then as without it. Only schemas that are recursive outside of arrays, maps and
	// unions have such members.
	Boxed bool
	Pos   jsonschema.Pos
}

// Const is a member with one legal value.
type Const struct {
	JSON     string // compact JSON text of the value; a string, an integer, a bool or null
	Optional bool   // not required in every revision that has it: the field is a bool "Has..."-less Opt, see Go
}

// RefKind is the kind of a use of a type.
type RefKind int

// The kinds of Ref.
const (
	Bool     RefKind = iota + 1
	Int              // int64
	Float            // float64
	String           // string
	Base64           // codec.Base64
	Raw              // codec.Raw: open JSON
	ID               // jsonrpc.ID (MCP), or a string-or-integer value
	RPCError         // jsonrpc.Error (MCP)
	Named            // Type
	List             // []Elem
	Dict             // []codec.Member[Elem]
)

// Ref is a use of a type.
type Ref struct {
	Kind RefKind
	Type *Type // Named
	Elem *Ref  // List, Dict
	// Nullable says that null is legal here: as an element it is then a codec.Opt.
	Nullable bool
	Rules    []Rule // what holds for each element, when this Ref is an Elem
	// Object restricts a Raw to JSON of these kinds ("object", "array", ...); nil for any.
	RawKinds []string
}

// EnumValue is one legal value of an enum.
type EnumValue struct {
	Go    string // constant name, with the type's name as prefix
	Value string // the string itself, or the decimal integer
	Revs  Revs
}

// Rule is one validation keyword.
type Rule struct {
	// Op is the keyword: const (where it is no Field's), minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf, minLength, maxLength, pattern,
	// minItems, maxItems, uniqueItems, minProperties or maxProperties.
	Op   string
	Arg  string // number text, the pattern, or the JSON text of the constant
	Revs Revs   // revisions in which it holds
}

// Discrim is how a union's variants are told apart.
type Discrim int

// The ways to discriminate.
const (
	ByTag      Discrim = iota + 1 // a const string member, Type.Tag
	ByPresence                    // the first variant of which a member in Present is there
	ByDecision                    // an ordered list of Tests per variant
)

// Variant is one alternative of a union.
type Variant struct {
	Type *Type // the struct, for Union
	Revs Revs
	// ByTag: the values of the tag that select it; an empty Tags with Default set is what an absent tag selects.
	Tags    []string
	Default bool // selected when the tag is absent (ByTag) or when nothing else matched (ByPresence, ByDecision)
	// ByPresence and ByDecision: all of Tests must hold. Variants are tried in order.
	Tests []Test
	// ValueUnion: the JSON kind (string, integer, number, boolean, array, object, null) and the Go form.
	JSONKind string
	Ref      *Ref
	Boxed    bool // ValueUnion: as in Field
}

// Test is one condition on a member of the object, looked at without decoding it.
type Test struct {
	Path   []string // member names from the object down: {"items", "anyOf"}
	Equals string   // the string it must be; "" means that being present is enough
}

// Method is a row of the MCP method table.
type Method struct {
	Name           string // wire name: tools/call
	Go             string // definition's name minus Request or Notification: CallTool, Progress
	Notification   bool
	ToServer       bool  // sent by clients
	ToClient       bool  // sent by servers
	Params         *Type // nil if the method has none
	ParamsRequired Revs
	Result         *Type   // requests only
	Alternatives   []*Type // other results: InputRequiredResult, CreateTaskResult
	Revs           Revs
	// RevsToServer and RevsToClient are the revisions in which it may be sent in that direction.
	RevsToServer, RevsToClient Revs
	// Embedded are revisions in which a request exists only inside InputRequiredResult.
	Embedded Revs
	Doc      string
}
