package streamable

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/sse"
)

// resumable is an event stream that outlasts its connections: a session's own, or one that a POST began in a session whose events are
// kept. Without an EventStore, it is what a Queue is.
type resumable struct {
	h     *Handler
	s     *httpSession // nil for a subscription
	name  string
	q     *transport.Queue
	store transport.EventStore // nil for none

	// Guarded by the lock of q: set while it has a message, or asked for by AttachIf.
	final  bool   // the next event is the last one: there are none after it
	last   string // the id of the newest event; "" for none
	broken bool   // the store has failed: there are no ids any more

	answered atomic.Bool

	taking sync.Mutex  // held by who attaches a connection
	mu     sync.Mutex  // guards what follows
	conn   *connection // the one that is attached, or about to be
	// attached: conn has all that came before.
	attached bool
	sent     string // the id of the last event that was written
	over     bool   // no connection may be attached any more
}

// init makes x the stream of that name; without a store, there is only the session's own. inline lets who sends something write it.
func (x *resumable) init(s *httpSession, name string, inline bool) {
	x.h, x.s, x.name, x.store = s.h, s, name, s.h.set.EventStore
	if x.store == nil {
		x.q = s.q
		return
	}
	x.q = x.h.e.NewQueue(transport.QueueOptions{Before: dataField, Inline: inline, End: x.keep, Volatile: true})
}

// plainEvents are events without ids.
var plainEvents = transport.QueueOptions{Before: dataField, After: "\n\n"}

// send sends what q.Begin has begun.
func (x *resumable) send(ctx context.Context, b []byte, m transport.Outgoing) error {
	if m.Answer {
		x.final = true
		x.answered.Store(true)
	}
	return x.q.Send(ctx, b, m)
}

// keep stores a message, and appends the end of its event. The lock of q is held.
func (x *resumable) keep(dst, message []byte) []byte {
	id := x.append(message, x.final)
	if x.broken { // the client forgets the last id: there is nothing to resume any more (rule D-47)
		return append(dst, "\nid\n\n"...)
	}
	dst = append(append(dst, idField...), id...)
	return append(dst, "\n\n"...)
}

// append adds an event to the store. The lock of q is held.
func (x *resumable) append(message []byte, final bool) string {
	if x.broken {
		return ""
	}
	if x.last == "" && message != nil && x.name == ownStream { // what was never sent is what comes after this one
		x.append(nil, false)
	}
	if x.broken {
		return ""
	}
	ctx, stop := context.WithTimeout(context.Background(), x.h.opts.Timeouts.Write)
	defer stop()
	id, err := x.store.Append(ctx, x.s.owner(), x.name, message, final)
	if err != nil || !sse.Valid(id) || id == "" {
		x.broken = true
		x.h.opts.Observe(transport.Observation{Event: transport.MessageDropped, Transport: "streamable", Err: err})
		return ""
	}
	if x.last == "" {
		x.mu.Lock()
		x.sent = id
		x.mu.Unlock()
	}
	x.last = id
	return id
}

// prime sends an event with an id and no data, so that the client can resume from here on, if it knows what to do with such an
// event (rule D-11, trap T-11).
func (x *resumable) prime() {
	if !x.s.primes() {
		return
	}
	x.q.Put(func(dst []byte) []byte {
		if id := x.append(nil, false); id != "" {
			dst = appendEvent(dst, id, nil)
		}
		return dst
	})
}

// appendEvent appends an event that has an id. data is a message or empty, and has no line breaks.
func appendEvent(dst []byte, id string, data []byte) []byte {
	dst = append(append(dst, dataField...), data...)
	dst = append(append(dst, idField...), id...)
	return append(dst, "\n\n"...)
}

// primes reports whether streams of s begin with such an event.
func (s *httpSession) primes() bool {
	return s != nil && s.h.set.EventStore != nil && s.Revision() >= jsonrpc.Rev20251125
}

// take makes c the connection, if ok says so while nothing can be sent. One that was there before ends (rule D-46).
func (x *resumable) take(ctx context.Context, c *connection, ok func() bool) (bool, error) {
	x.taking.Lock()
	defer x.taking.Unlock()
	x.drop(c)
	if !x.reserve(c) {
		return false, errOver
	}
	attached, err := x.q.AttachIf(ctx, c, ok)
	if attached {
		x.mu.Lock()
		x.attached = true
		over := x.over
		x.mu.Unlock()
		if over {
			c.end()
		}
	}
	return attached, err
}

// drop ends the connection that is there, unless it is c, or has come after c.
func (x *resumable) drop(c *connection) {
	x.mu.Lock()
	old := x.conn
	if old == c || c.isEnded() {
		old = nil
	}
	x.mu.Unlock()
	if old != nil {
		old.cut()
		x.leave(old)
	}
}

// reserve makes c the connection, unless one that has come later is, or the stream has ended.
func (x *resumable) reserve(c *connection) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.over || c.isEnded() {
		return false
	}
	if x.conn != c {
		x.conn, x.attached = c, false
	}
	return true
}

// position returns the id of the last event that was written, as far as is known.
func (x *resumable) position() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.sent
}

// leave is called when c has nothing of the stream any more.
func (x *resumable) leave(c *connection) {
	x.q.Release(c)
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.conn == c {
		x.conn = nil
	}
	if id := c.sent.Swap(nil); id != nil {
		x.sent = *id
	}
}

// end lets no connection be attached any more; the one that is there ends.
func (x *resumable) end() {
	x.mu.Lock()
	x.over = true
	c, attached := x.conn, x.attached
	x.mu.Unlock()
	if c != nil && attached { // else it is reading from the store
		c.end()
	}
}

// serve keeps c attached until it, ctx, or the session ends.
func (x *resumable) serve(ctx context.Context, c *connection) {
	c.wait(ctx, x.s.Done(), x.q, x.h.opts.Timeouts.KeepAlive)
	x.leave(c)
	c.leave()
}

// flush waits until what was sent is written, within bounds.
func (x *resumable) flush() {
	ctx, stop := context.WithTimeout(context.Background(), x.h.opts.Timeouts.Write)
	defer stop()
	x.q.Flush(ctx)
}

// closeConnection ends the connection and tells the client when to come back (rules D-13, D-15).
func (x *resumable) closeConnection(retry time.Duration) error {
	x.mu.Lock()
	c := x.conn // and not another one, with which the client comes back
	x.mu.Unlock()
	alive := false
	x.q.Put(func(dst []byte) []byte {
		if alive = !x.broken; alive {
			dst = sse.AppendRetry(dst, retry)
		}
		return dst
	})
	if !alive {
		return transport.ErrCannotClose
	}
	x.flush()
	if c != nil {
		c.end()
	}
	return nil
}

// endOwn ends the session's own stream.
func (s *httpSession) endOwn() {
	if x := s.out.Load(); x != nil {
		x.end()
	}
}

// endStreams ends all streams of s: no connection may be attached any more.
func (s *httpSession) endStreams() {
	s.endOwn()
	s.mu.Lock()
	list := make([]*resumable, 0, len(s.streams))
	for _, x := range s.streams {
		list = append(list, x)
	}
	s.mu.Unlock()
	for _, x := range list {
		x.end()
	}
}
