package streamable

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/httpserve"
)

// Handler is the server: an http.Handler for one URL. It is safe for concurrent use.
type Handler struct {
	e     *transport.Endpoint
	set   HandlerOptions
	opts  transport.Options // with defaults
	guard *httpheader.Guard
	tools toolSchemas
	began time.Time // what times count from, each in a word

	replies  sync.Pool // of *reply: of its own, so that nothing gets from one synctest bubble into another
	size     atomic.Int32
	sessions registry

	active  atomic.Int64 // requests that are being served
	closing atomic.Bool
	left    chan struct{} // has a token when active was 0 while closing
}

// NewHandler returns a Handler whose messages are handled by h. o may be nil. It panics if AllowedHosts or AllowedOrigins has an entry
// that is none.
func NewHandler(h jsonrpc.Handler, o *HandlerOptions) *Handler {
	x := &Handler{left: make(chan struct{}, 1), began: time.Now()}
	if o != nil {
		x.set = *o
	}
	guard, err := httpheader.NewGuard(x.set.AllowedHosts, x.set.AllowedOrigins)
	if err != nil {
		panic("streamable: NewHandler: " + err.Error())
	}
	x.guard = guard
	x.e = transport.NewEndpoint("streamable", h, &x.set.Options, transport.DefaultServerMessage)
	x.opts = x.e.Options()
	x.sessions = registry{h: x, byID: map[string]*httpSession{}}
	x.size.Store(firstMessage)
	return x
}

// ServeHTTP serves one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !h.enter() {
		h.write(w, httpserve.Unavailable("the server is shutting down"))
		return
	}
	defer h.leave()
	if err := h.guard.Check(r); err != nil {
		h.refuse(w, http.StatusForbidden, noID, invalid(err.Error()))
		return
	}
	if r.Method != http.MethodPost && r.Method != http.MethodGet && r.Method != http.MethodDelete {
		h.write(w, httpserve.NotAllowed(allowAll))
		return
	}
	who := transport.Identity{}
	if h.set.Authorize != nil {
		var err error
		if who, err = h.set.Authorize(r); err != nil {
			h.write(w, httpserve.Challenge(err, h.set.ResourceMetadata))
			return
		}
	}
	if who.Context == nil {
		who.Context = r.Context()
	}
	switch r.Method {
	case http.MethodPost:
		h.post(w, r, who)
	case http.MethodGet:
		h.get(w, r, who)
	default:
		h.delete(w, r, who)
	}
}

// now returns the time since the Handler was made: to ask for that costs half of what time.Now does.
func (h *Handler) now() time.Duration { return time.Since(h.began) }

// enter counts a request, unless the Handler is closing.
func (h *Handler) enter() bool {
	h.active.Add(1)
	if h.closing.Load() {
		h.leave()
		return false
	}
	return true
}

func (h *Handler) leave() {
	if h.active.Add(-1) == 0 && h.closing.Load() {
		h.wake()
	}
}

// Shutdown ends the Handler: new requests are refused with 503, event streams end, open subscriptions with their result, and requests
// that are being handled have Timeouts.Shutdown to end. Then their contexts end, and so do all sessions; what does not return within
// Timeouts.Kill after that is left behind, and Shutdown returns a Timeout. The end of ctx makes each of the two waits shorter.
//
// http.Server.Shutdown waits for event streams, which do not end by themselves: call Handler.Shutdown before it.
func (h *Handler) Shutdown(ctx context.Context) error {
	return h.shutdown(ctx, h.opts.Timeouts.Shutdown)
}

// Close is Shutdown without the wait for requests to end by themselves.
func (h *Handler) Close() error { return h.shutdown(context.Background(), 0) }

func (h *Handler) shutdown(ctx context.Context, drain time.Duration) error {
	h.closing.Store(true)
	h.e.EndSubscriptions()
	for _, s := range h.sessions.all() {
		s.endOwn() // others end with what they wait for
	}
	quiet := h.quiet(ctx, drain)
	h.e.Cancel()
	all := h.sessions.all()
	for _, s := range all {
		s.End(nil)
	}
	quiet = h.quiet(context.WithoutCancel(ctx), h.opts.Timeouts.Kill) || quiet
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), h.opts.Timeouts.Kill)
	defer stop()
	for _, s := range all {
		s.Wait(ctx)
	}
	h.sessions.stop()
	if !quiet {
		return transport.NewError(transport.Timeout, "shutting down: some handlers have not returned", nil)
	}
	return nil
}

// wake lets somebody who waits for quiet look.
func (h *Handler) wake() {
	if h.active.Load() == 0 {
		select {
		case h.left <- struct{}{}:
		default:
		}
	}
}

// quiet waits until no request is served, within d and ctx, and reports whether that came.
func (h *Handler) quiet(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	for h.active.Load() > 0 {
		select {
		case <-h.left:
			h.wake()
		case <-t.C:
			return h.active.Load() == 0
		case <-ctx.Done():
			return h.active.Load() == 0
		}
	}
	return true
}
