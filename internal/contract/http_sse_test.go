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

// sseServer is a server of HTTP+SSE: GET /sse is the stream of a session, and a POST brings a message to it.
type sseServer struct {
	handler jsonrpc.Handler
	pool    *pool.Pool

	mu       sync.Mutex
	sessions map[string]*sseSession
}

type sseSession struct {
	*conn

	mu sync.Mutex
	// queue has what was posted, in order. A goroutine is at it as long as it is not empty; it leaves the rest to
	// another one before it runs a request's handler.
	queue    []*request
	draining bool
}

func (s *sseServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		s.stream(w, r)
		return
	}
	s.mu.Lock()
	x := s.sessions[r.URL.Query().Get("session")]
	s.mu.Unlock()
	if x == nil {
		http.Error(w, "no such session", http.StatusNotFound)
		return
	}
	b, frame, err := readBody(s.pool, r.Body, r.ContentLength, transport.DefaultServerMessage)
	if err != nil {
		http.Error(w, "bad body", http.StatusBadRequest)
		return
	}
	defer b.drop()
	m := x.request(b)
	if err := jsonrpc.Scan(frame, &m.m); err != nil {
		x.recycle(m)
		http.Error(w, "bad message", http.StatusBadRequest)
		return
	}
	m.m.SetInfo(&x.info)
	// The message has its place in the queue before the client learns that it was taken: only then may it send the
	// next one.
	x.post(m)
	w.WriteHeader(http.StatusAccepted)
}

// stream serves the standing stream of a new session. All it does on this goroutine is to wait for the end.
func (s *sseServer) stream(w http.ResponseWriter, r *http.Request) {
	out := &response{w: w, pool: s.pool, standing: true}
	x := &sseSession{conn: newConn(s.handler, s.pool, transport.Options{})}
	x.id, x.out = rand.Text(), out
	s.mu.Lock()
	s.sessions[x.id] = x
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.sessions, x.id)
		s.mu.Unlock()
		_ = x.Close()
		out.close()
	}()
	if out.event("endpoint", "/message?session="+x.id) != nil {
		return
	}
	<-r.Context().Done()
}

func (x *sseSession) post(r *request) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.queue = append(x.queue, r)
	if !x.draining {
		x.draining = true
		go x.drain()
	}
}

// next takes the first message of the queue; nil if there is none, and then the role of draining it is given up.
func (x *sseSession) next() *request {
	x.mu.Lock()
	defer x.mu.Unlock()
	if len(x.queue) == 0 {
		x.draining = false
		return nil
	}
	r := x.queue[0]
	x.queue = x.queue[1:]
	return r
}

// leave gives up the role of draining the queue, to another goroutine if there is something in it.
func (x *sseSession) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.draining = len(x.queue) > 0
	if x.draining {
		go x.drain()
	}
}

func (x *sseSession) drain() {
	for r := x.next(); r != nil; r = x.next() {
		switch r.m.Kind {
		case jsonrpc.Response:
			x.deliver(&r.m, r.b)
		case jsonrpc.Notification:
			x.note(x.handle(r))
		default:
			x.leave()
			x.serveOne(r)
			return
		}
		x.recycle(r)
	}
}

func (x *sseSession) serveOne(r *request) {
	defer x.recycle(r)
	h := x.handle(r)
	if err := x.register(h); err != nil {
		if buf, err := jsonrpc.AppendError(r.out.begin(), r.m.ID, err); err != nil {
			r.out.abort()
		} else {
			_ = r.out.send(context.Background(), buf, turn{}, true) // a failed write ends the connection
		}
		return
	}
	x.endIfClosed(h)
	x.serve(h)
}
