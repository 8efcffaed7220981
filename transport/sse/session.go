package sse

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"os"
	"time"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/httpserve"
	event "github.com/mcpwire/mcpwire/transport/internal/sse"
)

// session is a session with its stream.
type session struct {
	server *transport.ServerSession
	queue  *transport.Queue
}

// begin makes room for the stream of one more session.
func (h *Handler) begin() *httpserve.Refusal {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.closed:
		return shuttingDown()
	case h.streams >= h.opts.Limits.Sessions:
		return httpserve.Unavailable("too many sessions")
	}
	h.streams++
	return nil
}

// leave is called when nothing is left of a stream.
func (h *Handler) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams--; h.streams == 0 && h.empty != nil {
		close(h.empty)
		h.empty = nil
	}
}

// add makes the session known to those who POST. It reports false if the Handler was closed meanwhile.
func (h *Handler) add(id string, s *session) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.closed {
		h.sessions[id] = s
	}
	return !h.closed
}

func (h *Handler) remove(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sessions, id)
}

// find returns the session of a principal. Who asks for that of another one learns nothing of it (rules C-10, H-05).
func (h *Handler) find(id, principal string) *session {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s := h.sessions[id]; s != nil && s.server.Principal() == principal {
		return s
	}
	return nil
}

// stream opens a session and serves its stream, until either side ends it.
func (h *Handler) stream(w http.ResponseWriter, r *http.Request, who transport.Identity) *httpserve.Refusal {
	if !httpheader.ParseAccept(r.Header["Accept"]).Events {
		return httpserve.Refuse(http.StatusNotAcceptable, "the answer is an event stream")
	}
	if refusal := h.begin(); refusal != nil {
		return refusal
	}
	defer h.leave()
	broken := make(chan struct{}, 1) // a write has failed
	queue := h.endpoint.NewQueue(transport.QueueOptions{
		Before: beforeMessage, After: afterMessage,
		Failed: func(error) {
			select {
			case broken <- struct{}{}:
			default:
			}
		},
	})
	id := rand.Text() // 130 bits (rule C-10)
	server, err := h.endpoint.OpenSession(who.Context, id, who.Principal, queue, nil)
	if err != nil { // OnSession does not want it
		refusal := httpserve.Refuse(http.StatusForbidden, "the session is refused")
		refusal.Cause = err
		return refusal
	}
	s := &session{server, queue}
	if !h.add(id, s) {
		server.End(errBySide)
		return shuttingDown()
	}
	defer h.remove(id)
	server.End(s.run(w, r, h.opts.Timeouts, h.messageURL(r, id), broken))
	<-server.Gone()
	return nil
}

// What stands around a message in the stream, and what keeps it alive (rule C-14).
var (
	beforeMessage = string(event.AppendStart(nil, event.TypeMessage, ""))
	afterMessage  = string(event.AppendEnd(nil))
	comment       = string(event.AppendComment(nil, ""))
)

// run writes the stream until the session ends, or the stream does. It returns why the session ends; nil for the ordinary end.
func (s *session) run(w http.ResponseWriter, r *http.Request, t transport.Timeouts, message string, broken <-chan struct{}) error {
	out := httpserve.NewStream(w, t.Write)
	if _, err := out.Write(event.AppendEvent(nil, event.TypeEndpoint, "", []byte(message))); err != nil {
		return whyEnded(r, err)
	}
	if err := s.queue.Attach(r.Context(), out); err != nil {
		return nil //nolint:nilerr // the session has ended already
	}
	s.keepAlive(r.Context(), t.KeepAlive, broken)
	s.queue.Release(out) // once it is not written to any more, for which each write has its time
	return whyEnded(r, out.Err())
}

// keepAlive writes comments until the stream ends, or all of a session that has ended is written.
func (s *session) keepAlive(ctx context.Context, pause time.Duration, broken <-chan struct{}) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			s.queue.Comment(comment)
		case <-ctx.Done(): // rule C-07
			return
		case <-broken:
			return
		case <-s.server.Gone():
			return
		}
	}
}

// whyEnded is why a session has ended whose stream was written to with err. A client that has gone has ended it in the ordinary way.
func whyEnded(r *http.Request, err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return transport.NewError(transport.Timeout, "writing: the client does not read", err)
	case err == nil || r.Context().Err() != nil:
		return nil //nolint:nilerr // see above
	}
	return transport.NewError(transport.Closed, "writing", err)
}

// pollInterval is how often drain looks whether requests are still being handled.
const pollInterval = 10 * time.Millisecond

// drain waits until no request is being handled and all answers are written, within ctx.
func (s *session) drain(ctx context.Context) {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for s.server.Busy() {
		select {
		case <-tick.C:
		case <-s.server.Gone():
			return
		case <-ctx.Done():
			return
		}
	}
	s.queue.Flush(ctx)
}
