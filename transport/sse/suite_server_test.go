package sse_test

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"

	event "github.com/mcpwire/mcpwire/transport/internal/sse"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

// rawServer is a server that is the test, for one client. What it sends is the data of events.
type rawServer struct {
	posts  chan rawPost  // POSTs, each until somebody receives it
	closed chan struct{} // by Close
	once   sync.Once

	opened chan struct{} // there is a stream
	sent   int           // bytes of a message that is not sent to its end

	mu sync.Mutex
	w  http.ResponseWriter // nil once the client is gone
}

// rawPost is the body of a POST, and what becomes of reading it.
type rawPost struct {
	body io.Reader
	done chan struct{}
}

func serveRaw(t testing.TB) (transporttest.Conn, transporttest.Dial) {
	s := &rawServer{posts: make(chan rawPost), closed: make(chan struct{}), opened: make(chan struct{})}
	return s, suiteDial(suiteServer(t, s, func() { _ = s.Close() }))
}

func (s *rawServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		s.post(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	s.w = w
	_ = s.write(event.AppendEvent(nil, event.TypeEndpoint, "", []byte("?x")))
	close(s.opened)
	cut := false
	select {
	case <-s.closed:
		cut = true
	case <-r.Context().Done(): // the connection is closed
	}
	s.mu.Lock() // what is written ends first
	s.w = nil
	s.mu.Unlock()
	if cut {
		panic(http.ErrAbortHandler) // and not ended
	}
}

func (s *rawServer) post(w http.ResponseWriter, r *http.Request) {
	p := rawPost{r.Body, make(chan struct{})}
	select {
	case s.posts <- p:
	case <-s.closed:
		panic(http.ErrAbortHandler)
	case <-r.Context().Done():
		return
	}
	<-p.done
	w.WriteHeader(http.StatusAccepted)
}

// write writes to the stream, and waits until the client has it.
func (s *rawServer) write(b []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w == nil {
		return io.ErrClosedPipe
	}
	if _, err := s.w.Write(b); err != nil {
		return err
	}
	return http.NewResponseController(s.w).Flush()
}

func (s *rawServer) Send(message []byte) error {
	return s.rest(message, len(message), event.AppendEnd(nil))
}

func (s *rawServer) SendPart(message []byte, n int) error { return s.rest(message, n, nil) }

// rest sends what is left of the first n bytes of a message, and what stands behind it.
func (s *rawServer) rest(message []byte, n int, after []byte) error {
	select {
	case <-s.closed:
		return io.ErrClosedPipe
	case <-s.opened:
	}
	var b []byte
	if s.sent == 0 {
		b = event.AppendStart(nil, event.TypeMessage, "")
	}
	b = append(append(b, message[s.sent:n]...), after...)
	if s.sent = n; after != nil {
		s.sent = 0
	}
	return s.write(b)
}

// Receive takes the next POST that comes whole. A client whose POST is not taken waits for its answer.
func (s *rawServer) Receive() ([]byte, error) {
	for {
		select {
		case p := <-s.posts:
			b, err := io.ReadAll(p.body)
			if close(p.done); err == nil {
				return b, nil
			}
		case <-s.closed:
			return nil, io.EOF
		}
	}
}

func (s *rawServer) CloseWrite() error { return errors.ErrUnsupported }

func (s *rawServer) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}
