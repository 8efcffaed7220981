package mcp_test

import (
	"encoding/json"
	"fmt"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// The plain way: the value owns its memory.
func Example_unmarshal() {
	var res mcp.CallToolResult
	err := codec.Unmarshal([]byte(`{"content":[{"type":"text","text":"18 degrees"}],"isError":false}`), &res)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range res.Content {
		switch c := c.(type) {
		case *mcp.TextContent:
			fmt.Println("text:", c.Text)
		case *mcp.UnknownContent:
			fmt.Println("something new:", c.Type)
		}
	}
	isError, set := res.IsError.Get()
	fmt.Println(isError, set)
	// Output:
	// text: 18 degrees
	// false true
}

// The fast way: one Decoder and one value for many messages. What was decoded is good until the next Reset.
func Example_reuse() {
	var d codec.Decoder
	var params mcp.CallToolParams
	for _, src := range []string{
		`{"name":"weather","arguments":{"city":"Oslo"}}`,
		`{"name":"time"}`,
	} {
		d.Reset([]byte(src))
		if err := d.Decode(&params); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s %s %v\n", params.Name, params.Arguments, params.Arguments.IsZero())
	}
	// Output:
	// weather {"city":"Oslo"} false
	// time  true
}

// One value, written for peers of different revisions.
func ExampleCallToolResult_AppendJSONFor() {
	var res mcp.CallToolResult
	res.AddText("done")
	res.StructuredContent = codec.RawString(`{"ok":true}`)
	for _, v := range []jsonrpc.Revision{jsonrpc.Rev20241105, jsonrpc.Rev20251125, jsonrpc.Rev20260728} {
		out, err := res.AppendJSONFor(nil, v)
		fmt.Println(v, string(out), err)
	}
	// Output:
	// 2024-11-05 {"content":[{"type":"text","text":"done"}]} <nil>
	// 2025-11-25 {"content":[{"type":"text","text":"done"}],"structuredContent":{"ok":true}} <nil>
	// 2026-07-28 {"content":[{"type":"text","text":"done"}],"resultType":"complete","structuredContent":{"ok":true}} <nil>
}

// Validate says what is wrong, and where, as a JSON Pointer.
func ExampleTool_Validate() {
	var tools mcp.ListToolsResult
	err := codec.Unmarshal([]byte(`{"tools":[{"name":"a","inputSchema":{}},{"inputSchema":{}}]}`), &tools)
	fmt.Println(err)
	fmt.Println(tools.Validate(jsonrpc.Rev20251125))
	// Output:
	// <nil>
	// json: missing required member at /tools/1/name
}

// Members that this package does not know are kept.
func Example_extra() {
	var p mcp.GetPromptParams
	if err := codec.Unmarshal([]byte(`{"name":"greet","vendor.x":12345678901234567890}`), &p); err != nil {
		fmt.Println(err)
		return
	}
	v, ok := p.Extra.Get("vendor.x")
	fmt.Println(v, ok)
	p.Arguments = []codec.Member[string]{{Key: "who", Value: "you"}}
	out, err := p.AppendJSON(nil)
	fmt.Println(string(out), err)
	// Output:
	// 12345678901234567890 true
	// {"name":"greet","arguments":{"who":"you"},"vendor.x":12345678901234567890} <nil>
}

// The types work with encoding/json too, also by value.
func Example_encodingJSON() {
	out, err := json.Marshal(map[string]any{"icon": mcp.Icon{Src: "https://example.com/a.png", Theme: mcp.Some(mcp.IconThemeDark)}})
	fmt.Println(string(out), err)
	// Output: {"icon":{"src":"https://example.com/a.png","theme":"dark"}} <nil>
}
