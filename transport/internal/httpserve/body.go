package httpserve

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// firstRead is how much room a body gets before any of it is there, in bytes, whatever its sender promises.
const firstRead = 64 << 10

// Size returns the room to begin with for the body of r, for NewIncoming, with a byte for its end; 0 if its size is not known.
func Size(r *http.Request) int { return int(min(r.ContentLength, firstRead) + 1) }

// CheckBody refuses a body that is not plain JSON, or says itself that it has more than limit bytes, before any of it is read (rules D-09, S13,
// S17).
func CheckBody(r *http.Request, limit int) *Refusal {
	switch {
	case !httpheader.IsJSONBody(r.Header["Content-Type"]):
		return Refuse(http.StatusUnsupportedMediaType, "the Content-Type must be application/json")
	case !isIdentity(r.Header["Content-Encoding"]):
		return Refuse(http.StatusUnsupportedMediaType, "a Content-Encoding is not supported")
	case r.ContentLength > int64(limit):
		return TooLarge(limit)
	}
	return nil
}

func isIdentity(encodings []string) bool {
	return len(encodings) == 0 || len(encodings) == 1 && strings.EqualFold(encodings[0], "identity")
}

// ReadBody reads the body of r into in. It takes no longer than timeout, from now on.
func ReadBody(w http.ResponseWriter, r *http.Request, in *transport.Incoming, limit int, timeout time.Duration) *Refusal {
	c := http.NewResponseController(w)
	if c.SetReadDeadline(time.Now().Add(timeout)) == nil {
		defer func() { _ = c.SetReadDeadline(time.Time{}) }() // net/http sets its own for the next request
	}
	for {
		room, err := in.Room()
		if err != nil {
			return TooLarge(limit)
		}
		n, err := r.Body.Read(room)
		in.Added(n)
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			if in.Len() > limit {
				return TooLarge(limit)
			}
			return nil
		case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
			return unread(http.StatusRequestTimeout, "the body took too long", err)
		default:
			return unread(http.StatusBadRequest, "the body could not be read", err)
		}
	}
}

func unread(status int, text string, err error) *Refusal {
	r := Refuse(status, text)
	r.Close, r.Cause = true, err
	return r
}
