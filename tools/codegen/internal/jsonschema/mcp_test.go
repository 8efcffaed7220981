package jsonschema_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/schema"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// The numbers of definitions guard against a $defs that is read in part.
func TestLoadMCP(t *testing.T) {
	definitions := map[string]int{"2024-11-05": 79, "2025-03-26": 83, "2025-06-18": 91, "2025-11-25": 145, "2026-07-28": 155}
	for _, revision := range schema.Revisions() {
		t.Run(revision, func(t *testing.T) {
			src, err := schema.File(revision)
			require.NoError(t, err)
			doc, err := jsonschema.Load(revision+".json", src, jsonschema.Options{})
			require.NoError(t, err)
			require.Len(t, doc.Defs, definitions[revision])
			for _, def := range doc.Defs {
				require.Same(t, def.Schema, doc.Def(def.Name))
				require.Equal(t, def.Name, def.Schema.DefName())
			}
			walk(doc.Root, doc.Defs, func(s *jsonschema.Schema) {
				require.Empty(t, s.Unknown)
				require.Empty(t, s.Hidden)
				require.Equal(t, s.Ref != "", s.Target != nil)
			})
		})
	}
}
