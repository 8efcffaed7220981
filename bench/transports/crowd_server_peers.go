package transports

import (
	"context"
	"net/http"
	"sync/atomic"

	gomcp "github.com/mark3labs/mcp-go/server"
	"github.com/modelcontextprotocol/go-sdk/mcp"
)

const (
	crowdGoSDK    = "crowd go-sdk"
	crowdGoSDKSSE = "crowd go-sdk HTTP+SSE"
	crowdMCPGo    = "crowd mcp-go"
	crowdMCPGoSSE = "crowd mcp-go HTTP+SSE"
)

func serveCrowdGoSDK(ctx context.Context, f frame) error {
	s := crowdGoSDKServer()
	o := &mcp.StreamableHTTPOptions{JSONResponse: true, SessionTimeout: f.ttl}
	return serveCrowd(ctx, f, mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, o))
}

func serveCrowdGoSDKSSE(ctx context.Context, f frame) error {
	s := crowdGoSDKServer()
	return serveCrowd(ctx, f, mcp.NewSSEHandler(func(*http.Request) *mcp.Server { return s }, nil))
}

func crowdGoSDKServer() *mcp.Server {
	s := goSDKServerWith(&mcp.ServerOptions{
		SubscribeHandler:   func(context.Context, *mcp.SubscribeRequest) error { return nil },
		UnsubscribeHandler: func(context.Context, *mcp.UnsubscribeRequest) error { return nil },
	})
	self.Lock()
	defer self.Unlock()
	self.sessions = func() (n int) {
		for range s.Sessions() {
			n++
		}
		return n
	}
	self.publish = func() error {
		return s.ResourceUpdated(context.Background(), &mcp.ResourceUpdatedNotificationParams{URI: resourceURI})
	}
	return s
}

func serveCrowdMCPGo(ctx context.Context, f frame) error {
	return serveCrowd(ctx, f, gomcp.NewStreamableHTTPServer(crowdMCPGoServer(), gomcp.WithSessionIdleTTL(f.ttl)))
}

func serveCrowdMCPGoSSE(ctx context.Context, f frame) error {
	return serveCrowd(ctx, f, gomcp.NewSSEServer(crowdMCPGoServer()))
}

func crowdMCPGoServer() *gomcp.MCPServer {
	var sessions atomic.Int64
	hooks := new(gomcp.Hooks)
	hooks.AddOnRegisterSession(func(context.Context, gomcp.ClientSession) { sessions.Add(1) })
	hooks.AddOnUnregisterSession(func(context.Context, gomcp.ClientSession) { sessions.Add(-1) })
	s := mcpGoServer(gomcp.WithHooks(hooks), gomcp.WithResourceCapabilities(true, false))
	self.Lock()
	defer self.Unlock()
	self.sessions = func() int { return int(sessions.Load()) }
	self.publish = func() error {
		s.SendNotificationToAllClients(methodUpdated, map[string]any{"uri": resourceURI})
		return nil
	}
	return s
}
