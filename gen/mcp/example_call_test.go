package mcp_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/mailru/easyjson"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// A server is a value with functions in its fields. What they add to out comes from pools.
func ExampleServerHandler() {
	server := &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "weather", Version: "1.0.0"},
		ListTools: func(_ context.Context, _ *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
			out.Tools = []mcp.Tool{{Name: "weather", InputSchema: codec.RawString(`{"type":"object"}`)}}
			return nil
		},
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			if r.Params.Name != "weather" {
				return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "no tool named %q", r.Params.Name)
			}
			out.AddText("18 degrees")
			return nil
		},
	}
	// A transport would serve it; here messages go straight to it.
	caller := &loop{handler: server, info: jsonrpc.Info{Revision: jsonrpc.LatestLegacy}}
	tools, err := mcp.ListTools(context.Background(), caller, nil)
	fmt.Println(tools.Tools[0].Name, err)
	_, err = mcp.CallTool(context.Background(), caller, &mcp.CallToolParams{Name: "time"})
	fmt.Println(err)
	// Output:
	// weather <nil>
	// jsonrpc error -32602: no tool named "time"
}

// CallToolInto reads the result into memory that is used again: it allocates nothing.
func ExampleCallToolInto() {
	server := &mcp.ServerHandler{
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			out.AddText("hello " + r.Params.Name)
			return nil
		},
	}
	caller := &loop{handler: server, info: jsonrpc.Info{Revision: jsonrpc.Latest}}
	d := codec.GetDecoder()
	defer d.Release()
	var res mcp.CallToolResult
	for _, name := range []string{"a", "b"} {
		if err := mcp.CallToolInto(context.Background(), caller, &mcp.CallToolParams{Name: name}, &res, d); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(res.Content[0].(*mcp.TextContent).Text, res.ResultType.Or("none"))
	}
	// Output:
	// hello a complete
	// hello b complete
}

// One function asks the user in every revision. In this one the question is an answer, and the client sends the request again; a
// client with sessions would be called while the function waits.
func ExampleRequest_Elicit() {
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
	caller := &loop{handler: server, info: jsonrpc.Info{Revision: jsonrpc.Latest, Capabilities: codec.RawString(`{"elicitation":{}}`)}}
	params := &mcp.CallToolParams{Name: "delete"}
	_, err := mcp.CallTool(context.Background(), caller, params)
	var asked *mcp.InputRequiredError
	if !errors.As(err, &asked) {
		fmt.Println(err)
		return
	}
	// A transport's client does the rest by itself, if its InputRounds say so.
	params.RequestState = asked.Result.RequestState
	for _, question := range asked.Result.InputRequests {
		fmt.Println(question.Key, question.Value.(*mcp.ElicitRequest).Params.(*mcp.ElicitFormParams).Message)
		params.InputResponses = append(params.InputResponses, codec.Member[mcp.InputResponse]{Key: question.Key, Value: &mcp.ElicitResult{Action: "accept"}})
	}
	res, err := mcp.CallTool(context.Background(), caller, params)
	fmt.Println(res.Content[0].(*mcp.TextContent).Text, err)
	// Output:
	// sure Delete it?
	// the user says accept <nil>
}

// Clone keeps a value that was decoded from borrowed memory; Strip drops what a revision does not have.
func ExampleTool_Strip() {
	src := []byte(`{"name":"a","title":"A tool","inputSchema":{},"icons":[{"src":"data:,"}]}`)
	var d codec.Decoder
	d.Reset(src)
	var borrowed mcp.Tool
	if err := d.Decode(&borrowed); err != nil {
		fmt.Println(err)
		return
	}
	kept := borrowed.Clone()
	clear(src)
	kept.Strip(jsonrpc.Rev20250618)
	out, err := kept.AppendJSON(nil)
	fmt.Println(string(out), err)
	// Output: {"inputSchema":{},"name":"a","title":"A tool"} <nil>
}

// The types have the methods of mailru/easyjson.
func Example_easyjson() {
	var icon mcp.Icon
	if err := easyjson.Unmarshal([]byte(`{"src":"https://example.com/i.png","sizes":["48x48"]}`), &icon); err != nil {
		fmt.Println(err)
		return
	}
	out, err := easyjson.Marshal(icon)
	fmt.Println(string(out), err)
	// Output: {"src":"https://example.com/i.png","sizes":["48x48"]} <nil>
}
