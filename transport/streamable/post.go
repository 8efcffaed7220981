package streamable

import (
	"errors"
	"net/http"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/httpserve"
)

var noID jsonrpc.ID

// The names of headers as http.Header has them.
const (
	headerVersion   = "Mcp-Protocol-Version"
	headerSession   = "Mcp-Session-Id"
	headerMethod    = "Mcp-Method"
	headerName      = "Mcp-Name"
	headerLastEvent = "Last-Event-Id"
)

// Methods that are treated in a way of their own.
const (
	methodInitialize = "initialize"
	methodListen     = "subscriptions/listen"
)

// post serves a POST: one message, or a batch in revision 2025-03-26. What can be refused without the body is refused first.
func (h *Handler) post(w http.ResponseWriter, r *http.Request, who transport.Identity) {
	if refusal := httpserve.CheckBody(r, h.opts.Limits.Message); refusal != nil {
		h.write(w, refusal)
		return
	}
	accept := httpheader.ParseAccept(r.Header["Accept"])
	if !accept.JSON && !accept.Events {
		h.refuse(w, http.StatusNotAcceptable, noID, invalid("the client has to accept application/json and text/event-stream"))
		return
	}
	o := h.newReply(w, r, accept)
	in, refusal := o.read(r)
	if refusal != nil {
		o.recycle()
		h.write(w, refusal)
		return
	}
	h.message(o, in, who)
	if !o.apart {
		o.recycle()
	}
}

// message scans a body and decides whose it is (rule F-23). It takes in.
func (h *Handler) message(o *reply, in *transport.Incoming, who transport.Identity) {
	m := in.Message()
	if err := in.Scan(); err != nil {
		if errors.Is(err, jsonrpc.ErrBatch) {
			h.batch(o, in, who)
			return
		}
		h.bad(o, in, err)
		return
	}
	switch m.Kind {
	case jsonrpc.Request:
		meta, err := in.Meta()
		switch {
		case err != nil:
			h.refuse(o.w, http.StatusBadRequest, m.ID, jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid _meta: %w", err))
			in.Release()
			return
		case meta.Modern:
			h.modern(o, in, who, meta)
			return
		case m.Method == methodInitialize && len(o.r.Header[headerSession]) == 0:
			h.initialize(o, in, who)
			return
		}
		v := revisionOf(o.r)
		if m.Method != methodInitialize && v.rev.Modern() {
			h.modern(o, in, who, meta)
			return
		}
		h.legacy(o, in, who, v)
	case jsonrpc.Notification:
		v := revisionOf(o.r)
		if v.rev.Modern() {
			h.modernNotification(o, in, who)
			return
		}
		h.legacy(o, in, who, v)
	default:
		v := revisionOf(o.r)
		if v.rev.Modern() { // rules A-54, E-04
			h.refuse(o.w, http.StatusBadRequest, noID, invalid("in this revision, clients send no responses"))
			in.Release()
			return
		}
		h.legacy(o, in, who, v)
	}
}

// bad refuses what is no message, and takes in.
func (h *Handler) bad(o *reply, in *transport.Incoming, err error) {
	h.write(o.w, httpserve.BadMessage(in.Message(), err))
	in.Release()
}

// claimed is what the header of a request says of its revision.
type claimed struct {
	rev   jsonrpc.Revision // 0 if there is no header, or it is not known, or not clear
	there bool             // there is a header
}

func revisionOf(r *http.Request) claimed {
	values := r.Header[headerVersion]
	n := claimed{there: len(values) > 0}
	if len(values) == 1 {
		var ok bool
		if n.rev, ok = jsonrpc.ParseRevision(values[0]); !ok {
			n.rev, _ = jsonrpc.ParseRevision(httpheader.Trim(values[0])) // 0 if unknown
		}
	}
	return n
}

// accepted answers a notification or a response (rules D-05, E-37).
func accepted(w http.ResponseWriter) { w.WriteHeader(http.StatusAccepted) }
