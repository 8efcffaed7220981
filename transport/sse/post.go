package sse

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpserve"
)

// post takes the message of a POST. Its answer, and whatever else is sent because of it, goes out on the stream (rule C-04).
func (h *Handler) post(w http.ResponseWriter, r *http.Request, who transport.Identity) *httpserve.Refusal {
	limit := h.opts.Limits.Message
	if refusal := httpserve.CheckBody(r, limit); refusal != nil {
		return refusal
	}
	id, ok := sessionOf(r.URL)
	if !ok {
		return httpserve.Refuse(http.StatusBadRequest, "the query must have one "+sessionParam)
	}
	s := h.find(id, who.Principal)
	if s == nil {
		return httpserve.Refuse(http.StatusNotFound, "no such session")
	}
	select {
	case <-s.server.Done():
		return sessionEnded()
	default:
	}
	in := h.endpoint.NewIncoming(httpserve.Size(r))
	if refusal := httpserve.ReadBody(w, r, in, limit, h.opts.Timeouts.ReadMessage); refusal != nil {
		in.Release()
		return refusal
	}
	list, x, refusal := h.messages(s, in)
	if refusal == nil && slices.ContainsFunc(list, isRequest) {
		refusal = h.admits(r, s)
	}
	if refusal != nil {
		release(list)
		return refusal
	}
	return s.accept(w, r, list, x, who)
}

// sessionOf returns the session that a URL names. Most queries have nothing else, and are not parsed.
func sessionOf(u *url.URL) (id string, ok bool) {
	if id, ok = strings.CutPrefix(u.RawQuery, sessionParam+"="); ok && !strings.ContainsAny(id, "&;%+=") {
		return id, true
	}
	ids := u.Query()[sessionParam]
	if len(ids) != 1 {
		return "", false
	}
	return ids[0], true
}

func isRequest(in *transport.Incoming) bool { return in.Message().Kind == jsonrpc.Request }

// admits refuses requests for a while, or for good. Answers to calls are still wanted, and notifications that cancel something are.
func (h *Handler) admits(r *http.Request, s *session) *httpserve.Refusal {
	if h.isClosed() {
		return shuttingDown()
	}
	if err := s.queue.Room(r.Context(), false); err != nil { // who does not read the answers is not served any further
		refusal := sessionEnded()
		refusal.Cause = err
		return refusal
	}
	return nil
}

// sessionEnded is for a session whose stream is about to end, once its handlers have returned.
func sessionEnded() *httpserve.Refusal {
	return httpserve.Refuse(http.StatusGone, "the session has ended")
}

func shuttingDown() *httpserve.Refusal { return httpserve.Unavailable("the server is shutting down") }

func release(list []*transport.Incoming) {
	for _, in := range list {
		in.Release()
	}
}

// messages scans the message that in holds, or those of a batch, and returns them also if there is a Refusal.
func (h *Handler) messages(s *session, in *transport.Incoming) ([]*transport.Incoming, *batch, *httpserve.Refusal) {
	list := []*transport.Incoming{in}
	err := in.Scan()
	if err == nil {
		return list, nil, nil
	}
	if !errors.Is(err, jsonrpc.ErrBatch) || s.server.Revision() != jsonrpc.Rev20250326 { // rules
		return list, nil, httpserve.BadMessage(in.Message(), err)
	}
	all, err := h.endpoint.Split(in)
	if err != nil {
		return list, nil, httpserve.BadMessage(nil, err)
	}
	x := &batch{Answers: h.endpoint.NewAnswers(len(all), s.queue.Post), queue: s.queue}
	return x.scan(all), x, nil
}

// accept admits the messages, answers the POST, and then has the requests handled, each on a goroutine of its own. Notifications are handled before
// the POST is answered, so that what a client sends after that comes after them. x is nil for a single message.
func (s *session) accept(w http.ResponseWriter, r *http.Request, list []*transport.Incoming, x *batch, who transport.Identity) *httpserve.Refusal {
	var run []func()
	var err error
	var out transport.Sink = s.queue
	if x != nil {
		out = x.Answers
		x.enter()
		defer x.leave()
	}
	for i, in := range list {
		var f func()
		in.SetSender(r.Header, who.Principal)
		if f, err = s.server.Accept(who.Context, in, out); err != nil {
			release(list[i+1:])
			break
		}
		if f != nil {
			run = append(run, f)
		}
	}
	if err == nil {
		w.Header()["Content-Length"] = noContent
		w.WriteHeader(http.StatusAccepted)
		_ = http.NewResponseController(w).Flush() // if it cannot, the answer goes out when we return
	}
	for _, f := range run {
		if x == nil {
			go f()
			continue
		}
		x.enter()
		go func() {
			defer x.leave()
			f()
		}()
	}
	if err != nil { // the session has just ended
		return sessionEnded()
	}
	return nil
}

var noContent = []string{"0"}
