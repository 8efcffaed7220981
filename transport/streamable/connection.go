package streamable

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// connection is an HTTP response that is an event stream, as the writer of a Queue. net/http's goroutine only waits for its end.
type connection struct {
	w     http.ResponseWriter
	write time.Duration // how long a write may take
	once  sync.Once
	ended chan struct{} // the response is to end
	mu    sync.Mutex    // held while w's deadline is moved
	left  bool          // ServeHTTP may have returned
	// uncount, if not nil, is called once, when the connection begins to end.
	uncount func()
	sent    atomic.Pointer[string] // the last event id that was written; nil for none
}

func newConnection(w http.ResponseWriter, write time.Duration) *connection {
	return &connection{w: w, write: write, ended: make(chan struct{})}
}

// start sends the headers, and something, since proxies may hold headers back until then (trap T-31).
func (c *connection) start(first string) error {
	eventHeaders(c.w.Header())
	c.w.WriteHeader(http.StatusOK)
	_, err := c.Write([]byte(first))
	return err
}

// Write writes events. A client that takes none for too long loses its connection, as one does that has gone.
func (c *connection) Write(b []byte) (int, error) {
	if c.isEnded() { // somebody has taken over
		return 0, errOver
	}
	if err := writeFlushed(c.w, c.write, time.Now(), b); err != nil {
		c.end()
		return 0, err
	}
	if i := bytes.LastIndex(b, idField); i >= 0 {
		id, _, _ := strings.Cut(string(b[i+len(idField):]), "\n")
		c.sent.Store(&id)
	}
	return len(b), nil
}

// idField is what stands in front of an event's id. There is no line break in a message, so that it is found nowhere else.
var idField = []byte("\nid: ")

// end makes the response end, also if a write waits for the client.
func (c *connection) end() {
	c.once.Do(func() {
		close(c.ended)
		if c.uncount != nil {
			c.uncount()
		}
	})
}

func (c *connection) isEnded() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

// cut is end for a connection that may be half open: what is being written is not waited for.
func (c *connection) cut() {
	c.end()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.left {
		setWriteDeadline(c.w, time.Now())
	}
}

// leave is called when nothing is written any more: the response is no business of ours from then on.
func (c *connection) leave() {
	c.end()
	c.mu.Lock()
	c.left = true
	c.mu.Unlock()
}

// wait waits until the response is to end, or over does, and keeps the connection alive meanwhile with comments in q.
func (c *connection) wait(ctx context.Context, over <-chan struct{}, q *transport.Queue, keepAlive time.Duration) {
	t := time.NewTicker(keepAlive)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.ended:
			return
		case <-over:
			return
		case <-t.C:
			q.Comment(comment)
		}
	}
}
