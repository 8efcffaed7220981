package httpserve

import (
	"errors"
	"net/http"
	"time"

	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// Stream writes the event stream of a response: each Write is sent at once, and may take as long as Timeout, whatever the WriteTimeout of the
// http.Server is. One Write at a time.
type Stream struct {
	w       http.ResponseWriter
	c       *http.ResponseController
	timeout time.Duration
	timed   bool // w has deadlines
	err     error
}

// headers of an event stream: shared, and never changed. no-transform keeps what is in between from compressing it.
var (
	eventStream = []string{httpheader.Events}
	noCache     = []string{"no-cache, no-transform"}
	noBuffering = []string{"no"}
)

// NewStream begins an event stream that nothing is written to yet; the header is sent with the first Write. timeout is that of a Write.
func NewStream(w http.ResponseWriter, timeout time.Duration) *Stream {
	h := w.Header()
	h["Content-Type"], h["Cache-Control"], h["X-Accel-Buffering"] = eventStream, noCache, noBuffering
	s := &Stream{w: w, c: http.NewResponseController(w), timeout: timeout}
	// The server's deadlines are for a request and an answer, not for a stream. Those for reading would end its context.
	s.timed = s.c.SetWriteDeadline(time.Time{}) == nil
	_ = s.c.SetReadDeadline(time.Time{}) // as before
	return s
}

// Write writes b and flushes it.
func (s *Stream) Write(b []byte) (int, error) {
	if s.timed {
		_ = s.c.SetWriteDeadline(time.Now().Add(s.timeout)) // the write fails, then
		// In HTTP/2, a deadline that passes between two writes ends the stream.
		defer func() { _ = s.c.SetWriteDeadline(time.Time{}) }()
	}
	n, err := s.w.Write(b)
	if err == nil {
		err = s.c.Flush()
	}
	if errors.Is(err, http.ErrNotSupported) {
		err = errNoFlush
	}
	if err != nil && s.err == nil {
		s.err = err
	}
	return n, err
}

// Err returns the first error of a Write, when none is going on.
func (s *Stream) Err() error { return s.err }

var errNoFlush = errors.New("the http.ResponseWriter has no Flush, and no Unwrap to one that has")
