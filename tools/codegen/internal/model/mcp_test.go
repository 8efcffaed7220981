package model_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/schema"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
	"github.com/mcpwire/mcpwire/tools/codegen/internal/model"
)

func merged(t *testing.T) *model.Model {
	t.Helper()
	m, err := model.Build(mcpInput(t))
	require.NoError(t, err)
	return m
}

func TestMergedCounts(t *testing.T) {
	t.Parallel()
	m := merged(t)
	require.Len(t, m.Methods, 34)
	require.Len(t, m.Types, 151)
	notifications := 0
	for _, x := range m.Methods {
		require.NotNil(t, x.Params, x.Name)
		require.Equal(t, x.Notification, x.Result == nil, x.Name)
		require.Equal(t, x.Revs, x.RevsToServer|x.RevsToClient|x.Embedded, x.Name)
		if x.Notification {
			notifications++
		}
	}
	require.Equal(t, 12, notifications)
}

// Open JSON hides members from the type system, so every place that has it is listed here.
func TestMergedOpenMembers(t *testing.T) {
	t.Parallel()
	var got []string
	for _, typ := range merged(t).Types {
		for _, f := range typ.Fields {
			ref := f.Type
			for ref.Elem != nil {
				ref = ref.Elem
			}
			if ref.Kind == model.Raw && f.JSON != "_meta" {
				got = append(got, typ.Name+"."+f.JSON)
			}
		}
	}
	want := []string{
		"CallToolParams.arguments",
		"CallToolResult.structuredContent",
		"ClientCapabilities.experimental",
		"ClientCapabilities.extensions",
		"ClientCapabilitiesElicitation.form",
		"ClientCapabilitiesElicitation.url",
		"ClientCapabilitiesSampling.context",
		"ClientCapabilitiesSampling.tools",
		"ClientCapabilitiesTasks.cancel",
		"ClientCapabilitiesTasks.list",
		"ClientCapabilitiesTasksRequestsElicitation.create",
		"ClientCapabilitiesTasksRequestsSampling.createMessage",
		"CreateMessageParams.metadata",
		"LoggingMessageParams.data",
		"ServerCapabilities.completions",
		"ServerCapabilities.experimental",
		"ServerCapabilities.extensions",
		"ServerCapabilities.logging",
		"ServerCapabilitiesTasks.cancel",
		"ServerCapabilitiesTasks.list",
		"ServerCapabilitiesTasksRequestsTools.call",
		"Tool.inputSchema",
		"Tool.outputSchema",
		"ToolResultContent.structuredContent",
		"ToolUseContent.input",
	}
	slices.Sort(got)
	require.Empty(t, cmp.Diff(want, got))
}

// An open member without a row that says why is refused: the list above cannot grow unnoticed.
func TestMergedOpenMemberWithoutReason(t *testing.T) {
	t.Parallel()
	in := mcpInput(t)
	in.Overrides = []byte(`{"drop": [{"at": "Error", "reason": "it is jsonrpc.Error"}]}`)
	_, err := model.Build(in)
	require.ErrorContains(t, err, `is open JSON, and no row of the overrides says why`)
}

func TestMergedDocs(t *testing.T) {
	t.Parallel()
	in := mcpInput(t)
	in.Docs, in.DocsFile = schema.Docs(), "schema/docs.json"
	m, err := model.Build(in)
	require.NoError(t, err)
	for _, typ := range m.Types {
		require.NotEmpty(t, typ.Doc, typ.Name)
		for _, f := range typ.Fields {
			if f.Go != "" {
				require.NotEmpty(t, f.Doc, typ.Name+"."+f.JSON)
			}
		}
	}
}

func TestErrorsHavePositions(t *testing.T) {
	t.Parallel()
	in := mcpInput(t)
	in.Overrides = nil
	_, err := model.Build(in)
	var at *jsonschema.Error
	require.ErrorAs(t, err, &at)
	require.NotEmpty(t, at.Pos.File)
	require.Positive(t, at.Pos.Line)
	require.NotEmpty(t, at.Hint)
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	doc := load(t, "a.json", []byte(`{"$defs": {"A": {"type": "string"}}}`))
	for _, tc := range []struct {
		name string
		revs []model.RevisionInput
		want string
	}{
		{"no schema", nil, "there is no schema"},
		{"no document", []model.RevisionInput{{Name: "v1"}}, "revision without a schema"},
		{"twice", []model.RevisionInput{{Name: "v1", Doc: doc}, {Name: "v1", Doc: doc}}, `revision "v1" is given twice`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := model.Build(model.Input{Package: "p", Revisions: tc.revs})
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestModelLookups(t *testing.T) {
	t.Parallel()
	m := merged(t)
	require.Equal(t, "Tool", m.Type("Tool").Name)
	require.Nil(t, m.Type("tool"))
	require.Equal(t, schema.Revisions(), m.RevisionNames(m.All()))
	require.Equal(t, []string{"2025-11-25"}, m.RevisionNames(m.Type("Task").Revs))
}
