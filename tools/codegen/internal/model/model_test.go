package model_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mcpwire/mcpwire/internal/golden"
	"github.com/mcpwire/mcpwire/schema"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

func load(t testing.TB, file string, src []byte) *jsonschema.Document {
	t.Helper()
	doc, err := jsonschema.Load(file, src, jsonschema.Options{})
	require.NoError(t, err)
	return doc
}

// mcpInput is the input of the merged package, as the generator's main program makes it.
func mcpInput(t testing.TB) model.Input {
	t.Helper()
	in := model.Input{
		Package: "mcp", MCP: true,
		Overrides: schema.Overrides(), OverridesFile: "schema/overrides.json",
	}
	for _, rev := range schema.Revisions() {
		in.Revisions = append(in.Revisions, model.RevisionInput{Name: rev, Doc: official(t, rev)})
	}
	return in
}

func official(t testing.TB, rev string) *jsonschema.Document {
	t.Helper()
	src, err := schema.File(rev)
	require.NoError(t, err)
	return load(t, "schema/"+rev+"/schema.json", src)
}

func TestMerged(t *testing.T) {
	t.Parallel()
	m, err := model.Build(mcpInput(t))
	require.NoError(t, err)
	golden.Equal(t, "testdata/mcp.golden", m.Dump())
}

// Two runs must give the same text: nothing may depend on the order of maps.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	in := mcpInput(t)
	first, err := model.Build(in)
	require.NoError(t, err)
	for range 5 {
		again, err := model.Build(in)
		require.NoError(t, err)
		require.Equal(t, first.Dump(), again.Dump())
	}
}

func TestEachRevisionAlone(t *testing.T) {
	t.Parallel()
	for _, rev := range schema.Revisions() {
		t.Run(rev, func(t *testing.T) {
			t.Parallel()
			m, err := model.Build(model.Input{
				Package: "one", Lenient: true,
				Revisions: []model.RevisionInput{{Doc: official(t, rev)}},
			})
			require.NoError(t, err)
			golden.Equal(t, "testdata/"+rev+".golden", m.Dump())
		})
	}
}

// A case is a txtar archive: schema.json, or one NAME.json for each revision, with overrides.json and
// docs.json if it has them. Words before the first file are options. The golden file beside it holds
// the model, or the errors.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/cases/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			var got string
			m, err := model.Build(caseInput(t, file))
			if err != nil {
				got = err.Error() + "\n"
			} else {
				got = m.Dump()
			}
			golden.Equal(t, strings.TrimSuffix(file, ".txtar")+".golden", got)
		})
	}
}

func caseInput(t *testing.T, file string) model.Input {
	t.Helper()
	ar, err := txtar.ParseFile(file)
	require.NoError(t, err)
	in := model.Input{Package: "p"}
	for _, option := range strings.Fields(string(ar.Comment)) {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "lenient":
			in.Lenient = true
		case "types":
			in.Types = strings.Split(value, ",")
		default:
			require.Fail(t, "unknown option", option)
		}
	}
	for _, f := range ar.Files {
		switch f.Name {
		case "overrides.json":
			in.Overrides, in.OverridesFile = f.Data, f.Name
		case "docs.json":
			in.Docs, in.DocsFile = f.Data, f.Name
		default:
			name := strings.TrimSuffix(f.Name, ".json")
			if name == "schema" {
				name = ""
			}
			in.Revisions = append(in.Revisions, model.RevisionInput{Name: name, Doc: load(t, f.Name, f.Data)})
		}
	}
	return in
}
