package transport

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/block"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// request is a message that is being handled. It is reused; what handlers get is a handle.
//
// Locks are taken in this order: mu, then a sink's, then peer.mu. mu is never held while a sink writes: the reader needs
// it to cancel, and a reader that waits for a write can wait for ever.
type request struct {
	p *peer

	mu  sync.Mutex
	gen uint64 // counts the messages that it was used for

	slab []handle // to cut handles from, where there is no reader that has one
	via  carried  // out, where each message has a carrier of its own
	// begun counts who was about to send, and is guarded by mu; finished counts who has sent, or failed. Only when they are the same is out
	// left alone.
	begun    uint32
	finished atomic.Uint32

	exchange
}

// exchange is what a request has of one message. The first fields are set before the handler runs.
type exchange struct {
	m      jsonrpc.Message
	known  *peek.Meta   // what its _meta says, if that was read before
	b      *block.Block // what m borrows
	out    sink
	batch  *batch // where the answer goes; nil if it goes out by itself
	turn   turn
	parent context.Context // values come from it, and its end cancels the request; nil for none
	// detached: values come from parent, and nothing else (rule D-22).
	detached  bool
	headers   map[string][]string // for Info
	principal string              // of a request that belongs to no session
	info      jsonrpc.Info        // of a modern request, which says all of it itself
	opens     bool                // it is an initialize, whose answer opens the session
	subs      bool                // it changes what the session subscribes to, if it is answered with a result
	good      bool                // the answer is a result
	code      int                 // of the answer, if it is an error
	// refused: the answer is an error, and no handler has seen the request.
	refused bool
	began   time.Time // set if there is an Observer

	done chan struct{} // of the context; made when asked for
	ends map[*func()]struct{}
	over bool  // the context has ended
	why  error // it has, or its parent has

	// settled: there is an answer, or must not be one. Written with mu and peer.mu held, so that either is
	// enough to read it.
	settled error
	sent    error // what the answer said, if it was an error and somebody observes

	registered bool // it is found by its id; guarded by peer.mu
	slot       int  // in peer.requests, counted from 1; likewise
}

// reset forgets the message. Nobody else looks at it any more: finish has made all handles stale, and those look at gen alone.
func (r *request) reset() { r.exchange = exchange{} }

// sink is where messages because of r go.
func (r *request) sink(final bool) sink {
	if final && r.batch != nil {
		return r.batch
	}
	return r.out
}

func rankOf(final bool) rank {
	if final {
		return answer
	}
	return ordinary
}

// append encodes with f into out, which stays taken if there is no error.
func (r *request) append(out sink, final bool, f func(*request, []byte) ([]byte, error)) ([]byte, error) {
	if r.settled != nil {
		return nil, r.settled
	}
	if r.p.stateless && r.exchange.parent.Err() != nil {
		return nil, errCanceled // rule E-36: the client has gone
	}
	buf, ok := out.begin(rankOf(final))
	if !ok {
		return nil, errFull
	}
	good := false
	defer func() { // f runs code of the user's, which may panic
		if !good {
			out.abort()
		}
	}()
	start := len(buf)
	buf, err := f(r, buf)
	switch limit := r.p.opts.Limits.Message; {
	case err != nil:
		return nil, err
	case len(buf) == start: // there is nothing to send
		return nil, errNothing
	case len(buf)-start > limit:
		return nil, TooLarge("message to the peer", int64(len(buf)-start), int64(limit))
	}
	if final {
		if g := gatheredIn(out); g != nil && len(buf)-start > g.left(&r.m.ID) {
			return nil, TooLarge("answer in a batch", int64(len(buf)-start), int64(g.left(&r.m.ID)))
		}
		if r.opens {
			r.p.opened(r, buf[start:])
		}
		if r.subs && r.good {
			r.p.subs.note(&r.m)
		}
		r.settle(errAnswered)
	}
	good = true
	return buf, nil
}

// settle notes that nothing is sent for r any more. From then on its id is free.
func (r *request) settle(why error) {
	p := r.p
	if p.stateless {
		r.settled = why
		return
	}
	p.mu.Lock()
	r.settled = why
	p.requests.answered(r)
	p.mu.Unlock()
}

// handle is a request for as long as one message is handled: a ResponseWriter and a context. It is never used again for another
// message, so that whoever keeps it too long finds it stale.
type handle struct {
	p   *peer // r may be another's by the time a stale handle is used
	r   *request
	gen uint64
}

var (
	errStale    = NewError(Stale, "ServeMessage has returned", nil)
	errAnswered = NewError(Answered, "", nil)
	errCanceled = NewError(Canceled, "by the peer", nil)
	// These two are never returned to users.
	errNothing = errors.New("nothing to send")
	errFull    = errors.New("no room to send")
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
		r.good = true
		return jsonrpc.AppendResult(buf, r.m.ID, v, r.m.Info().Revision)
	})
}

func (h *handle) Error(e *jsonrpc.Error) error {
	return h.write(context.Background(), true, func(r *request, buf []byte) ([]byte, error) {
		if r.m.Method == methodPing && e != nil && e.Code == jsonrpc.CodeMethodNotFound && !r.m.Info().Revision.Modern() {
			return jsonrpc.AppendResult(buf, r.m.ID, nil, 0) // rule G-19: every peer answers a ping
		}
		if r.good = false; e != nil {
			r.code = e.Code
		}
		if r.p.opts.Observer != nil && e != nil {
			r.sent = e.Clone()
		}
		return jsonrpc.AppendError(buf, r.m.ID, e)
	})
}

