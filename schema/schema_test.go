package schema_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/schema"
	"github.com/mcpwire/mcpwire/schema/facts"
)

func TestEveryFolderIsARevision(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(schema.FS, "*/schema.json")
	require.NoError(t, err)
	var revisions []string
	for _, f := range files {
		revisions = append(revisions, strings.TrimSuffix(f, "/schema.json"))
	}
	require.Equal(t, schema.Revisions(), revisions)
	require.True(t, slices.IsSorted(schema.Revisions()), "oldest first")
}

func TestFileOfUnknownRevision(t *testing.T) {
	t.Parallel()
	for _, revision := range []string{"", "draft", "2025-01-01", "..", "2024-11-05/"} {
		_, err := schema.File(revision)
		require.ErrorContains(t, err, "unknown revision")
		require.ErrorContains(t, err, "2026-07-28")
	}
}

func TestBytesBelongToTheCaller(t *testing.T) {
	t.Parallel()
	for name, get := range map[string]func() []byte{
		"docs":      schema.Docs,
		"overrides": schema.Overrides,
		"file": func() []byte {
			b, err := schema.File("2024-11-05")
			require.NoError(t, err)
			return b
		},
	} {
		first := get()
		require.NotEmpty(t, first, name)
		want := string(first)
		clear(first)
		require.Equal(t, want, string(get()), name)
	}
}

// The table in README.md pins what the files say.
func TestSumsMatchReadme(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var got, want []string
	for _, row := range regexp.MustCompile("(?m)^\\| (\\d{4}-\\d\\d-\\d\\d) \\| `([0-9a-f]{64})` \\|$").FindAllStringSubmatch(string(readme), -1) {
		want = append(want, row[1]+" "+row[2])
	}
	for _, revision := range schema.Revisions() {
		b, err := schema.File(revision)
		require.NoError(t, err)
		sum, err := facts.Sum(b)
		require.NoError(t, err)
		got = append(got, revision+" "+sum)
	}
	require.Equal(t, want, got)
}

// knownKeywords is what the generator reads; a keyword outside it would be ignored or refused there.
const knownKeywords = `$schema $id $ref $defs definitions type properties required additionalProperties
patternProperties items prefixItems allOf anyOf oneOf const enum format default deprecated nullable
minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems
minProperties maxProperties uniqueItems pattern title description`

func TestKeywordsAreKnownToTheGenerator(t *testing.T) {
	t.Parallel()
	known := strings.Fields(knownKeywords)
	for _, revision := range schema.Revisions() {
		b, err := schema.File(revision)
		require.NoError(t, err)
		tree, err := facts.Parse(b)
		require.NoError(t, err)
		seen := 0
		facts.Walk(tree, func(pointer, keyword string, _ map[string]any) {
			seen++
			if !slices.Contains(known, keyword) {
				t.Errorf("%s: %s: the generator does not know the keyword %q", revision, pointer, keyword)
			}
		})
		require.Greater(t, seen, 500, "%s: the walk must reach the whole file", revision)
	}
}

// Prose is not ours to ship. Parse drops it, so this compares with the walk of the file as it is.
func TestFilesHoldNoProse(t *testing.T) {
	t.Parallel()
	for _, revision := range schema.Revisions() {
		b, err := schema.File(revision)
		require.NoError(t, err)
		tree := parseWithProse(t, b)
		facts.Walk(tree, func(pointer, keyword string, _ map[string]any) {
			if slices.Contains([]string{"description", "title", "$comment", "examples"}, keyword) {
				t.Errorf("%s: %s: prose", revision, pointer)
			}
		})
	}
}
