package contract

import (
	"context"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// request is a message that is being handled. It is reused; what handlers get is a handle.
//
// Locks are taken in this order: mu, then a sink's, then conn.mu. mu is never held while a sink writes: the reader needs
// it to cancel, and a reader that waits for a write can wait for ever.
type request struct {
	c *conn

	mu  sync.Mutex
	gen uint64 // counts the messages that it was used for

	exchange
}

// exchange is what a request has of one message. The first fields are set before the handler runs.
type exchange struct {
	m      jsonrpc.Message
	b      *block // what m borrows
	out    sink
	turn   turn
	parent context.Context // of net/http; nil on streams
	linked bool            // the end of parent cancels the request: modern revisions

	done chan struct{} // of the context; made when asked for
	ends map[*func()]struct{}
	over bool // the context has ended

	// settled: there is an answer, or must not be one. Written with mu and conn.mu held, so that either is
	// enough to read it.
	settled error

	registered bool // in conn.inflight; guarded by conn.mu
}

// reset forgets the message. Old handles may be asking for gen at any time.
func (r *request) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchange = exchange{}
}

// handle is a request for as long as one message is handled: a ResponseWriter and a context. It is never used again for another
// message, so that whoever keeps it too long finds it stale.
type handle struct {
	r   *request
	gen uint64
}

var (
	errStale    = transport.NewError(transport.Stale, "ServeMessage has returned", nil)
	errAnswered = transport.NewError(transport.Answered, "", nil)
	errCanceled = transport.NewError(transport.Canceled, "by the peer", nil)
)

// enter locks the request, if h is good.
func (h *handle) enter() (*request, error) {
	h.r.mu.Lock()
	if h.r.gen != h.gen {
		h.r.mu.Unlock()
		return nil, errStale
	}
	return h.r, nil
}

func (h *handle) Result(v codec.Appender) error {
	return h.write(context.Background(), true, func(r *request, buf []byte) ([]byte, error) {
		return jsonrpc.AppendResult(buf, r.m.ID, v, r.m.Info().Revision)
	})
}

func (h *handle) Error(e *jsonrpc.Error) error {
	return h.write(context.Background(), true, func(r *request, buf []byte) ([]byte, error) {
		return jsonrpc.AppendError(buf, r.m.ID, e)
	})
}

func (h *handle) Forward(m *jsonrpc.Message) error {
	return h.write(context.Background(), true, func(r *request, buf []byte) ([]byte, error) {
		return jsonrpc.AppendRewritten(buf, m, r.m.ID, "")
	})
}

func (h *handle) Notify(ctx context.Context, method string, params codec.Appender) error {
	return h.write(ctx, false, func(r *request, buf []byte) ([]byte, error) {
		return jsonrpc.AppendNotification(buf, method, params, r.m.Info().Revision)
	})
}

func (h *handle) NewCall(method string) *jsonrpc.Call { return h.r.c.NewCall(method) }

func (h *handle) Do(ctx context.Context, c *jsonrpc.Call) error {
	r, err := h.enter()
	if err != nil {
		return err
	}
	out, can, settled := r.out, r.m.Info().CanCall, r.settled
	r.mu.Unlock()
	switch {
	case !can:
		return errCannotCall
	case settled != nil:
		return settled
	}
	if err := h.leaveReader(); err != nil {
		return err
	}
	return h.r.c.do(ctx, c, out)
}

// write appends a message with f and sends it.
func (h *handle) write(ctx context.Context, final bool, f func(*request, []byte) ([]byte, error)) error {
	r, err := h.enter()
	if err != nil {
		return err
	}
	if final && r.m.Kind != jsonrpc.Request {
		r.mu.Unlock()
		return nil
	}
	out, t := r.out, r.turn
	buf, err := r.append(final, f)
	if err != nil {
		return err
	}
	return out.send(ctx, buf, t, final)
}

// append encodes with f into the sink, which stays taken, and unlocks r in any case.
func (r *request) append(final bool, f func(*request, []byte) ([]byte, error)) ([]byte, error) {
	defer r.mu.Unlock()
	if r.settled != nil {
		return nil, r.settled
	}
	good := false
	buf := r.out.begin()
	defer func() { // f runs code of the user's, which may panic
		if !good {
			r.out.abort()
		}
	}()
	buf, err := f(r, buf)
	if err != nil {
		return nil, err
	}
	if final {
		r.settle(errAnswered)
	}
	good = true
	return buf, nil
}

// settle notes that nothing is sent for r any more. From then on its id is free.
func (r *request) settle(why error) {
	c := r.c
	c.mu.Lock()
	defer c.mu.Unlock()
	r.settled = why
	if r.registered {
		delete(c.inflight, r.m.ID)
		r.registered = false
	}
}

// leaveReader lets another goroutine read, if the reader runs this request's handler.
func (h *handle) leaveReader() error {
	r, err := h.enter()
	if err != nil {
		return nil // nobody reads in its place; ctx has ended
	}
	t, kind := r.turn, r.m.Kind
	r.mu.Unlock()
	if kind == jsonrpc.Notification {
		return errDeadlock
	}
	t.leave()
	return nil
}

// finish makes h stale. A request that has no answer gets one (nothing written is -32603).
func (h *handle) finish() {
	r := h.r
	if r.m.Kind == jsonrpc.Request {
		_ = h.Error(errNoAnswer) // or it has one
	}
	r.mu.Lock()
	r.gen++
	run := r.end()
	r.mu.Unlock()
	run()
}

var errNoAnswer = jsonrpc.NewError(jsonrpc.CodeInternalError, "internal error", nil)
