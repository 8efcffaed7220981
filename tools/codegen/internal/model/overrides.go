package model

import (
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// overrides is what a file of overrides says: an object with a list of rows for each of the sections
// below. Every row has a reason in words. A row that matches nothing is an error.
//
// A pattern is a name in which one * stands for one or more characters. Sections up to place and
// value speak of the schemas: a definition by its key, a member as Def.member, an element of an
// array as Def.member[], a value of a map as Def.member{}. The others speak of the Go model: Type
// and Type.member, as in the docs file.
type overrides struct {
	// Initialisms are further words that Go names write in capitals.
	Initialisms []*initialismRow
	// Rename gives types other Go names. The first row that matches a computed name applies, to types of
	// definitions and of inline schemas alike. In a pattern's new name, * is what it stood for.
	Rename []*renameRow
	// Same says that a definition is another one under an old name.
	Same []*sameRow
	// Drop leaves out definitions or members. What a dropped definition has inside stays if other types need it.
	Drop []*dropRow
	// Place makes the schema at a place a part of a named definition, which need not exist otherwise:
	// a shared name for inline schemas.
	Place []*placeRow
	// Value sets the type of a definition or place: raw (open JSON), open (is open already, and may be),
	// id (a JSON-RPC id), error (a JSON-RPC error), string, number (integers of the place become numbers)
	// or inline (a definition that becomes no type, its uses are written out).
	Value []*valueRow
	// Union tells variants apart: the first decision whose conditions all hold. A condition is a JSON Pointer
	// and the string found there, or "" for anything. A decision without conditions takes the rest.
	Union []*unionRow
	// Present says that members exist in further revisions.
	Present []*presentRow
	// Optional makes members a codec.Opt though they are required: a value that was not set is then not written.
	Optional []*optionalRow
	// Deprecated says why a type or member is deprecated.
	Deprecated []*deprecatedRow
	// Fill is what a required member without a value is written as.
	Fill []*fillRow
	// Helpers names types that get convenience methods.
	Helpers []*helpersRow
	// Method completes a row of the method table.
	Method []*methodRow

	revisions []RevisionInput
	all       []*rowBase // every row, for the check of what was used
	valueMemo map[string]*valueRow
}

// rowBase is what every row has.
type rowBase struct {
	Reason string `json:"reason"`

	pos     jsonschema.Pos
	section string
	what    string // what it is about, for messages
	used    bool
}

func (r *rowBase) base() *rowBase { return r }

// row is any row of the overrides.
type row interface {
	base() *rowBase
	// check returns the subject of the row, and what is wrong with it.
	check() (subject, problem string)
}

type initialismRow struct {
	rowBase
	Word string `json:"word"`
}

type renameRow struct {
	rowBase
	Type   string   `json:"type"`
	To     string   `json:"to"`
	Except []string `json:"except"`
}

type sameRow struct {
	rowBase
	Def       string   `json:"def"`
	As        string   `json:"as"`
	Revisions []string `json:"revisions"`
	Alias     bool     `json:"alias"` // declare the old name as an alias of the Go type
}

type dropRow struct {
	rowBase
	At     string   `json:"at"`
	Except []string `json:"except"`
}

type placeRow struct {
	rowBase
	At        string   `json:"at"`
	Except    []string `json:"except"`
	In        string   `json:"in"`
	Revisions []string `json:"revisions"`
}

type valueRow struct {
	rowBase
	At string `json:"at"`
	Is string `json:"is"`
}

type unionRow struct {
	rowBase
	Type   string     `json:"type"`
	Decide []decision `json:"decide"`
}

type decision struct {
	Is   string            `json:"is"`
	When map[string]string `json:"when"`
}

type presentRow struct {
	rowBase
	At        string   `json:"at"`
	Except    []string `json:"except"`
	Revisions []string `json:"revisions"`
}

type optionalRow struct {
	rowBase
	At string `json:"at"`
}

type deprecatedRow struct {
	rowBase
	At   string `json:"at"`
	Text string `json:"text"`
}

type fillRow struct {
	rowBase
	At   string `json:"at"`
	JSON string `json:"json"`
}

type helpersRow struct {
	rowBase
	Type string `json:"type"`
}

type methodRow struct {
	rowBase
	Method string   `json:"method"`
	Result string   `json:"result"`
	Also   []string `json:"also"`
}

// match reports whether name fits the pattern and what its * stands for.
func match(pattern, name string) (star string, ok bool) {
	before, after, wild := strings.Cut(pattern, "*")
	if !wild {
		return "", pattern == name
	}
	if len(name) <= len(before)+len(after) || !strings.HasPrefix(name, before) || !strings.HasSuffix(name, after) {
		return "", false
	}
	return name[len(before) : len(name)-len(after)], true
}

// hits reports whether a row with this pattern is about name, and marks it as used.
func (r *rowBase) hits(pattern string, except []string, name string) bool {
	if _, ok := match(pattern, name); !ok || slices.Contains(except, name) {
		return false
	}
	r.used = true
	return true
}

func (o *overrides) renamed(name string) string {
	for _, r := range o.Rename {
		if r.hits(r.Type, r.Except, name) {
			star, _ := match(r.Type, name)
			return strings.Replace(r.To, "*", star, 1)
		}
	}
	return name
}

func (o *overrides) sameAs(def string, rev int) *sameRow {
	for _, r := range o.Same {
		if r.Def == def && o.inRevision(r.Revisions, rev) {
			r.used = true
			return r
		}
	}
	return nil
}

// sameTarget returns a row that makes other definitions a part of key.
func (o *overrides) sameTarget(key string) *sameRow {
	for _, r := range o.Same {
		if r.As == key {
			return r
		}
	}
	return nil
}

func (o *overrides) inRevision(names []string, rev int) bool {
	return len(names) == 0 || slices.Contains(names, o.revisions[rev].Name)
}

func (o *overrides) dropped(def string) bool {
	for _, r := range o.Drop {
		if !strings.Contains(r.At, ".") && r.hits(r.At, r.Except, def) {
			return true
		}
	}
	return false
}

func (o *overrides) droppedMember(path string) bool {
	for _, r := range o.Drop {
		if strings.Contains(r.At, ".") && r.hits(r.At, r.Except, path) {
			return true
		}
	}
	return false
}

// placed returns the definition that the schema at path belongs into; "" for none.
func (o *overrides) placed(path string, rev int) string {
	for _, r := range o.Place {
		star, ok := match(r.At, path)
		if ok && !slices.Contains(r.Except, path) && o.inRevision(r.Revisions, rev) {
			r.used = true
			return strings.Replace(r.In, "*", star, 1)
		}
	}
	return ""
}

// value returns what a row says about the type at path; "" for nothing.
func (o *overrides) value(path string) string {
	if r, ok := o.valueMemo[path]; ok {
		if r == nil {
			return ""
		}
		return r.Is
	}
	for _, r := range o.Value {
		if r.Is != "open" && r.hits(r.At, nil, path) {
			o.valueMemo[path] = r
			return r.Is
		}
	}
	o.valueMemo[path] = nil
	return ""
}

// mayBeOpen reports whether a row allows open JSON at path.
func (o *overrides) mayBeOpen(path string) bool {
	for _, r := range o.Value {
		if (r.Is == "open" || r.Is == "raw") && r.hits(r.At, nil, path) {
			return true
		}
	}
	return false
}

func (o *overrides) union(name string) *unionRow {
	for _, r := range o.Union {
		if r.hits(r.Type, nil, name) {
			return r
		}
	}
	return nil
}

func (o *overrides) method(name string) *methodRow {
	for _, r := range o.Method {
		if r.hits(r.Method, nil, name) {
			return r
		}
	}
	return nil
}

// tests are the conditions of a decision, in the order of their pointers.
func (d *decision) tests() []Test {
	var tests []Test
	for pointer, value := range d.When {
		var path []string
		for _, seg := range strings.Split(strings.TrimPrefix(pointer, "/"), "/") {
			path = append(path, strings.NewReplacer("~1", "/", "~0", "~").Replace(seg))
		}
		tests = append(tests, Test{Path: path, Equals: value})
	}
	slices.SortFunc(tests, func(x, y Test) int {
		return slices.Compare(x.Path, y.Path)
	})
	return tests
}
