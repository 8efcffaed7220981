package transport

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport/internal/block"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// sink is where messages to the peer go.
type sink interface {
	// begin returns the buffer to append one message to, and keeps other writers out until send or abort. It reports
	// false, and keeps nobody out, if too much waits to be written.
	begin(k rank) ([]byte, bool)
	// room waits until that may have changed.
	room(ctx context.Context, k rank) error
	abort()
	// send sends what was appended. final says that it is the answer to a request, and t is the turn in which
	// that is handled. The message is not torn, whatever becomes of ctx.
	send(ctx context.Context, buf []byte, t turn, final bool) error
}

// rank says how much may wait to be written when a message is begun: the limits times this.
type rank int

const (
	urgent   rank = iota // any amount, for those who cannot wait
	ordinary             // calls and notifications
	answer               // gets past these, so that two peers that call each other can answer
)

// turnsOf returns the outbox that out is, if it sends one message after the other; else nil.
func turnsOf(out sink) *outbox {
	if c, ok := out.(*carried); ok {
		if o, ok := c.to.(*outbox); ok && o.turn != nil {
			return o
		}
	}
	return nil
}

// begin begins a message, as soon as there is room for it.
func begin(ctx context.Context, out sink, k rank) ([]byte, error) {
	if o := turnsOf(out); o != nil {
		return o.beginWithin(ctx)
	}
	for {
		if buf, ok := out.begin(k); ok {
			return buf, nil
		}
		if err := out.room(ctx, k); err != nil {
			return nil, err
		}
	}
}

// peer is one connection with one peer: the calls that wait for its answers, and its requests that are being
// handled. It implements jsonrpc.Session. What it reuses, it keeps to itself: calls have channels and
// timers, which must not leave the synctest bubble that they were made in.
type peer struct {
	*common
	id        string
	of        *Client                        // whose connection it is; nil for servers
	principal string                         // who the peer is, as authorization has found out
	out       sink                           // for what belongs to no request
	offer     func(func([]byte) []byte) bool // queues what a Hub publishes there
	stream    *stream                        // nil if each message comes by itself; then:
	queue     *Queue                         // what out is
	via       carried                        // likewise
	onEnd     func()                         // tells the transport
	carrier   Carrier                        // of a client
	notes     gate                           // held while a notification is handled
	base      context.Context                // the parent of what handlers get
	stop      context.CancelFunc
	began     time.Duration // after made

	// Small ones stand together: an idle session is to be small.
	client    bool         // the peer is the server
	stateless bool         // nothing is kept from one request to the next, and each counts for itself (rules A-52, E-65)
	notifies  bool         // Carried.Notify
	admitted  atomic.Bool  // by OnSession
	opening   atomic.Bool  // an initialize is being answered, or was
	ready     atomic.Bool  // notifications/initialized, or a request after initialize, has come
	down      atomic.Bool  // everything is being taken down, or was
	params    atomic.Int32 // the usual size of params

	// info is what is known of the peer, for messages that do not say it themselves: nil before a session is
	// opened.
	info atomic.Pointer[jsonrpc.Info]
	meta atomic.Pointer[clientMeta] // nil if requests say nothing of themselves
	subs subscriptions

	noting atomic.Pointer[handle] // the notification that is being handled
	pings  *pinger                // nil for none; guarded by mu

	mu       sync.Mutex
	lastID   int64
	calls    map[int64]*call // sent and not answered
	waiting  []*call         // for fewer to be
	free     []*call
	requests inFlight
	early    earlyCancels
	busy     int           // goroutines that are no reader and still have something of the stream
	quiet    chan struct{} // closed when none is left, if somebody waits
	idle     []*request
	linked   map[*handle]struct{} // of a stateless peer: those whose contexts somebody waits for
	cause    error                // why no call can be made any more
	values   map[any]any

	watched   *call         // whose OnProgress runs; guarded by mu, as is unwatched
	unwatched chan struct{} // closed when it has returned, if somebody waits

	closing  sync.Once
	shutting sync.Once
	shutErr  error
	done     signal // the session has ended
	gone     signal // and everything of it
}

// common is what the sessions of one server share. It is not changed.
type common struct {
	name    string // of the transport, for Observations
	handler jsonrpc.Handler
	opts    *Options
	pool    *pool.Pool
	made    time.Time // what times of sessions count from, each in a word
	metas   peek.Memory
}

// newPeer returns a peer with the options o, which have their defaults.
func newPeer(name string, h jsonrpc.Handler, o *Options) *peer {
	if h == nil {
		h = jsonrpc.HandlerFunc(jsonrpc.NotFound)
	}
	c := &common{name: name, handler: h, opts: o, pool: o.Pool, made: time.Now()}
	if c.pool == nil {
		c.pool = sharedPool
	}
	return &peer{common: c}
}

// sharedPool serves the streams whose options name no pool.
var sharedPool = pool.New(pool.Config{
	Name:    "mcpwire",
	Classes: []int{1 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10, 1 << 20},
})

func (p *peer) ID() string            { return p.id }
func (p *peer) Done() <-chan struct{} { return p.done.wait() }

func (p *peer) Value(key any) any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.values[key]
}

