package httpheader

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/codec"
)

const (
	prefix64 = "=?base64?"
	suffix64 = "?="
	// maxInteger is the largest integer that is mirrored, and the smallest is its negative (rule E-13).
	maxInteger = 1<<53 - 1
)

var (
	// ErrMalformed is for a value with bytes that a header must not have, or that is no valid Base64.
	ErrMalformed = errors.New("the header is malformed")
	// ErrNotMirrored is for a member of the body that no header can have: it is neither a string, nor a boolean, nor an integer in
	// the range of exact float64s.
	ErrNotMirrored = errors.New("the value cannot be mirrored in a header")
)

// Encode returns s as the value of Mcp-Name or of an Mcp-Param header: as it is if it is plain, else in Base64 between markers (rules
// E-20 to E-23). s is UTF-8.
func Encode(s string) string {
	if isPlain(s) && !(strings.HasPrefix(s, prefix64) && strings.HasSuffix(s, suffix64)) {
		return s
	}
	b := make([]byte, 0, len(prefix64)+base64.StdEncoding.EncodedLen(len(s))+len(suffix64))
	b = append(b, prefix64...)
	b = base64.StdEncoding.AppendEncode(b, []byte(s))
	return string(append(b, suffix64...))
}

// isPlain reports whether s is printable ASCII and spaces, without a space at an end. A tab would be legal inside, but not everybody
// agrees (rule T-18).
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s == "" || s[0] != ' ' && s[len(s)-1] != ' '
}

// Decode returns what Encode was given. Spaces and tabs around the value do not belong to it. Without both markers, exactly as Encode
// writes them, it stands for itself (rule E-24). The error is ErrMalformed.
func Decode(value string) (string, error) {
	value = Trim(value)
	for i := range len(value) {
		if c := value[i]; (c < ' ' || c > '~') && c != '\t' { // rules E-27, H-09
			return "", ErrMalformed
		}
	}
	coded, ok := strings.CutPrefix(value, prefix64)
	if !ok {
		return value, nil
	}
	coded, ok = strings.CutSuffix(coded, suffix64)
	if !ok {
		return value, nil
	}
	b, err := base64.StdEncoding.Strict().DecodeString(coded)
	if err != nil || !utf8.Valid(b) {
		return "", ErrMalformed
	}
	return string(b), nil
}

// Trim returns value without the spaces and tabs around it.
func Trim(value string) string {
	if n := len(value); n == 0 || value[0] > ' ' && value[n-1] > ' ' { // nearly always
		return value
	}
	return strings.Trim(value, " \t")
}

// Mirror returns the value of the Mcp-Param header for an argument. ok is false if there is to be none, as the argument is absent or null
// (rule E-17); for an empty string there is one (rules E-25, T-20). The error is ErrNotMirrored, or that v is no valid JSON.
func Mirror(v codec.Raw) (value string, ok bool, err error) {
	if v.IsZero() {
		return "", false, nil
	}
	var d codec.Decoder
	d.ResetRaw(v)
	switch d.Kind() {
	case codec.KindNull:
		d.Skip()
	case codec.KindString:
		value, ok = Encode(strings.Clone(d.String())), true
	case codec.KindBool:
		value, ok = strconv.FormatBool(d.Bool()), true
	case codec.KindNumber:
		n, whole := integer(&d)
		if !whole {
			return "", false, ErrNotMirrored
		}
		value, ok = strconv.FormatInt(n, 10), true
	default:
		return "", false, ErrNotMirrored
	}
	if err := d.End(); err != nil {
		return "", false, err
	}
	return value, ok, nil
}

// integer reads a number. It reports whether it is an integer that may be mirrored: 42.0 and 4.2e1 are 42 (rule T-19).
func integer(d *codec.Decoder) (int64, bool) {
	n := d.Int()
	return n, d.Err() == nil && n >= -maxInteger && n <= maxInteger
}