func (h *handle) Forward(m *jsonrpc.Message) error {
	return h.write(context.Background(), true, func(r *request, buf []byte) ([]byte, error) {
		r.good = m.Err.IsZero()
		return jsonrpc.AppendRewritten(buf, m, r.m.ID, "")
	})
}

func (h *handle) Notify(ctx context.Context, method string, params codec.Appender) error {
	return h.write(ctx, false, func(r *request, buf []byte) ([]byte, error) {
		info := r.m.Info()
		start := len(buf)
		switch {
		case !info.Revision.Modern():
		case listenable(method):
			return buf, errNotSubscribed
		case method == methodCancelled && r.m.Method != methodListen:
			return buf, errNotCancelled
		}
		buf, err := jsonrpc.AppendNotification(buf, method, params, info.Revision)
		if err == nil && method == methodMessage && info.Revision.Modern() && !wantsLog(info.LogLevel, buf[start:]) {
			return buf[:start], nil
		}
		return buf, err
	})
}

func (h *handle) NewCall(method string) *jsonrpc.Call { return h.p.NewCall(method) }

func (h *handle) Do(ctx context.Context, c *jsonrpc.Call) error {
	r, err := h.enter()
	if err != nil {
		return err
	}
	settled, can := r.settled, r.m.Info().CanCall
	r.mu.Unlock()
	switch {
	case settled != nil:
		return settled
	case !can:
		return errCannotCall
	case !h.p.client:
		if err := h.p.mayCall(c); err != nil {
			return err
		}
	}
	if err := h.leaveReader(); err != nil {
		return err
	}
	return h.p.do(ctx, c, h)
}

// write appends a message with f and sends it, as soon as there is room for it.
func (h *handle) write(ctx context.Context, final bool, f func(*request, []byte) ([]byte, error)) error {
	for {
		out, t, err := h.writeOnce(ctx, final, f)
		if !errors.Is(err, errFull) {
			return err
		}
		t.leave()
		if err := out.room(ctx, rankOf(final)); err != nil {
			return err
		}
	}
}

// writeOnce is write, but that it returns errFull if there is no room, and who has none.
func (h *handle) writeOnce(ctx context.Context, final bool, f func(*request, []byte) ([]byte, error)) (sink, turn, error) {
	r, err := h.enter()
	if err != nil {
		return nil, turn{}, err
	}
	if final && r.m.Kind != jsonrpc.Request {
		r.mu.Unlock()
		return nil, turn{}, nil
	}
	out, t := r.sink(final), r.turn
	t.noting = r.m.Kind == jsonrpc.Notification
	r.begun++
	defer r.finished.Add(1)
	buf, err := r.appendUnlock(out, final, f)
	switch {
	case err == nil:
		err = out.send(ctx, buf, t, final)
	case errors.Is(err, errNothing):
		err = nil
	case errors.Is(err, errFull) && t.noting:
		err = errNoRoom
	}
	return out, t, err
}

// open is begin for a call that is made because of the request: where that goes to is locked before the request can end.
func (h *handle) open(ctx context.Context, k rank) (sink, []byte, error) {
	for {
		r, err := h.enter()
		if err != nil {
			return nil, nil, err
		}
		r.begun++
		out := r.out
		buf, ok := out.begin(k)
		r.mu.Unlock()
		if ok {
			return out, buf, nil
		}
		r.finished.Add(1)
		if err := out.room(ctx, k); err != nil {
			return nil, nil, err
		}
	}
}

// canceledByPeer reports whether the peer has given the request up.
func (h *handle) canceledByPeer() bool {
	r, err := h.enter()
	if err != nil {
		return false
	}
	defer r.mu.Unlock()
	return errors.Is(r.settled, errCanceled)
}

// sent is called when what open has begun is sent.
func (h *handle) sent() { h.r.finished.Add(1) }

// appendUnlock is append; it unlocks r in any case.
func (r *request) appendUnlock(out sink, final bool, f func(*request, []byte) ([]byte, error)) ([]byte, error) {
	defer r.mu.Unlock()
	return r.append(out, final, f)
}

// leaveReader lets another goroutine read, if the reader runs this request's handler.
func (h *handle) leaveReader() error {
	r, err := h.enter()
	if err != nil {
		return nil //nolint:nilerr // nobody reads in its place; ctx has ended
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
	r.mu.Lock()
	if open := r.settled == nil; r.m.Kind == jsonrpc.Request && (open || r.p.opts.Observer != nil) {
		r.mu.Unlock()
		if open {
			if err := h.Error(errNoAnswer); err != nil {
				r.settleNow(err)
			}
		}
		r.p.observeDone(r)
		r.mu.Lock()
	}
	r.gen++
	run := r.end()
	r.mu.Unlock()
	if run != nil {
		run()
	}
}

// settleNow settles r if nobody else has.
func (r *request) settleNow(why error) {
	r.mu.Lock()
	if r.settled == nil {
		r.settle(why)
	}
	r.mu.Unlock()
}

var errNoAnswer = jsonrpc.NewError(jsonrpc.CodeInternalError, "internal error", nil)
