// This is an MCP server on standard input and output, for clients of every revision of the protocol.
package main

import (
	"context"
	"log"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

func main() {
	if err := stdio.ProtectStdout(); err != nil {
		log.Fatal(err)
	}
	server := &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "greeter", Version: "1.0.0"},
		ListTools: func(_ context.Context, _ *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
			out.Tools = []mcp.Tool{{Name: "greet", InputSchema: codec.RawString(`{"type":"object"}`)}}
			return nil
		},
		CallTool: func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			out.AddText("hello")
			return nil
		},
	}
	if err := stdio.Serve(context.Background(), server, nil); err != nil {
		log.Fatal(err)
	}
}
