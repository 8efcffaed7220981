package streamable

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/httpserve"
)

// httpSession is a session of the revisions 2025-03-26 to 2025-11-25. While it has no stream, it costs no goroutine and no timer.
type httpSession struct {
	*transport.ServerSession
	h   *Handler
	q   *transport.Queue          // of the session's own stream
	out atomic.Pointer[resumable] // that stream, which a GET opens; nil before there was one, unless events are kept

	used  atomic.Int64 // when the last exchange that was timed has ended, after Handler.began
	uses  atomic.Int32 // exchanges since the last sweep, counted up to one more than are timed
	holds atomic.Int32 // exchanges that are going on, streams included

	mu      sync.Mutex
	streams map[string]*resumable // those that can be resumed, and are not finished; the session's own is not among them
	counter int                   // of names of streams
	gets    int                   // connections of GETs
}

// initialize begins a session with the request that opens it, and takes in.
func (h *Handler) initialize(o *reply, in *transport.Incoming, who transport.Identity) {
	m := in.Message()
	if !h.sessions.reserve() {
		h.write(o.w, httpserve.Unavailable("there are too many sessions"))
		in.Release()
		return
	}
	s := &httpSession{h: h}
	if h.set.EventStore == nil {
		s.q = h.e.NewQueueOf(&plainEvents)
	} else {
		s.q = s.own().q
	}
	id := rand.Text() // 128 bits and a little more, of visible ASCII (rules D-49, D-50)
	var err error
	s.ServerSession, err = h.e.OpenSession(who.Context, id, who.Principal, s.q, func() { h.sessions.remove(id) })
	if err != nil { // by OnSession; ended was called
		h.refuse(o.w, http.StatusForbidden, m.ID, invalid("the session was refused"))
		in.Release()
		return
	}
	s.hold()
	h.sessions.put(id, s)
	defer s.release()
	o.opens = s
	in.SetSender(o.r.Header, "")
	o.ready(m.ID, in.Spare())
	_ = s.Receive(who.Context, in, o) // requests are always answered
	o.finish()
	if s.Revision() == 0 { // initialize has failed: there is no session (rule D-58)
		s.End(nil)
	}
}

// legacy serves a message of a session, and takes in. v is what the request's header says.
func (h *Handler) legacy(o *reply, in *transport.Incoming, who transport.Identity, v claimed) {
	m := in.Message()
	s := h.find(o.w, o.r, who, m.ID, v)
	if s == nil {
		in.Release()
		return
	}
	defer s.release()
	o.session = s
	in.SetSender(o.r.Header, "")
	if m.Kind != jsonrpc.Request {
		if err := s.Receive(who.Context, in, s.q); err != nil {
			h.refuse(o.w, http.StatusBadRequest, noID, invalid("the message cannot be handled"))
			return
		}
		accepted(o.w)
		return
	}
	if o.apart = s.primes(); o.apart {
		o.conn = newConnection(o.w, h.opts.Timeouts.Write)
	}
	o.ready(m.ID, in.Spare())
	if o.apart {
		h.serveApart(o, s, in, who)
		return
	}
	_ = s.Receive(who.Context, in, o) // requests are always answered
	o.finish()
}

// find returns the session that a request names, which is then held. Otherwise it has answered the request: all that may be wrong with a session id
// looks alike (rules D-52, D-53, S7).
func (h *Handler) find(w http.ResponseWriter, r *http.Request, who transport.Identity, id jsonrpc.ID, v claimed) *httpSession {
	values := r.Header[headerSession]
	if len(values) == 0 {
		h.refuse(w, http.StatusBadRequest, id, invalid("the Mcp-Session-Id header is missing"))
		return nil
	}
	var s *httpSession
	if len(values) == 1 {
		s = h.sessions.find(httpheader.Trim(values[0]), who.Principal)
	}
	if s == nil {
		h.refuse(w, http.StatusNotFound, id, invalid("session not found"))
		return nil
	}
	// The session's own revision counts (rule D-66); but what is none at all is an error (rule D-65).
	if v.there && v.rev == 0 {
		h.refuse(w, http.StatusBadRequest, id, invalid("the MCP-Protocol-Version header names no revision that this server has"))
		s.release()
		return nil
	}
	return s
}

// hold notes that an exchange begins, release that it ends: the session is not idle meanwhile (rule D-59).
func (s *httpSession) hold() { s.holds.Add(1) }

func (s *httpSession) release() {
	n := s.uses.Load()
	if n < timedUses {
		s.touch()
	}
	if n <= timedUses {
		s.uses.Add(1)
	}
	s.holds.Add(-1)
}

// timedUses is after how many exchanges between two sweeps the time is not asked for, which costs much of what a short one does. The second
// sweep then counts as the end of the last one.
const timedUses = 4

func (s *httpSession) touch() { s.used.Store(int64(s.h.now())) }

// idle returns how long the session has been idle; 0 if it is not. It is for sweeps.
func (s *httpSession) idle() time.Duration {
	if s.holds.Load() > 0 || s.Busy() || s.uses.Swap(0) > timedUses {
		s.touch()
		return 0
	}
	return s.h.now() - time.Duration(s.used.Load())
}

// send sends a message on the session's own stream.
func (s *httpSession) send(ctx context.Context, message []byte) error {
	return s.q.Post(ctx, message, transport.Outgoing{})
}

// ownStream is the name of a session's own stream.
const ownStream = "0"

// own returns the session's own stream.
func (s *httpSession) own() *resumable {
	if x := s.out.Load(); x != nil {
		return x
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if x := s.out.Load(); x != nil {
		return x
	}
	x := new(resumable)
	x.init(s, ownStream, false)
	s.out.Store(x)
	return x
}

// delete serves a DELETE: the client ends the session (rule D-55).
func (h *Handler) delete(w http.ResponseWriter, r *http.Request, who transport.Identity) {
	v := revisionOf(r)
	if len(r.Header[headerSession]) == 0 || v.rev.Modern() { // rules E-48, E-49
		h.write(w, httpserve.NotAllowed(allowPost))
		return
	}
	s := h.find(w, r, who, noID, v)
	if s == nil {
		return
	}
	s.End(nil)
	s.release()
	w.WriteHeader(http.StatusNoContent)
}
