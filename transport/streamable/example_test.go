package streamable_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/http/httptest"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
	"github.com/mcpwire/mcpwire/transport/stdio"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// One handler behind every transport: both of HTTP at their paths, and a stream of lines. Whoever calls it need not know which
// it is.
func Example() {
	greeter := &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "greeter", Version: "1.0"},
		CallTool: func(_ context.Context, _ *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			out.AddText("hello")
			return nil
		},
	}
	modern, old := streamable.NewHandler(greeter, nil), sse.NewHandler(greeter, nil)
	mux := http.NewServeMux()
	mux.Handle("/mcp", modern)
	mux.Handle("/sse", old)
	server := httptest.NewServer(mux)
	ctx := context.Background()
	defer server.Close()
	defer old.Close()
	defer modern.Shutdown(ctx)

	here, there := net.Pipe() // in a program: stdio.Serve, on the standard input and output
	served := make(chan error, 1)
	go func() { served <- stdio.ServeConn(ctx, there, greeter, nil) }()

	dial := []func() (*transport.Client, error){
		func() (*transport.Client, error) { return streamable.Dial(ctx, server.URL+"/mcp", nil, nil) },
		func() (*transport.Client, error) { return sse.Dial(ctx, server.URL+"/sse", nil, nil) },
		func() (*transport.Client, error) { return stdio.DialConn(ctx, here, nil, nil) },
	}
	for _, dial := range dial {
		client, err := dial()
		if err != nil {
			log.Fatal(err)
		}
		res, err := mcp.CallTool(ctx, client, &mcp.CallToolParams{Name: "greet"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(client.Revision(), res.Content[0].(*mcp.TextContent).Text)
		if err := client.Close(); err != nil {
			log.Fatal(err)
		}
	}
	if err := <-served; err != nil {
		log.Fatal(err)
	}
	// Output:
	// 2026-07-28 hello
	// 2025-11-25 hello
	// 2026-07-28 hello
}

// A server says that its tools have changed, and clients that listen hear of it: on their session, or by a subscription where
// there are no sessions.
func ExampleHandlerOptions_hub() {
	hub := new(transport.Hub)
	yes := codec.Some(true)
	o := new(streamable.HandlerOptions)
	o.Hub = hub
	handler := &mcp.ServerHandler{
		ServerInfo:   mcp.Implementation{Name: "shop", Version: "1.0"},
		Capabilities: mcp.ServerCapabilities{Tools: codec.Some(mcp.ServerCapabilitiesTools{ListChanged: yes})},
		ListTools: func(context.Context, *mcp.Request[mcp.ListToolsParams], *mcp.ListToolsResult) error {
			return nil
		},
	}
	h := streamable.NewHandler(handler, o)
	server := httptest.NewServer(h)
	ctx := context.Background()
	defer server.Close()
	defer h.Shutdown(ctx)

	listens, changed := make(chan struct{}), make(chan struct{})
	client, err := streamable.Dial(ctx, server.URL, &mcp.ClientHandler{
		OnSubscriptionsAcknowledged: func(_ context.Context, r *mcp.Request[mcp.SubscriptionsAcknowledgedParams]) error {
			fmt.Println("tells of tools:", r.Params.Notifications.ToolsListChanged.Or(false))
			close(listens)
			return nil
		},
		OnToolListChanged: func(context.Context, *mcp.Request[mcp.ToolListChangedParams]) error {
			fmt.Println("the tools have changed")
			close(changed)
			return nil
		},
	}, nil)
	if err != nil {
		log.Fatal(err)
	}
	ended := make(chan error, 1)
	listen, stop := context.WithCancel(ctx)
	go func() {
		p := new(mcp.SubscriptionsListenParams)
		p.Notifications.ToolsListChanged = yes
		_, err := mcp.SubscriptionsListen(listen, client, p)
		ended <- err
	}()
	<-listens
	if _, err := hub.Publish(ctx, mcp.MethodToolListChanged, nil, nil); err != nil {
		log.Fatal(err)
	}
	<-changed
	stop()
	fmt.Println("has stopped:", errors.Is(<-ended, context.Canceled))
	if err := client.Close(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// tells of tools: true
	// the tools have changed
	// has stopped: true
}
