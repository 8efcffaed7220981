package transports

import (
	"context"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const gosdkServer = "go-sdk"

// serveGoSDK is a server of the official SDK.
func serveGoSDK(ctx context.Context, _ frame) error {
	return goSDKServer().Run(ctx, &mcp.StdioTransport{})
}

// goSDKServer is a server of the official SDK with a typed tool.
func goSDKServer() *mcp.Server { return goSDKServerWith(nil) }

func goSDKServerWith(o *mcp.ServerOptions) *mcp.Server {
	type arguments struct {
		Text string `json:"text"`
	}
	s := mcp.NewServer(&mcp.Implementation{Name: "echo", Version: "1.0.0"}, o)
	mcp.AddTool(s, &mcp.Tool{Name: toolName, Description: "Says it again."},
		func(_ context.Context, _ *mcp.CallToolRequest, args arguments) (*mcp.CallToolResult, any, error) {
			return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: args.Text}}}, nil, nil
		})
	return s
}
