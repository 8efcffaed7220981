package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/schema"
)

// officialDir writes the embedded files into a new folder as if they were the official ones, each
// changed by edit.
func officialDir(t *testing.T, edit func(t *testing.T, revision, text string) string) string {
	t.Helper()
	dir := t.TempDir()
	for _, revision := range schema.Revisions() {
		b, err := schema.File(revision)
		require.NoError(t, err)
		text := edit(t, revision, string(b))
		if text == "" {
			continue
		}
		require.NoError(t, os.Mkdir(filepath.Join(dir, revision), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, revision, "schema.json"), []byte(text), 0o644))
	}
	return dir
}

// replaceOnce keeps the whole text out of the failure message.
func replaceOnce(t *testing.T, text, old, replacement string) string {
	t.Helper()
	if !strings.Contains(text, old) {
		t.Fatalf("nothing to replace: %s", old)
	}
	return strings.Replace(text, old, replacement, 1)
}

func TestRun(t *testing.T) {
	t.Parallel()
	const noDifference = "2024-11-05: no difference\n2025-03-26: no difference\n2025-06-18: no difference\n" +
		"2025-11-25: no difference\n2026-07-28: no difference\n"
	for _, tc := range []struct {
		name           string
		edit           func(t *testing.T, revision, text string) string
		status         int
		stdout, stderr string
	}{
		{
			name:   "the same files",
			edit:   func(_ *testing.T, _, text string) string { return text },
			stdout: noDifference,
		},
		{
			name: "prose and white space do not count",
			edit: func(_ *testing.T, _, text string) string {
				text = strings.ReplaceAll(text, `"type": "string"`, `"description": "words", "type": "string"`)
				return strings.ReplaceAll(text, "\n", " ")
			},
			stdout: noDifference,
		},
		{
			name: "a changed value and a missing member",
			edit: func(t *testing.T, revision, text string) string {
				if revision != "2025-06-18" {
					return text
				}
				text = replaceOnce(t, text, `"maximum": 1`, `"maximum": 1.0`)
				return replaceOnce(t, text, `"$schema": "http://json-schema.org/draft-07/schema#",`, ``)
			},
			status: different,
			stdout: replaceOnce(t, noDifference, "2025-06-18: no difference\n",
				"2025-06-18: /$schema: embedded \"http://json-schema.org/draft-07/schema#\", official absent\n"+
					"2025-06-18: /definitions/Annotations/properties/priority/maximum: embedded 1, official 1.0\n"),
		},
		{
			name: "a missing file beside a difference",
			edit: func(t *testing.T, revision, text string) string {
				switch revision {
				case "2024-11-05":
					return ""
				case "2025-03-26":
					return replaceOnce(t, text, `{`, `{"$id":"x",`)
				}
				return text
			},
			status: failed,
			stdout: replaceOnce(t, replaceOnce(t, noDifference, "2024-11-05: no difference\n", ""),
				"2025-03-26: no difference", `2025-03-26: /$id: embedded absent, official "x"`),
			stderr: "schemadiff: 2024-11-05: open 2024-11-05/schema.json: no such file",
		},
		{
			name: "a broken file",
			edit: func(_ *testing.T, revision, text string) string {
				if revision == "2026-07-28" {
					return text[:100]
				}
				return text
			},
			status: failed,
			stdout: replaceOnce(t, noDifference, "2026-07-28: no difference\n", ""),
			stderr: "schemadiff: 2026-07-28: schema document: unexpected EOF",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var stdout, stderr bytes.Buffer
			status := run([]string{officialDir(t, tc.edit)}, &stdout, &stderr)
			require.Equal(t, tc.status, status, stderr.String())
			require.Equal(t, tc.stdout, stdout.String())
			if tc.stderr == "" {
				require.Empty(t, stderr.String())
			} else {
				require.Contains(t, stderr.String(), tc.stderr)
			}
		})
	}
}

func TestRunUsage(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {""}, {"-h"}, {"a", "b"}} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, failed, run(args, &stdout, &stderr))
		require.Contains(t, stderr.String(), "usage: schemadiff DIR")
		require.Empty(t, stdout.String())
	}
}