func (p *peer) SetValue(key, value any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.values == nil {
		p.values = map[any]any{}
	}
	p.values[key] = value
}

// Notify sends a notification that belongs to no request.
func (p *peer) Notify(ctx context.Context, method string, params codec.Appender) error {
	info := p.info.Load()
	if info == nil || !p.client && !info.CanCall {
		return errCannotCall
	}
	if p.carrier != nil { // it could still be sent, but to a session that is over
		if err := p.ended(); err != nil {
			return err
		}
	}
	return p.notify(ctx, method, params, info.Revision)
}

func (p *peer) notify(ctx context.Context, method string, params codec.Appender, v jsonrpc.Revision) error {
	noting := p.isNoting(ctx)
	buf, err := p.beginNotification(ctx, noting)
	if err != nil {
		return err
	}
	if buf, err = p.appendNotification(buf, method, params, v); err != nil {
		return err
	}
	return p.out.send(ctx, buf, turn{noting: noting}, false)
}

// beginNotification waits for room, but not in a handler of a notification, unless it is for a turn: that comes without anything being read.
func (p *peer) beginNotification(ctx context.Context, noting bool) ([]byte, error) {
	if turnsOf(p.out) == nil {
		if buf, ok := p.out.begin(ordinary); ok {
			return buf, nil
		}
		if noting {
			return nil, errNoRoom
		}
	}
	return begin(ctx, p.out, ordinary)
}

// isNoting reports whether ctx is that of a notification from the peer that is being handled: nothing more is read until its handler
// returns, so that one that waited for the peer could wait for a peer that waits for us.
func (p *peer) isNoting(ctx context.Context) bool {
	h := handleOf(ctx)
	if h == nil || h.p != p {
		return false
	}
	r, err := h.enter()
	if err != nil {
		return false
	}
	defer r.mu.Unlock()
	return r.m.Kind == jsonrpc.Notification
}

// appendNotification appends to what p.out has begun, and aborts it after an error or a panic.
func (p *peer) appendNotification(buf []byte, method string, params codec.Appender, v jsonrpc.Revision) (out []byte, err error) {
	defer func() {
		if out == nil {
			p.out.abort()
		}
	}()
	start := len(buf)
	buf, err = jsonrpc.AppendNotification(buf, method, params, v)
	if limit := p.opts.Limits.Message; err == nil && len(buf)-start > limit {
		err = TooLarge("message to the peer", int64(len(buf)-start), int64(limit))
	}
	if err != nil {
		return nil, err
	}
	return buf, nil
}

// begin starts to read, if OnSession lets the peer in.
func (p *peer) begin() error {
	if p.opts.OnSession != nil {
		if err := p.opts.OnSession(p.base, p); err != nil {
			err = NewError(Closed, "refused by OnSession", err)
			p.end(err)
			if p.stream == nil {
				p.finishSession()
			} else {
				p.takeDown()
			}
			return err
		}
	}
	p.admitted.Store(true)
	p.observe(Observation{Event: SessionBegin})
	if p.stream != nil {
		p.stream.start()
	}
	return nil
}

// request returns a request for a message in b, of which it gets a reference.
func (p *peer) request(b *block.Block) *request {
	b.Hold()
	p.mu.Lock()
	defer p.mu.Unlock()
	var r *request
	if n := len(p.idle); n > 0 {
		r, p.idle = p.idle[n-1], p.idle[:n-1]
	} else {
		r = &request{p: p}
	}
	r.b = b
	return r
}

// maxIdle is how many requests and calls a connection keeps for reuse.
const maxIdle = 64

// recycle takes r back. Nobody else knows it any more but through handles, which r's generation makes stale.
func (p *peer) recycle(r *request) {
	b := r.b
	p.mu.Lock() // once it is ours, a taker that has found r on offer is done with it
	p.requests.remove(r)
	p.mu.Unlock()
	r.reset()
	p.mu.Lock()
	if len(p.idle) < maxIdle {
		p.idle = append(p.idle, r)
	}
	p.mu.Unlock()
	b.Drop()
}

// How many handles are made at once. The first ones are few: what makes them may be kept by one request that lasts, such as a subscription.
const (
	slabSize  = 128
	firstSlab = 4
)

// cut returns the handle of r, which is never used for another request.
func cut(slab *[]handle, r *request) *handle {
	switch {
	case *slab == nil:
		*slab = make([]handle, firstSlab)
	case len(*slab) == 0:
		*slab = make([]handle, slabSize)
	}
	h := &(*slab)[0]
	*slab = (*slab)[1:]
	h.p, h.r, h.gen = r.p, r, r.gen
	return h
}

// track notes a request whose handler no reader waits for. p.mu is held.
func (p *peer) track(h *handle) { p.requests.add(h) }

// observe tells the Observer, if there is one.
func (p *peer) observe(o Observation) {
	if p.opts.Observer != nil {
		o.Transport = p.name
		p.opts.Observer.Observe(o)
	}
}

func (p *peer) observeDone(r *request) {
	if p.opts.Observer != nil {
		p.observe(Observation{Event: RequestDone, Method: r.m.Method, Duration: time.Since(r.began), Err: r.sent})
	}
}
