package httpheader

import (
	"errors"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/codec"
)

// What is wrong with a header that has to agree with the body. All of them are HeaderMismatch, -32020, to the client (rule E-26).
var (
	ErrMissing    = errors.New("the header is missing")
	ErrDuplicate  = errors.New("there are several lines of the header")
	ErrMismatch   = errors.New("the header differs from the body")
	ErrUnexpected = errors.New("the header is there, but not the value in the body")
)

// MatchToken checks a header that is never encoded, as Mcp-Method and MCP-Protocol-Version are, against the body. The values
// are compared byte by byte (rule E-10).
func MatchToken(values []string, want string) error {
	if len(values) == 1 && values[0] == want { // nearly always
		return nil
	}
	value, err := only(values)
	if err == nil && value != want {
		err = ErrMismatch
	}
	return err
}

// IsVerbatim reports whether a header stands for the same string as want, which is JSON that was checked, and both are written in the same plain
// way, as nearly all are: then nothing has to be decoded to know that they match. If it reports false, they may match or not.
func IsVerbatim(values []string, want []byte) bool {
	if len(values) != 1 {
		return false
	}
	value := values[0]
	if n := len(value); len(want) != n+2 || want[0] != '"' || string(want[1:n+1]) != value || strings.HasPrefix(value, prefix64) {
		return false
	}
	for i := range len(value) {
		if c := value[i]; c <= ' ' || c > '~' || c == '\\' {
			return false
		}
	}
	return true
}

// MatchString checks a header that may be encoded, as Mcp-Name is, against the body (rules E-24, E-28).
func MatchString(values []string, want string) error {
	value, err := only(values)
	if err != nil {
		return err
	}
	if value, err = Decode(value); err == nil && value != want {
		err = ErrMismatch
	}
	return err
}

// Match checks an Mcp-Param header against the argument that it mirrors; want is zero if that is absent. Integers are compared as
// numbers (rules E-28, E-29, T-19).
func Match(values []string, want codec.Raw) error {
	var d codec.Decoder
	kind := codec.KindNull
	if !want.IsZero() {
		d.ResetRaw(want)
		kind = d.Kind()
	}
	switch kind {
	case codec.KindNull:
		if len(values) > 0 { // somebody on the way may have acted on it
			return ErrUnexpected
		}
		return nil
	case codec.KindString:
		return matchDecoded(values, &d, d.String())
	case codec.KindBool:
		if d.Bool() {
			return matchDecoded(values, &d, "true")
		}
		return matchDecoded(values, &d, "false")
	case codec.KindNumber:
		return matchInteger(values, &d)
	}
	return ErrNotMirrored
}

func matchDecoded(values []string, d *codec.Decoder, want string) error {
	if err := d.End(); err != nil {
		return err
	}
	return MatchString(values, want)
}

func matchInteger(values []string, d *codec.Decoder) error {
	want, ok := integer(d)
	if !ok || d.End() != nil {
		return ErrNotMirrored
	}
	value, err := only(values)
	if err != nil {
		return err
	}
	if value, err = Decode(value); err != nil {
		return err
	}
	var digits [20]byte
	if string(strconv.AppendInt(digits[:0], want, 10)) == value {
		return nil
	}
	var h codec.Decoder
	h.Reset([]byte(value))
	if h.Kind() != codec.KindNumber {
		return ErrMismatch
	}
	if got, ok := integer(&h); !ok || h.End() != nil || got != want {
		return ErrMismatch
	}
	return nil
}

// only returns the one value of a header. Of several lines, whoever is on the way may have looked at another one than we would, even
// if they are the same (rule T-21).
func only(values []string) (string, error) {
	switch len(values) {
	case 0:
		return "", ErrMissing
	case 1:
		return Trim(values[0]), nil
	}
	return "", ErrDuplicate
}
