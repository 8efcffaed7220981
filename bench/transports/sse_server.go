package transports

import (
	"context"
	"net/http"

	gomcp "github.com/mark3labs/mcp-go/server"
	gosdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

const (
	sseMCPwire  = "sse mcpwire"
	sseUnpooled = "sse mcpwire, no pooling"
	sseGoSDK    = "sse go-sdk"
	sseMCPGo    = "sse mcp-go"
)

func serveSSEMCPwire(ctx context.Context, _ frame) error { return serveSSE(ctx, pooled()) }

// serveSSEUnpooled is the same with a new buffer for everything.
func serveSSEUnpooled(ctx context.Context, _ frame) error { return serveSSE(ctx, unpooled()) }

func serveSSE(ctx context.Context, o transport.Options) error {
	countPool(o)
	return serveHTTP(ctx, sse.NewHandler(echoHandler(), &sse.HandlerOptions{Options: o}))
}

func serveSSEGoSDK(ctx context.Context, _ frame) error {
	s := goSDKServer()
	return serveHTTP(ctx, gosdk.NewSSEHandler(func(*http.Request) *gosdk.Server { return s }, nil))
}

func serveSSEMCPGo(ctx context.Context, _ frame) error {
	return serveHTTP(ctx, gomcp.NewSSEServer(mcpGoServer()))
}
