package jsonrpc

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"github.com/mcpwire/mcpwire/codec"
)

// Error codes of JSON-RPC 2.0 and of MCP (rules ).
const (
	CodeParseError                      = -32700
	CodeInvalidRequest                  = -32600
	CodeMethodNotFound                  = -32601
	CodeInvalidParams                   = -32602
	CodeInternalError                   = -32603
	CodeResourceNotFound                = -32002 // legacy revisions only
	CodeURLElicitationRequired          = -32042 // 2025-11-25 only
	CodeHeaderMismatch                  = -32020 // 2026-07-28 and later
	CodeMissingRequiredClientCapability = -32021
	CodeUnsupportedProtocolVersion      = -32022
)

// Error is a JSON-RPC error: what a peer answered, or what to answer a peer with.
type Error struct {
	Code    int
	Message string    // one short sentence
	Data    codec.Raw // optional, any JSON
	cause   error
}

// NewError returns an Error without data. With a cause, errors.Is and errors.As see it; it is not sent.
func NewError(code int, message string, cause error) *Error {
	return &Error{Code: code, Message: message, cause: cause}
}

// Errorf returns an Error whose message is formatted as fmt.Errorf formats; a %w operand becomes its cause.
func Errorf(code int, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), cause: errors.Unwrap(err)}
}

// Error returns the message with the code. A message that is long, or has what cannot be printed, is cut and quoted: it
// may be a peer's.
func (e *Error) Error() string { return fmt.Sprintf("jsonrpc error %d: %s", e.Code, shown(e.Message)) }

// maxShown is how many bytes of a message Error.Error shows.
const maxShown = 256

func shown(s string) string {
	more := ""
	if len(s) > maxShown {
		s, more = strings.ToValidUTF8(s[:maxShown], ""), "..."
	}
	if more == "" && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return s
	}
	return strconv.Quote(s) + more
}

// Unwrap returns the local cause, which a peer never sees.
func (e *Error) Unwrap() error { return e.cause }

// Clone returns an Error with memory of its own.
func (e *Error) Clone() *Error {
	c := *e
	c.Message = string(append([]byte(nil), e.Message...))
	c.Data = e.Data.Clone()
	return &c
}

// AppendJSON appends the error object.
func (e *Error) AppendJSON(dst []byte) ([]byte, error) {
	start := len(dst)
	dst = append(dst, `{"code":`...)
	dst = codec.AppendInt(dst, int64(e.Code))
	dst = append(dst, `,"message":`...)
	dst = codec.AppendString(dst, e.Message)
	if !e.Data.IsZero() {
		var err error
		dst = append(dst, `,"data":`...)
		if dst, err = codec.AppendRaw(dst, e.Data); err != nil {
			return dst[:start], codec.At(err, "data")
		}
	}
	return append(dst, '}'), nil
}

// The members of an error object, as bits.
const (
	errorCode uint64 = 1 << iota
	errorMessage
	errorData

	errorRequired = errorCode | errorMessage
)

// DecodeJSON reads an error object: an integer code and a string message are required (rule A-10), data is
// any JSON, other members are skipped. It borrows d's input.
func (e *Error) DecodeJSON(d *codec.Decoder) error {
	*e = Error{}
	var seen uint64
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case "code":
			d.Once(&seen, errorCode)
			e.Code = readCode(d)
		case "message":
			d.Once(&seen, errorMessage)
			e.Message = d.String()
		case "data":
			d.Once(&seen, errorData)
			e.Data = d.Raw()
		default:
			d.Skip()
		}
	}
	if d.Err() == nil && seen&errorRequired != errorRequired {
		return d.Fail(codec.ErrMissing)
	}
	return d.Err()
}

// checkError checks an error object as Error.DecodeJSON does, without taking the message apart (rule A-10).
func checkError(r codec.Raw) error {
	var (
		d    codec.Decoder
		seen uint64
	)
	d.ResetRaw(r)
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		switch key {
		case "code":
			d.Once(&seen, errorCode)
			readCode(&d)
		case "message":
			d.Once(&seen, errorMessage)
			if d.Kind() != codec.KindString {
				d.Unexpected("a string")
			}
			d.Skip()
		case "data":
			d.Once(&seen, errorData)
			d.Skip()
		default:
			d.Skip()
		}
	}
	if d.Err() == nil && seen&errorRequired != errorRequired {
		return d.Fail(codec.ErrMissing)
	}
	return d.Err()
}

// readCode reads a code, which has to fit into an int also where that has 32 bits.
func readCode(d *codec.Decoder) int {
	v := d.Int()
	if int64(int(v)) != v {
		_ = d.Fail(codec.ErrRange) // stays in d
	}
	return int(v)
}

// MarshalJSON returns the error object.
func (e Error) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil) }

// UnmarshalJSON copies src.
func (e *Error) UnmarshalJSON(src []byte) error { return codec.Unmarshal(src, e) }
