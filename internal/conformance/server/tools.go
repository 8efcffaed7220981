package main

import (
	"context"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/anyjson"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

type (
	callRequest = mcp.Request[mcp.CallToolParams]
	callResult  = mcp.CallToolResult
)

// tool is one of the server's tools.
type tool struct {
	name, description string
	schema            string // of the arguments; "" for none
	call              func(ctx context.Context, r *callRequest, out *callResult) error
}

func (s *server) allTools() []tool {
	var all []tool
	all = append(all, contentTools...)
	all = append(all, s.notifyTools()...)
	all = append(all, askTools...)
	all = append(all, s.inputTools()...)
	all = append(all, schemaTools...)
	all = append(all, taskTools...)
	return all
}

func (s *server) find(name string) (tool, bool) {
	for _, t := range s.tools {
		if t.name == name {
			return t, true
		}
	}
	return tool{}, false
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

func (s *server) callTool(ctx context.Context, r *callRequest, out *callResult) error {
	t, ok := s.find(r.Params.Name)
	if !ok {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "unknown tool %q", r.Params.Name)
	}
	return t.call(ctx, r, out)
}

// toolSchema lets the transport compare headers with arguments.
func (s *server) toolSchema(_ context.Context, name string) (codec.Raw, bool) {
	t, ok := s.find(name)
	return t.inputSchema(), ok
}

// arguments decodes the arguments of a call. Those that there are none of stay as they are.
func arguments(r *callRequest, v any) error {
	if r.Params.Arguments.IsZero() {
		return nil
	}
	if err := anyjson.UnmarshalRaw(r.Params.Arguments, v); err != nil {
		return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: arguments: %w", err)
	}
	return nil
}

// schemaTools are about the schemas of their arguments.
var schemaTools = []tool{
	{"json_schema_2020_12_tool", "Has a schema of draft 2020-12.", schema2020, func(_ context.Context, _ *callRequest, out *callResult) error {
		out.AddText("called")
		return nil
	}},
	{"test_x_mcp_header", "Has an argument that is sent in a header too.", schemaHeader, func(_ context.Context, r *callRequest, out *callResult) error {
		var args struct {
			Region string `json:"region"`
			Level  int    `json:"level"`
		}
		if err := arguments(r, &args); err != nil {
			return err
		}
		out.AddText("region " + args.Region)
		return nil
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
