package contract

import (
	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// The types of the method "echo", written as the generator prints them.

type echoParams struct {
	Text string
	Seq  int64
	Tags []string
}

func (x *echoParams) AppendJSON(dst []byte) ([]byte, error) {
	dst = append(dst, `{"text":`...)
	dst = codec.AppendString(dst, x.Text)
	dst = append(dst, `,"seq":`...)
	dst = codec.AppendInt(dst, x.Seq)
	dst = append(dst, `,"tags":`...)
	dst = codec.AppendTexts(dst, x.Tags)
	return append(dst, '}'), nil
}

func (x *echoParams) AppendJSONFor(dst []byte, _ jsonrpc.Revision) ([]byte, error) {
	return x.AppendJSON(dst)
}

func (x *echoParams) DecodeJSON(d *codec.Decoder) error {
	*x = echoParams{}
	return x.read(d)
}

func (x *echoParams) read(d *codec.Decoder) error {
	var seen uint64
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case "text":
			d.Once(&seen, 1)
			x.Text = d.String()
		case "seq":
			d.Once(&seen, 2)
			x.Seq = d.Int()
		case "tags":
			d.Once(&seen, 4)
			codec.Texts(d, &x.Tags)
		default:
			d.Skip()
		}
	}
	return d.Err()
}

// echoResult is what comes back: the same, and in modern revisions what kind of result it is.
type echoResult struct {
	echoParams
	ResultType string
}

func (x *echoResult) AppendJSONFor(dst []byte, v jsonrpc.Revision) ([]byte, error) {
	dst, err := x.AppendJSON(dst)
	if err == nil && v.Modern() {
		dst = append(dst[:len(dst)-1], `,"resultType":"complete"}`...)
	}
	return dst, err
}

func (x *echoResult) DecodeJSON(d *codec.Decoder) error {
	*x = echoResult{}
	return x.read(d)
}

func (x *echoResult) read(d *codec.Decoder) error {
	var seen uint64
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case "text":
			d.Once(&seen, 1)
			x.Text = d.String()
		case "seq":
			d.Once(&seen, 2)
			x.Seq = d.Int()
		case "tags":
			d.Once(&seen, 4)
			codec.Texts(d, &x.Tags)
		case "resultType":
			d.Once(&seen, 8)
			x.ResultType = d.String()
		default:
			d.Skip()
		}
	}
	return d.Err()
}

// cancelledParams are those of notifications/cancelled.
type cancelledParams struct {
	RequestID jsonrpc.ID
}

func (x *cancelledParams) DecodeJSON(d *codec.Decoder) error {
	*x = cancelledParams{}
	var seen uint64
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case "requestId":
			d.Once(&seen, 1)
			_ = x.RequestID.DecodeJSON(d) // the error stays in d
		default:
			d.Skip()
		}
	}
	return d.Err()
}
