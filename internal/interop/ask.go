package interop

import (
	"context"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// answers are what a client has answered to the three questions of the tool ask.
type answers struct {
	name  *mcp.ElicitResult
	text  *mcp.CreateMessageResult
	roots *mcp.ListRootsResult
}

// ask needs three things of the client: by calls in sessions, by what it requires in later revisions.
func ask(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	question := &mcp.ElicitFormParams{Message: "Your name?"}
	question.RequestedSchema.Properties = []codec.Member[mcp.PrimitiveSchemaDefinition]{{Key: "name", Value: &mcp.StringSchema{}}}
	wish := &mcp.CreateMessageParams{MaxTokens: 10, Messages: []mcp.SamplingMessage{{
		Role: "user", Content: mcp.ContentList{Single: true, List: []mcp.SamplingContent{&mcp.TextContent{Text: "Say something."}}},
	}}}
	var got answers
	var err error
	switch {
	case r.Info.CanCall:
		got, err = askByCalls(ctx, r, question, wish)
	case len(r.Params.InputResponses) == 0:
		return r.RequireInput(&mcp.InputRequiredResult{InputRequests: []codec.Member[mcp.InputRequest]{
			{Key: "name", Value: &mcp.ElicitRequest{Params: question}},
			{Key: "text", Value: &mcp.CreateMessageRequest{Params: *wish}},
			{Key: "roots", Value: &mcp.ListRootsRequest{}},
		}})
	default:
		got = answered(r.Params.InputResponses)
	}
	if err != nil {
		return err
	}
	if got.name == nil || got.text == nil || got.roots == nil || len(got.name.Content) == 0 || len(got.roots.Roots) == 0 {
		out.SetError("not all was answered")
		return nil
	}
	name, _ := got.name.Content[0].Value.AsString() // "" for something else
	said := ""
	if text, ok := got.text.Content.List[0].(*mcp.TextContent); ok {
		said = text.Text
	}
	out.AddText(name + " said " + said + " in " + got.roots.Roots[0].Name.Or("?"))
	return nil
}

func askByCalls(ctx context.Context, r *mcp.Request[mcp.CallToolParams], question mcp.ElicitParams, wish *mcp.CreateMessageParams) (got answers, err error) {
	if got.name, err = mcp.Elicit(ctx, r, question); err != nil {
		return got, err
	}
	if got.text, err = mcp.CreateMessage(ctx, r, wish); err != nil {
		return got, err
	}
	got.roots, err = mcp.ListRoots(ctx, r, nil)
	return got, err
}

func answered(list []codec.Member[mcp.InputResponse]) (got answers) {
	for _, m := range list {
		switch v := m.Value.(type) {
		case *mcp.ElicitResult:
			got.name = v
		case *mcp.CreateMessageResult:
			got.text = v
		case *mcp.ListRootsResult:
			got.roots = v
		}
	}
	return got
}
