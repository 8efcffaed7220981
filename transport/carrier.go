package transport

import (
	"context"
	"errors"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
)

// Link is what a Connector opens: a Stream or a Carried.
type Link interface {
	// link makes p the end of the connection. Nothing is read yet.
	link(ctx context.Context, p *peer)
	name() string
	// agreed returns what is told how the agreement on a revision has ended, or nil.
	agreed() func(error) error
}

// Carried is a connection of a client over a transport that sends each message by itself, as HTTP does.
type Carried struct {
	// Name is for Observations.
	Name    string
	Carrier Carrier
	// Notify says that the server is told with a notification that a call is cancelled, in all revisions: the end of
	// Carrier.Call tells it nothing.
	Notify bool
}

// Carrier sends the messages of a Client, each by itself, and hands what comes back to a Conn. It is called by many goroutines at the
// same time. Frames are borrowed until the method returns.
type Carrier interface {
	// Begin is called once, before everything else.
	Begin(c *Conn)
	// Call sends a request and hands all that comes because of it to Conn.Receive with ctx, in order, until the answer was among
	// it, and then returns nil. ctx ends when the caller gives up, when the call takes too long, when the connection ends, or when the answer has
	// come by another way. An *jsonrpc.Error is the answer, too; a SessionNotFound ends the connection, and says that the request was not
	// looked at.
	Call(ctx context.Context, frame []byte, o *Outbound) error
	// Send sends a notification or an answer.
	Send(ctx context.Context, frame []byte, o *Outbound) error
	// FallsBack reports whether the failure of the first request, which asks for the modern revisions of the server, leaves it possible that the
	// server has others.
	FallsBack(err error) bool
	// Close ends what the Carrier does by itself, and tells the server that the session is over, within ctx.
	Close(ctx context.Context) error
}

// Outbound is what a Carrier may want to know of a message, besides its text.
type Outbound struct {
	// Method is "" for an answer.
	Method string
	// Params is the text of the params as the caller has given them; empty if there are none.
	Params []byte
	// Revision is the one that the message is in; 0 if none is agreed on.
	Revision jsonrpc.Revision
	// Header is the caller's, to be sent along.
	Header map[string][]string
}

// Conn is the engine's side of a Carrier. It is safe for concurrent use.
type Conn struct {
	p    *peer
	free sync.Pool // of *Incoming
}

// Options returns the options of the connection, with their defaults and the pool.
func (c *Conn) Options() Options {
	o := *c.p.opts
	o.Pool = c.p.pool
	return o
}

// Caller sends calls and notifications of the Carrier's own.
func (c *Conn) Caller() jsonrpc.Caller { return c.p }

// SetID sets what Session.ID returns. It is for the time before the session is opened, when nobody asks.
func (c *Conn) SetID(id string) { c.p.id = id }

// Revision returns the one that messages are in; 0 if none is agreed on yet.
func (c *Conn) Revision() jsonrpc.Revision { return c.p.revision() }

// Done is closed when the connection begins to end.
func (c *Conn) Done() <-chan struct{} { return c.p.Done() }

// NewIncoming is Endpoint.NewIncoming.
func (c *Conn) NewIncoming(size int) *Incoming {
	in := c.get()
	in.take(c.p, size)
	return in
}

func (c *Conn) get() *Incoming {
	in, ok := c.free.Get().(*Incoming)
	if !ok {
		in = &Incoming{limit: c.p.opts.Limits.Message, free: func(in *Incoming) { c.free.Put(in) }}
	}
	return in
}

// Receive takes in, which has come from the server. Notifications are handled before it returns, requests on goroutines of their own, and an
// answer goes to the call that waits for it. ctx is Call's, if it came because of a call.
func (c *Conn) Receive(ctx context.Context, in *Incoming) {
	p := c.p
	if in.m.Kind != jsonrpc.Request {
		_ = p.receive(ctx, in, nil) // what is not handled was observed
		return
	}
	in.detached = true
	p.receiveRequest(ctx, in, &outbox{p: p}, true)
}

// Refuse tells the Observer of something that came and is no message, and fails the call that it was to answer; if it is a request after
// all, it is refused. It takes in, on which Scan has failed with err.
func (c *Conn) Refuse(in *Incoming, err error) {
	p, m := c.p, &in.m
	p.observe(Observation{Event: BadMessage, Bytes: in.n, Err: err})
	var e *jsonrpc.Error
	switch {
	case CodeOf(err) == MessageTooLarge: // it was not looked at
		o := Overlong{c: c}
		o.Feed(in.Bytes())
	case m.Kind == jsonrpc.Request && !m.ID.IsZero() && errors.As(err, &e) && p.answers(m, e):
		c.refuseRequest(m.ID.Clone(), e)
	default:
		p.loseBad(m, err)
	}
	in.Release()
}

// Fail ends the connection for a reason, which calls that wait fail with.
func (c *Conn) Fail(err error) {
	c.p.end(err)
	c.p.finishSession()
}

func (l Carried) name() string              { return l.Name }
func (l Carried) agreed() func(error) error { return nil }

func (l Carried) link(ctx context.Context, p *peer) {
	p.base, p.stop = context.WithCancel(ctx)
	p.carrier, p.notifies = l.Carrier, l.Notify
	p.via = carried{to: &outbox{p: p, turn: make(chan struct{}, 1)}}
	p.out = &p.via
	l.Carrier.Begin(&Conn{p: p})
}

// outbox is a Sink for a Carrier: of what belongs to no request, one after the other, or of the answer to one.
type outbox struct {
	p   *peer
	mu  sync.Mutex
	buf pool.Buffer
	// turn, in place of mu, has a token while somebody sends what belongs to no request: that may take as long as the peer
	// likes, and others wait no longer than they want to.
	turn chan struct{}
}

func (o *outbox) Begin() []byte {
	if o.turn != nil {
		o.turn <- struct{}{}
	} else {
		o.mu.Lock()
	}
	return o.begun()
}

func (o *outbox) begun() []byte {
	o.buf = o.p.pool.Get(firstParams)
	return o.buf.Bytes()
}

// beginWithin is Begin for who does not want to wait for longer than ctx, or the connection, lasts.
func (o *outbox) beginWithin(ctx context.Context) ([]byte, error) {
	select {
	case o.turn <- struct{}{}:
		return o.begun(), nil
	case <-ctx.Done():
		return nil, FromContext(ctx, "waiting for other messages to be sent")
	case <-o.p.Done():
		return nil, o.p.ended()
	}
}

func (o *outbox) Abort() {
	o.buf.Release()
	if o.turn != nil {
		<-o.turn
	} else {
		o.mu.Unlock()
	}
}

func (o *outbox) Send(ctx context.Context, b []byte, _ Outgoing) error {
	defer o.Abort()
	o.buf.Set(b)
	var m jsonrpc.Message
	if err := jsonrpc.Scan(b, &m); err != nil { // it is our own: the Carrier wants to know its method
		return err
	}
	return o.p.carrier.Send(ctx, b, &Outbound{Method: m.Method, Params: m.Params.Bytes(), Revision: o.p.revision()})
}

// revision returns the revision that messages are sent in; 0 if none is agreed on.
func (p *peer) revision() jsonrpc.Revision {
	if p.meta.Load() != nil {
		return jsonrpc.Latest
	}
	if info := p.info.Load(); info != nil {
		return info.Revision
	}
	return 0
}
