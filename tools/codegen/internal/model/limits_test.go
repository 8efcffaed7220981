package model_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/builds"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

// Small schemas that stand for something huge must be refused at once, or opened with Lenient.
func TestLimits(t *testing.T) {
	t.Parallel()
	builds.PlainOnly(t)
	list := func(n int, item func(i int) string) string {
		var items []string
		for i := range n {
			items = append(items, item(i))
		}
		return strings.Join(items, ",")
	}
	product := list(12, func(i int) string {
		return `{"anyOf": [` + list(12, func(j int) string {
			return fmt.Sprintf(`{"type": "object", "properties": {"p%d_%d": {"type": "string"}}, "required": ["p%d_%d"]}`, i, j, i, j)
		}) + `]}`
	})
	grow := func(name string) string {
		return fmt.Sprintf(`%q: {"type": "object", "properties": {%s}}`, name, list(8, func(i int) string {
			return fmt.Sprintf(`"m%d": {"allOf": [{"$ref": "#/$defs/%s"}, {"properties": {"n%d": {"type": "string"}}}]}`, i, name, i)
		}))
	}
	for _, tc := range []struct{ name, schema, want string }{
		{"a product of unions", `{"$defs": {"U": {"allOf": [` + product + `]}}}`, "alternatives"},
		{"two recursions at once", `{"$defs": {` + grow("A") + `,` + grow("B") + `, "C": {"allOf": [{"$ref": "#/$defs/A"}, {"$ref": "#/$defs/B"}]}}}`, "have no end"},
		{"one recursion that grows", `{"$defs": {` + grow("A") + `}}`, ""},
		{"nesting", `{"$defs": {"D": ` + strings.Repeat(`{"type": "object", "properties": {"a": `, 300) + `{}` + strings.Repeat(`}}`, 300) + `}}`, "nest deeper"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			in := model.Input{Package: "p", Revisions: []model.RevisionInput{{Doc: load(t, "a.json", []byte(tc.schema))}}}
			start := time.Now()
			_, err := model.Build(in)
			if tc.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tc.want)
			}
			in.Lenient = true
			_, err = model.Build(in)
			require.NoError(t, err)
			// It is seconds. What no limit stops is not done in years; the rest is for busy machines.
			require.Less(t, time.Since(start), 15*time.Minute)
		})
	}
}
