package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"
)

// verdictTest is put next to the code of a schema. Each line of verdicts.txt is what happens to a document, and the document:
// the error, or ok if it comes out as it came in, or ok and what comes out.
const verdictTest = `

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
)

func verdict(t *testing.T, doc string) string {
	var x Doc
	if err := codec.Unmarshal([]byte(doc), &x); err != nil {
		return err.Error()
	}
	if err := x.Validate(); err != nil {
		return err.Error()
	}
	out, err := x.AppendJSON(nil)
	require.NoError(t, err)
	return "ok " + string(out)
}

func TestVerdicts(t *testing.T) {
	text, err := os.ReadFile("verdicts.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(text)) {
		want, doc, found := strings.Cut(strings.TrimSpace(line), " | ")
		require.True(t, found, line)
		got := verdict(t, doc)
		if want == "ok" {
			require.Regexp(t, "^ok ", got, doc)
			require.JSONEq(t, doc, strings.TrimPrefix(got, "ok "))
			continue
		}
		require.Equal(t, want, got, doc)
	}
}
`

// Documents are valid or not as the schema says, and where the generator knows less than the schema, as its docs say.
// A case is a txtar archive: schema.json, whose title is Doc, and verdicts, which verdictTest reads. The files
// of other names are what the schema refers to.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	dir := newModule(t)
	cases, err := filepath.Glob("testdata/verdicts/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, cases)
	for _, file := range cases {
		name := "c" + strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".txtar"), "-", "")
		out := filepath.Join(dir, name)
		ar, err := txtar.ParseFile(file)
		require.NoError(t, err)
		src := t.TempDir()
		for _, f := range ar.Files {
			require.NoError(t, os.WriteFile(filepath.Join(src, f.Name), f.Data, 0o600))
		}
		generate(t, "-schema", filepath.Join(src, "schema.json"), "-package", name, "-out", out)
		verdicts, err := os.ReadFile(filepath.Join(src, "verdicts"))
		require.NoError(t, err, file)
		require.NoError(t, os.WriteFile(filepath.Join(out, "verdicts.txt"), verdicts, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(out, "verdicts_test.go"), []byte("package "+name+verdictTest), 0o600))
	}
	try(t, dir)
}
