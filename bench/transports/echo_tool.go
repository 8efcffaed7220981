package transports

import (
	"context"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// echoHandler is the handler of all rows that use mcpwire's codecs.
func echoHandler() *mcp.ServerHandler {
	return &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "echo", Version: "1.0.0"},
		CallTool:   callEcho,
		ListTools: func(_ context.Context, _ *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
			out.Tools = []mcp.Tool{{
				Name:        toolName,
				InputSchema: codec.RawString(`{"type":"object","properties":{"text":{"type":"string"}},"required":["text"]}`),
			}}
			return nil
		},
	}
}

func callEcho(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	if r.Params.Name != toolName {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "no tool named %q", r.Params.Name)
	}
	text, err := textArgument(r.Decoder(r.Params.Arguments))
	if err != nil {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "arguments: %w", err)
	}
	out.AddText(text)
	return nil
}

// textArgument decodes the arguments of the echo tool. The text borrows them, and d.
func textArgument(d *codec.Decoder) (text string, err error) {
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		if key == "text" {
			text = d.String()
		} else {
			d.Skip()
		}
	}
	return text, d.End()
}
