package interop

import (
	"context"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// ask needs three things of the client, one after the other.
func ask(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	question := &mcp.ElicitFormParams{Message: "Your name?"}
	question.RequestedSchema.Properties = []codec.Member[mcp.PrimitiveSchemaDefinition]{{Key: "name", Value: &mcp.StringSchema{}}}
	answer, err := r.Elicit(ctx, "name", question)
	if err != nil {
		return err
	}
	sample, err := r.CreateMessage(ctx, "text", &mcp.CreateMessageParams{MaxTokens: 10, Messages: []mcp.SamplingMessage{{
		Role: "user", Content: mcp.ContentList{Single: true, List: []mcp.SamplingContent{&mcp.TextContent{Text: "Say something."}}},
	}}})
	if err != nil {
		return err
	}
	roots, err := r.ListRoots(ctx, "roots")
	if err != nil {
		return err
	}
	if len(answer.Content) == 0 || len(sample.Content.List) == 0 || len(roots.Roots) == 0 {
		out.SetError("not all was answered")
		return nil
	}
	name, _ := answer.Content[0].Value.AsString() // "" for something else
	said := ""
	if text, ok := sample.Content.List[0].(*mcp.TextContent); ok {
		said = text.Text
	}
	out.AddText(name + " said " + said + " in " + roots.Roots[0].Name.Or("?"))
	return nil
}
