package transport

import (
	"context"
	"sync"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// Endpoint is the server's side of a transport in which each message comes by itself, as in the body of an HTTP request, and has a
// Sink of its own for what is sent because of it. Programs use packages sse and streamable; an Endpoint is for who
// writes such a transport. It is safe for concurrent use.
//
// A message takes this way: NewIncoming, read it into Room, Scan, look at Message to find out whose it is, and hand it to
// Endpoint.Receive, if it belongs to no session, or to ServerSession.Receive. That runs the handler on the caller's goroutine.
type Endpoint struct {
	opts Options
	none *peer     // of what belongs to no session
	free sync.Pool // of *Incoming: of its own, so that nothing gets from one synctest bubble into another
}

// NewEndpoint returns an Endpoint whose messages are handled by h. name is for Observations; o may be nil; message is
// the default of Limits.Message.
func NewEndpoint(name string, h jsonrpc.Handler, o *Options, message int) *Endpoint {
	e := new(Endpoint)
	if o != nil {
		e.opts = *o
	}
	e.opts.Limits = e.opts.Limits.WithDefaults(message)
	e.opts.Timeouts = e.opts.Timeouts.WithDefaults()
	e.none = newPeer(name, h, &e.opts)
	e.none.stateless, e.none.base = true, context.Background()
	e.opts.Pool = e.none.pool
	return e
}

// Options returns the options with their defaults, the pool included.
func (e *Endpoint) Options() Options { return e.opts }

// Receive handles in, which belongs to no session: a request or notification of a revision without sessions. ctx is the
// parent of the handler's context: its end cancels the request (rule E-35). What is sent goes to out, the answer last; out must not be
// used any more once Receive has returned, which is when the handler has. It takes in. The error is as for ServerSession.Receive.
//
// A request of a revision with sessions is refused with -32602, as is one that lacks what its revision requires (rule A-43).
func (e *Endpoint) Receive(ctx context.Context, in *Incoming, out Sink) error {
	return e.none.receive(ctx, in, out)
}

// ServerSession is the server's side of a session: a jsonrpc.Session.
type ServerSession struct {
	*peer
}

// OpenSession begins a session, if OnSession lets it in: before the message that opens it is received. id is what Session.ID
// returns, principal who the client is. out is where what belongs to no request goes; it is closed with the session. ended, if not
// nil, is called when the session has begun to end.
func (e *Endpoint) OpenSession(ctx context.Context, id, principal string, out *Queue, ended func()) (*ServerSession, error) {
	p := &peer{common: e.none.common, began: time.Since(e.none.made)}
	p.id, p.principal, p.queue = id, principal, out
	p.base, p.stop = context.Background(), func() {}
	if e.opts.OnSession != nil { // nobody else would see it, and it holds what the request had
		p.base, p.stop = context.WithCancel(context.WithoutCancel(ctx))
	}
	p.via = carried{to: out}
	p.out, p.offer = &p.via, out.Offer
	p.onEnd = ended
	if err := p.begin(); err != nil {
		return nil, err
	}
	return &ServerSession{p}, nil
}

// Receive handles in, which has come for the session: a request, a notification, or an answer. Values of the handler's context come from
// ctx; its end is none of the request's (rule D-22), but that of the session is. What is sent goes to out, the answer to
// a request last; out must not be used any more once Receive has returned, which is when the handler has. It takes in.
//
// Receive returns an error for what it has not handled: a notification after the end of the session, an answer that is none.
// Requests are always answered, unless the client has canceled them.
func (s *ServerSession) Receive(ctx context.Context, in *Incoming, out Sink) error {
	in.detached = true
	return s.receive(ctx, in, out)
}

// Accept is Receive, but that it leaves the handler of a request to run, which then returns when the handler has. It is nil if nothing is left to
// do, and else must be called once, on whatever goroutine. The request counts from Accept on: what comes later can cancel it.
func (s *ServerSession) Accept(ctx context.Context, in *Incoming, out Sink) (run func(), err error) {
	in.detached = true
	switch in.m.Kind {
	case jsonrpc.Request:
	case jsonrpc.Response:
		s.notes.pass() // what came after them comes after them
		fallthrough
	default:
		return nil, s.receive(ctx, in, out)
	}
	if s.opts.Observer != nil {
		s.observe(Observation{Event: MessageIn, Method: in.m.Method, Bytes: in.n})
	}
	h := s.acceptRequest(ctx, in, out)
	if h == nil {
		return nil, nil //nolint:nilnil // there is nothing left to do, as the comment says
	}
	return func() {
		s.notes.pass() // what came after them comes after them
		s.handle(in, h)
	}, nil
}

// Revision returns the revision that was agreed on; 0 before that.
func (s *ServerSession) Revision() jsonrpc.Revision {
	if info := s.info.Load(); info != nil {
		return info.Revision
	}
	return 0
}

// Principal returns who the client is, as OpenSession was told.
func (s *ServerSession) Principal() string { return s.principal }

// Busy reports whether a request is being handled, or a call waits for its answer: the session is not idle.
func (s *ServerSession) Busy() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.busy > 0 || len(s.calls) > 0
}

// Ended reports whether Done is closed, or would be if somebody had asked for it.
func (s *ServerSession) Ended() bool { return s.done.isEnded() }

// End ends the session for cause: nil for the ordinary end. Contexts of handlers end, calls fail with Closed. It does not wait;
// Wait does.
func (s *ServerSession) End(cause error) {
	if cause == nil {
		cause = NewError(Closed, "by the peer", nil)
	}
	s.end(cause)
	s.finishSession()
}

// Wait waits until nothing is left of an ended session, within ctx.
func (s *ServerSession) Wait(ctx context.Context) {
	select {
	case <-s.gone.wait():
	case <-ctx.Done():
	}
}

// EndSubscriptions ends what the client has opened with subscriptions/listen: each gets its result (rule E-57).
func (s *ServerSession) EndSubscriptions() { s.subs.end() }

// Gone is closed when nothing is left of the session: that is later than Done.
func (s *ServerSession) Gone() <-chan struct{} { return s.gone.wait() }

// finishSession takes down what is left of a session without a stream, once its handlers have returned.
func (p *peer) finishSession() {
	if !p.down.CompareAndSwap(false, true) {
		return // OnSessionEnd may be who ends it
	}
	p.subs.end()
	if p.opts.Hub != nil {
		p.opts.Hub.leave(p)
	}
	if p.onEnd != nil {
		p.onEnd()
	}
	p.mu.Lock()
	busy := p.busy
	p.mu.Unlock()
	if busy == 0 && p.carrier == nil && (p.queue == nil || p.queue.empty()) {
		p.sessionGone()
		return
	}
	go func() { // one of the handlers may be who ends it
		p.quietWithin(p.opts.Timeouts.Shutdown + p.opts.Timeouts.Kill)
		if p.queue != nil { // what they have answered last
			ctx, stop := context.WithTimeout(context.Background(), p.opts.Timeouts.Shutdown)
			p.queue.Flush(ctx)
			stop()
		}
		p.sessionGone()
	}()
}

func (p *peer) sessionGone() {
	p.mu.Lock()
	cause := p.cause
	p.mu.Unlock()
	if p.queue != nil {
		p.queue.Close(cause)
	}
	if p.carrier != nil {
		ctx, stop := context.WithTimeout(context.Background(), p.opts.Timeouts.Shutdown)
		p.shutErr = p.carrier.Close(ctx)
		stop()
	}
	p.stop()
	p.sessionEnd(cause)
	p.gone.end()
}
