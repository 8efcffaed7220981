package transports

import (
	"context"
	"net/http"

	gomcp "github.com/mark3labs/mcp-go/server"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	httpGoSDK     = "http go-sdk"
	httpGoSDKFree = "http go-sdk, stateless"
	httpMCPGo     = "http mcp-go"
)

// serveHTTPGoSDK is a server of the official SDK with sessions, in the form of answer that is wanted.
func serveHTTPGoSDK(ctx context.Context, f frame) error {
	return serveGoSDKHandler(ctx, &mcp.StreamableHTTPOptions{JSONResponse: !f.stream})
}

// serveHTTPGoSDKStateless is the same without sessions, as 2026-07-28 needs it.
func serveHTTPGoSDKStateless(ctx context.Context, f frame) error {
	return serveGoSDKHandler(ctx, &mcp.StreamableHTTPOptions{JSONResponse: !f.stream, Stateless: true})
}

func serveGoSDKHandler(ctx context.Context, o *mcp.StreamableHTTPOptions) error {
	s := goSDKServer()
	return serveHTTP(ctx, mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, o))
}

// serveHTTPMCPGo is a server of mark3labs/mcp-go with its default options.
func serveHTTPMCPGo(ctx context.Context, _ frame) error {
	return serveHTTP(ctx, gomcp.NewStreamableHTTPServer(mcpGoServer()))
}
