package jsonrpc

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/mcpwire/mcpwire/codec"
)

// The functions of this file append one message to dst, without a line break before, in or after it, and return the longer
// slice; after an error, dst at its old length. A codec.Appender must not write raw line breaks either: a codec.Raw
// and generated types do not.

const version = `{"jsonrpc":"2.0"`

// AppendRequest appends a request. params is the JSON text of an object, or empty for none; it is not checked, except
// that raw line breaks, which in JSON are white space, become spaces. The zero ID is an error.
func AppendRequest(dst []byte, id ID, method string, params []byte) ([]byte, error) {
	start := len(dst)
	dst = append(dst, version+`,"id":`...)
	dst, err := id.AppendJSON(dst)
	if err != nil {
		return dst[:start], codec.At(err, "id")
	}
	dst = append(dst, `,"method":`...)
	dst = codec.AppendString(dst, method)
	if len(params) > 0 {
		dst = append(dst, `,"params":`...)
		dst = appendLine(dst, params, hasLineBreak(params))
	}
	return append(dst, '}'), nil
}

// AppendNotification appends a notification. params is appended in the form of rev if it is a RevisionAppender, has to
// be an object, and may be nil. For params that are text already, pass a *codec.Raw.
func AppendNotification(dst []byte, method string, params codec.Appender, rev Revision) ([]byte, error) {
	start := len(dst)
	dst = append(dst, version+`,"method":`...)
	dst = codec.AppendString(dst, method)
	if params != nil {
		var err error
		dst = append(dst, `,"params":`...)
		if dst, err = appendObject(dst, params, rev); err != nil {
			return dst[:start], codec.At(err, "params")
		}
	}
	return append(dst, '}'), nil
}

// AppendResult appends a response with the result v, in the form of rev if v is a RevisionAppender. v has to be an
// object; nil stands for {}. The zero ID is an error.
func AppendResult(dst []byte, id ID, v codec.Appender, rev Revision) ([]byte, error) {
	start := len(dst)
	dst = append(dst, version+`,"id":`...)
	dst, err := id.AppendJSON(dst)
	if err != nil {
		return dst[:start], codec.At(err, "id")
	}
	dst = append(dst, `,"result":`...)
	if v == nil {
		return append(dst, "{}}"...), nil
	}
	if dst, err = appendObject(dst, v, rev); err != nil {
		return dst[:start], codec.At(err, "result")
	}
	return append(dst, '}'), nil
}

// AppendError appends an error response. The zero ID, for a request whose id could not be read, leaves the member id
// out, as revision 2025-11-25 and later say, and as the HTTP rules of the earlier ones allow (rules ). It
// fails only if e.Data is not JSON; without Data it cannot fail. A nil e is an internal error without more to say.
func AppendError(dst []byte, id ID, e *Error) ([]byte, error) {
	start := len(dst)
	dst = append(dst, version...)
	if !id.IsZero() {
		dst = append(dst, `,"id":`...)
		dst, _ = id.AppendJSON(dst) // only the zero ID fails
	}
	return appendErrorMember(dst, start, e)
}

// AppendErrorNullID is AppendError with id null, as plain JSON-RPC 2.0 wants it. No revision of MCP has null in its schema; it is
// for a peer that is known to need it.
func AppendErrorNullID(dst []byte, e *Error) ([]byte, error) {
	return appendErrorMember(append(dst, version+`,"id":null`...), len(dst), e)
}

func appendErrorMember(dst []byte, start int, e *Error) ([]byte, error) {
	if e == nil {
		e = &Error{Code: CodeInternalError, Message: "internal error"}
	}
	dst = append(dst, `,"error":`...)
	dst, err := e.AppendJSON(dst)
	if err != nil {
		return dst[:start], codec.At(err, "error")
	}
	return append(dst, '}'), nil
}

// AppendRewritten appends m as it was scanned, with another id and method: every other byte is kept, except that raw line
// breaks become spaces. The zero ID and the empty method keep what m has. A response without id gets one as its first
// member. An id for a notification or a method for a response is an error, and so is an m that Scan has
// not accepted: that is never sent on.
func AppendRewritten(dst []byte, m *Message, id ID, method string) ([]byte, error) {
	switch {
	case m.frame == nil:
		return dst, errNotScanned
	case !id.IsZero() && m.Kind == Notification:
		return dst, errNoID
	case method != "" && m.Kind == Response:
		return dst, errNoMethod
	}
	pos := 0
	if m.id.from < m.method.from {
		dst, pos = m.spliceID(dst, pos, id)
		dst, pos = m.spliceMethod(dst, pos, method)
	} else {
		dst, pos = m.spliceMethod(dst, pos, method)
		dst, pos = m.spliceID(dst, pos, id)
	}
	return appendLine(dst, m.frame[pos:], m.lines), nil
}

// spliceID appends the frame from pos up to its id, and the new id. It returns where the frame goes on.
func (m *Message) spliceID(dst []byte, pos int, id ID) ([]byte, int) {
	if id.IsZero() {
		return dst, pos
	}
	dst = appendLine(dst, m.frame[pos:m.id.from], m.lines)
	if m.id.from < m.id.to {
		dst, _ = id.AppendJSON(dst) // only the zero ID fails
		return dst, m.id.to
	}
	dst = append(dst, `"id":`...)
	dst, _ = id.AppendJSON(dst)
	return append(dst, ','), m.id.to
}

// spliceMethod is spliceID for the method.
func (m *Message) spliceMethod(dst []byte, pos int, method string) ([]byte, int) {
	if method == "" {
		return dst, pos
	}
	dst = appendLine(dst, m.frame[pos:m.method.from], m.lines)
	return codec.AppendString(dst, method), m.method.to
}

var (
	errNotScanned = errors.New("jsonrpc: the message did not come from Scan")
	errNoID       = errors.New("jsonrpc: a notification has no id to replace")
	errNoMethod   = errors.New("jsonrpc: a response has no method to replace")
)

func hasLineBreak(text []byte) bool {
	return bytes.IndexByte(text, '\n') >= 0 || bytes.IndexByte(text, '\r') >= 0
}

// appendLine appends JSON text. If lines says that it holds raw line breaks, they become spaces.
func appendLine(dst, text []byte, lines bool) []byte {
	n := len(dst)
	dst = append(dst, text...)
	if lines {
		for i, c := range dst[n:] {
			if c == '\n' || c == '\r' {
				dst[n+i] = ' '
			}
		}
	}
	return dst
}

// appendObject appends v in the form of rev and makes sure that it is an object: params and results are nothing else
// (rules ).
func appendObject(dst []byte, v codec.Appender, rev Revision) ([]byte, error) {
	var (
		out []byte
		err error
	)
	if r, ok := v.(RevisionAppender); ok && rev != RevUnknown {
		out, err = r.AppendJSONFor(dst, rev)
	} else {
		out, err = v.AppendJSON(dst)
	}
	if err != nil {
		return dst, err
	}
	if len(out) <= len(dst) || out[len(dst)] != '{' {
		return dst, fmt.Errorf("%w: not an object", codec.ErrType)
	}
	return out, nil
}
