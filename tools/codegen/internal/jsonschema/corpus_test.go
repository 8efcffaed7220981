package jsonschema_test

import (
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"github.com/mcpwire/mcpwire/internal/golden"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// corpusCase is one txtar archive: a comment, the schema to load as the first file, files that
// it refers to, and in the negative corpus a file "want" with the exact text of the error.
//
// A file whose name ends in ".quoted" holds Go string literals, one a line, which are unquoted and joined,
// for bytes that an editor would not keep.
type corpusCase struct {
	name  string
	first string
	files map[string][]byte
}

func readCorpus(t testing.TB, dir string) []corpusCase {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	cases := make([]corpusCase, 0, len(paths))
	for _, p := range paths {
		archive, err := txtar.ParseFile(p)
		require.NoError(t, err)
		require.NotEmpty(t, archive.Comment, "%s does not say what it is about", p)
		require.NotEmpty(t, archive.Files, p)
		c := corpusCase{name: strings.TrimSuffix(filepath.Base(p), ".txtar"), files: make(map[string][]byte)}
		for _, f := range archive.Files {
			name, quoted := strings.CutSuffix(f.Name, ".quoted")
			if quoted {
				f.Data = unquote(t, f.Data)
			}
			if c.first == "" {
				c.first = name
			}
			c.files[name] = f.Data
		}
		cases = append(cases, c)
	}
	return cases
}

func unquote(t testing.TB, data []byte) []byte {
	t.Helper()
	var out []byte
	for line := range strings.Lines(string(data)) {
		s, err := strconv.Unquote(strings.TrimSpace(line))
		require.NoError(t, err, line)
		out = append(out, s...)
	}
	return out
}

func (c corpusCase) read(path string) ([]byte, error) {
	if b, ok := c.files[path]; ok {
		return b, nil
	}
	return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
}

func (c corpusCase) loader() *jsonschema.Loader {
	return jsonschema.NewLoader(jsonschema.Options{Read: c.read})
}

func TestPositive(t *testing.T) {
	for _, c := range readCorpus(t, "positive") {
		t.Run(c.name, func(t *testing.T) {
			loader := c.loader()
			doc, err := loader.Load(c.first)
			require.NoError(t, err)
			require.Same(t, doc, loader.Documents()[0])
			golden.Equal(t, filepath.Join("testdata", "positive", c.name+".golden"), dump(loader.Documents()))
		})
	}
}

func TestNegative(t *testing.T) {
	for _, c := range readCorpus(t, "negative") {
		t.Run(c.name, func(t *testing.T) {
			want, ok := c.files["want"]
			require.True(t, ok, "the archive has no file want")
			loader := c.loader()
			doc, err := loader.Load(c.first)
			require.Nil(t, doc)
			require.Error(t, err)
			require.Equal(t, strings.TrimSuffix(string(want), "\n"), err.Error())
			requirePositioned(t, err)

			_, again := loader.Load(c.first)
			require.Equal(t, err, again)
		})
	}
}

// requirePositioned checks that err is made of *Error values only, with positions.
func requirePositioned(t testing.TB, err error) {
	t.Helper()
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	require.LessOrEqual(t, len(list), 10)
	for _, e := range list {
		var at *jsonschema.Error
		require.ErrorAs(t, e, &at)
		pos := at.Pos
		require.Positive(t, pos.Line)
		require.Positive(t, pos.Column)
	}
}
