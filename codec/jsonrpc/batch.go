package jsonrpc

import (
	"iter"

	"github.com/mcpwire/mcpwire/codec"
)

// ScanBatch yields the elements of the top-level array src, one after the other, borrowed from src. All of src is checked before
// the first one, so that a batch that breaks off is refused as a whole and none of its messages is acted on. What
// an element is, a message or not, its own Scan says (rule A-29: one error for each bad one).
//
// If src is no JSON, or not an array, or an empty one, there is one pair with no element and an *Error to answer with: CodeParseError
// or CodeInvalidRequest. It yields any number of elements; counting them is up to the caller.
func ScanBatch(src []byte) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var d codec.Decoder
		all, err := batch(src, &d)
		if err != nil {
			yield(nil, err)
			return
		}
		d.ResetRaw(all)
		for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
			if element := d.Raw(); d.Err() != nil || !yield(element.Bytes(), nil) {
				return
			}
		}
	}
}

// batch checks src and returns it without the white space around it.
func batch(src []byte, d *codec.Decoder) (codec.Raw, error) {
	d.Reset(src)
	kind := d.Kind()
	all := d.Raw()
	if err := d.End(); err != nil {
		return codec.Raw{}, parseError(err)
	}
	if kind != codec.KindArray {
		return codec.Raw{}, NewError(CodeInvalidRequest, "invalid request: not a batch", codec.ErrType)
	}
	if d.ResetRaw(all); !d.FirstElem() {
		return codec.Raw{}, NewError(CodeInvalidRequest, "invalid request: an empty batch", codec.ErrMissing)
	}
	return all, nil
}
