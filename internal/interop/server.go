package interop

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// Server returns what node/client.mjs expects, and options that it needs.
func Server() (*mcp.ServerHandler, *transport.Hub) {
	hub := new(transport.Hub)
	return &mcp.ServerHandler{
		ServerInfo:   mcp.Implementation{Name: "mcpwire interop", Version: "1.0.0"},
		Capabilities: capabilities(),
		ListTools:    listTools,
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			return callTool(ctx, hub, r, out)
		},
		ListResources: listResources,
		ReadResource:  readResource,
		ListResourceTemplates: func(context.Context, *mcp.Request[mcp.ListResourceTemplatesParams], *mcp.ListResourceTemplatesResult) error {
			return nil
		},
		ListPrompts: func(_ context.Context, _ *mcp.Request[mcp.ListPromptsParams], out *mcp.ListPromptsResult) error {
			out.Prompts = []mcp.Prompt{{Name: "hello", Arguments: []mcp.PromptArgument{{Name: "who"}}}}
			return nil
		},
		GetPrompt: func(_ context.Context, r *mcp.Request[mcp.GetPromptParams], out *mcp.GetPromptResult) error {
			who := "nobody"
			for _, a := range r.Params.Arguments {
				who = a.Value
			}
			out.Messages = []mcp.PromptMessage{{Role: "user", Content: &mcp.TextContent{Text: "Hello, " + who + "!"}}}
			return nil
		},
	}, hub
}

func capabilities() (c mcp.ServerCapabilities) {
	var tools mcp.ServerCapabilitiesTools
	tools.ListChanged.Set(true)
	c.Tools.Set(tools)
	return c
}

func listTools(_ context.Context, _ *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
	for _, name := range []string{"ask", "change", "echo", "fail", "progress", "sleep"} {
		out.Tools = append(out.Tools, mcp.Tool{
			Name:        name,
			InputSchema: codec.RawString(`{"type":"object","properties":{"text":{"type":"string"}}}`),
		})
	}
	return nil
}

func callTool(ctx context.Context, hub *transport.Hub, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	switch r.Params.Name {
	case "echo":
		var args struct{ Text textArgument }
		if err := codec.UnmarshalRaw(r.Params.Arguments, &args.Text); err != nil {
			return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "arguments: %w", err)
		}
		out.AddText(string(args.Text))
	case "fail":
		out.SetError("out of order")
	case "progress":
		for i := range 3 {
			if err := r.Progress(ctx, float64(i+1), 3, ""); err != nil {
				return err
			}
			// The TypeScript SDK forgets who waits for progress as soon as it has the answer, and looks at notifications later: what
			// comes together with the answer is lost.
			time.Sleep(20 * time.Millisecond)
		}
		out.AddText("done")
	case "sleep":
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Minute):
		}
	case "change":
		_, err := hub.Publish(ctx, "notifications/tools/list_changed", nil, nil)
		return err
	case "ask":
		return ask(ctx, r, out)
	default:
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "no tool %q", r.Params.Name)
	}
	return nil
}

// textArgument is the member text of an object.
type textArgument string

func (t *textArgument) DecodeJSON(d *codec.Decoder) error {
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		if key != "text" {
			d.Skip()
			continue
		}
		*t = textArgument(d.String())
	}
	return d.Err()
}

// The resources come in pages of ten.
const resources, page = 25, 10

func listResources(_ context.Context, r *mcp.Request[mcp.ListResourcesParams], out *mcp.ListResourcesResult) error {
	from := 0
	if cursor, ok := r.Params.Cursor.Get(); ok {
		var err error
		if from, err = strconv.Atoi(cursor); err != nil {
			return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid cursor")
		}
	}
	to := min(from+page, resources)
	for i := from; i < to; i++ {
		out.Resources = append(out.Resources, mcp.Resource{URI: fmt.Sprint("test://", i), Name: strconv.Itoa(i)})
	}
	if to < resources {
		out.NextCursor.Set(strconv.Itoa(to))
	}
	return nil
}

func readResource(_ context.Context, r *mcp.Request[mcp.ReadResourceParams], out *mcp.ReadResourceResult) error {
	var i int
	if _, err := fmt.Sscanf(r.Params.URI, "test://%d", &i); err != nil || i >= resources {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "no such resource")
	}
	out.Contents = []mcp.ResourceContents{&mcp.TextResourceContents{URI: r.Params.URI, Text: fmt.Sprint("text of ", i)}}
	return nil
}
