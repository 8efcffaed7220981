package jsonschema_test

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// FuzzLoad checks that any input is read or refused with positions, that what is not JSON for encoding/json is
// refused, and that what was read keeps the promises later stages build on.
func FuzzLoad(f *testing.F) {
	for _, dir := range []string{"positive", "negative"} {
		for _, c := range readCorpus(f, dir) {
			f.Add(c.files[c.first])
		}
	}
	for _, p := range patterns {
		src, err := json.Marshal(map[string]string{"pattern": p.pattern})
		require.NoError(f, err)
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		doc, err := jsonschema.Load("fuzz.json", src, jsonschema.Options{Read: func(string) ([]byte, error) { return src, nil }})
		if err != nil {
			require.Nil(t, doc)
			requirePositioned(t, err)
			return
		}
		require.True(t, json.Valid(src))
		require.True(t, utf8.Valid(src))
		walk(doc.Root, doc.Defs, func(s *jsonschema.Schema) { checkPromises(t, s) })

		again, err := jsonschema.Load("fuzz.json", src, jsonschema.Options{Lenient: true, Read: func(string) ([]byte, error) { return src, nil }})
		require.NoError(t, err)
		require.Equal(t, dump([]*jsonschema.Document{doc}), dump([]*jsonschema.Document{again}))
	})
}

// checkPromises fails if a schema breaks what its documentation says.
func checkPromises(t *testing.T, s *jsonschema.Schema) {
	t.Helper()
	require.Positive(t, s.Pos.Line)
	require.Equal(t, s.Ref != "" || s.Has("$ref"), s.Target != nil)
	require.Nil(t, s.Deref().Target)
	for _, v := range append(s.Enum, deref(s.Const), deref(s.Default)) {
		require.True(t, v.Raw == "" || json.Valid([]byte(v.Raw)), v.Raw)
	}
	if s.Bool != nil {
		require.Equal(t, *s.Bool, s.IsAny())
	}
}

func deref(v *jsonschema.Value) jsonschema.Value {
	if v == nil {
		return jsonschema.Value{}
	}
	return *v
}
