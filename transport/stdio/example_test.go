//go:build unix

package stdio_test

import (
	"context"
	"fmt"
	"log"
	"os/exec"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// A client starts a server and calls a tool of it. The server's program is in examples/stdio.
func ExampleStart() {
	ctx := context.Background()
	client, err := stdio.Start(ctx, exec.Command("go", "run", "../../examples/stdio"), nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	for tool, err := range mcp.Tools(ctx, client, nil) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(tool.Name)
	}
	res, err := mcp.CallTool(ctx, client, &mcp.CallToolParams{Name: "greet"})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range res.Content {
		if text, ok := c.(*mcp.TextContent); ok {
			fmt.Println(text.Text)
		}
	}
	// Output:
	// greet
	// hello
}

// A server tells how far it is, and the caller hears of it before the answer comes.
func ExampleServe_progress() {
	server := &mcp.ServerHandler{
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			for i := range 3 {
				if err := r.Progress(ctx, float64(i+1), 3, ""); err != nil {
					return err
				}
			}
			out.AddText("done")
			return nil
		},
	}
	ctx := context.Background()
	client, err := transport.Pipe(ctx, server, nil, nil) // in a program: stdio.Serve here, stdio.Start there
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	caller := mcp.WithProgress(client, func(p *mcp.ProgressNotificationParams) {
		fmt.Println(p.Progress, "of", p.Total.Or(0))
	})
	if _, err := mcp.CallTool(ctx, caller, &mcp.CallToolParams{Name: "count"}); err != nil {
		log.Fatal(err)
	}
	// Output:
	// 1 of 3
	// 2 of 3
	// 3 of 3
}

// A server's function asks the client's user and goes on with the answer: in revisions with sessions by a call, later by
// an answer that requires input.
func ExampleServe_callback() {
	server := &mcp.ServerHandler{
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			sure, err := r.Elicit(ctx, "sure", &mcp.ElicitFormParams{Message: "Delete it?"})
			if err != nil {
				return err
			}
			out.AddText("the user says " + string(sure.Action))
			return nil
		},
	}
	user := &mcp.ClientHandler{
		ClientInfo: mcp.Implementation{Name: "example", Version: "1"},
		Elicit: func(_ context.Context, r *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
			if form, ok := r.Params.(*mcp.ElicitFormParams); ok {
				fmt.Println(form.Message)
			}
			out.Action = "accept"
			return nil
		},
	}
	ctx := context.Background()
	for _, revision := range []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest} {
		o := new(transport.PipeOptions)
		o.Client.Revision, o.Client.InputRounds = revision, 1
		client, err := transport.Pipe(ctx, server, user, o)
		if err != nil {
			log.Fatal(err)
		}
		res, err := mcp.CallTool(ctx, client, &mcp.CallToolParams{Name: "delete"})
		if err != nil {
			log.Fatal(err)
		}
		if text, ok := res.Content[0].(*mcp.TextContent); ok {
			fmt.Println(text.Text, "in", revision)
		}
		if err := client.Close(); err != nil {
			log.Fatal(err)
		}
	}
	// Output:
	// Delete it?
	// the user says accept in 2025-11-25
	// Delete it?
	// the user says accept in 2026-07-28
}
