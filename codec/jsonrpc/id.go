package jsonrpc

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/internal/bytesconv"
)

type idKind uint8

const (
	idNone idKind = iota
	idNumber
	idString
	idSource // a string that only its source text can repeat: it holds a lone surrogate
)

// ID is a request id or a progress token: a string, an integer of any size, or, as the zero ID, none. A
// number keeps its source text, so that 9007199254740993 and 1.0 come back as they came (rules ).
//
// An ID that was decoded borrows its input: Clone before keeping it. IDs are comparable and may be
// map keys; 1 and "1" differ, and so do 1 and 1.0.
type ID struct {
	s    string
	kind idKind
}

// IntID returns an integer ID.
func IntID(v int64) ID { return ID{strconv.FormatInt(v, 10), idNumber} }

// StringID returns a string ID.
func StringID(s string) ID { return ID{s, idString} }

// IsZero reports whether there is no id.
func (id ID) IsZero() bool { return id.kind == idNone }

// IsString reports whether the id is a string.
func (id ID) IsString() bool { return id.kind >= idString }

// IsNumber reports whether the id is a number.
func (id ID) IsNumber() bool { return id.kind == idNumber }

// Int64 returns the integer, if the id is one in plain decimal that fits.
func (id ID) Int64() (int64, bool) {
	if id.kind != idNumber {
		return 0, false
	}
	v, err := strconv.ParseInt(id.s, 10, 64)
	return v, err == nil
}

// Text returns the string, if the id is one.
func (id ID) Text() (string, bool) {
	if id.kind != idString {
		return "", false
	}
	return id.s, true
}

// String returns the id as JSON text, for messages to people; "none" for the zero ID.
func (id ID) String() string {
	if id.kind == idNone {
		return "none"
	}
	b, _ := id.AppendJSON(nil) // only the zero ID fails
	return string(b)
}

// Equal reports whether id and o are the same.
func (id ID) Equal(o ID) bool { return id == o }

// Clone returns an ID with memory of its own.
func (id ID) Clone() ID { return ID{strings.Clone(id.s), id.kind} }

// AppendJSON appends the id; the zero ID is an error, since null is never an id (rule A-04).
func (id ID) AppendJSON(dst []byte) ([]byte, error) {
	switch id.kind {
	case idNumber, idSource:
		return append(dst, id.s...), nil
	case idString:
		return codec.AppendString(dst, id.s), nil
	}
	return dst, codec.ErrMissing
}

// DecodeJSON reads a string or an integer. A fraction is codec.ErrRange, null and other kinds are codec.ErrType.
func (id *ID) DecodeJSON(d *codec.Decoder) error {
	*id = ID{}
	switch d.Kind() {
	case codec.KindNumber:
		s := d.Number()
		if d.Err() != nil {
			break
		}
		if !isInteger(s) {
			return d.Fail(codec.ErrRange)
		}
		*id = ID{s, idNumber}
	case codec.KindString:
		*id = readStringID(d)
	default:
		d.Unexpected("a string or an integer")
	}
	return d.Err()
}

// readStringID reads the string at whose quote d stands; the zero ID after an error.
func readStringID(d *codec.Decoder) ID {
	if plain, ok := d.PlainString(); ok {
		return ID{plain, idString}
	}
	r := d.Raw()
	if d.Err() != nil {
		return ID{}
	}
	if b := r.Bytes(); bytes.IndexByte(b, '\\') >= 0 && codec.HasLoneSurrogate(b) {
		return ID{bytesconv.String(b), idSource}
	}
	return ID{text(r), idString}
}

// text returns what r, a checked string, stands for. It borrows r, or, if there are escapes, a small piece of memory of
// its own: with a Decoder's arena instead, a few escaped bytes would cost 2 KiB.
func text(r codec.Raw) string {
	b := r.Bytes()
	if bytes.IndexByte(b, '\\') < 0 {
		return bytesconv.String(b[1 : len(b)-1])
	}
	var d codec.Decoder
	d.ResetRaw(r)
	return d.String()
}

// isInteger is codec.IsInteger with a short way for plain digits, which nearly all ids are.
func isInteger(number string) bool {
	for i := range len(number) {
		if c := number[i]; c > '9' || c < '0' && c != '-' {
			return codec.IsInteger(number)
		}
	}
	return true
}

// MarshalJSON returns the id, null for the zero ID.
func (id ID) MarshalJSON() ([]byte, error) {
	if id.kind == idNone {
		return []byte("null"), nil
	}
	return id.AppendJSON(nil)
}

// UnmarshalJSON copies src.
func (id *ID) UnmarshalJSON(src []byte) error { return codec.Unmarshal(src, id) }
