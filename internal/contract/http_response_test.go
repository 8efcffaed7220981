package contract

import (
	"context"
	"net/http"
	"strconv"
	"sync"

	"github.com/mcpwire/mcpwire/pool"
)

// response is the sink of one HTTP response. As long as there is nothing but an answer to write, it stays undecided:
// an answer alone becomes a JSON body, anything before it makes it an event stream.
type response struct {
	w    http.ResponseWriter
	pool *pool.Pool

	mu     sync.Mutex
	buf    pool.Buffer
	stream bool // committed to events
	over   bool // the answer is written, or ServeHTTP has returned
	// standing streams, of sessions, do not end with an answer.
	standing bool
}

const firstMessage = 1 << 10 // bytes

func (o *response) begin() []byte {
	o.mu.Lock()
	o.buf = o.pool.Get(firstMessage)
	return o.buf.Bytes()[:0]
}

func (o *response) abort() {
	o.buf.Release()
	o.mu.Unlock()
}

func (o *response) send(_ context.Context, message []byte, _ turn, final bool) error {
	defer o.abort()
	if o.over {
		return errStale
	}
	o.over = final && !o.standing
	if final && !o.stream {
		return o.json(http.StatusOK, message)
	}
	return o.write("message", message)
}

// event writes an event that is no message. It takes the lock as send does: from the first byte on others may write.
func (o *response) event(name, data string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.write(name, []byte(data))
}

// write writes an event, and makes the response a stream of them if it is not yet.
func (o *response) write(name string, data []byte) error {
	if !o.stream {
		o.stream = true
		eventHeaders(o.w.Header())
		o.w.WriteHeader(http.StatusOK)
	}
	if _, err := o.w.Write(appendEvent(nil, name, data)); err != nil {
		return err
	}
	return http.NewResponseController(o.w).Flush()
}

func (o *response) json(status int, message []byte) error {
	h := o.w.Header()
	h["Content-Type"] = typeJSON
	h.Set("Content-Length", strconv.Itoa(len(message)))
	o.w.WriteHeader(status)
	_, err := o.w.Write(message)
	return err
}

// close lets nothing be written any more: ServeHTTP is about to return. It reports whether anything was.
func (o *response) close() (written bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	written = o.over || o.stream
	o.over = true
	return written
}
