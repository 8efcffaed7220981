package streamable

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpserve"
)

// bodyReader knows how the body of a request is to be read.
type bodyReader struct {
	server *http.Server // nil if it is not net/http's
}

// firstRead is how much room a body gets before any of it is there, in bytes, whatever its sender promises.
const firstRead = 256 << 10

// read reads the body of r into an Incoming: into a buffer of its size, if that is known. Its size is within the limit, if it is known.
func (o *reply) read(r *http.Request) (*transport.Incoming, *httpserve.Refusal) {
	o.body.server, _ = r.Context().Value(http.ServerContextKey).(*http.Server)
	size := r.ContentLength
	in := o.h.e.NewIncoming(int(min(max(size, 0), firstRead)))
	for err := error(nil); err == nil && (size < 0 || int64(in.Len()) < size); {
		var room []byte
		if room, err = in.Room(); err != nil {
			in.Release()
			return nil, httpserve.TooLarge(o.h.opts.Limits.Message)
		}
		if left := size - int64(in.Len()); size >= 0 && int64(len(room)) > left {
			room = room[:left]
		}
		var n int
		n, err = r.Body.Read(room)
		in.Added(n)
		if err != nil && !(errors.Is(err, io.EOF) && (size < 0 || int64(in.Len()) == size)) {
			in.Release()
			return nil, o.h.unread(err)
		}
	}
	// The server's ReadTimeout is for the request. What comes after it would end the context of the handler, and with it an event stream.
	if s := o.body.server; s != nil && s.ReadTimeout > 0 {
		setReadDeadline(o.w, time.Time{})
	}
	return in, nil
}

// unread returns how to refuse a request whose body could not be read.
func (h *Handler) unread(err error) *httpserve.Refusal {
	var large *http.MaxBytesError // of middleware
	if errors.As(err, &large) {
		return httpserve.TooLarge(int(min(large.Limit, int64(h.opts.Limits.Message))))
	}
	refusal := httpserve.Refuse(http.StatusBadRequest, "the body could not be read")
	if errors.Is(err, os.ErrDeadlineExceeded) {
		refusal = httpserve.Refuse(http.StatusRequestTimeout, "the body took too long")
	}
	refusal.Close, refusal.Cause = true, err
	return refusal
}
