package transport

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// callContext is the context of one call over a Carrier. It ends with the caller's, when the call takes too long, and when the call is
// over. It has an AfterFunc, so that the contexts that net/http derives from it cost no goroutine.
type callContext struct {
	context.Context // the caller's; values come from it

	id int64 // of the call; set before its Carrier has it

	mu      sync.Mutex
	kept    bool // the Carrier ends it
	done    chan struct{}
	err     error  // what Err returns
	cause   error  // why, for Do
	first   func() // of after, as there is mostly one
	firsts  int    // counts them
	after   map[*func()]struct{}
	timeout time.Duration // 0 for none
	due     time.Time     // the end, if there is a timeout; the alarm's
	until   time.Time     // no progress moves the end beyond it
}

type callContextKey struct{}

// newCallContext returns a context for cl, which may last timeout, and with progress up to most.
func (cl *call) newCallContext(ctx context.Context, timeout, most time.Duration) *callContext {
	c := &callContext{Context: ctx, done: make(chan struct{}), timeout: timeout}
	if timeout > 0 {
		now := time.Now()
		c.due, c.until = now.Add(timeout), now.Add(max(most, timeout))
	}
	cl.p.mu.Lock()
	cl.ctx = c
	cl.p.mu.Unlock()
	cl.alarm.set(c)
	return c
}

// alarm ends the context of a call when its time is over. It is the call's, whatever connection that is on, and used again. Its timer is
// left running when a call is over, as most calls are before it rings, and it looks then whose turn it is: to start and to stop a timer
// costs more than all else that a call does here.
type alarm struct {
	mu    sync.Mutex
	timer *time.Timer
	rings time.Time    // when the timer will; zero if it is not running
	c     *callContext // nil between calls
}

func (a *alarm) set(c *callContext) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.c = c; c.timeout > 0 && (a.rings.IsZero() || c.due.Before(a.rings)) {
		a.start(c.due, c.timeout)
	}
}

// start makes the timer ring in d, which is at due. The caller holds mu.
func (a *alarm) start(due time.Time, d time.Duration) {
	a.rings = due
	if a.timer == nil {
		a.timer = time.AfterFunc(d, a.ring)
		return
	}
	a.timer.Reset(d)
}

func (a *alarm) stop() {
	a.mu.Lock()
	a.c = nil
	a.mu.Unlock()
}

// off stops the timer of a call that is not used again.
func (a *alarm) off() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.timer != nil {
		a.timer.Stop()
		a.rings = time.Time{}
	}
}

// ring may come for a call that is over, or too early for the one that there is now.
func (a *alarm) ring() {
	a.mu.Lock()
	c := a.c
	a.rings = time.Time{}
	if c != nil && c.timeout > 0 {
		if left := time.Until(c.due); left > 0 {
			a.start(c.due, left)
			c = nil
		}
	}
	a.mu.Unlock()
	if c != nil && c.timeout > 0 {
		c.end(context.DeadlineExceeded, NewError(Timeout, "", nil))
	}
}

// extend makes the timeout begin anew (rule G-04).
func (a *alarm) extend() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.c; c != nil && c.timeout > 0 {
		c.due = time.Now().Add(max(min(c.timeout, time.Until(c.until)), 0))
		if c.due.Before(a.rings) {
			a.start(c.due, time.Until(c.due))
		}
	}
}

// end ends the context. cause nil says that the call is over.
func (c *callContext) end(err, cause error) {
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return
	}
	c.err, c.cause = err, cause
	close(c.done)
	first, after := c.first, c.after
	c.first, c.after = nil, nil
	c.mu.Unlock()
	if first != nil {
		first()
	}
	for f := range after {
		(*f)()
	}
}

// over is called when the call is.
func (c *callContext) over() {
	c.mu.Lock()
	kept := c.kept
	c.mu.Unlock()
	if !kept {
		c.end(context.Canceled, nil)
	}
}

func callContextOf(ctx context.Context) *callContext {
	c, _ := ctx.Value(callContextKey{}).(*callContext) // absent is nil
	return c
}

// Answers reports whether in, which Scan has taken apart, is the answer to the call that ctx is the context of.
func (c *Conn) Answers(ctx context.Context, in *Incoming) bool {
	of := callContextOf(ctx)
	if of == nil || in.m.Kind != jsonrpc.Response {
		return false
	}
	id, ok := in.m.ID.Int64()
	return ok && id == of.id
}

// Keep makes the context of a call last until release is called, and not only until Call returns: what the server says after its answer
// can still be read. Neither the caller nor a timeout ends it any more after that.
func (c *Conn) Keep(ctx context.Context) (release func()) {
	of := callContextOf(ctx)
	if of == nil {
		return func() {}
	}
	of.mu.Lock()
	of.kept = true
	of.mu.Unlock()
	return func() { of.end(context.Canceled, nil) }
}

func (c *callContext) Done() <-chan struct{} { return c.done }

func (c *callContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *callContext) Value(key any) any {
	if key == (callContextKey{}) {
		return c
	}
	return c.Context.Value(key)
}

