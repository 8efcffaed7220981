package contract

import (
	"context"
	"crypto/rand"
	"net/http"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// streamableServer is a server of Streamable HTTP, for sessions and for modern requests. Handlers run on net/http's goroutine of the
// POST.
type streamableServer struct {
	handler jsonrpc.Handler
	pool    *pool.Pool
	modern  *conn // of all requests without a session: it never calls

	mu       sync.Mutex
	sessions map[string]*conn
}

func newStreamableServer(h jsonrpc.Handler, p *pool.Pool) *streamableServer {
	s := &streamableServer{handler: h, pool: p, sessions: map[string]*conn{}}
	s.modern = newConn(h, p, transport.Options{})
	s.modern.info = jsonrpc.Info{Revision: jsonrpc.Latest}
	return s
}

func (s *streamableServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, frame, err := readBody(s.pool, r.Body, r.ContentLength, transport.DefaultServerMessage)
	if err != nil {
		http.Error(w, "bad body", http.StatusBadRequest)
		return
	}
	defer b.drop()
	c := s.session(r)
	if c == nil {
		s.initialize(w, frame)
		return
	}
	m := c.request(b)
	defer c.recycle(m)
	if err := jsonrpc.Scan(frame, &m.m); err != nil {
		http.Error(w, "bad message", http.StatusBadRequest)
		return
	}
	m.m.SetInfo(&c.info)
	if c == s.modern {
		m.parent, m.linked = r.Context(), true
	} else {
		m.parent = context.WithoutCancel(r.Context())
		c.order.Lock()
		if m.m.Kind == jsonrpc.Notification {
			c.note(c.handle(m))
		}
		c.order.Unlock()
	}
	switch m.m.Kind {
	case jsonrpc.Request:
		serveRequest(c, m, w)
	case jsonrpc.Response:
		c.deliver(&m.m, b)
		w.WriteHeader(http.StatusAccepted)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// session returns the connection that r belongs to; nil if it is to begin one.
func (s *streamableServer) session(r *http.Request) *conn {
	if v, _ := jsonrpc.ParseRevision(r.Header.Get("Mcp-Protocol-Version")); v.Modern() {
		return s.modern
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[r.Header.Get("Mcp-Session-Id")]
}

// initialize begins a session.
func (s *streamableServer) initialize(w http.ResponseWriter, frame []byte) {
	var m jsonrpc.Message
	if err := jsonrpc.Scan(frame, &m); err != nil || m.Method != "initialize" {
		http.Error(w, "no such session", http.StatusNotFound)
		return
	}
	c := newConn(s.handler, s.pool, transport.Options{})
	c.id = rand.Text()
	s.mu.Lock()
	s.sessions[c.id] = c
	s.mu.Unlock()
	w.Header().Set("Mcp-Session-Id", c.id)
	if answer, err := jsonrpc.AppendResult(nil, m.ID, nil, 0); err == nil {
		_ = (&response{w: w}).json(http.StatusOK, answer) // the client is gone if that fails
	}
}

// serveRequest runs the handler of a request, with the response as its sink.
func serveRequest(c *conn, m *request, w http.ResponseWriter) {
	out := &response{w: w, pool: c.pool}
	m.out = out
	h := c.handle(m)
	if !m.linked { // ids of modern requests mean nothing beyond their exchange
		if err := c.register(h); err != nil {
			if answer, e := jsonrpc.AppendError(nil, m.m.ID, err); e == nil {
				_ = out.json(http.StatusBadRequest, answer) // the client is gone if that fails
			}
			return
		}
		c.endIfClosed(h)
	}
	c.serve(h)
	if out.close() {
		return
	}
	// Cancelled before anything was written: there is no right answer, but the exchange has to end (trap T-27).
	if answer, err := jsonrpc.AppendError(nil, m.m.ID, errWasCanceled); err == nil {
		_ = out.json(http.StatusOK, answer) // the client is gone if that fails
	}
}

var errWasCanceled = jsonrpc.NewError(jsonrpc.CodeInternalError, "the request was cancelled", nil)

// close ends all sessions.
func (s *streamableServer) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.sessions {
		_ = c.Close()
	}
	_ = s.modern.Close()
}
