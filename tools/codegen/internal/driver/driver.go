// Package driver runs the stages of the generator: it loads the schemas, builds the model, prints the code, and
// writes it, or compares it with what is there.
package driver

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mcpwire/mcpwire/schema"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/emit"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// Schema is one input.
type Schema struct {
	Revision string // "" if there is only one
	File     string
}

// Config is what the command line says.
type Config struct {
	MCP             bool
	Schemas         []Schema
	Package         string
	Out             string
	Docs, Overrides string   // files; "" for none
	Refs            []string // files that $ref may lead to by their $id
	Types           []string
	EasyJSON, Tests bool
	Check, Lenient  bool
	Samples         int // instances of each type, with Tests
}

// Run generates. What is noteworthy but no error goes to log. Under Check it writes to out how the files differ, and
// fails if they do.
func Run(c Config, out, log io.Writer) error {
	files, notes, err := Generate(c)
	if err != nil {
		return err
	}
	for _, n := range notes {
		fmt.Fprintln(log, "codegen: stays open JSON:", n)
	}
	if c.Check {
		return compare(c.Out, files, out)
	}
	return write(c.Out, files)
}

// Generate returns the files by name, and notes on what has no type of its own.
func Generate(c Config) (map[string][]byte, []*jsonschema.Error, error) {
	in, err := input(c)
	if err != nil {
		return nil, nil, err
	}
	m, err := model.Build(in)
	if err != nil {
		return nil, nil, err
	}
	files, err := emit.Files(m, emit.Options{EasyJSON: c.EasyJSON, Tests: c.Tests, Source: source(c)})
	if err == nil && c.Tests {
		if lines := samples(m, in.Revisions, c.Samples); len(lines) > 0 {
			files[samplesFile] = lines
		}
	}
	return files, m.Notes, err
}

// source is what the header of the files names. It is the same on every machine.
func source(c Config) string {
	if c.MCP {
		return "the schemas of mcpwire"
	}
	s := ""
	for i, f := range c.Schemas {
		if i > 0 {
			s += ", "
		}
		s += filepath.Base(f.File)
	}
	return s
}

func input(c Config) (model.Input, error) {
	in := model.Input{Package: c.Package, MCP: c.MCP, Types: c.Types, Lenient: c.Lenient}
	if c.MCP {
		return mcpInput(in)
	}
	for _, s := range c.Schemas {
		doc, err := loadFile(s.File, c)
		if err != nil {
			return in, err
		}
		in.Revisions = append(in.Revisions, model.RevisionInput{Name: s.Revision, Doc: doc})
	}
	var err error
	if c.Docs != "" {
		in.DocsFile = c.Docs
		if in.Docs, err = os.ReadFile(c.Docs); err != nil {
			return in, fmt.Errorf("docs: %w", err)
		}
	}
	if c.Overrides != "" {
		in.OverridesFile = c.Overrides
		if in.Overrides, err = os.ReadFile(c.Overrides); err != nil {
			return in, fmt.Errorf("overrides: %w", err)
		}
	}
	return in, nil
}

func mcpInput(in model.Input) (model.Input, error) {
	in.DocsFile, in.Docs = "schema/docs.json", schema.Docs()
	in.OverridesFile, in.Overrides = "schema/overrides.json", schema.Overrides()
	for _, rev := range schema.Revisions() {
		text, err := schema.File(rev)
		if err != nil {
			return in, err
		}
		doc, err := jsonschema.Load("schema/"+rev+"/schema.json", text, jsonschema.Options{Lenient: in.Lenient})
		if err != nil {
			return in, err
		}
		in.Revisions = append(in.Revisions, model.RevisionInput{Name: rev, Doc: doc})
	}
	return in, nil
}

// loadFile reads a schema and the files that it refers to, which are looked for next to it and among c.Refs.
func loadFile(name string, c Config) (*jsonschema.Document, error) {
	l := jsonschema.NewLoader(jsonschema.Options{Lenient: c.Lenient, Read: os.ReadFile})
	for _, ref := range c.Refs {
		if err := l.Add(ref); err != nil {
			return nil, err
		}
	}
	return l.Load(name)
}
