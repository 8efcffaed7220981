package main

import (
	"context"
	"fmt"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

func listPrompts(_ context.Context, _ *mcp.Request[mcp.ListPromptsParams], out *mcp.ListPromptsResult) error {
	argument := func(name string) mcp.PromptArgument {
		return mcp.PromptArgument{Name: name, Description: mcp.Some("Argument " + name), Required: mcp.Some(true)}
	}
	out.Prompts = []mcp.Prompt{
		{Name: "test_simple_prompt", Description: mcp.Some("Has no arguments.")},
		{
			Name: "test_prompt_with_arguments", Description: mcp.Some("Has two arguments."),
			Arguments: []mcp.PromptArgument{argument("arg1"), argument("arg2")},
		},
		{
			Name: "test_prompt_with_embedded_resource", Description: mcp.Some("Has a resource in it."),
			Arguments: []mcp.PromptArgument{argument("resourceUri")},
		},
		{Name: "test_prompt_with_image", Description: mcp.Some("Has an image in it.")},
		{Name: "test_input_required_result_prompt", Description: mcp.Some("Asks the client's user first.")},
	}
	return nil
}

func getPrompt(ctx context.Context, r *mcp.Request[mcp.GetPromptParams], out *mcp.GetPromptResult) error {
	argument := func(name string) string {
		s, _ := codec.Get(r.Params.Arguments, name) // "" if it is not there
		return s
	}
	switch r.Params.Name {
	case "test_simple_prompt":
		out.AddText(mcp.RoleUser, "This is a simple prompt for testing.")
	case "test_prompt_with_arguments":
		out.AddText(mcp.RoleUser, fmt.Sprintf("Prompt with arguments: arg1='%s', arg2='%s'", argument("arg1"), argument("arg2")))
	case "test_prompt_with_embedded_resource":
		out.AddMessage(mcp.RoleUser, embedded(argument("resourceUri"), "text/plain", "Embedded resource content for testing."))
		out.AddText(mcp.RoleUser, "Please process the embedded resource above.")
	case "test_prompt_with_image":
		out.AddMessage(mcp.RoleUser, &mcp.ImageContent{Data: pixel, MIMEType: "image/png"})
		out.AddText(mcp.RoleUser, "Please analyze the image above.")
	case "test_input_required_result_prompt":
		return promptWithInput(ctx, r, out)
	default:
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "unknown prompt %q", r.Params.Name)
	}
	return nil
}
