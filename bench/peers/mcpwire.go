package peers

import (
	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// mcpwire is this project: the types of gen/mcp on package codec, the envelope by package jsonrpc. Unknown members are
// kept and written again, which no other codec here does.
type mcpwire struct {
	decoder codec.Decoder
	buf     []byte
	owned   bool // decoded values own their memory, as with encoding/json
}

// mcpwireCodecs are the two ways to decode: into memory that is used again, and into memory of the value's own.
func mcpwireCodecs() []Codec { return []Codec{&mcpwire{}, &mcpwire{owned: true}} }

func (c *mcpwire) Name() string {
	if c.owned {
		return "mcpwire-owned"
	}
	return "mcpwire"
}

func (c *mcpwire) Strictness() string { return Probe(c).String() }

// ResetsTarget says that decoding starts from zero by itself.
func (*mcpwire) ResetsTarget() {}

// mcpValue is what generated types and jsonrpc.Error can do.
type mcpValue interface {
	codec.Appender
	codec.Decodable
}

// mcpMessage is a whole message: the envelope and, unless only that is wanted, what is in it.
type mcpMessage struct {
	Message jsonrpc.Message
	Value   mcpValue
	// Method is the message's, for the trials of Probe.
	Method string
}

// NewTarget returns the type of gen/mcp for the payload, or the message around it.
func (*mcpwire) NewTarget(m corpus.Message, view View) any {
	if view == Outer {
		return new(mcpMessage)
	}
	v := mcpType(m)
	if v == nil {
		return nil
	}
	if view == Whole {
		return &mcpMessage{Value: v}
	}
	return v
}

func mcpType(m corpus.Message) mcpValue { //nolint:cyclop // a table
	switch {
	case m.Kind == corpus.Error:
		return new(jsonrpc.Error)
	case m.Method == "tools/call" && m.Kind == corpus.Request:
		return new(mcp.CallToolParams)
	case m.Method == "tools/call":
		return new(mcp.CallToolResult)
	case m.Method == "initialize" && m.Kind == corpus.Request:
		return new(mcp.InitializeParams)
	case m.Method == "initialize":
		return new(mcp.InitializeResult)
	case m.Method == "tools/list":
		return new(mcp.ListToolsResult)
	case m.Method == "resources/read":
		return new(mcp.ReadResourceResult)
	case m.Method == "notifications/progress":
		return new(mcp.ProgressNotificationParams)
	case m.Method == "resources/list":
		return new(mcp.ListResourcesResult)
	case m.Method == "sampling/createMessage":
		return new(mcp.CreateMessageParams)
	}
	return nil
}

// SetRaw puts raw into the arguments of params.
func (*mcpwire) SetRaw(target any, raw []byte) {
	if p, ok := target.(*mcp.CallToolParams); ok {
		p.Arguments = codec.MakeRaw(raw)
	}
}

func (c *mcpwire) Decode(data []byte, into any) error {
	if m, ok := into.(*mcpMessage); ok {
		return c.decodeMessage(data, m)
	}
	v, ok := into.(mcpValue)
	switch {
	case !ok:
		return ErrUnsupported
	case c.owned:
		return codec.Unmarshal(data, v)
	}
	c.decoder.Reset(data)
	return c.decoder.Decode(v)
}

func (c *mcpwire) decodeMessage(data []byte, m *mcpMessage) error {
	if err := jsonrpc.Scan(data, &m.Message); err != nil {
		return err
	}
	m.Method = m.Message.Method
	switch {
	case m.Value == nil:
		return nil
	case c.owned:
		return codec.UnmarshalRaw(m.payload(), m.Value)
	case m.Message.Kind != jsonrpc.Response:
		return m.Message.DecodeParams(&c.decoder, m.Value)
	case m.Message.Err.IsZero():
		return m.Message.DecodeResult(&c.decoder, m.Value)
	}
	return m.Message.Err.Decode(&c.decoder, m.Value)
}

// payload returns the params, the result or the error object.
func (m *mcpMessage) payload() codec.Raw {
	switch {
	case m.Message.Kind != jsonrpc.Response:
		return m.Message.Params
	case m.Message.Err.IsZero():
		return m.Message.Result
	}
	return m.Message.Err
}

func (c *mcpwire) Encode(v any) ([]byte, error) {
	switch v := v.(type) {
	case *mcpMessage:
		if v.Value != nil && v.Message.Kind == jsonrpc.Request {
			return c.encodeRequest(v)
		}
		return c.keep(encodeMessage(c.buf[:0], v))
	case mcpValue:
		return c.keep(v.AppendJSON(c.buf[:0]))
	}
	return nil, ErrUnsupported
}

// keep remembers out, to be used again.
func (c *mcpwire) keep(out []byte, err error) ([]byte, error) {
	if err == nil {
		c.buf = out
	}
	return out, err
}

func encodeMessage(dst []byte, m *mcpMessage) ([]byte, error) {
	if m.Value == nil {
		return append(dst, m.Message.Frame()...), nil
	}
	if m.Message.Kind == jsonrpc.Notification {
		return jsonrpc.AppendNotification(dst, m.Message.Method, m.Value, jsonrpc.RevUnknown)
	}
	if e, ok := m.Value.(*jsonrpc.Error); ok {
		return jsonrpc.AppendError(dst, m.Message.ID, e)
	}
	return jsonrpc.AppendResult(dst, m.Message.ID, m.Value, jsonrpc.RevUnknown)
}

// encodeRequest writes the params first, as a caller does that appends them to a jsonrpc.Call, and then the request
// behind them.
func (c *mcpwire) encodeRequest(m *mcpMessage) ([]byte, error) {
	dst, err := m.Value.AppendJSON(c.buf[:0])
	if err != nil {
		return nil, err
	}
	params := len(dst)
	dst, err = jsonrpc.AppendRequest(dst, m.Message.ID, m.Message.Method, dst)
	if err != nil {
		return nil, err
	}
	c.buf = dst // all of it: what is returned begins behind the params
	return dst[params:], nil
}
