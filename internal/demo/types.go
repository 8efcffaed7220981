package main

import (
	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// value is what generated types and jsonrpc.Error can do.
type value interface {
	codec.Appender
	codec.Decodable
}

// newValue returns an empty value of the type that m's payload has; nil if there is none.
func newValue(m corpus.Message) value {
	switch {
	case m.Kind == corpus.Error:
		return new(jsonrpc.Error)
	case m.Method == "tools/call" && m.Kind == corpus.Request:
		return new(mcp.CallToolParams)
	case m.Method == "initialize" && m.Kind == corpus.Request:
		return new(mcp.InitializeParams)
	}
	switch m.Method {
	case "tools/call":
		return new(mcp.CallToolResult)
	case "initialize":
		return new(mcp.InitializeResult)
	case "tools/list":
		return new(mcp.ListToolsResult)
	case "resources/read":
		return new(mcp.ReadResourceResult)
	case "notifications/progress":
		return new(mcp.ProgressNotificationParams)
	case "resources/list":
		return new(mcp.ListResourcesResult)
	case "sampling/createMessage":
		return new(mcp.CreateMessageParams)
	}
	return nil
}
