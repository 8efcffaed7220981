package main

import (
	"context"
	"fmt"
	"log"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// scenarios are those without authorization.
var scenarios = map[string]scenario{
	"initialize":                          listTools,
	"request-metadata":                    listTools,
	"json-schema-ref-no-deref":            listTools,
	"tools_call":                          calls(toolCall{"add_numbers", codec.RawString(`{"a":5,"b":3}`)}),
	"elicitation-sep1034-client-defaults": calls(toolCall{"test_client_elicitation_defaults", empty}),
	"sse-retry":                           calls(toolCall{"test_reconnection", empty}),
	"sep-2322-client-request-state":       inputRequired,
	"http-standard-headers":               everything,
	"http-custom-headers":                 mirroring,
	"http-invalid-tool-headers":           callAll,
	"json-schema-2020-12-preservation":    echoSchema,
}

var empty = codec.RawString("{}")

func listTools(ctx context.Context, c *transport.Client, _ *data) error {
	for _, err := range mcp.Tools(ctx, c, nil) {
		if err != nil {
			return err
		}
	}
	return nil
}

// calls returns a scenario that calls tools.
func calls(list ...toolCall) scenario {
	return func(ctx context.Context, c *transport.Client, given *data) error {
		if err := listTools(ctx, c, given); err != nil {
			return err
		}
		for _, call := range list {
			if _, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: call.Name, Arguments: call.Arguments}); err != nil {
				return fmt.Errorf("%s: %w", call.Name, err)
			}
		}
		return nil
	}
}

func inputRequired(ctx context.Context, c *transport.Client, given *data) error {
	return calls(
		toolCall{"test_mrtr_echo_state", empty}, toolCall{"test_mrtr_no_state", empty},
		toolCall{"test_mrtr_unrelated", empty}, toolCall{"test_mrtr_no_result_type", empty},
	)(ctx, c, given)
}

// mirroring calls what the suite says.
func mirroring(ctx context.Context, c *transport.Client, given *data) error {
	return calls(given.ToolCalls...)(ctx, c, given)
}

// callAll calls all tools that there are. Some may refuse.
func callAll(ctx context.Context, c *transport.Client, _ *data) error {
	for tool, err := range mcp.Tools(ctx, c, nil) {
		if err != nil {
			return err
		}
		_, err = mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: tool.Name, Arguments: codec.RawString(`{"region":"us-west1"}`)})
		if err != nil {
			log.Printf("%s: %v", tool.Name, err)
		}
	}
	return nil
}

// everything lists all that there is, and uses it.
func everything(ctx context.Context, c *transport.Client, given *data) error {
	if err := callAll(ctx, c, given); err != nil {
		return err
	}
	for resource, err := range mcp.Resources(ctx, c, nil) {
		if err == nil {
			_, err = mcp.ReadResource(ctx, c, &mcp.ReadResourceParams{URI: resource.URI})
		}
		if err != nil {
			return err
		}
	}
	for prompt, err := range mcp.Prompts(ctx, c, nil) {
		if err == nil {
			_, err = mcp.GetPrompt(ctx, c, &mcp.GetPromptParams{Name: prompt.Name})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// echoSchema sends the schema of a tool back as it has come.
func echoSchema(ctx context.Context, c *transport.Client, given *data) error {
	args := codec.Raw{}
	for tool, err := range mcp.Tools(ctx, c, nil) {
		if err != nil {
			return err
		}
		if tool.Name == "json_schema_2020_12_tool" {
			args = codec.MakeRaw(append(append([]byte(`{"schema":`), tool.InputSchema.Bytes()...), '}'))
		}
	}
	return calls(toolCall{"json_schema_echo", args})(ctx, c, given)
}

// authorized is what a client does once it is let in.
func authorized(ctx context.Context, c *transport.Client, given *data) error {
	return calls(toolCall{"test-tool", empty})(ctx, c, given)
}
