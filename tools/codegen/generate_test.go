package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/builds"
	"github.com/mcpwire/mcpwire/schema"
)

const root = "../.."

// newModule makes a module that depends on this checkout, with the same versions of other modules.
func newModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	abs, err := filepath.Abs(root)
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	mod = regexp.MustCompile(`(?m)^module .*$`).ReplaceAll(mod, []byte("module example.com/generated"))
	mod = append(mod, "\nrequire github.com/mcpwire/mcpwire v0.0.0\n\nreplace github.com/mcpwire/mcpwire => "+filepath.ToSlash(abs)+"\n"...)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), mod, 0o600))
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600))
	return dir
}

// goTool runs a go command in dir, which must succeed.
func goTool(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "go %s\n%.6000s", strings.Join(args, " "), out)
}

// try vets and tests what was generated. Neither tags nor the race detector get through to the go command: with these, it would do again what it does without.
func try(t *testing.T, dir string) {
	t.Helper()
	if builds.Plain {
		goTool(t, dir, "vet", "./...")
	}
	if builds.Plain || runtime.GOARCH == "386" {
		goTool(t, dir, "test", "./...")
	}
}

// generate runs the generator, which must succeed, and returns what it wrote to stderr.
func generate(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	require.Zero(t, run(args, &out, &errs), "%v\n%s%s", args, &out, &errs)
	return errs.String()
}

// Each revision's schema alone, and all of them as the package mcp: instances made straight from the schemas pass through
// the generated code unchanged, and come out as encoding/json sees them.
func TestOfficialSchemas(t *testing.T) {
	t.Parallel()
	dir := newModule(t)
	common := []string{"-tests", "-samples", samplesPerType, "-easyjson"}
	for _, rev := range schema.Revisions() {
		name := "rev" + strings.ReplaceAll(rev, "-", "")
		generate(t, append(common, "-schema", filepath.Join(root, "schema", rev, "schema.json"), "-package", name, "-out", filepath.Join(dir, name))...)
	}
	generate(t, append(common, "-mcp", "-out", filepath.Join(dir, "mcp"))...)
	merged := []string{"-package", "merged", "-out", filepath.Join(dir, "merged")}
	for _, rev := range schema.Revisions() {
		merged = append(merged, "-schema", rev+"="+filepath.Join(root, "schema", rev, "schema.json"))
	}
	generate(t, merged...)
	try(t, dir)
}

// Generated twice, the files are the same; changed, missing and left-over ones are found.
func TestCheck(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := []string{"-schema", "testdata/wild/todo.json", "-package", "todo", "-out", dir}
	generate(t, args...)
	check := func() (int, string, string) {
		var out, errs bytes.Buffer
		status := run(append(args, "-check"), &out, &errs)
		return status, out.String(), errs.String()
	}
	status, out, errs := check()
	require.Zero(t, status, out+errs)

	types := filepath.Join(dir, "types_gen.go")
	text, err := os.ReadFile(types)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(types, bytes.Replace(text, []byte("Title"), []byte("Tutle"), 1), 0o600))
	status, out, errs = check()
	require.Equal(t, 1, status)
	require.Contains(t, out, "+++ "+filepath.ToSlash(types)+" (generated)")
	require.Contains(t, out, "Tutle")
	require.Contains(t, errs, "1 files in")

	require.NoError(t, os.Remove(types))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "old_gen.go"), text, 0o600))
	status, out, _ = check()
	require.Equal(t, 1, status)
	require.Contains(t, out, "missing "+filepath.ToSlash(types))
	require.Contains(t, out, "left over "+filepath.ToSlash(filepath.Join(dir, "old_gen.go")))

	generate(t, args...)
	status, out, errs = check()
	require.Zero(t, status, out+errs)
	require.NoFileExists(t, filepath.Join(dir, "old_gen.go"))
}

// Schemas of the kind that is found in the wild generate code that vets, or are refused with their position.
func TestWildSchemas(t *testing.T) {
	t.Parallel()
	dir := newModule(t)
	files, err := filepath.Glob("testdata/wild/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	generated := 0
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		var out, errs bytes.Buffer
		args := []string{"-schema", file, "-package", name, "-out", filepath.Join(dir, name), "-easyjson", "-tests", "-samples", samplesPerType}
		if run(args, &out, &errs) == 0 {
			generated++
			continue
		}
		require.Regexp(t, `(?m)^codegen: `+regexp.QuoteMeta(file)+`:\d+:\d+: `, errs.String(), name)
		generate(t, append(args, "-lenient")...)
	}
	require.Greater(t, generated, 1)
	try(t, dir)
}

func TestCommandLine(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"":                                      "-out is missing",
		"-out x":                                "-schema or -mcp is missing",
		"-out x -mcp -schema y":                 "-mcp has its own schemas",
		"-out x -mcp -docs y":                   "-mcp has its own docs",
		"-out x -mcp -ref y":                    "does not go with -docs, -overrides or -ref",
		"-out x -schema y":                      "-package is missing",
		"-out x -schema y -package 1a":          "not a Go package name",
		"-out x -schema y -schema z -package p": "need a name each",
		"-out x -schema =y -package p":          "want FILE or REV=FILE",
		"-out x -schema y -package p extra":     "unexpected argument",
		"-nonsense":                             "flag provided but not defined",
	} {
		var out, errs bytes.Buffer
		require.Equal(t, 2, run(strings.Fields(args), &out, &errs), args)
		require.Contains(t, errs.String(), want, args)
	}
	var out, errs bytes.Buffer
	require.Zero(t, run([]string{"-h"}, &out, &errs))
	require.Contains(t, errs.String(), "-lenient")
	require.Equal(t, 1, run([]string{"-schema", "testdata/none.json", "-package", "p", "-out", t.TempDir()}, &out, &errs))
	require.Contains(t, errs.String(), "none.json")
}
