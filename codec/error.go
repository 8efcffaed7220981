package codec

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What can be wrong with input or with a value that is encoded. An *Error wraps one of these;
// compare with errors.Is.
var (
	// ErrSyntax is JSON that breaks the grammar of RFC 8259.
	ErrSyntax = errors.New("invalid JSON")
	// ErrUTF8 is a byte sequence that is not UTF-8 (RFC 3629).
	ErrUTF8 = errors.New("invalid UTF-8")
	// ErrSurrogate is an escaped surrogate without its other half, refused with Strict.
	ErrSurrogate = errors.New("lone surrogate escape")
	// ErrDepth is nesting beyond the limit.
	ErrDepth = errors.New("nested too deeply")
	// ErrType is a value of another JSON kind than the target has.
	ErrType = errors.New("wrong kind of value")
	// ErrRange is a number that the target cannot hold exactly (integers) or at all (numbers).
	ErrRange = errors.New("number out of range")
	// ErrDuplicate is a member that the target knows and that comes a second time.
	ErrDuplicate = errors.New("duplicate member")
	// ErrUnknown is a member that the target does not know, refused with RejectUnknown.
	ErrUnknown = errors.New("unknown member")
	// ErrConst is a member whose only legal value is another one.
	ErrConst = errors.New("wrong constant")
	// ErrMissing is a required member that is not there.
	ErrMissing = errors.New("missing required member")
	// ErrInvalid is a value that breaks a rule of its schema: an enum, a bound, a pattern.
	ErrInvalid = errors.New("invalid value")
)

// Error says what is wrong, where. Its text is for people and may change.
type Error struct {
	// Offset is the position in the input, in bytes; -1 if the error is about a value and not about input.
	Offset int
	// Pointer is the JSON Pointer (RFC 6901) of the value in question; "" is the whole document.
	// Names from the input are cut to 64 bytes.
	Pointer string
	// Err is the cause; it wraps one of the Err variables of this package.
	Err error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("json: ")
	b.WriteString(e.Err.Error())
	if e.Pointer != "" {
		b.WriteString(" at ")
		b.WriteString(e.Pointer)
	}
	if e.Offset >= 0 {
		b.WriteString(" (offset ")
		b.WriteString(strconv.Itoa(e.Offset))
		b.WriteByte(')')
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// maxPointerToken bounds what an error quotes of a member name: names come from peers.
const maxPointerToken = 64

// under puts the member or index token in front of e's pointer.
func (e *Error) under(token string) {
	e.Pointer = "/" + pointerToken(token) + e.Pointer
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")

// pointerToken escapes a name for a JSON Pointer and makes it safe to print.
func pointerToken(s string) string {
	if len(s) > maxPointerToken {
		s = strings.ToValidUTF8(s[:maxPointerToken], "") + "..."
	}
	for _, r := range s {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			q := strconv.Quote(s)
			s = q[1 : len(q)-1]
			break
		}
	}
	return pointerEscaper.Replace(s)
}

// At returns err with the member name put in front of its JSON Pointer. An error that is not an
// *Error becomes one. It is for generated code, which calls it while unwinding, so that success pays nothing.
func At(err error, name string) error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Offset: -1, Err: err}
	}
	e.under(name)
	return e
}

// AtIndex is At for the element i of an array.
func AtIndex(err error, i int) error { return At(err, strconv.Itoa(i)) }

// detailError is one of the Err variables with what was found.
type detailError struct {
	kind   error
	detail string
}

func (e *detailError) Error() string { return e.kind.Error() + ": " + e.detail }
func (e *detailError) Unwrap() error { return e.kind }

func because(kind error, detail string) error { return &detailError{kind, detail} }

// causeError is a detailError that also wraps another package's error.
type causeError struct {
	detailError
	cause error
}

func because2(kind error, detail string, cause error) error {
	return &causeError{detailError{kind, detail}, cause}
}

func (e *causeError) Error() string   { return e.detailError.Error() + ": " + e.cause.Error() }
func (e *causeError) Unwrap() []error { return []error{e.kind, e.cause} }
