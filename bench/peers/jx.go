package peers

import (
	"bytes"

	"github.com/go-faster/jx"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

// jxCodec is code written by hand on go-faster/jx, which is what its users write or have generated. It covers the
// envelope, tools/call both ways, resources/read, progress and errors; the other messages are ErrUnsupported.
type jxCodec struct {
	dec jx.Decoder
	enc jx.Encoder
}

func newJX() Codec { return &jxCodec{} }

func (*jxCodec) Name() string         { return "jx" }
func (c *jxCodec) Strictness() string { return Probe(c).String() }

func (c *jxCodec) Decode(data []byte, into any) error {
	d := &c.dec
	d.ResetBytes(data)
	err := jxDecode(d, into)
	if err != nil {
		return err
	}
	if d.Next() != jx.Invalid {
		return errTrailing
	}
	return nil
}

func (c *jxCodec) Encode(v any) ([]byte, error) {
	c.enc.Reset()
	if !jxEncode(&c.enc, v) {
		return nil, ErrUnsupported
	}
	return c.enc.Bytes(), nil
}

// NewTarget returns the mirrors that there is code for.
func (*jxCodec) NewTarget(m corpus.Message, view View) any {
	if view == Outer {
		return new(Envelope)
	}
	target := m.NewMirror()
	if view == Whole {
		target = m.NewEnvelopeMirror()
	}
	switch target.(type) {
	case *corpus.CallToolParams, *corpus.CallToolResult, *corpus.ReadResourceResult, *corpus.ProgressParams, *corpus.ErrorObject,
		*corpus.CallToolRequest, *corpus.CallToolResponse, *corpus.ReadResourceResponse, *corpus.ProgressNotification, *corpus.ErrorResponse:
		return target
	default:
		return nil
	}
}

func jxDecode(d *jx.Decoder, into any) error {
	switch x := into.(type) {
	case *corpus.CallToolParams:
		return jxCallToolParams(d, x)
	case *corpus.CallToolResult:
		return jxCallToolResult(d, x)
	case *corpus.ReadResourceResult:
		return jxReadResourceResult(d, x)
	case *corpus.ProgressParams:
		return jxProgressParams(d, x)
	case *corpus.ErrorObject:
		return jxErrorObject(d, x)
	case *Envelope:
		return jxEnvelope(d, x)
	default:
		return jxDecodeWhole(d, into)
	}
}

// jxDecodeWhole reads the messages in which the payload is typed, too.
func jxDecodeWhole(d *jx.Decoder, into any) error {
	switch x := into.(type) {
	case *corpus.CallToolRequest:
		return jxMessage(d, jxOuter{&x.JSONRPC, (*[]byte)(&x.ID), &x.Method}, func(d *jx.Decoder) error { return jxCallToolParams(d, &x.Params) })
	case *corpus.CallToolResponse:
		return jxMessage(d, jxOuter{&x.JSONRPC, (*[]byte)(&x.ID), nil}, func(d *jx.Decoder) error { return jxCallToolResult(d, &x.Result) })
	case *corpus.ReadResourceResponse:
		return jxMessage(d, jxOuter{&x.JSONRPC, (*[]byte)(&x.ID), nil}, func(d *jx.Decoder) error { return jxReadResourceResult(d, &x.Result) })
	case *corpus.ProgressNotification:
		return jxMessage(d, jxOuter{&x.JSONRPC, nil, &x.Method}, func(d *jx.Decoder) error { return jxProgressParams(d, &x.Params) })
	case *corpus.ErrorResponse:
		return jxMessage(d, jxOuter{&x.JSONRPC, (*[]byte)(&x.ID), nil}, func(d *jx.Decoder) error { return jxErrorObject(d, &x.Error) })
	default:
		return ErrUnsupported
	}
}

// jxOuter points to the envelope's members. Those that a kind of message lacks are nil.
type jxOuter struct {
	jsonrpc *string
	id      *[]byte
	method  *string
}

func jxMessage(d *jx.Decoder, o jxOuter, payload func(*jx.Decoder) error) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch {
		case string(key) == "jsonrpc":
			*o.jsonrpc, err = d.Str()
		case string(key) == "id" && o.id != nil:
			*o.id, err = jxRaw(d)
		case string(key) == "method" && o.method != nil:
			*o.method, err = d.Str()
		case string(key) == "params", string(key) == "result", string(key) == "error":
			err = payload(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

func jxEnvelope(d *jx.Decoder, x *Envelope) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "jsonrpc":
			x.JSONRPC, err = d.Str()
		case "id":
			x.ID, err = jxBorrowed(d)
		case "method":
			x.Method, err = d.Str()
		case "params":
			x.Params, err = jxBorrowed(d)
		case "result":
			x.Result, err = jxBorrowed(d)
		case "error":
			x.Error, err = jxBorrowed(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

// jxRaw copies a value.
func jxRaw(d *jx.Decoder) ([]byte, error) {
	raw, err := d.Raw()
	return bytes.Clone(raw), err
}

// jxBorrowed returns a value that is a part of the input.
func jxBorrowed(d *jx.Decoder) ([]byte, error) {
	raw, err := d.Raw()
	return raw, err
}

// jxText reads a string into an optional member.
func jxText(d *jx.Decoder, to **string) error {
	s, err := d.Str()
	*to = &s
	return err
}

func jxBool(d *jx.Decoder, to **bool) error {
	b, err := d.Bool()
	*to = &b
	return err
}

func jxFloat(d *jx.Decoder, to **float64) error {
	f, err := d.Float64()
	*to = &f
	return err
}
