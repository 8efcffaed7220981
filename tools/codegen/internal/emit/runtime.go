package emit

import (
	"embed"
	"fmt"
	"go/format"
	"path"
	"strings"
)

// static holds the part of the MCP package that does not depend on the schemas: plain Go, kept as text because it
// compiles only next to what is generated.
//
//go:embed static/*.go.txt
var static embed.FS

// testSuffix marks the static files that belong to the tests.
const testSuffix = "_test"

// runtime adds the static files of the package, or those of its tests.
func (g *gen) runtime(files map[string][]byte, tests bool) error {
	entries, err := static.ReadDir("static")
	if err != nil {
		return fmt.Errorf("static files: %w", err)
	}
	for _, e := range entries {
		name, isTest := strings.CutSuffix(strings.TrimSuffix(e.Name(), ".go.txt"), testSuffix)
		if isTest != tests {
			continue
		}
		text, err := static.ReadFile(path.Join("static", e.Name()))
		if err != nil {
			return fmt.Errorf("static files: %w", err)
		}
		_, rest, _ := strings.Cut(string(text), "package mcp\n")
		src, err := format.Source([]byte(g.header() + "\npackage " + g.m.Package + "\n" + rest))
		if err != nil {
			return fmt.Errorf("%s: %w", e.Name(), err)
		}
		name += "_gen"
		if isTest {
			name += testSuffix
		}
		files[name+".go"] = src
	}
	return nil
}
