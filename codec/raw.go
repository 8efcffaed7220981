package codec

import (
	"bytes"
)

const (
	rawChecked uint8 = 1 << iota // grammar and UTF-8 are known to be right
	rawLines                     // holds a raw CR or LF, which can only be white space
	rawDeep                      // may nest deeper than DefaultMaxDepth
)

// Raw is one JSON value as text. The zero Raw is absent; the text null is a null that is there.
//
// A Raw from the decoder borrows the decoder's input: Clone what outlives it.
type Raw struct {
	b  []byte
	st uint8
}

// MakeRaw returns a Raw that holds b, which is not copied and must not change while the Raw
// is in use. b is checked each time it is encoded; ParseRaw checks once.
func MakeRaw(b []byte) Raw { return Raw{b: b} }

// ParseRaw checks that b is one JSON value, as Valid does, and returns a Raw that holds it without
// copying. White space around the value is cut off.
func ParseRaw(b []byte, opts ...Option) (Raw, error) {
	var d Decoder
	d.Reset(b, opts...)
	r := d.Raw()
	if err := d.End(); err != nil {
		return Raw{}, err
	}
	return r, nil
}

// RawString is MakeRaw for a string; it copies s.
func RawString(s string) Raw { return Raw{b: []byte(s)} }

// Quote returns the JSON string that s is, where open JSON is wanted. Bytes that are not UTF-8 become U+FFFD.
func Quote(s string) Raw { return Raw{b: AppendString(nil, s), st: rawChecked} }

// Bytes returns the JSON text. It is shared with r and must not be changed.
func (r Raw) Bytes() []byte { return r.b }

// String returns the JSON text as a string of its own.
func (r Raw) String() string { return string(r.b) }

// IsZero reports whether r is absent.
func (r Raw) IsZero() bool { return len(r.b) == 0 }

// IsNull reports whether r is the value null.
func (r Raw) IsNull() bool { return string(bytes.TrimSpace(r.b)) == "null" }

// Checked reports whether the text is known to be one valid JSON value.
func (r Raw) Checked() bool { return r.st&rawChecked != 0 }

// Kind returns what kind of value r holds, by its first byte; KindInvalid if r is absent.
func (r Raw) Kind() Kind {
	b := bytes.TrimLeft(r.b, " \t\r\n")
	if len(b) == 0 {
		return KindInvalid
	}
	return kindOf(b[0])
}

// Equal reports whether r and s hold the same text.
func (r Raw) Equal(s Raw) bool {
	return bytes.Equal(r.b, s.b)
}

// Clone returns a Raw with text of its own.
func (r Raw) Clone() Raw { return Raw{b: bytes.Clone(r.b), st: r.st} }

// Decode decodes the value into v, which then borrows r's text and d.
func (r Raw) Decode(d *Decoder, v Decodable) error {
	d.ResetRaw(r)
	return d.Decode(v)
}

// AppendJSON appends the text; an absent r is an error.
func (r Raw) AppendJSON(dst []byte) ([]byte, error) { return AppendRaw(dst, r) }

// DecodeJSON sets r to the next value of d, borrowed.
func (r *Raw) DecodeJSON(d *Decoder) error {
	*r = d.Raw()
	return d.Err()
}

// MarshalJSON returns the text; null for an absent r, since encoding/json wants a value.
func (r Raw) MarshalJSON() ([]byte, error) {
	if r.IsZero() {
		return []byte("null"), nil
	}
	return AppendRaw(nil, r)
}

// UnmarshalJSON copies src.
func (r *Raw) UnmarshalJSON(src []byte) error {
	v, err := ParseRaw(bytes.Clone(src))
	if err != nil {
		return err
	}
	*r = v
	return nil
}

// AppendRaw appends r's text. A Raw that was not checked before is checked now. Line breaks
// between tokens become spaces, so that the output fits on one line of a stdio stream.
func AppendRaw(dst []byte, r Raw) ([]byte, error) {
	if len(r.b) == 0 {
		return dst, because(ErrMissing, "an absent Raw has no JSON text")
	}
	if r.st&rawChecked == 0 {
		var err error
		if r, err = ParseRaw(r.b); err != nil {
			return dst, err
		}
	}
	if r.st&rawLines == 0 {
		return append(dst, r.b...), nil
	}
	return appendOneLine(dst, r.b), nil
}

// appendOneLine appends valid JSON with every raw CR and LF made a space.
func appendOneLine(dst, b []byte) []byte {
	n := len(dst)
	dst = append(dst, b...)
	for i, c := range dst[n:] {
		if c == '\n' || c == '\r' {
			dst[n+i] = ' '
		}
	}
	return dst
}
