package sse

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/httpserve"
)

// HandlerOptions are the options of a Handler. The zero HandlerOptions is safe and complete. A message may have
// transport.DefaultServerMessage bytes unless Limits.Message says otherwise.
type HandlerOptions struct {
	transport.Options

	// MessagePath is where clients are told to POST to: a URL, which may be relative to that of the stream. The Handler has to be
	// mounted there too. "" is the URL of the stream itself, whatever a proxy has made of its path; the query that the client has
	// asked for the stream with is part of it.
	MessagePath string
	// AllowedHosts are the names and addresses, with or without a port, that requests may name as their host, such as api.example.com; none
	// for any, except on a loopback address, where only this machine may be named: a web page whose name was made
	// to point here names another. "*" allows all (rules H-01, H-02).
	AllowedHosts []string
	// AllowedOrigins are the origins whose web pages may send requests, besides that of the server itself, such as
	// https://app.example.com; the port may be * for any. "*" allows all. They say nothing about what browsers let
	// those pages read: that needs CORS headers, which a Handler does not send.
	AllowedOrigins []string

	// Authorize, if not nil, is called for each request before its body is read, and says who sends it (rules I-03, I-09). A session does
	// not exist for others than who has opened it (rule H-05). An error refuses the request: a *transport.AuthError as it says, any
	// other with status 401. Its text is not sent.
	Authorize func(r *http.Request) (transport.Identity, error)
	// ResourceMetadata is the URL of the protected resource metadata (RFC 9728) that challenges name, where their AuthError names
	// none; "" for none.
	ResourceMetadata string
}

// Handler is the server's side of HTTP+SSE: an http.Handler that answers a GET with an event stream, and a POST that belongs to one
// with 202. It can be mounted at one path, or at two, as in /sse and /message with the option MessagePath. It is safe
// for concurrent use.
//
// A stream may last for hours: the WriteTimeout and ReadTimeout of the http.Server do not apply to it, Timeouts.Write does, to each
// write. What stands between the Handler and the http.Server has to leave http.ResponseController a way to
// the connection.
type Handler struct {
	endpoint *transport.Endpoint
	set      HandlerOptions
	opts     transport.Options // with defaults
	guard    *httpheader.Guard
	message  *url.URL // nil for the URL of the stream

	mu       sync.Mutex
	sessions map[string]*session
	streams  int // sessions, and those that are beginning or ending
	closed   bool
	empty    chan struct{} // closed when there is no stream, if somebody waits
}

// NewHandler returns a Handler whose messages are handled by h. o may be nil. It panics if AllowedHosts or AllowedOrigins has an entry
// that is none, or MessagePath is no URL.
func NewHandler(h jsonrpc.Handler, o *HandlerOptions) *Handler {
	x := &Handler{sessions: map[string]*session{}}
	if o != nil {
		x.set = *o
	}
	var err error
	if x.guard, err = httpheader.NewGuard(x.set.AllowedHosts, x.set.AllowedOrigins); err != nil {
		panic("sse: NewHandler: " + err.Error())
	}
	if x.set.MessagePath != "" {
		if x.message, err = url.Parse(x.set.MessagePath); err != nil {
			panic(fmt.Sprintf("sse: NewHandler: MessagePath: %v", err))
		}
	}
	x.endpoint = transport.NewEndpoint("sse", h, &x.set.Options, transport.DefaultServerMessage)
	x.opts = x.endpoint.Options()
	return x
}

// ServeHTTP answers a GET with the stream of a new session, and returns when that has ended; and takes the message of a POST.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if refusal := h.serve(w, r); refusal != nil {
		if h.opts.Observer != nil {
			h.opts.Observe(transport.Observation{Event: transport.BadMessage, Transport: "sse", Err: refusal.Err()})
		}
		refusal.Write(w)
	}
}

func (h *Handler) serve(w http.ResponseWriter, r *http.Request) *httpserve.Refusal {
	if err := h.guard.Check(r); err != nil {
		return httpserve.Refuse(http.StatusForbidden, err.Error())
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost {
		return httpserve.NotAllowed("GET, POST")
	}
	var who transport.Identity
	if h.set.Authorize != nil {
		var err error
		if who, err = h.set.Authorize(r); err != nil {
			return httpserve.Challenge(err, h.set.ResourceMetadata)
		}
	}
	if who.Context == nil {
		who.Context = r.Context()
	}
	if r.Method == http.MethodGet {
		return h.stream(w, r, who)
	}
	return h.post(w, r, who)
}

// messageURL returns the URL that the client of a stream has to POST to (rule C-02). It begins with the question mark if only the query
// is another one: the client knows best what path it has asked for.
func (h *Handler) messageURL(r *http.Request, id string) string {
	var base string
	query := r.URL.RawQuery
	if h.message != nil {
		u := *h.message
		query, u.RawQuery, u.ForceQuery = u.RawQuery, "", false
		base = u.String()
	}
	var b strings.Builder
	b.WriteString(base + "?")
	for part := range strings.SplitSeq(query, "&") {
		if name, _, _ := strings.Cut(part, "="); part != "" && name != sessionParam {
			b.WriteString(part + "&")
		}
	}
	b.WriteString(sessionParam + "=" + id)
	return b.String()
}

// sessionParam names the session in the query of a POST.
const sessionParam = "sessionId"

// Shutdown ends the Handler: new sessions and requests are refused with 503, open subscriptions end with their result, and requests that are being handled
// have Timeouts.Shutdown to end. Then their contexts end, and so do all sessions; what does not return within Timeouts.Kill after that is
// left behind, and Shutdown returns a Timeout. The end of ctx makes the first wait shorter.
//
// http.Server.Shutdown waits for event streams, which do not end by themselves: call Handler.Shutdown before it.
func (h *Handler) Shutdown(ctx context.Context) error {
	drainCtx, stop := context.WithTimeout(ctx, h.opts.Timeouts.Shutdown)
	defer stop()
	open := h.close()
	for _, s := range open {
		s.server.EndSubscriptions() // they do not end by themselves
	}
	for _, s := range open {
		s.drain(drainCtx)
	}
	return h.end(ctx)
}

// Close is Shutdown without the wait for requests to end by themselves.
func (h *Handler) Close() error { return h.end(context.Background()) }

// close lets no new session begin, and returns those that there are.
func (h *Handler) close() []*session {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	open := make([]*session, 0, len(h.sessions))
	for _, s := range h.sessions {
		open = append(open, s)
	}
	return open
}

func (h *Handler) isClosed() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.closed
}

// end ends all sessions, and waits until nothing is left of them.
func (h *Handler) end(ctx context.Context) error {
	for _, s := range h.close() {
		s.server.End(errBySide)
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), h.opts.Timeouts.Kill)
	defer stop()
	h.mu.Lock()
	if h.streams == 0 {
		h.mu.Unlock()
		return nil
	}
	if h.empty == nil {
		h.empty = make(chan struct{})
	}
	empty := h.empty
	h.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
		return transport.NewError(transport.Timeout, "shutting down: some handlers have not returned", nil)
	}
}

var errBySide = transport.NewError(transport.Closed, "by this side", nil)
