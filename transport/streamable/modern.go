package streamable

import (
	"context"
	"net/http"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// modern serves a request of a revision without sessions, on the goroutine of the POST: the client's end of the exchange cancels
// it (rule E-35). It takes in.
func (h *Handler) modern(o *reply, in *transport.Incoming, who transport.Identity, meta *peek.Meta) {
	m := in.Message()
	if meta.Modern { // else the engine refuses it: _meta comes before headers
		if e := h.checkHeaders(who.Context, o.r, m, meta); e != nil {
			h.refuse(o.w, http.StatusBadRequest, m.ID, e)
			in.Release()
			return
		}
	}
	o.modern = true
	if m.Method == methodListen && h.opts.Hub != nil {
		if !o.streams() {
			h.refuse(o.w, http.StatusNotAcceptable, m.ID, invalid("the client has to accept text/event-stream"))
			in.Release()
			return
		}
		o.listens = true
	}
	in.SetSender(o.r.Header, who.Principal)
	o.ready(noID, in.Spare())
	_ = h.e.Receive(who.Context, in, o) // requests are always answered
	o.finish()
}

// modernNotification serves a notification of a revision without sessions. There are none that mean something, and nothing is asked of
// its headers (rules E-38, T-22).
func (h *Handler) modernNotification(o *reply, in *transport.Incoming, who transport.Identity) {
	o.modern = true
	in.SetSender(o.r.Header, who.Principal)
	if err := h.e.Receive(who.Context, in, nowhere{o}); err != nil {
		h.refuse(o.w, http.StatusBadRequest, noID, invalid("the notification cannot be handled"))
		return
	}
	accepted(o.w)
}

// nowhere is the Sink of what has no stream.
type nowhere struct{ o *reply }

func (s nowhere) Begin() []byte { return nil }
func (s nowhere) Abort()        {}

func (s nowhere) Send(ctx context.Context, b []byte, _ transport.Outgoing) error {
	return s.o.elsewhere(ctx, b)
}

// checkHeaders compares the headers of a modern request with its body (rules E-05 to E-10, E-26 to E-29, S24).
func (h *Handler) checkHeaders(ctx context.Context, r *http.Request, m *jsonrpc.Message, meta *peek.Meta) *jsonrpc.Error {
	if err := httpheader.MatchToken(r.Header[headerVersion], meta.Version); err != nil {
		return mismatch("MCP-Protocol-Version", err)
	}
	if err := httpheader.MatchToken(r.Header[headerMethod], m.Method); err != nil {
		return mismatch(headerMethod, err)
	}
	member := memberOf(m.Method)
	if member == "" {
		return nil
	}
	value, err := m.Param(member)
	if err != nil {
		return badParam(member, err)
	}
	name, e := checkName(r.Header[headerName], member, value)
	if e != nil {
		return e
	}
	if h.set.ToolSchema != nil && m.Method == "tools/call" {
		return h.checkArguments(ctx, r, m, name)
	}
	return nil
}

// checkName compares the name header with the member of the params that it repeats, and returns what that says; "" if it is absent or null.
func checkName(values []string, member string, value codec.Raw) (name string, _ *jsonrpc.Error) {
	if httpheader.IsVerbatim(values, value.Bytes()) {
		return values[0], nil
	}
	if value.IsZero() || value.IsNull() {
		if len(values) > 0 {
			return "", mismatch(headerName, httpheader.ErrUnexpected)
		}
		return "", nil
	}
	var d codec.Decoder
	d.ResetRaw(value)
	name = d.String()
	if err := d.Err(); err != nil {
		return "", badParam(member, err)
	}
	if err := httpheader.MatchString(values, name); err != nil {
		return "", mismatch(headerName, err)
	}
	return name, nil
}

func badParam(name string, err error) *jsonrpc.Error {
	return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: "+name+": %w", err)
}

func mismatch(header string, err error) *jsonrpc.Error {
	return jsonrpc.NewError(jsonrpc.CodeHeaderMismatch, header+": "+err.Error(), err)
}
