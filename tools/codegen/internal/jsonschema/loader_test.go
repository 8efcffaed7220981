package jsonschema_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

func TestLoaderReadsEachFileOnce(t *testing.T) {
	files := map[string]string{
		"a.json":     `{"properties": {"x": {"$ref": "sub/b.json#/$defs/B"}, "y": {"$ref": "./sub/../sub/b.json"}}}`,
		"sub/b.json": `{"$defs": {"B": {"$ref": "../a.json#/properties/y"}}}`,
	}
	reads := make(map[string]int)
	loader := jsonschema.NewLoader(jsonschema.Options{Read: func(path string) ([]byte, error) {
		reads[path]++
		return []byte(files[path]), nil
	}})
	a, err := loader.Load("a.json")
	require.NoError(t, err)
	b, err := loader.Load("./sub/b.json")
	require.NoError(t, err)
	again, err := loader.LoadBytes("a.json", []byte("not looked at"))
	require.NoError(t, err)
	require.Same(t, a, again)
	require.Equal(t, map[string]int{"a.json": 1, "sub/b.json": 1}, reads)
	require.Equal(t, []*jsonschema.Document{a, b}, loader.Documents())
	require.Same(t, b.Root, a.Root.Property("x").Deref())
	require.Same(t, b.Def("B"), a.Root.Property("x").Target)
}

func TestLoaderFromFS(t *testing.T) {
	fsys := fstest.MapFS{
		"s/a.json": {Data: []byte(`{"$ref": "b.json"}`)},
		"s/b.json": {Data: []byte(`{"type": "string"}`)},
	}
	doc, err := jsonschema.NewLoader(jsonschema.Options{Read: jsonschema.FromFS(fsys)}).Load("s/a.json")
	require.NoError(t, err)
	require.Equal(t, []string{"string"}, doc.Root.Deref().Types)
	require.Equal(t, "s/b.json", doc.Root.Target.Pos.File)
}

func TestLoaderFromDisk(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "b.json"), []byte(`{"type": "null"}`), 0o600))
	doc, err := jsonschema.Load(filepath.Join(dir, "a.json"), []byte(`{"$ref": "b.json"}`), jsonschema.Options{Read: os.ReadFile})
	require.NoError(t, err)
	require.True(t, doc.Root.Deref().HasType("null"))
}

// Files that were added are found by their $id, whatever the order in which they refer to each other.
func TestLoaderAdd(t *testing.T) {
	files := fstest.MapFS{
		"main.json": {Data: []byte(`{"$ref": "https://example.com/a"}`)},
		"a.json":    {Data: []byte(`{"$id": "https://example.com/a", "items": {"$ref": "https://example.com/b#/$defs/x"}}`)},
		"b.json":    {Data: []byte(`{"$id": "https://example.com/b", "$defs": {"x": {"items": {"$ref": "a"}}}}`)},
		"bad.json":  {Data: []byte(`{"$ref": "https://example.com/none"}`)},
	}
	load := func(first string, refs ...string) (*jsonschema.Document, error) {
		loader := jsonschema.NewLoader(jsonschema.Options{Read: jsonschema.FromFS(files)})
		for _, ref := range refs {
			if err := loader.Add(ref); err != nil {
				return nil, err
			}
		}
		return loader.Load(first)
	}
	for _, refs := range [][]string{{"a.json", "b.json"}, {"b.json", "a.json"}, {"a.json", "a.json", "b.json", "main.json"}} {
		doc, err := load("main.json", refs...)
		require.NoError(t, err, refs)
		require.Equal(t, "a.json", doc.Root.Target.Pos.File)
	}
	_, err := load("main.json", "none.json")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = load("main.json", "a.json")
	require.ErrorContains(t, err, `a.json:1:52: /items/$ref: $ref "https://example.com/b#/$defs/x" leads to a document that is not loaded`)
	_, err = load("bad.json", "bad.json")
	require.ErrorContains(t, err, "bad.json:1:10: /$ref: ", "a file that was added and is loaded then is looked at like any other")
}

// A document loaded first lends its $id to the next.
func TestLoaderFindsIDs(t *testing.T) {
	loader := jsonschema.NewLoader(jsonschema.Options{})
	tool, err := loader.LoadBytes("tool.json", []byte(`{"$id": "https://example.com/tool.json", "$defs": {"Name": {"type": "string"}}}`))
	require.NoError(t, err)
	doc, err := loader.LoadBytes("doc.json", []byte(`{"$ref": "https://example.com/tool.json#/$defs/Name"}`))
	require.NoError(t, err)
	require.Same(t, tool.Def("Name"), doc.Root.Target)
}

func TestLoaderWithoutFiles(t *testing.T) {
	_, err := jsonschema.Load("a.json", []byte(`{"$ref": "b.json"}`), jsonschema.Options{})
	require.EqualError(t, err, `a.json:1:10: /$ref: $ref "b.json" leads to a file that cannot be read: `+
		`the loader has no access to files (copy the schema into this document)`)
	_, err = jsonschema.NewLoader(jsonschema.Options{}).Load("a.json")
	require.EqualError(t, err, "a.json:1:1: #: the file cannot be read: the loader has no access to files")
}

func TestLoaderErrorsWrapTheirCause(t *testing.T) {
	opts := jsonschema.Options{Read: jsonschema.FromFS(fstest.MapFS{})}
	_, err := jsonschema.NewLoader(opts).Load("a.json")
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = jsonschema.Load("a.json", []byte(`{"$ref": "b.json"}`), opts)
	require.ErrorIs(t, err, fs.ErrNotExist)
	var positioned *jsonschema.Error
	require.ErrorAs(t, err, &positioned)
	require.Equal(t, jsonschema.Pos{File: "a.json", Line: 1, Column: 10, Pointer: "/$ref"}, positioned.Pos)
}

// A loader must not hand out a part of what failed.
func TestLoaderStaysFailed(t *testing.T) {
	loader := jsonschema.NewLoader(jsonschema.Options{})
	_, first := loader.LoadBytes("a.json", []byte(`{"type": 1}`))
	require.Error(t, first)
	for _, name := range []string{"a.json", "b.json"} {
		doc, err := loader.LoadBytes(name, []byte(`{}`))
		require.Nil(t, doc)
		require.Equal(t, first, err)
	}
}

func TestLoadLenient(t *testing.T) {
	doc, err := jsonschema.Load("a.json", []byte(`{"$schema": "https://example.com/own", "$defs": {"a": {"$schema": "https://example.com/other"}}}`),
		jsonschema.Options{Lenient: true})
	require.NoError(t, err)
	require.Equal(t, "https://example.com/own", doc.Dialect)
	require.Equal(t, jsonschema.DraftUnknown, doc.Draft)
}
