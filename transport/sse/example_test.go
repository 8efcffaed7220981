package sse_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// A server for old clients, at two paths, and a client of it.
func Example() {
	h := sse.NewHandler(&mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "greeter", Version: "1.0"},
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			out.AddText("hello from " + r.Params.Name)
			return nil
		},
	}, &sse.HandlerOptions{MessagePath: "/message"})
	mux := http.NewServeMux()
	mux.Handle("/sse", h)
	mux.Handle("/message", h)
	server := httptest.NewServer(mux)
	defer server.Close()
	defer h.Close() // first: the server waits for streams

	ctx := context.Background()
	client, err := sse.Dial(ctx, server.URL+"/sse", nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer client.Close()
	res, err := mcp.CallTool(ctx, client, &mcp.CallToolParams{Name: "greet"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(client.Revision(), res.Content[0].(*mcp.TextContent).Text)
	// Output: 2025-11-25 hello from greet
}

// A server that knows who asks: what a token says is found out before anything else, and a session is that of who has opened it.
func ExampleHandlerOptions() {
	users := map[string]string{"Bearer s3cret": "alice"}
	h := sse.NewHandler(nil, &sse.HandlerOptions{
		AllowedHosts:     []string{"mcp.example.com"},
		ResourceMetadata: "https://mcp.example.com/.well-known/oauth-protected-resource",
		Authorize: func(r *http.Request) (transport.Identity, error) {
			user, ok := users[r.Header.Get("Authorization")]
			if !ok {
				return transport.Identity{}, &transport.AuthError{Code: "invalid_token"}
			}
			return transport.Identity{Principal: user}, nil
		},
	})
	defer h.Close()

	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "https://mcp.example.com/sse", nil))
	fmt.Println(w.Code, w.Header().Get("WWW-Authenticate"))
	// Output: 401 Bearer error="invalid_token", resource_metadata="https://mcp.example.com/.well-known/oauth-protected-resource"
}
