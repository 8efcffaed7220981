package streamable_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/sse"
	"github.com/mcpwire/mcpwire/transport/streamable"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

// rawServer is a server that is the test, for one client. An answer goes out as the response to its request. Everything else is an event: on the
// session's own stream, or where there is none, on the response to the last request.
type rawServer struct {
	posts  chan rawPost
	closed chan struct{}
	once   sync.Once

	legacy bool         // there was an initialize
	own    *exchangeOut // the session's own stream
	opened chan struct{}

	mu   sync.Mutex
	open []*exchangeOut // requests that were received and have no answer
	sent int            // bytes of a message that is not sent to its end
}

// rawPost is the body of a POST, and what is to become of it.
type rawPost struct {
	body io.Reader
	done chan *exchangeOut // nil for 202
	out  *exchangeOut
}

// exchangeOut is a response.
type exchangeOut struct {
	w      http.ResponseWriter
	id     string
	events bool
	ended  chan struct{}

	mu   sync.Mutex
	gone bool // so is the client
}

func (e *exchangeOut) begin(kind string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.gone {
		e.w.Header().Set("Content-Type", kind)
		e.w.WriteHeader(http.StatusOK)
	}
}

// leave is called before the handler of an exchange returns without having been told to: what is written ends first, as the connection is closed.
func (e *exchangeOut) leave() {
	e.mu.Lock()
	e.gone = true
	e.mu.Unlock()
}

func (e *exchangeOut) write(b []byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.gone {
		return io.ErrClosedPipe
	}
	if _, err := e.w.Write(b); err != nil {
		return err
	}
	return http.NewResponseController(e.w).Flush()
}

func (x over) serveRaw(t testing.TB) (transporttest.Conn, transporttest.Dial) {
	s := &rawServer{posts: make(chan rawPost), closed: make(chan struct{}), opened: make(chan struct{})}
	url, client := x.listen(t, s)
	t.Cleanup(func() { _ = s.Close() })
	return s, func(ctx context.Context, h jsonrpc.Handler, co *transport.ClientOptions) (transporttest.Client, error) {
		return streamable.Dial(ctx, url, h, &streamable.DialOptions{ClientOptions: *co, HTTPClient: client()})
	}
}

func (s *rawServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := &exchangeOut{w: w, ended: make(chan struct{})}
	switch r.Method {
	case http.MethodGet:
		out.events = true
		out.begin("text/event-stream")
		_ = out.write([]byte(": \n\n"))
		s.own = out
		close(s.opened)
	case http.MethodPost:
		p := rawPost{r.Body, make(chan *exchangeOut, 1), out}
		select {
		case s.posts <- p:
		case <-s.closed:
			panic(http.ErrAbortHandler)
		case <-r.Context().Done():
			return
		}
		if <-p.done == nil {
			w.WriteHeader(http.StatusAccepted)
			return
		}
	default: // DELETE
		return
	}
	select {
	case <-out.ended:
	case <-s.closed:
		out.leave()
		panic(http.ErrAbortHandler) // cut, and not ended
	case <-r.Context().Done():
		out.leave()
	}
	s.forget(out)
}

func (s *rawServer) forget(out *exchangeOut) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, e := range s.open {
		if e == out {
			s.open = append(s.open[:i:i], s.open[i+1:]...)
			return
		}
	}
}

// Receive takes the next POST that comes whole.
func (s *rawServer) Receive() ([]byte, error) {
	for {
		select {
		case p := <-s.posts:
			b, err := io.ReadAll(p.body)
			if err != nil {
				p.done <- nil
				continue
			}
			var m jsonrpc.Message
			if jsonrpc.Scan(b, &m) != nil || m.Kind != jsonrpc.Request {
				p.done <- nil
				return b, nil
			}
			p.out.id = m.ID.String()
			if m.Method == "initialize" {
				p.out.w.Header().Set("Mcp-Session-Id", "raw")
				s.legacy = true
			}
			s.mu.Lock()
			s.open = append(s.open, p.out)
			s.mu.Unlock()
			p.done <- p.out
			return b, nil
		case <-s.closed:
			return nil, io.EOF
		}
	}
}

// out returns where a message goes, and whether it is the answer to the request there.
func (s *rawServer) out(message []byte) (*exchangeOut, bool, error) {
	text := string(message)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.open {
		if !strings.Contains(text, `"method"`) && (strings.Contains(text, `"id":`+e.id+`,`) || strings.Contains(text, `"id":`+e.id+`}`)) {
			return e, true, nil
		}
	}
	if s.legacy {
		s.mu.Unlock()
		defer s.mu.Lock()
		select {
		case <-s.closed:
			return nil, false, io.ErrClosedPipe
		case <-s.opened: // it is on its way
			return s.own, false, nil
		}
	}
	if len(s.open) == 0 {
		return nil, false, errors.ErrUnsupported
	}
	return s.open[len(s.open)-1], false, nil
}

func (s *rawServer) Send(message []byte) error { return s.send(message, len(message)) }

func (s *rawServer) SendPart(message []byte, n int) error { return s.send(message, n) }

func (s *rawServer) send(message []byte, n int) error {
	e, answer, err := s.out(message)
	if err != nil {
		return err
	}
	var b []byte
	if s.sent == 0 {
		switch {
		case answer && !e.events:
			e.begin("application/json")
		case !e.events:
			e.events = true
			e.begin("text/event-stream")
			fallthrough
		default:
			b = sse.AppendStart(nil, sse.TypeMessage, "")
		}
	}
	b = append(b, message[s.sent:n]...)
	if s.sent = n; n < len(message) {
		return e.write(b)
	}
	s.sent = 0
	if e.events {
		b = sse.AppendEnd(b)
	}
	err = e.write(b)
	if answer {
		s.forget(e)
		close(e.ended)
		if err != nil && s.legacy { // nobody waits there any more
			return s.send(message, n)
		}
	}
	return err
}

func (s *rawServer) CloseWrite() error { return errors.ErrUnsupported }

func (s *rawServer) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}
