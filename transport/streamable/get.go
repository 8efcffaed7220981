package streamable

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/httpserve"
)

// get serves a GET: the session's own event stream, or the rest of one whose connection has broken (rules D-26 to D-34, D-41).
func (h *Handler) get(w http.ResponseWriter, r *http.Request, who transport.Identity) {
	v := revisionOf(r)
	if len(r.Header[headerSession]) == 0 || v.rev.Modern() { // rules E-48, E-49
		h.write(w, httpserve.NotAllowed(allowPost))
		return
	}
	if !httpheader.ParseAccept(r.Header["Accept"]).Events {
		h.refuse(w, http.StatusNotAcceptable, noID, invalid("the client has to accept text/event-stream"))
		return
	}
	if !canFlush(w) { // rule D-28
		h.write(w, httpserve.NotAllowed(allowPost))
		return
	}
	s := h.find(w, r, who, noID, v)
	if s == nil {
		return
	}
	defer s.release()
	if server, ok := r.Context().Value(http.ServerContextKey).(*http.Server); ok && server.ReadTimeout > 0 {
		setReadDeadline(w, time.Time{}) // it would end the stream
	}
	c := newConnection(w, h.opts.Timeouts.Write)
	defer c.leave()
	if last := r.Header[headerLastEvent]; len(last) > 0 && last[0] != "" {
		h.resume(r.Context(), s, c, last)
		return
	}
	x := s.own()
	if err := s.begin(c, x); err != nil {
		h.tooMany(w, err)
		return
	}
	if x.attach(r.Context(), c) == nil {
		x.prime()
		x.serve(r.Context(), c)
	}
}

// attach makes c the connection of a session's own stream. What no connection has taken comes first.
func (x *resumable) attach(ctx context.Context, c *connection) error {
	from := x.position()
	ok, err := x.take(ctx, c, func() bool { return x.store == nil || x.broken || x.last == from })
	if ok || err != nil {
		return err
	}
	if from == "" { // the first message came in between, and knows what comes before it
		from = x.position()
	}
	if _, err := x.s.catchUp(ctx, c, x, from, nil); !errors.Is(err, transport.ErrUnknownEvent) {
		return err
	}
	_, err = x.take(ctx, c, func() bool { return true }) // they are lost: nobody had room for so many
	return err
}

var errGone = transport.NewError(transport.Closed, "the client is gone", nil)

var errStreams = transport.NewError(transport.Overloaded, "the session has too many streams", nil)

// begin begins the response, in place of the one that x, which may be nil, is sent on: the new one takes over (rule D-46). After errOver, which
// says that x has ended, nothing is written yet, and begin may be called again.
func (s *httpSession) begin(c *connection, x *resumable) error {
	if x != nil {
		x.drop(c)
	}
	if c.uncount == nil && !s.admit(c) {
		return errStreams
	}
	if x != nil && !x.reserve(c) {
		return errOver
	}
	if c.start(comment) != nil {
		return errGone
	}
	return nil
}

// admit counts a connection, unless there are too many.
func (s *httpSession) admit(c *connection) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.uncount != nil {
		return true // it is counted
	}
	if s.gets >= s.h.opts.Limits.Streams {
		return false
	}
	s.gets++
	c.uncount = func() {
		s.mu.Lock()
		s.gets--
		s.mu.Unlock()
	}
	return true
}

// tooMany refuses a GET that begin has failed for; if the client is gone, nobody hears it.
func (h *Handler) tooMany(w http.ResponseWriter, err error) {
	if err == errStreams { //nolint:errorlint // it is never wrapped
		h.later(w, http.StatusTooManyRequests, noID, invalid("the session has too many streams"))
	}
}

var errUnknownEvent = jsonrpc.NewError(jsonrpc.CodeInvalidRequest, "the event id is not known", nil)

// resume serves a GET with Last-Event-ID. An id that is not known is never answered with another stream in its place (rule D-44).
func (h *Handler) resume(ctx context.Context, s *httpSession, c *connection, last []string) {
	if h.set.EventStore == nil || len(last) > 1 {
		h.refuse(c.w, http.StatusBadRequest, noID, errUnknownEvent)
		return
	}
	started := false
	x, err := s.catchUp(ctx, c, nil, last[0], func(found *resumable) error {
		err := s.begin(c, found)
		started = err != errStreams && err != errOver //nolint:errorlint // they are never wrapped
		return err
	})
	switch {
	case !started && err == errStreams: //nolint:errorlint // as above
		h.tooMany(c.w, err)
	case x != nil:
		x.serve(ctx, c)
	case started: // the stream is at its end, or broke off
	case errors.Is(err, transport.ErrUnknownEvent):
		h.refuse(c.w, http.StatusBadRequest, noID, errUnknownEvent)
	default:
		h.refuse(c.w, http.StatusInternalServerError, noID, jsonrpc.NewError(jsonrpc.CodeInternalError, "internal error", nil))
	}
}
