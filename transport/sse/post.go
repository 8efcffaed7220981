package sse

import (
	"errors"
	"net/http"

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
	ids := r.URL.Query()[sessionParam]
	if len(ids) != 1 {
		return httpserve.Refuse(http.StatusBadRequest, "the query must have one "+sessionParam)
	}
	s := h.find(ids[0], who.Principal)
	if s == nil {
		return unknownSession()
	}
	in := h.endpoint.NewIncoming(httpserve.Size(r))
	if refusal := httpserve.ReadBody(w, r, in, limit, h.opts.Timeouts.ReadMessage); refusal != nil {
		in.Release()
		return refusal
	}
	list, refusal := h.messages(s, in)
	if refusal == nil && list[0].Message().Kind == jsonrpc.Request && h.isClosed() {
		refusal = shuttingDown() // answers to what is being handled are still wanted
	}
	if refusal != nil {
		release(list)
		return refusal
	}
	return s.accept(w, r, list, who)
}

func unknownSession() *httpserve.Refusal {
	return httpserve.Refuse(http.StatusNotFound, "no such session")
}

func shuttingDown() *httpserve.Refusal { return httpserve.Unavailable("the server is shutting down") }

func release(list []*transport.Incoming) {
	for _, in := range list {
		in.Release()
	}
}

var errInBatch = jsonrpc.NewError(jsonrpc.CodeInvalidRequest, "invalid request: initialize in a batch", nil)

// messages scans the message that in holds, or those of a batch, and returns them also if there is a Refusal. Each of a batch is
// handled as if it had come by itself, in order, and their answers are not put together (rule A-26); nothing of a batch with a message that is none
// is handled.
func (h *Handler) messages(s *session, in *transport.Incoming) ([]*transport.Incoming, *httpserve.Refusal) {
	list := []*transport.Incoming{in}
	err := in.Scan()
	if err == nil {
		return list, nil
	}
	if !errors.Is(err, jsonrpc.ErrBatch) || s.server.Revision() != jsonrpc.Rev20250326 { // rules
		return list, httpserve.BadMessage(in.Message(), err)
	}
	batch, err := h.endpoint.Split(in)
	if err != nil {
		return list, httpserve.BadMessage(nil, err)
	}
	for _, in := range batch {
		err := in.Scan()
		if err == nil && in.Message().Method == "initialize" { // rule A-24
			err = errInBatch
		}
		if err != nil {
			return batch, httpserve.BadMessage(nil, err)
		}
	}
	return batch, nil
}

// accept admits the messages, answers the POST, and then has the requests handled, each on a goroutine of its own. Notifications are handled before
// the POST is answered, so that what a client sends after that comes after them.
func (s *session) accept(w http.ResponseWriter, r *http.Request, list []*transport.Incoming, who transport.Identity) *httpserve.Refusal {
	var run []func()
	var err error
	for i, in := range list {
		var f func()
		in.SetSender(r.Header, who.Principal)
		if f, err = s.server.Accept(who.Context, in, s.queue); err != nil {
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
		go f()
	}
	if err != nil { // the session has just ended
		return unknownSession()
	}
	return nil
}

var noContent = []string{"0"}
