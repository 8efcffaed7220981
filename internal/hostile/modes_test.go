package hostile_test

import (
	"errors"
	"fmt"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// mode is a way in which a value can come in. Its function returns the verdict on src, a whole document or what should be one.
type mode struct {
	name string
	// deeper is how many levels deeper than a document of its own the value stands.
	deeper int
	run    func(src []byte) error
}

// around returns src between two texts.
func around(before string, src []byte, after string) []byte {
	return append(append([]byte(before), src...), after...)
}

var modes = []mode{
	{"Valid", 0, func(src []byte) error { return codec.Valid(src) }},
	{"ParseRaw", 0, func(src []byte) error { _, err := codec.ParseRaw(src); return err }},
	{"Raw is checked when it is encoded", 0, func(src []byte) error { _, err := codec.AppendRaw(nil, codec.MakeRaw(src)); return err }},
	{"a skipped member", 1, func(src []byte) error {
		return codec.Unmarshal(around(`{"unknown":`, src, `}`), new(mcp.Icon), codec.DropUnknown())
	}},
	{"an unknown member that is kept", 1, func(src []byte) error {
		return codec.Unmarshal(around(`{"src":"a","unknown":`, src, `,"theme":"dark"}`), new(mcp.Icon))
	}},
	{"a raw member", 1, func(src []byte) error {
		return codec.Unmarshal(around(`{"structuredContent":`, src, `,"content":[]}`), new(mcp.CallToolResult))
	}},
	{"inside an unknown variant", 3, func(src []byte) error {
		return codec.Unmarshal(around(`{"content":[{"type":"new","x":`, src, `}]}`), new(mcp.CallToolResult))
	}},
	{"beside the tag of a variant", 3, func(src []byte) error {
		return codec.Unmarshal(around(`{"content":[{"x":`, src, `,"type":"text","text":"a"}]}`), new(mcp.CallToolResult))
	}},
	{"in the params of an envelope", 2, func(src []byte) error {
		var m jsonrpc.Message
		return jsonrpc.Scan(around(`{"jsonrpc":"2.0","id":1,"method":"m","params":{"x":`, src, `}}`), &m)
	}},
	{"in the result of an envelope", 2, func(src []byte) error {
		var m jsonrpc.Message
		return jsonrpc.Scan(around(`{"jsonrpc":"2.0","id":1,"result":{"x":`, src, `}}`), &m)
	}},
	{"in an unknown member of an envelope", 1, func(src []byte) error {
		var m jsonrpc.Message
		return jsonrpc.Scan(around(`{"x":`, src, `,"jsonrpc":"2.0","id":1,"method":"m"}`), &m)
	}},
	{"in params that are scanned, then decoded", 3, func(src []byte) error {
		var m jsonrpc.Message
		if err := jsonrpc.Scan(around(`{"jsonrpc":"2.0","id":1,"method":"m","params":{"name":"a","arguments":{"x":`, src, `}}}`), &m); err != nil {
			return err
		}
		var d codec.Decoder
		return m.DecodeParams(&d, new(mcp.CallToolParams))
	}},
}

// typed are members of all kinds of Go types.
var typed = []mode{
	{"string", 1, typedMode(`{"name":`, `}`, func() codec.Decodable { return new(mcp.Implementation) })},
	{"optional string", 1, typedMode(`{"title":`, `}`, func() codec.Decodable { return new(mcp.Implementation) })},
	{"integer", 1, typedMode(`{"maxTokens":`, `}`, func() codec.Decodable { return new(mcp.CreateMessageParams) })},
	{"optional integer", 1, typedMode(`{"size":`, `}`, func() codec.Decodable { return new(mcp.Resource) })},
	{"number", 1, typedMode(`{"progress":`, `}`, func() codec.Decodable { return new(mcp.ProgressNotificationParams) })},
	{"optional number", 1, typedMode(`{"priority":`, `}`, func() codec.Decodable { return new(mcp.Annotations) })},
	{"boolean", 1, typedMode(`{"isError":`, `}`, func() codec.Decodable { return new(mcp.CallToolResult) })},
	{"base64", 1, typedMode(`{"blob":`, `}`, func() codec.Decodable { return new(mcp.BlobResourceContents) })},
	{"enum", 1, typedMode(`{"role":`, `}`, func() codec.Decodable { return new(mcp.PromptMessage) })},
	{"const", 1, typedMode(`{"type":`, `}`, func() codec.Decodable { return new(mcp.TextContent) })},
	{"id", 1, typedMode(`{"requestId":`, `}`, func() codec.Decodable { return new(mcp.CancelledParams) })},
	{"struct", 1, typedMode(`{"annotations":`, `}`, func() codec.Decodable { return new(mcp.Tool) })},
	{"list of strings", 1, typedMode(`{"supported":`, `}`, func() codec.Decodable { return new(mcp.UnsupportedProtocolVersionErrorData) })},
	{"list of structs", 1, typedMode(`{"icons":`, `}`, func() codec.Decodable { return new(mcp.Implementation) })},
	{"list of unions", 1, typedMode(`{"content":`, `}`, func() codec.Decodable { return new(mcp.CallToolResult) })},
	{"union", 1, typedMode(`{"content":`, `}`, func() codec.Decodable { return new(mcp.PromptMessage) })},
	{"list or one", 1, typedMode(`{"content":`, `}`, func() codec.Decodable { return new(mcp.SamplingMessage) })},
	{"map of strings", 1, typedMode(`{"arguments":`, `}`, func() codec.Decodable { return new(mcp.GetPromptParams) })},
	{"map of values", 1, typedMode(`{"content":`, `}`, func() codec.Decodable { return new(mcp.ElicitResult) })},
	{"a document", 0, typedMode(``, ``, func() codec.Decodable { return new(mcp.Tool) })},
	{"an error", 0, typedMode(``, ``, func() codec.Decodable { return new(jsonrpc.Error) })},
	{"an id", 0, typedMode(``, ``, func() codec.Decodable { return new(jsonrpc.ID) })},
}

func typedMode(before, after string, target func() codec.Decodable) func(src []byte) error {
	return func(src []byte) error {
		doc := around(before, src, after)
		owned := codec.Unmarshal(doc, target())
		var d codec.Decoder
		d.Reset(doc, codec.Strict())
		if strict := d.Decode(target()); owned != nil && strict == nil {
			return fmt.Errorf("Strict accepts what is refused without it: %w", errModes)
		}
		return owned
	}
}

var errModes = errors.New("the modes disagree")
