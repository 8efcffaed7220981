package codec

import (
	"strconv"
	"strings"
)

// This file holds what generated code shares, so that there is less of it.

// Read decodes the next value into v. As a function value it is how slices and maps of generated types are read.
func Read[T any, P interface {
	*T
	Decodable
}](d *Decoder, v *T) {
	_ = P(v).DecodeJSON(d) // the error stays in d
}

// ReadString, ReadInt, ReadFloat and ReadBool are the readers of plain elements.
func ReadString(d *Decoder, v *string) { *v = d.String() }

// ReadInt reads an integer element.
func ReadInt(d *Decoder, v *int64) { *v = d.Int() }

// ReadFloat reads a number element.
func ReadFloat(d *Decoder, v *float64) { *v = d.Float() }

// ReadBool reads a boolean element.
func ReadBool(d *Decoder, v *bool) { *v = d.Bool() }

// ReadIntAs reads an integer into a named type.
func ReadIntAs[T ~int64](d *Decoder, v *T) { *v = T(d.Int()) }

// ReadOpt returns a reader for elements that may be null.
func ReadOpt[T any](d *Decoder, o *Opt[T], read func(*Decoder, *T)) {
	if p := NotNull(d, o); p != nil {
		read(d, p)
	}
}

// OptConst consumes a string that must be want, or null.
func (d *Decoder) OptConst(o *Opt[string], want string) {
	if d.Null() {
		o.SetNull()
		return
	}
	d.Const(want)
	o.Set(want)
}

// OptConstInt consumes an integer that must be want, or null.
func (d *Decoder) OptConstInt(o *Opt[int64], want int64) {
	if d.Null() {
		o.SetNull()
		return
	}
	d.ConstInt(want)
	o.Set(want)
}

// OptConstBool consumes a boolean that must be want, or null.
func (d *Decoder) OptConstBool(o *Opt[bool], want bool) {
	if d.Null() {
		o.SetNull()
		return
	}
	d.ConstBool(want)
	o.Set(want)
}

// ConstNull consumes null.
func (d *Decoder) ConstNull() {
	if !d.Null() {
		d.unexpected("null")
	}
}

// Unexpected fails with what was wanted and what is there.
func (d *Decoder) Unexpected(want string) { d.unexpected(want) }

// AppendOptString appends the string, or null.
func AppendOptString(dst []byte, o *Opt[string]) []byte { return AppendOptText(dst, o) }

// AppendOptText appends the string of a named type, or null.
func AppendOptText[T ~string](dst []byte, o *Opt[T]) []byte {
	if o.st != optSet {
		return append(dst, "null"...)
	}
	return AppendString(dst, string(o.v))
}

// AppendOptInt appends the integer, or null.
func AppendOptInt(dst []byte, o *Opt[int64]) []byte {
	if o.st != optSet {
		return append(dst, "null"...)
	}
	return AppendInt(dst, o.v)
}

// AppendOptFloat appends the number, or null.
func AppendOptFloat(dst []byte, o *Opt[float64]) ([]byte, error) {
	if o.st != optSet {
		return append(dst, "null"...), nil
	}
	return AppendFloat(dst, o.v)
}

// AppendOptBool appends the boolean, or null.
func AppendOptBool(dst []byte, o *Opt[bool]) []byte {
	if o.st != optSet {
		return append(dst, "null"...)
	}
	return AppendBool(dst, o.v)
}

// Comma appends a comma unless dst ends in the bracket that opens a list.
func Comma(dst []byte) []byte {
	if n := len(dst); n > 0 && dst[n-1] == '[' {
		return dst
	}
	return append(dst, ',')
}

// NilUnion is the error for a required union without a value.
func NilUnion() error { return &Error{Offset: -1, Err: because(ErrMissing, "a union without a value")} }

// UnmarshalJSON is Unmarshal with the convention of encoding/json that null changes nothing.
func UnmarshalJSON(src []byte, v Decodable) error {
	if string(src) == "null" {
		return nil
	}
	return Unmarshal(src, v)
}

// OwnText gives *s memory of its own.
func OwnText[T ~string](s *T) { *s = T(strings.Clone(string(*s))) }

// OwnOptText gives the string in o memory of its own.
func OwnOptText[T ~string](o *Opt[T]) { o.v = T(strings.Clone(string(o.v))) }

// OwnSlice returns a copy of s whose elements own has given memory of their own; nil stays nil.
func OwnSlice[T any](s []T, own func(*T)) []T {
	if s == nil {
		return nil
	}
	c := make([]T, len(s))
	copy(c, s)
	if own != nil {
		for i := range c {
			own(&c[i])
		}
	}
	return c
}

// OwnMap is OwnSlice for a map.
func OwnMap[T any](m []Member[T], own func(*T)) []Member[T] {
	if m == nil {
		return nil
	}
	c := make([]Member[T], len(m))
	for i := range m {
		c[i] = Member[T]{strings.Clone(m[i].Key), m[i].Value}
		if own != nil {
			own(&c[i].Value)
		}
	}
	return c
}

// OwnRaw gives r memory of its own.
func OwnRaw(r *Raw) { *r = r.Clone() }

// OwnOpt gives the value in o memory of its own.
func OwnOpt[T any](o *Opt[T], own func(*T)) {
	if o.st == optSet {
		own(&o.v)
	}
}

// AtMember returns err with the name of a map's member in front of its pointer.
func AtMember(err error, name string) error { return At(err, name) }

// ParseNumber checks that s is a JSON number.
func ParseNumber(s string) error {
	if n, ok := numberLen([]byte(s)); !ok || n != len(s) {
		return because(ErrSyntax, "not a JSON number: "+strconv.Quote(s))
	}
	return nil
}

// FitsInt reports whether the next value is an integer of 64 bits, which is not consumed.
func (d *Decoder) FitsInt() bool {
	if d.Kind() != KindNumber {
		return false
	}
	m := d.Mark()
	text, _ := d.number()
	if d.err != nil {
		return false
	}
	_, ok := parseInt(text)
	d.Rewind(m)
	return ok
}

// ResetCopy is ResetRaw with a copy of r, in memory that d keeps: what is then decoded borrows d alone. It returns the
// copy, which is good until d is Reset.
func (d *Decoder) ResetCopy(r Raw, opts ...Option) Raw {
	d.input = append(d.input[:0], r.b...)
	r.b = d.input
	d.ResetRaw(r, opts...)
	return r
}

// Has reports whether e has a member named key.
func (e *Extra) Has(key string) bool {
	for k := range e.All() {
		if k == key {
			return true
		}
	}
	return false
}
