// Package anyjson converts values of your own Go types to JSON and back, where no codecs were generated for them: the
// arguments of a tool into a struct, a struct into structured content.
//
// It is the v2 form of goccy/go-json behind the policy of package codec. Input is checked by codec first: RFC 8259 grammar,
// valid UTF-8, nesting of at most 1000 levels, nothing after the value. Member names match exactly: "Name" does not fill a
// field called name. A name that comes twice in an object is an error. An escaped lone surrogate becomes U+FFFD.
//
// Struct tags, embedding and methods are those of encoding/json/v2, and MarshalJSON and UnmarshalJSON are honored, so that
// generated types may be parts of your own. Some rules differ from encoding/json: a nil slice or map is written as [] or {}, an integer field takes
// integers as they are written (5, not 5.0), and names are case-sensitive. A number in an any is a float64, which
// rounds integers beyond 2^53: use an int64, a json.Number or a codec.Raw where they matter.
//
// The functions are safe for concurrent use.
package anyjson

import (
	"errors"
	"fmt"

	"github.com/goccy/go-json/jsontext"
	json "github.com/goccy/go-json/v2"

	"github.com/mcpwire/mcpwire/codec"
)

// Unmarshal decodes src into the value that v points to, which then owns its memory: src may change afterwards. Bad JSON
// is a *codec.Error with its offset; an error of the conversion names the member.
func Unmarshal(src []byte, v any) error {
	if err := codec.Valid(src); err != nil {
		return err
	}
	return decode(src, v)
}

// UnmarshalRaw is Unmarshal for a Raw. One that was checked before is not checked again. An absent Raw is
// codec.ErrMissing.
func UnmarshalRaw(r codec.Raw, v any) error {
	if r.IsZero() {
		return fmt.Errorf("anyjson: %w: an absent Raw has no value", codec.ErrMissing)
	}
	if !r.Checked() {
		return Unmarshal(r.Bytes(), v)
	}
	return decode(r.Bytes(), v)
}

// decode decodes src, which codec has checked.
func decode(src []byte, v any) error {
	err := json.Unmarshal(src, v, jsontext.AllowInvalidUTF8(true))
	if err == nil {
		return nil
	}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) && errors.Is(err, jsontext.ErrDuplicateName) {
		return &codec.Error{Offset: int(syntactic.ByteOffset), Pointer: string(syntactic.JSONPointer), Err: codec.ErrDuplicate}
	}
	return fmt.Errorf("anyjson: %w", err)
}

// Append appends v as JSON to dst. Map members are sorted by name, HTML is not escaped, and bytes of strings that are not UTF-8 become
// U+FFFD. After an error, dst is returned at its old length.
func Append(dst []byte, v any) ([]byte, error) {
	out, err := json.Marshal(v, json.Deterministic(true), jsontext.AllowInvalidUTF8(true))
	if err != nil {
		return dst, fmt.Errorf("anyjson: %w", err)
	}
	return append(dst, out...), nil
}

// Marshal returns v as a Raw, in the form of Append. It is checked, so that encoding it costs no second look.
func Marshal(v any) (codec.Raw, error) {
	out, err := Append(nil, v)
	if err != nil {
		return codec.Raw{}, err
	}
	return codec.ParseRaw(out)
}

// Value returns v as what the functions of package codec take. To decode, v has to be a pointer.
func Value(v any) *Adapter { return &Adapter{v} }

// Adapter makes a codec.Appender and a codec.Decodable of a value of any type.
type Adapter struct{ v any }

// AppendJSON is Append.
func (a *Adapter) AppendJSON(dst []byte) ([]byte, error) { return Append(dst, a.v) }

// DecodeJSON reads the next value of d. The result owns its memory.
func (a *Adapter) DecodeJSON(d *codec.Decoder) error {
	r := d.Raw()
	if err := d.Err(); err != nil {
		return err
	}
	if err := UnmarshalRaw(r, a.v); err != nil {
		return d.Fail(err)
	}
	return nil
}
