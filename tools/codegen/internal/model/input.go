package model

import (
	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// Input is what a model is built from.
type Input struct {
	Package   string          // name of the Go package
	MCP       bool            // the Model Context Protocol: method table and jsonrpc types
	Revisions []RevisionInput // oldest first

	// Docs and Overrides are JSON texts; the file names go into the positions of errors. A nil
	// Docs asks for no doc of any type; an Overrides of nil changes nothing.
	Docs, Overrides         []byte
	DocsFile, OverridesFile string

	Types   []string // only these Go types and what they reach; nil for all
	Lenient bool     // open JSON instead of an error for what cannot be typed
}

// RevisionInput is one schema and the name of the revision that it describes.
type RevisionInput struct {
	Name string // "" for a single schema
	Doc  *jsonschema.Document
}

// Build makes the model. What it cannot honor is an error that joins the positions of up to
// maxErrors problems, each a *jsonschema.Error.
func Build(in Input) (*Model, error) {
	rows, err := parseOverrides(in.OverridesFile, in.Overrides, in.Revisions)
	if err != nil {
		return nil, err
	}
	if err := checkInput(in); err != nil {
		return nil, err
	}
	b := newBuilder(in, rows)
	b.collect()
	b.unify()
	b.declare()
	b.lowerAll()
	if in.MCP {
		b.methods()
	}
	b.finish()
	b.decorate()
	b.document()
	b.checkUsed()
	if err := b.problems.err(); err != nil {
		return nil, err
	}
	b.m.Notes = b.notes.sorted()
	return b.m, nil
}

func checkInput(in Input) error {
	if len(in.Revisions) == 0 {
		return inputError("", "there is no schema")
	}
	if len(in.Revisions) > 32 {
		return inputError(in.Revisions[32].Name, "more than 32 revisions")
	}
	seen := map[string]bool{}
	for _, r := range in.Revisions {
		if r.Doc == nil {
			return inputError(r.Name, "revision without a schema")
		}
		if seen[r.Name] {
			return inputError(r.Doc.File, "revision "+quote(r.Name)+" is given twice")
		}
		seen[r.Name] = true
	}
	return nil
}

func inputError(file, msg string) error {
	return &jsonschema.Error{Pos: jsonschema.Pos{File: file}, Msg: msg}
}

// Type returns the type with that Go name, or nil.
func (m *Model) Type(name string) *Type {
	for _, t := range m.Types {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// All is the set of all revisions of m.
func (m *Model) All() Revs { return 1<<len(m.Revisions) - 1 }

// RevisionNames returns the names of the revisions in r, oldest first.
func (m *Model) RevisionNames(r Revs) []string {
	var names []string
	for i, rev := range m.Revisions {
		if r.Has(i) {
			names = append(names, rev.Name)
		}
	}
	return names
}
