package transport

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// ClientOptions are what clients of all transports have in common. The zero ClientOptions is safe and complete.
type ClientOptions struct {
	Options

	// Revision is the one to speak; 0 finds out what the server has: it is asked for its modern revisions first, and
	// falls back to initialize (rule F-14).
	Revision jsonrpc.Revision
	// Info and Capabilities are what the client says of itself, encoded once: an mcp.Implementation and mcp.ClientCapabilities. If
	// they are nil, a handler that is a Describer is asked.
	Info         codec.Appender
	Capabilities codec.Appender
	// OmitInfo leaves Info out of the requests of modern revisions.
	OmitInfo bool
	// InputRounds is how many times a request of a modern revision is sent again with the input that the server has asked for, which
	// the handler of the client gives. 0 leaves that to the caller: it gets the result that asks.
	InputRounds int
	// StrictCapabilities refuses calls that need what the server has not declared, with CannotCall. Without it, the
	// server says so itself.
	StrictCapabilities bool
}

// Describer is a handler of a client that knows what the client says of itself; either may be nil.
type Describer interface {
	DescribeClient() (info, capabilities codec.Appender)
}

// Client is the client's end of a connection with a server. It is safe for concurrent use.
type Client struct {
	handler   jsonrpc.Handler
	opts      ClientOptions
	connector Connector

	cur    atomic.Pointer[connection]
	cancel context.CancelFunc // ends what goes on between connections
	life   context.Context
	done   chan struct{}

	mu     sync.Mutex
	next   chan struct{} // closed when there is another connection, or none any more
	closed bool
	err    error
	// reprobed is when the server was last asked whether it still has the revision.
	reprobed time.Time
}

// connection is one connection of a Client, and what the server has said of itself.
type connection struct {
	*peer
	server server
	tell   func(error) error // Stream.Agreed
}

// server is what a server has said of itself.
type server struct {
	info         codec.Raw
	capabilities codec.Raw
	instructions string
}

// Connector makes the connections of a Client.
type Connector struct {
	// Open opens a connection. It is called again if the server does not survive the question for modern revisions, and
	// after a connection has ended, if Retry says so.
	Open func(ctx context.Context) (Link, error)
	// Retry is asked after a connection has ended by itself, and after each failure to open another; failed counts these. It returns how long to
	// wait before the next try, or false for no more. nil never tries again.
	Retry func(cause error, failed int) (wait time.Duration, again bool)
	// Timeout bounds Open and the agreement on a revision together; 0 for no bound but those of the steps.
	Timeout time.Duration
	// Legacy says that servers are taken to have sessions: they are not asked for modern revisions, unless Revision is one.
	Legacy bool
	// Opened is called, on a goroutine of its own, after each connection but the first was opened.
	Opened func(c *Client)
}

// Dial opens the first connection. o may be nil. The connection does not end with ctx.
func (k Connector) Dial(ctx context.Context, h jsonrpc.Handler, o *ClientOptions) (*Client, error) {
	if o == nil {
		o = new(ClientOptions)
	}
	c := &Client{handler: h, opts: *o, connector: k, done: make(chan struct{}), next: make(chan struct{})}
	c.opts.Timeouts = c.opts.Timeouts.WithDefaults()
	c.life, c.cancel = context.WithCancel(context.WithoutCancel(ctx))
	x, err := c.connect(ctx)
	if err != nil {
		c.cancel()
		return nil, err
	}
	c.cur.Store(x)
	go c.keep(x)
	return c, nil
}

// connect opens a connection and agrees on a revision.
func (c *Client) connect(ctx context.Context) (*connection, error) {
	if c.connector.Timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, c.connector.Timeout)
		defer stop()
	}
	x, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	legacy := c.connector.Legacy && !c.opts.Revision.Modern() || x.carrier != nil && c.wasLegacy()
	again, err := x.agree(ctx, &c.opts, legacy)
	if err != nil && again {
		x.discard()
		next, e := c.open(ctx)
		if errors.Is(e, errOnlyOne) {
			return nil, err
		}
		if e != nil {
			return nil, e
		}
		x = next
		_, err = x.agree(ctx, &c.opts, true)
	}
	if err != nil {
		x.discard()
		return nil, err
	}
	return x, nil
}

// wasLegacy reports whether the server had no modern revision when it was asked last (rule F-21).
func (c *Client) wasLegacy() bool {
	x := c.cur.Load()
	return x != nil && !x.info.Load().Revision.Modern()
}

// agree negotiates, and tells the Stream how that has ended.
func (x *connection) agree(ctx context.Context, o *ClientOptions, legacy bool) (again bool, err error) {
	again, err = x.negotiate(ctx, o, legacy)
	if x.tell != nil {
		err = x.tell(err)
	}
	return again, err
}

func (c *Client) open(ctx context.Context) (*connection, error) {
	l, err := c.connector.Open(ctx)
	if err != nil {
		return nil, err
	}
	p := newPeer(l.name(), c.handler, c.opts.Options.withDefaults())
	p.client, p.of = true, c
	l.link(c.life, p)
	if err := p.begin(); err != nil {
		return nil, err
	}
	return &connection{peer: p, tell: l.agreed()}, nil
}

// discard closes a connection that was not used.
func (x *connection) discard() {
	_ = x.Close() // why it is discarded says more
	x.linger()
}

// keep waits for the end of a connection and opens another, if that is wanted.
func (c *Client) keep(x *connection) {
	defer close(c.done)
	defer c.cancel()
	for {
		x.linger()
		next, err := c.reopen(x)
		c.mu.Lock()
		if err != nil {
			if c.err = err; c.closed { // that is why, whatever else has failed
				c.err = errClosed
			}
			close(c.next)
			c.mu.Unlock()
			return
		}
		c.cur.Store(next)
		closed := c.closed
		close(c.next)
		c.next = make(chan struct{})
		c.mu.Unlock()
		switch {
		case closed:
			next.discard()
		case c.connector.Opened != nil:
			go c.connector.Opened(c)
		}
		x = next
	}
}

