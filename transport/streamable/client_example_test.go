package streamable_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// A client of servers of any revision: it asks for the tools, and calls one.
func ExampleDial() {
	for _, server := range []map[string][]step{modernServer, legacyServer} {
		srv := httptest.NewServer(newScript(server))
		o := new(streamable.DialOptions)
		o.Info = &mcp.Implementation{Name: "example", Version: "1"}
		c, err := streamable.Dial(context.Background(), srv.URL, nil, o)
		if err != nil {
			fmt.Println(err)
			return
		}
		res, err := mcp.CallTool(context.Background(), c, &mcp.CallToolParams{Name: "echo", Arguments: codec.RawString(`{"text":"hi"}`)})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.Revision(), res.Content[0].(*mcp.TextContent).Text)
		if err := c.Close(); err != nil {
			fmt.Println(err)
		}
		srv.Close()
	}
	// Output:
	// 2026-07-28 ok
	// 2025-11-25 ok
}

// A token that is refused is replaced, and the request sent again. The application knows how to get one: by an OAuth flow, or from its
// keyring.
func ExampleDial_authorization() {
	var valid atomic.Value
	valid.Store("new")
	srv := httptest.NewServer(newScript(guard(modernServer, &valid)))
	defer srv.Close()

	var token atomic.Value
	token.Store("old")
	o := &streamable.DialOptions{
		Token: func(context.Context) (string, error) { return token.Load().(string), nil },
		OnChallenge: func(_ context.Context, c *transport.Challenge) (bool, error) {
			fmt.Println(c.Status, http.StatusText(c.Status), c.Error, c.ResourceMetadata)
			token.Store("new")
			return true, nil
		},
	}
	c, err := streamable.Dial(context.Background(), srv.URL, nil, o)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(c.Revision())
	if err := c.Close(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 401 Unauthorized invalid_token https://as.example/x
	// 2026-07-28
}
