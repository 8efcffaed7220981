package streamable

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// bodyReader knows how the body of a request is to be read.
type bodyReader struct {
	server *http.Server // nil if it is not net/http's
}

var errTooLarge = errors.New("the body is too large")

// read reads the body of r into an Incoming: into a buffer of its size, if that is known. The error is errTooLarge, a timeout, or
// the connection's.
func (o *reply) read(r *http.Request) (*transport.Incoming, error) {
	o.body.server, _ = r.Context().Value(http.ServerContextKey).(*http.Server)
	size := r.ContentLength
	if size > int64(o.h.opts.Limits.Message) {
		return nil, errTooLarge
	}
	in := o.h.e.NewIncoming(int(max(size, 0)))
	for err := error(nil); err == nil && (size < 0 || int64(in.Len()) < size); {
		var room []byte
		if room, err = in.Room(); err != nil {
			in.Release()
			return nil, errTooLarge
		}
		if left := size - int64(in.Len()); size >= 0 && int64(len(room)) > left {
			room = room[:left]
		}
		var n int
		n, err = r.Body.Read(room)
		in.Added(n)
		if err != nil && !(errors.Is(err, io.EOF) && (size < 0 || int64(in.Len()) == size)) {
			in.Release()
			return nil, err
		}
	}
	// The server's ReadTimeout is for the request. What comes after it would end the context of the handler, and with it an event stream.
	if s := o.body.server; s != nil && s.ReadTimeout > 0 {
		setReadDeadline(o.w, time.Time{})
	}
	return in, nil
}

// unread answers a request whose body could not be read.
func (o *reply) unread(err error) {
	w := o.w
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, errTooLarge), errors.As(err, &tooLarge):
		o.h.tooLarge(w)
	case errors.Is(err, os.ErrDeadlineExceeded):
		w.Header()["Connection"] = closes
		o.h.refuse(w, http.StatusRequestTimeout, noID, invalid("the message took too long to come"))
	default:
		w.Header()["Connection"] = closes
		o.h.refuse(w, http.StatusBadRequest, noID, invalid("the message broke off"))
	}
}
