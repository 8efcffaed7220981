package main

import (
	"context"
	"slices"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/anyjson"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// tool is one of the server's tools.
type tool struct {
	name, description string
	schema            string // of the arguments; "" for none
	call              func(ctx context.Context, c *call) error
}

// call is a call of a tool, with all arguments that any of them has.
type call struct {
	*mcp.Request[mcp.CallToolParams]

	out  *mcp.CallToolResult
	args struct {
		Filename string  `json:"filename"`
		Label    string  `json:"label"`
		Message  string  `json:"message"`
		Name     string  `json:"name"`
		Prompt   string  `json:"prompt"`
		Region   string  `json:"region"`
		Seconds  float64 `json:"seconds"`
	}
}

// text answers with a text.
func (c *call) text(s string) error {
	c.out.AddText(s)
	return nil
}

func (s *server) allTools() []tool {
	return slices.Concat(contentTools, s.notifyTools(), askTools, s.inputTools(), schemaTools, taskTools)
}

func (s *server) find(name string) (tool, bool) {
	i := slices.IndexFunc(s.tools, func(t tool) bool { return t.name == name })
	if i < 0 {
		return tool{}, false
	}
	return s.tools[i], true
}

func (t tool) inputSchema() codec.Raw {
	if t.schema == "" {
		return codec.RawString(`{"type":"object"}`)
	}
	return codec.RawString(t.schema)
}

func (s *server) listTools(_ context.Context, _ *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
	for _, t := range s.tools {
		out.Tools = append(out.Tools, mcp.Tool{Name: t.name, Description: mcp.Some(t.description), InputSchema: t.inputSchema()})
	}
	return nil
}

func (s *server) callTool(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	t, ok := s.find(r.Params.Name)
	if !ok {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "unknown tool %q", r.Params.Name)
	}
	c := &call{Request: r, out: out}
	if !r.Params.Arguments.IsZero() {
		if err := anyjson.UnmarshalRaw(r.Params.Arguments, &c.args); err != nil {
			return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: arguments: %w", err)
		}
	}
	return t.call(ctx, c)
}

// toolSchema lets the transport compare headers with arguments.
func (s *server) toolSchema(_ context.Context, name string) (codec.Raw, bool) {
	t, ok := s.find(name)
	return t.inputSchema(), ok
}

// schemaTools are about the schemas of their arguments.
var schemaTools = []tool{
	{"json_schema_2020_12_tool", "Has a schema of draft 2020-12.", schema2020, func(_ context.Context, c *call) error { return c.text("called") }},
	{"test_x_mcp_header", "Has an argument that is sent in a header too.", schemaHeader, func(_ context.Context, c *call) error {
		return c.text("region " + c.args.Region)
	}},
}

const (
	schemaHeader = `{"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},"level":{"type":"integer"}}}`

	schema2020 = `{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",` +
		`"$defs":{"address":{"$anchor":"addressDef","type":"object","properties":{"street":{"type":"string"},"city":{"type":"string"}}}},` +
		`"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},` +
		`"contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},` +
		`"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],` +
		`"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},` +
		`"then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}`
)
