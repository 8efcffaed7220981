package main

import (
	"errors"
	"flag"
	"fmt"
	"go/token"
	"io"
	"strings"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/driver"
)

const usage = `usage: codegen -mcp -out DIR
       codegen -schema FILE [-schema REV=FILE ...] -package NAME -out DIR [flags]

Several schemas are revisions of one protocol, oldest first: their types are merged, and REV names them.

flags:
`

// schemas collects -schema flags.
type schemas []driver.Schema

func (s *schemas) String() string { return "" }

func (s *schemas) Set(v string) error {
	rev, file, ok := strings.Cut(v, "=")
	if !ok {
		rev, file = "", v
	}
	if file == "" || ok && rev == "" {
		return errors.New("want FILE or REV=FILE")
	}
	*s = append(*s, driver.Schema{Revision: rev, File: file})
	return nil
}

// list collects a flag that may be repeated.
type list []string

func (l *list) String() string { return "" }

func (l *list) Set(v string) error {
	*l = append(*l, v)
	return nil
}

// parse reads the command line. It prints the usage itself if asked to.
func parse(args []string, stderr io.Writer) (driver.Config, error) {
	var c driver.Config
	var files schemas
	var types string
	fs := flag.NewFlagSet("codegen", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.BoolVar(&c.MCP, "mcp", false, "generate the Model Context Protocol package from the embedded schemas")
	fs.Var(&files, "schema", "a JSON Schema `[REV=]FILE`; may be repeated")
	fs.Var((*list)(&c.Refs), "ref", "a `file` that $ref may lead to by its $id, as nothing is fetched from the network; may be repeated")
	fs.StringVar(&c.Package, "package", "", "`name` of the Go package; with -mcp it is mcp unless given")
	fs.StringVar(&c.Out, "out", "", "`directory` to write to; it is made if need be")
	fs.StringVar(&c.Docs, "docs", "", "`file` of docs, a JSON object from Type or Type.field to a sentence")
	fs.StringVar(&c.Overrides, "overrides", "", "`file` of overrides, in the form of mcpwire's schema/overrides.json")
	fs.StringVar(&types, "types", "", "comma-separated Go `names`: only these types and what they need")
	fs.BoolVar(&c.EasyJSON, "easyjson", false, "also MarshalEasyJSON and UnmarshalEasyJSON, for mailru/easyjson")
	fs.BoolVar(&c.Tests, "tests", false, "also a test that compares each type with encoding/json on sampled values")
	fs.IntVar(&c.Samples, "samples", 20, "how many sampled values of each type, with -tests: a `number`")
	fs.BoolVar(&c.Check, "check", false, "write nothing; fail with a diff if the files in the directory are not up to date")
	fs.BoolVar(&c.Lenient, "lenient", false, "open JSON (codec.Raw) instead of an error for what has no Go type")
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			fs.SetOutput(stderr)
			fmt.Fprint(stderr, usage)
			fs.PrintDefaults()
		}
		return c, err
	}
	if types != "" {
		c.Types = strings.Split(types, ",")
	}
	c.Schemas = files
	return c, check(&c, fs.Args())
}

func check(c *driver.Config, rest []string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("unexpected argument %q", rest[0])
	case c.Out == "":
		return errors.New("-out is missing")
	case c.MCP && len(c.Schemas) > 0:
		return errors.New("-mcp has its own schemas: it does not go with -schema")
	case c.MCP && (c.Docs != "" || c.Overrides != "" || len(c.Refs) > 0):
		return errors.New("-mcp has its own docs and overrides, and refers to no files: it does not go with -docs, -overrides or -ref")
	case !c.MCP && len(c.Schemas) == 0:
		return errors.New("-schema or -mcp is missing")
	case !c.MCP && c.Package == "":
		return errors.New("-package is missing")
	}
	if c.MCP {
		c.EasyJSON = true
		if c.Package == "" {
			c.Package = "mcp"
		}
	}
	if !token.IsIdentifier(c.Package) || c.Package == "_" {
		return fmt.Errorf("-package: %q is not a Go package name", c.Package)
	}
	if len(c.Schemas) > 1 {
		for _, s := range c.Schemas {
			if s.Revision == "" {
				return fmt.Errorf("-schema %s: several schemas need a name each, as in v1=%s", s.File, s.File)
			}
		}
	}
	return nil
}
