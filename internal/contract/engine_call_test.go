package contract

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// call is a Call with what the engine has to know of it.
type call struct {
	jsonrpc.Call
	c     *conn
	live  bool
	id    int64
	text  [20]byte // the id's
	block *block   // what Reply borrows
	err   error    // instead of a Reply
	done  chan struct{}
	timer *time.Timer
}

var (
	errForeign    = transport.NewError(transport.Stale, "the Call is none that this Caller has made, or was released", nil)
	errOverloaded = transport.NewError(transport.Overloaded, "too many calls at a time", nil)
	errDeadlock   = transport.NewError(transport.Deadlock, "a handler of a notification cannot wait for an answer", nil)
	errCannotCall = transport.NewError(transport.CannotCall, "", nil)
)

// maxParams is the room for Params that a Call keeps.
const maxParams = 64 << 10

func (c *conn) NewCall(method string) *jsonrpc.Call {
	c.mu.Lock()
	var cl *call
	if n := len(c.free); n > 0 {
		cl, c.free = c.free[n-1], c.free[:n-1]
	} else {
		cl = &call{c: c, done: make(chan struct{}, 1), timer: time.NewTimer(time.Hour)}
		cl.timer.Stop()
		cl.Params = make([]byte, 0, 512)
		c.known[&cl.Call] = cl
	}
	cl.live = true
	c.mu.Unlock()
	jsonrpc.InitCall(&cl.Call, method, cl)
	cl.Revision = c.info.Revision
	return &cl.Call
}

// ReleaseCall takes the call back.
func (cl *call) ReleaseCall(*jsonrpc.Call) {
	cl.drop()
	if cap(cl.Params) > maxParams {
		cl.Params = nil
	}
	c := cl.c
	c.mu.Lock()
	defer c.mu.Unlock()
	cl.live = false
	if len(c.free) < maxIdle {
		c.free = append(c.free, cl)
	} else {
		delete(c.known, &cl.Call)
	}
}

// drop gives the reply back.
func (cl *call) drop() {
	cl.Reply = jsonrpc.Message{}
	if cl.block != nil {
		cl.block.drop()
		cl.block = nil
	}
}

// Do is for calls that no request is known for. If ctx is the one of a handler, the reader that runs that handler
// has to be relieved first, or the answer would never be read.
func (c *conn) Do(ctx context.Context, jc *jsonrpc.Call) error {
	if h := handleOf(ctx); h != nil && h.r.c == c {
		if err := h.leaveReader(); err != nil {
			return err
		}
	}
	if c.out == nil {
		return errCannotCall
	}
	return c.do(ctx, jc, c.out)
}

// do sends jc on out and waits for the answer.
func (c *conn) do(ctx context.Context, jc *jsonrpc.Call, out sink) error {
	cl, err := c.begin(jc)
	if err != nil {
		return err
	}
	timeout := cl.Timeout
	if timeout == 0 {
		timeout = c.opts.Timeouts.Call
	}
	if c.http && timeout > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, timeout)
		defer stop()
	}
	err = cl.send(ctx, out)
	if err == nil {
		err = cl.wait(ctx, timeout)
	}
	switch {
	case err == nil:
		return cl.outcome()
	case !c.forget(cl): // answered meanwhile, or the connection has ended: that counts
		<-cl.done
		return cl.outcome()
	case ctx.Err() != nil:
		err = transport.FromContext(ctx, "waiting for the answer to "+strconv.Quote(cl.Method))
		c.cancelAtPeer(ctx, cl.id, out)
	case errors.Is(err, transport.Timeout):
		c.cancelAtPeer(ctx, cl.id, out)
	}
	return err
}

// begin gives jc an id and puts it among the calls that wait.
func (c *conn) begin(jc *jsonrpc.Call) (*call, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	cl := c.known[jc]
	switch {
	case cl == nil || !cl.live:
		return nil, errForeign
	case c.cause != nil:
		return nil, c.cause
	case len(c.calls) >= c.opts.Limits.InFlight:
		return nil, errOverloaded
	}
	cl.drop()
	cl.err = nil
	c.lastID++
	cl.id = c.lastID
	c.calls[cl.id] = cl
	return cl, nil
}

// forget removes cl from the calls that wait. If it reports false, cl.done has or gets its token.
func (c *conn) forget(cl *call) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[cl.id] != cl {
		return false
	}
	delete(c.calls, cl.id)
	return true
}

func (cl *call) send(ctx context.Context, out sink) error {
	id, err := cl.jsonID()
	if err != nil {
		return err
	}
	buf, err := jsonrpc.AppendRequest(out.begin(), id, cl.Method, cl.Params)
	if err != nil {
		out.abort()
		return err
	}
	return out.send(ctx, buf, turn{}, false)
}

// jsonID returns the id without the allocation that jsonrpc.IntID has: it borrows cl.text.
func (cl *call) jsonID() (id jsonrpc.ID, err error) {
	var d codec.Decoder
	d.Reset(strconv.AppendInt(cl.text[:0], cl.id, 10))
	err = id.DecodeJSON(&d)
	return id, err
}

// wait returns nil if cl.done had its token.
func (cl *call) wait(ctx context.Context, timeout time.Duration) error {
	var expired <-chan time.Time
	if timeout > 0 {
		cl.timer.Reset(timeout)
		defer cl.timer.Stop()
		expired = cl.timer.C
	}
	select {
	case <-cl.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-expired:
		return transport.NewError(transport.Timeout, "waiting for the answer to "+strconv.Quote(cl.Method), nil)
	}
}

// outcome is what Do returns when the wait is over.
func (cl *call) outcome() error {
	if cl.err != nil {
		return cl.err
	}
	if cl.Reply.Err.IsZero() {
		return nil
	}
	e := new(jsonrpc.Error)
	if err := cl.Reply.DecodeError(e); err != nil {
		return err
	}
	return e.Clone()
}

// deliver hands a response to the call that waits for it.
func (c *conn) deliver(m *jsonrpc.Message, b *block) {
	id, ok := m.ID.Int64()
	c.mu.Lock()
	cl := c.calls[id]
	if cl == nil || !ok {
		c.mu.Unlock()
		c.opts.Observe(transport.Observation{Event: transport.LateAnswer})
		return
	}
	delete(c.calls, id)
	c.mu.Unlock()
	b.hold()
	cl.Reply, cl.block = *m, b
	cl.Reply.SetInfo(&c.info)
	cl.done <- struct{}{}
}

// lose fails the call with this id, if it still waits.
func (c *conn) lose(id int64, err error) {
	c.mu.Lock()
	cl := c.calls[id]
	delete(c.calls, id)
	c.mu.Unlock()
	if cl != nil {
		cl.err = err
		cl.done <- struct{}{}
	}
}

// cancelAtPeer tells the peer that nobody waits for the answer any more. ctx may have ended.
func (c *conn) cancelAtPeer(ctx context.Context, id int64, out sink) {
	if c.http && c.info.Revision.Modern() {
		return // the response was closed, which says the same
	}
	params := codec.RawString(`{"requestId":` + strconv.FormatInt(id, 10) + `}`)
	buf, err := jsonrpc.AppendNotification(out.begin(), methodCancelled, &params, 0)
	if err != nil {
		out.abort()
		return
	}
	ctx = context.WithoutCancel(ctx)
	if !c.http {
		_ = out.send(ctx, buf, turn{}, false) // a failed write ends the connection
		return
	}
	go func() { // the caller does not wait for the peer
		ctx, stop := context.WithTimeout(ctx, c.opts.Timeouts.Shutdown)
		defer stop()
		_ = out.send(ctx, buf, turn{}, false)
	}()
}
