package facts_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/schema/facts"
)

func TestCanonical(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, src, want string }{
		{"keys are sorted, white space goes", "{ \"type\" : \"object\",\n \"$id\": \"x\" }", `{"$id":"x","type":"object"}`},
		{"prose goes", `{"description":"d","title":"t","$comment":"c","examples":[1],"type":"string"}`, `{"type":"string"}`},
		{
			"a property may have the name of a prose keyword",
			`{"properties":{"description":{"description":"d","type":"string"},"title":{"title":"t"},"properties":{"description":"d"}}}`,
			`{"properties":{"description":{"type":"string"},"properties":{},"title":{}}}`,
		},
		{"a definition too", `{"$defs":{"description":{"description":"d"}},"definitions":{"title":{"title":"d"}}}`, `{"$defs":{"description":{}},"definitions":{"title":{}}}`},
		{"data is left alone", `{"const":{"description":"d"},"enum":[{"title":"t"}],"default":{"description":"d"}}`, `{"const":{"description":"d"},"default":{"description":"d"},"enum":[{"title":"t"}]}`},
		{"every place of a schema is cleaned", `{"items":{"title":"t"},"additionalProperties":{"title":"t"},"anyOf":[{"title":"t"}],"patternProperties":{"^x":{"title":"t"}},"prefixItems":[{"title":"t"},true]}`, `{"additionalProperties":{},"anyOf":[{}],"items":{},"patternProperties":{"^x":{}},"prefixItems":[{},true]}`},
		{"items may be a list", `{"items":[{"title":"t"}]}`, `{"items":[{}]}`},
		{"a number keeps its text", `{"minimum":1.0,"maximum":1e3}`, `{"maximum":1e3,"minimum":1.0}`},
		{"no needless escapes", `{"const":"<\u0061&é/\/>"}`, `{"const":"<a&é//>"}`},
		{"a boolean schema", `true`, `true`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := facts.Canonical([]byte(tc.src))
			require.NoError(t, err)
			require.Equal(t, tc.want, string(got))
		})
	}
}

func TestCanonicalRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, src, want string }{
		{"nothing", ``, "unexpected EOF"},
		{"an open object", `{"type":`, "unexpected EOF"},
		{"an open array", `{"enum":[1`, "unexpected EOF"},
		{"two values", `{} {}`, "more after the first value"},
		{"a key twice", `{"type":"string","type":"object"}`, `key "type" twice in one object`},
		{"a key twice, one escaped", `{"type":"string","typ\u0065":"object"}`, `key "type" twice in one object`},
		{"no JSON", `{'a':1}`, "invalid character"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := facts.Canonical([]byte(tc.src))
			require.ErrorContains(t, err, tc.want)
			_, err = facts.Sum([]byte(tc.src))
			require.Error(t, err)
			_, err = facts.Diff([]byte(`{}`), []byte(tc.src))
			require.Error(t, err)
			_, err = facts.Diff([]byte(tc.src), []byte(`{}`))
			require.Error(t, err)
		})
	}
}

func TestSumIsOfTheFacts(t *testing.T) {
	t.Parallel()
	a, err := facts.Sum([]byte(`{"type":"object","description":"one"}`))
	require.NoError(t, err)
	b, err := facts.Sum([]byte("{\"description\":\"two\",\n\"type\":\"object\"}"))
	require.NoError(t, err)
	require.Equal(t, a, b)
	c, err := facts.Sum([]byte(`{"type":"string"}`))
	require.NoError(t, err)
	require.NotEqual(t, a, c)
	// printf '{}' | sha256sum
	empty, err := facts.Sum([]byte(` { } `))
	require.NoError(t, err)
	require.Equal(t, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", empty)
}

func TestDiff(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, a, b string
		want       []facts.Difference
	}{
		{"the same", `{"type":"object","required":["a"]}`, `{"required":["a"],"type":"object"}`, nil},
		{"only prose differs", `{"description":"x"}`, `{"title":"y","examples":[]}`, nil},
		{"a value", `{"minimum":0}`, `{"minimum":1}`, []facts.Difference{{Pointer: "/minimum", A: "0", B: "1"}}},
		{"numbers go by their text", `{"minimum":1}`, `{"minimum":1.0}`, []facts.Difference{{Pointer: "/minimum", A: "1", B: "1.0"}}},
		{"a large number", `{"maximum":9007199254740993}`, `{"maximum":9007199254740992}`, []facts.Difference{{Pointer: "/maximum", A: "9007199254740993", B: "9007199254740992"}}},
		{"a member missing", `{"a":1}`, `{}`, []facts.Difference{{Pointer: "/a", A: "1"}}},
		{"a member more", `{}`, `{"a":null}`, []facts.Difference{{Pointer: "/a", B: "null"}}},
		{"an element more", `{"required":["a"]}`, `{"required":["a","b"]}`, []facts.Difference{{Pointer: "/required/1", B: `"b"`}}},
		{"order counts in arrays", `{"enum":["a","b"]}`, `{"enum":["b","a"]}`, []facts.Difference{{Pointer: "/enum/0", A: `"a"`, B: `"b"`}, {Pointer: "/enum/1", A: `"b"`, B: `"a"`}}},
		{"another kind", `{"items":{}}`, `{"items":true}`, []facts.Difference{{Pointer: "/items", A: "{}", B: "true"}}},
		{"an array became an object", `{"items":[1]}`, `{"items":{"type":"null"}}`, []facts.Difference{{Pointer: "/items", A: "[1]", B: `{"type":"null"}`}}},
		{"a property named description", `{"properties":{"description":{"type":"string"}}}`, `{"properties":{}}`, []facts.Difference{{Pointer: "/properties/description", A: `{"type":"string"}`}}},
		{"names are escaped in pointers", `{"$defs":{"a/b~c":1}}`, `{"$defs":{"a/b~c":2}}`, []facts.Difference{{Pointer: "/$defs/a~1b~0c", A: "1", B: "2"}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := facts.Diff([]byte(tc.a), []byte(tc.b))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(tc.want, got))
		})
	}
}

func ExampleWalk() {
	tree, err := facts.Parse([]byte(`{"type":"object","properties":{"type":{"const":{"type":1}}}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	facts.Walk(tree, func(pointer, keyword string, _ map[string]any) {
		fmt.Println(keyword, "at", pointer)
	})
	// Output:
	// properties at /properties
	// const at /properties/type/const
	// type at /type
}
