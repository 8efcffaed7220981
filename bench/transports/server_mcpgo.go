package transports

import (
	"context"

	"github.com/mark3labs/mcp-go/mcp"
	"github.com/mark3labs/mcp-go/server"
)

const mcpgoServer = "mcp-go"

// serveMCPGo is a server of mark3labs/mcp-go with its default options.
func serveMCPGo(context.Context, frame) error { return server.ServeStdio(mcpGoServer()) }

func mcpGoServer(o ...server.ServerOption) *server.MCPServer {
	s := server.NewMCPServer("echo", "1.0.0", o...)
	tool := mcp.NewTool(toolName, mcp.WithDescription("Says it again."), mcp.WithString("text", mcp.Required()))
	s.AddTool(tool, func(_ context.Context, r mcp.CallToolRequest) (*mcp.CallToolResult, error) {
		text, err := r.RequireString("text")
		if err != nil {
			return mcp.NewToolResultError(err.Error()), nil
		}
		return mcp.NewToolResultText(text), nil
	})
	return s
}
