package contract

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// sink is where messages to the peer go: a stream, or the response to one POST.
type sink interface {
	// begin returns the buffer to append one message to, and keeps other writers out until send or abort.
	begin() []byte
	abort()
	// send sends what was appended. final says that it is the answer to a request, and t is the turn in which
	// that is handled. It may wait for the peer; the message is not torn, whatever becomes of ctx.
	send(ctx context.Context, buf []byte, t turn, final bool) error
}

// conn is one connection or session with one peer: the calls that wait for its answers, and its requests that are being
// handled. It implements jsonrpc.Session. What it reuses, it keeps to itself: calls have channels and
// timers, which must not leave the synctest bubble that they were made in.
type conn struct {
	id      string
	handler jsonrpc.Handler
	out     sink // for what belongs to no request; nil if there is no way
	info    jsonrpc.Info
	opts    transport.Options
	pool    *pool.Pool
	http    bool // sink.send waits for the peer: timeouts have to be in its context
	onClose func()
	streams []*stream

	// order is held while a notification is handled, and passed by every later message, where messages come on
	// goroutines of their own.
	order  sync.Mutex
	noting atomic.Pointer[handle] // the last notification

	mu       sync.Mutex
	lastID   int64
	calls    map[int64]*call // sent and not answered
	known    map[*jsonrpc.Call]*call
	free     []*call
	inflight map[jsonrpc.ID]*handle // requests without an answer; the ids borrow their frames
	taken    map[*request]*handle   // requests whose handlers no reader waits for, answered or not
	idle     []*request
	slab     []handle
	cause    error // why no call can be made any more
	values   map[any]any

	closing sync.Once
	done    chan struct{}
}

func newConn(h jsonrpc.Handler, p *pool.Pool, opts transport.Options) *conn {
	opts.Limits = opts.Limits.WithDefaults(transport.DefaultMessage)
	opts.Timeouts = opts.Timeouts.WithDefaults()
	c := &conn{
		handler: h, pool: p, opts: opts,
		calls: map[int64]*call{}, known: map[*jsonrpc.Call]*call{}, inflight: map[jsonrpc.ID]*handle{},
		taken: map[*request]*handle{},
		done:  make(chan struct{}),
	}
	c.info = jsonrpc.Info{Revision: jsonrpc.LatestLegacy, Session: c, CanCall: true}
	return c
}

func (c *conn) ID() string            { return c.id }
func (c *conn) Done() <-chan struct{} { return c.done }

func (c *conn) Value(key any) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.values[key]
}

func (c *conn) SetValue(key, value any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.values == nil {
		c.values = map[any]any{}
	}
	c.values[key] = value
}

// Notify sends a notification that belongs to no request.
func (c *conn) Notify(ctx context.Context, method string, params codec.Appender) error {
	if c.out == nil {
		return errCannotCall
	}
	buf, err := jsonrpc.AppendNotification(c.out.begin(), method, params, c.info.Revision)
	if err != nil {
		c.out.abort()
		return err
	}
	return c.out.send(ctx, buf, turn{}, false)
}

// fail ends all calls that wait, and lets no new ones begin. Requests are still answered: the peer may have closed
// its half only.
func (c *conn) fail(code transport.Code, cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause == nil {
		c.cause = transport.NewError(code, "the connection has ended", cause)
	}
	for id, cl := range c.calls {
		delete(c.calls, id)
		cl.err = c.cause
		cl.done <- struct{}{}
	}
}

// Close ends everything: calls fail, requests are cancelled.
func (c *conn) Close() error {
	c.closing.Do(func() {
		c.fail(transport.Closed, nil)
		close(c.done)
		for _, h := range append(c.running(nil), c.current()...) {
			h.cancel(false) // does nothing if it is stale
		}
		if c.onClose != nil {
			c.onClose()
		}
	})
	return nil
}

// running returns the requests that are being handled, answered or not: those that came on s, or all if s is nil.
func (c *conn) running(s *stream) []*handle {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]*handle, 0, len(c.taken))
	for r, h := range c.taken {
		if s == nil || r.turn.s == s {
			list = append(list, h)
		}
	}
	return list
}

// current returns what the readers are at, which is not among the running ones.
func (c *conn) current() []*handle {
	list := []*handle{c.noting.Load()}
	for _, s := range c.streams {
		list = append(list, s.cur.Load())
	}
	return slices.DeleteFunc(list, func(h *handle) bool { return h == nil })
}

// endIfClosed is called with what Close may not have seen, because it has just begun.
func (c *conn) endIfClosed(h *handle) {
	select {
	case <-c.done:
		h.cancel(false)
	default:
	}
}

// request returns a request for a message in b, of which it gets a reference.
func (c *conn) request(b *block) *request {
	b.hold()
	c.mu.Lock()
	defer c.mu.Unlock()
	var r *request
	if n := len(c.idle); n > 0 {
		r, c.idle = c.idle[n-1], c.idle[:n-1]
	} else {
		r = &request{c: c}
	}
	r.b, r.out = b, c.out
	return r
}

// maxIdle is how many requests and calls a connection keeps for reuse.
const maxIdle = 64

// recycle takes r back. Nobody else knows it any more but through handles, which r's generation makes stale.
func (c *conn) recycle(r *request) {
	b := r.b
	c.mu.Lock() // once it is ours, a taker that has found r on offer is done with it
	delete(c.taken, r)
	c.mu.Unlock()
	r.reset()
	c.mu.Lock()
	if len(c.idle) < maxIdle {
		c.idle = append(c.idle, r)
	}
	c.mu.Unlock()
	b.drop()
}

// slabSize is how many handles are made at once.
const slabSize = 128

// handle returns the handle of r, which is never used for another request.
func (c *conn) handle(r *request) *handle {
	c.mu.Lock()
	defer c.mu.Unlock()
	return cut(&c.slab, r)
}

func cut(slab *[]handle, r *request) *handle {
	if len(*slab) == 0 {
		*slab = make([]handle, slabSize)
	}
	h := &(*slab)[0]
	*slab = (*slab)[1:]
	h.r, h.gen = r, r.gen
	return h
}

// register makes h known by its id, for cancellation, and refuses an id that is in use (S26).
func (c *conn) register(h *handle) *jsonrpc.Error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case len(c.taken) >= c.opts.Limits.InFlight:
		return errBusy
	case c.inflight[h.r.m.ID] != nil:
		return errSameID
	}
	c.track(h)
	return nil
}

// track notes a request whose handler no reader waits for. c.mu is held.
func (c *conn) track(h *handle) {
	c.taken[h.r] = h
	if h.r.settled == nil {
		c.inflight[h.r.m.ID] = h
		h.r.registered = true
	}
}

var (
	errBusy   = jsonrpc.NewError(jsonrpc.CodeInternalError, "too many requests at a time", nil)
	errSameID = jsonrpc.NewError(jsonrpc.CodeInvalidRequest, "a request with this id is being handled", nil)
)
