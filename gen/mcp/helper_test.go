package mcp_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// What helpers build is what the members of the types, set one by one, would be.
func TestQuestions(t *testing.T) {
	t.Parallel()
	form := &mcp.ElicitFormParams{Message: "Who?"}
	form.AddField("name", &mcp.StringSchema{Default: mcp.Some("Ann")}, true)
	form.AddField("adult", &mcp.BooleanSchema{}, false)
	sample := &mcp.CreateMessageParams{MaxTokens: 5}
	sample.AddText(mcp.RoleUser, "Hi")
	res := &mcp.InputRequiredResult{ResultType: mcp.Some("input_required")}
	res.Add("a", &mcp.ElicitRequest{Params: form})
	res.Add("b", &mcp.CreateMessageRequest{Params: *sample})
	for want, x := range map[string]codec.Appender{
		`{"message":"Who?","requestedSchema":{"type":"object","properties":{"name":{"type":"string","default":"Ann"},` +
			`"adult":{"type":"boolean"}},"required":["name"]}}`: form,
		`{"maxTokens":5,"messages":[{"role":"user","content":{"type":"text","text":"Hi"}}]}`: sample,
	} {
		got, err := x.AppendJSON(nil)
		require.NoError(t, err)
		require.JSONEq(t, want, string(got))
	}
	require.NoError(t, form.Validate(jsonrpc.Latest))
	require.NoError(t, res.Validate(jsonrpc.Latest))
	require.Equal(t, "Hi", sample.Messages[0].Content.Text())
	require.Equal(t, "b", res.InputRequests[1].Key)
}

// Rule A-33: a resource that there is not has another code since 2026-07-28; which one it was is in the data.
func TestResourceNotFound(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{ReadResource: mcp.Returning(func(_ context.Context, r *mcp.Request[mcp.ReadResourceParams]) (*mcp.ReadResourceResult, error) {
		return nil, mcp.ResourceNotFound(r.Params.URI)
	})}
	for _, rev := range revisions {
		code := "-32002"
		if rev.Modern() {
			code = "-32602"
		}
		got := answer(t, h, jsonrpc.Info{Revision: rev}, mcp.MethodReadResource, `{"uri":"a:\"b\""}`)
		require.JSONEq(t, `{"jsonrpc":"2.0","id":1,"error":{"code":`+code+`,"message":"resource not found","data":{"uri":"a:\"b\""}}}`, got)
	}
}

// SEP-1034: what a user leaves as it is has the value that the form proposes.
func TestDefaults(t *testing.T) {
	t.Parallel()
	form := new(mcp.ElicitFormParams)
	form.AddField("given", &mcp.StringSchema{Default: mcp.Some("no")}, false)
	form.AddField("none", &mcp.StringSchema{}, false)
	form.AddField("text", &mcp.StringSchema{Default: mcp.Some("")}, false)
	form.AddField("bool", &mcp.BooleanSchema{Default: mcp.Some(false)}, false)
	form.AddField("number", &mcp.NumberSchema{Type: mcp.NumberSchemaTypeInteger, Default: mcp.Some(30.0)}, false)
	form.AddField("old", &mcp.LegacyTitledEnumSchema{Enum: []string{"a"}, Default: mcp.Some("a")}, false)
	form.AddField("one", &mcp.UntitledSingleSelectEnumSchema{Enum: []string{"b"}, Default: mcp.Some("b")}, false)
	form.AddField("titled", &mcp.TitledSingleSelectEnumSchema{Default: mcp.Some("c")}, false)
	form.AddField("many", &mcp.UntitledMultiSelectEnumSchema{Default: []string{"d", "e"}}, false)
	form.AddField("all", &mcp.TitledMultiSelectEnumSchema{Default: []string{}}, false)
	form.AddField("later", &mcp.UnknownPrimitiveSchemaDefinition{}, false)
	out := &mcp.ElicitResult{Action: "accept", Content: []codec.Member[mcp.ElicitValue]{{Key: "given", Value: mcp.NewElicitValueString("yes")}}}
	out.AddDefaults(form)
	got, err := out.AppendJSON(nil)
	require.NoError(t, err)
	require.JSONEq(t, `{"action":"accept","content":{"given":"yes","text":"","bool":false,"number":30,"old":"a","one":"b","titled":"c","many":["d","e"],"all":[]}}`,
		string(got))
}
