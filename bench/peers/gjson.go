package peers

import (
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/mcpwire/mcpwire/internal/corpus"
)

// gJSON finds members in JSON that it takes to be valid. It can do the envelope and nothing else.
type gJSON struct{}

func newGJSON() Codec { return gJSON{} }

func (gJSON) Name() string         { return "gjson" }
func (c gJSON) Strictness() string { return Probe(c).String() }

func (gJSON) NewTarget(_ corpus.Message, view View) any {
	if view != Outer {
		return nil
	}
	return new(Envelope)
}

func (gJSON) Decode(data []byte, into any) error {
	e, ok := into.(*Envelope)
	if !ok {
		return ErrUnsupported
	}
	text := unsafe.String(unsafe.SliceData(data), len(data))
	gjson.Parse(text).ForEach(func(key, value gjson.Result) bool {
		raw := unsafe.Slice(unsafe.StringData(value.Raw), len(value.Raw))
		switch key.String() {
		case "jsonrpc":
			e.JSONRPC = value.String()
		case "id":
			e.ID = raw
		case "method":
			e.Method = value.String()
		case "params":
			e.Params = raw
		case "result":
			e.Result = raw
		case "error":
			e.Error = raw
		}
		return true
	})
	return nil
}

func (gJSON) Encode(any) ([]byte, error) { return nil, ErrUnsupported }
