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
