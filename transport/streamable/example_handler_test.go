package streamable_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"

	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// A server behind a mux, which knows its users by their tokens.
func ExampleNewHandler() {
	server := &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "greeter", Version: "1.0"},
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			out.AddText("hello, " + r.Info.Principal)
			return nil
		},
	}
	users := map[string]string{"Bearer 1234": "alice"}
	h := streamable.NewHandler(server, &streamable.HandlerOptions{
		Authorize: func(r *http.Request) (transport.Identity, error) {
			user, ok := users[r.Header.Get("Authorization")]
			if !ok {
				return transport.Identity{}, &transport.AuthError{Code: "invalid_token"}
			}
			return transport.Identity{Principal: user}, nil
		},
		ResourceMetadata: "https://api.example.com/.well-known/oauth-protected-resource/mcp",
	})
	mux := http.NewServeMux()
	mux.Handle("/mcp", h)
	s := httptest.NewServer(mux) // in a program: an http.Server with a ReadHeaderTimeout
	defer s.Close()

	ctx := context.Background()
	defer h.Shutdown(ctx) // before the server's own
	for _, token := range []string{"1234", "5678"} {
		client, err := streamable.Dial(ctx, s.URL+"/mcp", nil, &streamable.DialOptions{
			Token: func(context.Context) (string, error) { return token, nil },
		})
		if err != nil {
			fmt.Println("refused:", transport.CodeOf(err))
			continue
		}
		res, err := mcp.CallTool(ctx, client, &mcp.CallToolParams{Name: "greet"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(res.Content[0].(*mcp.TextContent).Text)
		if err := client.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// hello, alice
	// refused: transport: rejected
}
