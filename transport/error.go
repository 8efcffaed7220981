package transport

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"
)

// Error is the error that transports return. Errors that a peer has answered are not among them: these are *jsonrpc.Error.
//
// errors.Is finds its Code, and through its cause whatever went wrong below. A Timeout is os.ErrDeadlineExceeded
// and context.DeadlineExceeded too, a Canceled is context.Canceled, a Closed is fs.ErrClosed.
type Error struct {
	code    Code
	message string
	cause   error

	size, limit int64
	status      int
	after       time.Duration
	exit        int
	stderr      string
}

// NewError returns an Error. message says what was being done, in a few words, and must not hold secrets;
// "" for nothing to add to the code. cause may be nil. Text that comes from a peer has to be quoted and cut.
func NewError(code Code, message string, cause error) *Error {
	return &Error{code: code, message: message, cause: cause, exit: -1}
}

// TooLarge returns a MessageTooLarge for what, of size bytes where limit are allowed; a size of -1 is unknown: what there is
// to be read was not counted to its end.
func TooLarge(what string, size, limit int64) *Error {
	e := NewError(MessageTooLarge, what, nil)
	e.size, e.limit = size, limit
	return e
}

// FromStatus returns an Error for an HTTP status. message is as for NewError.
func FromStatus(code Code, message string, status int, cause error) *Error {
	e := NewError(code, message, cause)
	e.status = status
	return e
}

// RetryIn returns a copy of e that says how long to wait before the next try, as the peer wants it.
func (e *Error) RetryIn(d time.Duration) *Error {
	c := *e
	c.after = d
	return &c
}

// FromProcess returns a Process error with the exit code of the child, -1 if there is none, and the end of what it wrote
// to stderr.
func FromProcess(message string, exit int, stderr string, cause error) *Error {
	e := NewError(Process, message, cause)
	e.exit, e.stderr = exit, stderr
	return e
}

// WithStderr returns a copy of e with the end of what a child process wrote to stderr.
func (e *Error) WithStderr(stderr string) *Error {
	c := *e
	c.stderr = stderr
	return &c
}

// FromContext returns a Timeout or a Canceled for a context that has ended. message is as for NewError.
func FromContext(ctx context.Context, message string) *Error {
	code := Canceled
	cause := context.Cause(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		code = Timeout
	}
	return NewError(code, message, cause)
}

// CodeOf returns the Code of the first Error in err's tree, or Unknown.
func CodeOf(err error) Code {
	if err == nil {
		return Unknown
	}
	var e *Error
	if errors.As(err, &e) {
		return e.code
	}
	var c Code
	if errors.As(err, &c) {
		return c
	}
	return Unknown
}

// Code says what kind of failure this is.
func (e *Error) Code() Code { return e.code }

// Size returns the size in bytes of a message that is too large, -1 if that is not known; 0 for other codes.
func (e *Error) Size() int64 { return e.size }

// Limit returns the limit in bytes that a message is over; 0 for other codes.
func (e *Error) Limit() int64 { return e.limit }

// HTTPStatus returns the status of the HTTP response that this is about; 0 if there is none.
func (e *Error) HTTPStatus() int { return e.status }

// RetryAfter returns how long to wait before trying again, as the server has asked with the header of that name; 0 if it has not.
func (e *Error) RetryAfter() time.Duration { return e.after }

// ExitCode returns the exit code of the child process that this is about; -1 if there is none.
func (e *Error) ExitCode() int { return e.exit }

// Stderr returns the end of what the child process wrote to stderr.
func (e *Error) Stderr() string { return e.stderr }

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is e's Code or the standard library's error of the same meaning.
func (e *Error) Is(target error) bool {
	if c, ok := target.(Code); ok {
		return c == e.code
	}
	switch e.code {
	case Timeout:
		return target == os.ErrDeadlineExceeded || target == context.DeadlineExceeded
	case Canceled:
		return target == context.Canceled
	case Closed:
		return target == fs.ErrClosed
	}
	return false
}

// Timeout reports whether e is a Timeout, as the errors of package net do.
func (e *Error) Timeout() bool { return e.code == Timeout }

// maxQuoted is how many bytes of a child's stderr an error text quotes, counted from its end.
const maxQuoted = 512

// Error returns the code, what was being done, what is known in figures, and the cause.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.code.Error())
	if e.message != "" {
		b.WriteString(": " + e.message)
	}
	if e.limit > 0 {
		if e.size >= 0 {
			b.WriteString(": " + strconv.FormatInt(e.size, 10) + " bytes")
		}
		b.WriteString(": the limit is " + strconv.FormatInt(e.limit, 10) + " bytes")
	}
	if e.status != 0 {
		b.WriteString(": HTTP status " + strconv.Itoa(e.status))
	}
	if e.after > 0 {
		b.WriteString(": try again in " + e.after.String())
	}
	if e.exit >= 0 {
		b.WriteString(": exit code " + strconv.Itoa(e.exit))
	}
	if e.cause != nil {
		b.WriteString(": " + e.cause.Error())
	}
	if s := strings.TrimSpace(e.stderr); s != "" {
		if len(s) > maxQuoted {
			s = s[len(s)-maxQuoted:]
		}
		b.WriteString(": stderr ends with " + strconv.Quote(s))
	}
	return b.String()
}
