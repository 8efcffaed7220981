package readme_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/builds"
	"github.com/mcpwire/mcpwire/internal/readme"
)

const root = "../.."

func TestBlocks(t *testing.T) {
	t.Parallel()
	blocks, err := readme.Blocks("x\n<!-- file: a/b.go; run: go run ./a && go vet; prints: json: bad at /x -->\n```go\npackage a\n```\n```sh\nls\n```\n<!-- file: c.json -->\n```json\n{}\n```\n")
	require.NoError(t, err)
	require.Equal(t, []readme.Block{
		{File: "a/b.go", Run: "go run ./a && go vet", Prints: "json: bad at /x", Text: "package a\n"},
		{File: "c.json", Text: "{}\n"},
	}, blocks)
	for _, bad := range []string{"<!-- file: a", "<!-- file: a -->", "<!-- file: a -->\n```go\npackage"} {
		_, err := readme.Blocks(bad)
		require.Error(t, err, bad)
	}
}

// TestReadme does what README.md and the pages in docs tell users to do, in a module of its own.
func TestReadme(t *testing.T) {
	t.Parallel()
	builds.PlainOnly(t) // the go commands know nothing of how this test was built
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	var blocks []readme.Block
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		list, err := readme.Blocks(string(text))
		require.NoError(t, err, page)
		blocks = append(blocks, list...)
	}
	dir := newModule(t)
	ran := 0
	for _, b := range blocks {
		name := filepath.Join(dir, filepath.FromSlash(b.File))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
		require.NoError(t, os.WriteFile(name, []byte(b.Text), 0o600))
	}
	for _, b := range blocks {
		if b.Run == "" {
			continue
		}
		ran++
		var out string
		for command := range strings.SplitSeq(b.Run, " && ") {
			out = run(t, dir, strings.Fields(command)...)
		}
		require.NotEmpty(t, b.Prints, b.File)
		require.Contains(t, out, b.Prints, b.File)
	}
	require.GreaterOrEqual(t, ran, 5, "the README shows three uses, the pages one each")
}

// TestQuotes sees that pages show code as it is.
func TestQuotes(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"<!-- from: a -->", "<!-- from: a -->\n```go\nx", "<!-- from: a\n -->\n```go\nx\n```\n"} {
		_, err := readme.Quotes(bad)
		require.Error(t, err, bad)
	}
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	quotes := 0
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		require.NoError(t, err)
		list, err := readme.Quotes(string(text))
		require.NoError(t, err, page)
		for _, q := range list {
			quotes++
			source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(q.File)))
			require.NoError(t, err)
			require.Contains(t, string(source), q.Text, page)
		}
	}
	require.Positive(t, quotes)
}

// newModule makes a user's module that depends on this checkout, with the same versions of other modules.
func newModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	abs, err := filepath.Abs(root)
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	mod = regexp.MustCompile(`(?m)^module .*$`).ReplaceAll(mod, []byte("module example.com/app"))
	mod = append(mod, "\nrequire github.com/mcpwire/mcpwire v0.0.0\n\nreplace github.com/mcpwire/mcpwire => "+filepath.ToSlash(abs)+"\n"...)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), mod, 0o600))
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600))
	return dir
}

// run runs a go command and returns what it printed.
func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	require.Equal(t, "go", args[0])
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	require.NoError(t, cmd.Run(), "%v\n%s", args, &out)
	return out.String()
}
