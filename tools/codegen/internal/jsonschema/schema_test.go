package jsonschema_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

func ExampleLoad() {
	src := []byte(`{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$defs": {
    "Tool": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
  }
}`)
	doc, err := jsonschema.Load("tool.json", src, jsonschema.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	tool := doc.Def("Tool")
	fmt.Println(tool.Pos, tool.Types, tool.Requires("name"), tool.Property("name").Types)

	_, err = jsonschema.Load("bad.json", []byte(`{"type": "int"}`), jsonschema.Options{})
	fmt.Println(err)
	// Output:
	// tool.json:4:13 [object] true [string]
	// bad.json:1:10: /type: unknown type "int" (types are string, number, integer, boolean, object, array, null)
}

// Every known keyword is handled: it never comes out as unknown, whatever its value, and as long as
// its version has it.
func TestKnownKeywords(t *testing.T) {
	known := jsonschema.KnownKeywords()
	require.True(t, slices.IsSorted(known))
	require.Len(t, slices.Compact(slices.Clone(known)), len(known))
	for _, name := range []string{"$ref", "patternProperties", "prefixItems", "tsType", "examples", "nullable"} {
		require.Contains(t, known, name)
	}
	for _, name := range []string{"not", "if", "contains", "dependentRequired", "x-vendor"} {
		require.NotContains(t, known, name)
	}
	for _, name := range known {
		for _, value := range []string{`true`, `1`, `"a"`, `[]`, `[{}]`, `{}`, `null`} {
			doc, err := jsonschema.Load("k.json", fmt.Appendf(nil, "{%q: %s}", name, value), jsonschema.Options{})
			if err != nil {
				requirePositioned(t, err)
				continue
			}
			require.Empty(t, doc.Root.Unknown, "%s: %s", name, value)
			require.True(t, doc.Root.Has(name))
		}
	}
}

func TestSchemaMethods(t *testing.T) {
	doc, err := jsonschema.Load("m.json", []byte(`{
  "type": ["object", "null"],
  "required": ["a"],
  "properties": {"a": {"$ref": "#/$defs/B"}, "never": false},
  "$defs": {"B": {"$ref": "#/$defs/a~1b", "title": "B"}, "a/b": {"type": "string"}}
}`), jsonschema.Options{})
	require.NoError(t, err)
	root := doc.Root
	require.True(t, root.HasType("null"))
	require.False(t, root.HasType("string"))
	require.True(t, root.Requires("a"))
	require.False(t, root.Requires("never"))
	require.Nil(t, root.Property("b"))
	require.True(t, root.Property("never").IsNever())
	require.False(t, root.Property("never").IsAny())
	require.False(t, root.IsNever())

	a := root.Property("a")
	require.Same(t, doc.Def("B"), a.Target)
	require.Same(t, doc.Def("a/b"), a.Deref())
	require.Same(t, root, root.Deref())
	require.Nil(t, doc.Def("C"))
	require.Equal(t, "a/b", a.Deref().DefName())
	require.Empty(t, a.DefName())
	require.Empty(t, root.DefName())

	require.True(t, a.Has("$ref"))
	require.False(t, a.Has("title"))
	require.Equal(t, jsonschema.Pos{File: "m.json", Line: 4, Column: 24, Pointer: "/properties/a/$ref"}, a.KeywordPos("$ref"))
	require.Equal(t, a.Pos, a.KeywordPos("title"))
}

// The text of an error is what users and scripts see.
func TestErrorText(t *testing.T) {
	err := &jsonschema.Error{Pos: jsonschema.Pos{File: "a.json", Line: 2, Column: 3, Pointer: "/type"}, Msg: "what"}
	require.EqualError(t, err, "a.json:2:3: /type: what")
	err.Hint = "do this"
	require.EqualError(t, err, "a.json:2:3: /type: what (do this)")
	err.Pos.Pointer = ""
	require.EqualError(t, err, "a.json:2:3: #: what (do this)")
}