// reopen opens the connection after x. The error is why there is none.
func (c *Client) reopen(x *connection) (*connection, error) {
	cause := x.cause
	for failed := 0; ; failed++ {
		if c.connector.Retry == nil || c.isClosed() {
			return nil, cause
		}
		wait, again := c.connector.Retry(cause, failed)
		if !again || !sleep(c.life, wait) {
			return nil, cause
		}
		next, err := c.connect(c.life)
		if err == nil {
			return next, nil
		}
		cause = err
	}
}

// sleep reports whether d passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (c *Client) isClosed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// NewCall returns a Call of method, which must be Released.
func (c *Client) NewCall(method string) *jsonrpc.Call { return c.cur.Load().NewCall(method) }

// Do sends call and waits for its reply. While a connection that has ended is being replaced, it waits for
// the next, within the call's Timeout. A call that was sent is never sent again by itself: what has become of it
// is not known.
func (c *Client) Do(ctx context.Context, jc *jsonrpc.Call) error {
	x := c.cur.Load()
	cl, ok := jc.Owner().(*call)
	if !ok || !cl.live || cl.p.of != c {
		return errForeign
	}
	cl.p, cl.id = x.peer, 0 // it may have been made for a connection before this one
	err := c.doOn(ctx, x, jc)
	switch {
	case err == nil || c.connector.Retry == nil:
		return err
	case !cl.again && (CodeOf(err) == SessionNotFound || c.lostRevision(ctx, x, err)): // the server has not looked at it (rules D-54, D-60)
		cl.again = true
		defer func() { cl.again = false }()
	case cl.id != 0 || !errors.Is(err, x.ended()):
		return err
	}
	// It was not sent, or as good as that.
	began, timeout := time.Now(), jc.Timeout
	if timeout == 0 {
		timeout = c.opts.Timeouts.Call
	}
	if err := c.waitNext(ctx, timeout); err != nil {
		return err
	}
	if timeout > 0 && jc.Method != methodListen {
		defer func(t time.Duration) { jc.Timeout = t }(jc.Timeout)
		jc.Timeout = max(timeout-time.Since(began), time.Nanosecond)
	}
	return c.Do(ctx, jc)
}

// doOn is Do on one connection.
func (c *Client) doOn(ctx context.Context, x *connection, jc *jsonrpc.Call) error {
	if err := x.mayAsk(&c.opts, jc.Method); err != nil {
		return err
	}
	if c.opts.InputRounds > 0 && x.info.Load().Revision.Modern() {
		return x.doWithInput(ctx, jc, c.opts.InputRounds)
	}
	return x.Do(ctx, jc)
}

// waitNext waits for another connection. A timeout below 0 is none.
func (c *Client) waitNext(ctx context.Context, timeout time.Duration) error {
	if timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, timeout)
		defer stop()
	}
	for {
		c.mu.Lock()
		next, err, closed := c.next, c.err, c.closed
		c.mu.Unlock()
		switch {
		case err != nil:
			return err
		case closed:
			return errClosed
		case !c.cur.Load().hasEnded():
			return nil
		}
		select {
		case <-next:
		case <-c.life.Done(): // Close, or the end
		case <-ctx.Done():
			return FromContext(ctx, "waiting for the server to be back")
		}
	}
}

func (x *connection) hasEnded() bool { return x.ended() != nil }

// Notify sends a notification.
func (c *Client) Notify(ctx context.Context, method string, params codec.Appender) error {
	return c.cur.Load().Notify(ctx, method, params)
}

// Ping asks the server for a sign of life. Revisions without ping have nothing to ask for: there it reports whether
// the connection is open (rule G-21).
func (c *Client) Ping(ctx context.Context) error {
	x := c.cur.Load()
	if x.info.Load().Revision.Modern() {
		return x.ended()
	}
	call := c.NewCall(methodPing)
	defer call.Release()
	return c.Do(ctx, call)
}

// Revision returns the one that client and server speak.
func (c *Client) Revision() jsonrpc.Revision { return c.cur.Load().info.Load().Revision }

// Server returns what the server has said of itself: its name and version, an mcp.Implementation, and its capabilities, an
// mcp.ServerCapabilities; zero if it has not. They are owned by the Client and must not be changed.
func (c *Client) Server() (info, capabilities codec.Raw) {
	s := &c.cur.Load().server
	return s.info, s.capabilities
}

// Instructions returns how a model is to use the server, as the server says; "" if it does not.
func (c *Client) Instructions() string { return c.cur.Load().server.instructions }

// Session returns the connection as a Session, to keep data with it. It ends with the connection. What InputRounds and StrictCapabilities
// say is for calls of the Client itself.
func (c *Client) Session() jsonrpc.Session { return c.cur.Load().peer }

// Done is closed when the Client has ended: no connection is open, none will be opened, and nothing is left of them.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err says why the Client has ended; nil before that, and if Close has ended it.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return endOf(c.err)
}

// Close ends the connection and waits until nothing is left of it, for at most Timeouts.Shutdown and Timeouts.Kill. Calls
// that wait fail with Closed. The error is that of closing the connection.
//
// A handler, an OnProgress or an OnSessionEnd that calls Close is something that is left: Close then takes all of that time. It can
// close the Session instead, which waits for nothing.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.cancel()
	err := c.cur.Load().Close()
	t := time.NewTimer(c.opts.Timeouts.Shutdown + c.opts.Timeouts.Kill)
	defer t.Stop()
	select {
	case <-c.done:
	case <-t.C:
	}
	return err
}