// AfterFunc calls f when c ends. The context package uses it for children, with an f that waits for nothing.
func (c *callContext) AfterFunc(f func()) (stop func() bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		go f() // not at once: the context package holds a lock that f takes
		return func() bool { return false }
	}
	if c.first != nil {
		return c.alsoAfter(f)
	}
	c.first = f
	c.firsts++
	n := c.firsts
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.first == nil || c.firsts != n {
			return false
		}
		c.first = nil
		return true
	}
}

func (c *callContext) alsoAfter(f func()) (stop func() bool) {
	if c.after == nil {
		c.after = make(map[*func()]struct{}, 1)
	}
	key := &f
	c.after[key] = struct{}{}
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, waiting := c.after[key]
		delete(c.after, key)
		return waiting
	}
}

// runCarried is run where a Carrier sends the request: the caller's goroutine reads what comes, until the answer is there.
func (cl *call) runCarried(ctx context.Context) error {
	p := cl.p
	if ctx.Err() != nil { // if it was sent, its cancellation could be faster
		return FromContext(ctx, "before "+strconv.Quote(cl.Method)+" was sent")
	}
	timeout := cl.timeout()
	c := cl.newCallContext(ctx, timeout, p.opts.Timeouts.MaxCall)
	defer c.over()
	if ctx.Done() != nil {
		method := cl.Method // cl may be another call by then
		stop := context.AfterFunc(ctx, func() { c.end(ctx.Err(), FromContext(ctx, "waiting for the answer to "+strconv.Quote(method))) })
		defer stop()
	}
	if err := cl.begin(c, nil); err != nil {
		cl.leave()
		return cl.because(c, err)
	}
	c.id = cl.id
	err := cl.carry(c)
	cl.leave()
	mine := p.forget(cl)
	if !mine {
		<-cl.done
	}
	switch {
	case CodeOf(err) == SessionNotFound: // what else was sent in the session may have been handled
		p.end(NewError(Lost, "the session is gone", err))
		p.finishSession()
		return err
	case !mine:
		return cl.outcome()
	}
	if err == nil {
		err = NewError(Lost, "there was no answer to "+strconv.Quote(cl.Method), nil)
	}
	err = cl.because(c, err)
	if c.Err() != nil && cl.sent && cl.Method != methodInitialize && cl.Method != methodDiscover && (p.notifies || !p.revision().Modern()) {
		p.cancelLater(cl.id, err)
	}
	return err
}

// leave ends what the context has of the call.
func (cl *call) leave() {
	cl.alarm.stop()
	cl.p.mu.Lock()
	cl.ctx = nil
	cl.p.mu.Unlock()
}

// because returns why the call has ended, if its context did before.
func (cl *call) because(c *callContext, err error) error {
	c.mu.Lock()
	cause := c.cause
	c.mu.Unlock()
	switch {
	case cause == nil:
		return err
	case CodeOf(cause) == Timeout && cause.Error() == Timeout.Error():
		return NewError(Timeout, "waiting for the answer to "+strconv.Quote(cl.Method), nil)
	}
	return cause
}

// carry encodes the request and has it sent.
func (cl *call) carry(ctx context.Context) error {
	p := cl.p
	id, err := cl.jsonID()
	if err != nil {
		return err
	}
	buf := p.pool.Get(len(cl.Params) + firstParams)
	defer buf.Release()
	frame, err := cl.appendTo(buf.Bytes(), id)
	if err != nil {
		return err
	}
	buf.Set(frame)
	if p.opts.Observer != nil {
		p.observe(Observation{Event: MessageOut, Method: cl.Method, Bytes: len(frame)})
	}
	cl.sent = true
	cl.outbound = Outbound{Method: cl.Method, Params: cl.Params, Revision: p.revision(), Header: cl.Header}
	err = p.carrier.Call(ctx, frame, &cl.outbound)
	if e, ok := err.(*jsonrpc.Error); ok { //nolint:errorlint // what is wrapped is no answer
		return e
	}
	return err
}

// cancelLater is cancelAtPeer for who must not wait for it. It does not wait behind other messages either.
func (p *peer) cancelLater(id int64, why error) {
	p.mu.Lock()
	p.busy++
	p.mu.Unlock()
	go func() {
		defer p.leave()
		out := &outbox{p: p}
		params := cancelParams(id, why)
		buf, err := jsonrpc.AppendNotification(out.Begin(), methodCancelled, &params, 0)
		if err != nil {
			out.Abort()
			return
		}
		ctx, stop := context.WithTimeout(context.Background(), p.opts.Timeouts.Write)
		defer stop()
		_ = out.Send(ctx, buf, Outgoing{}) // the server will notice when it answers
	}()
}

// cancelParams are what a peer is told of a request that nobody waits for.
func cancelParams(id int64, why error) codec.Raw {
	reason := "canceled"
	if errors.Is(why, Timeout) {
		reason = "timeout"
	}
	return codec.RawString(`{"requestId":` + strconv.FormatInt(id, 10) + `,"reason":"` + reason + `"}`)
}
