package transports

import (
	"context"
	"strings"

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
	text, err := textArgument(r.Params.Arguments)
	if err != nil {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "arguments: %w", err)
	}
	out.AddText(text)
	return nil
}

// textArgument decodes the arguments of the echo tool. The text borrows args or is a copy.
func textArgument(args codec.Raw) (string, error) {
	d := codec.GetDecoder()
	defer d.Release()
	d.ResetRaw(args)
	text := ""
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		if key == "text" {
			text = d.String()
		} else {
			d.Skip()
		}
	}
	if err := d.End(); err != nil {
		return "", err
	}
	// A text with escapes lies in the decoder's memory, which goes back before the result is written. Without
	// escapes the arguments are longer than the text by no more than what surrounds it.
	if len(args.Bytes()) != len(`{"text":""}`)+len(text) {
		text = strings.Clone(text)
	}
	return text, nil
}
