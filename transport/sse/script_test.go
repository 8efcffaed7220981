package sse_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// script is the test as a server.
type script struct {
	t *testing.T
	// begin is what a stream begins with.
	begin string
	// post answers a POST; nil answers 202.
	post func(w http.ResponseWriter, r *http.Request, m *message)
	// get, if not nil, answers a GET that it returns true for.
	get func(w http.ResponseWriter, r *http.Request) bool

	streams chan *scriptStream
	posts   chan *message
}

// message is what came with a POST.
type message struct {
	jsonrpc.Message

	text   string
	header http.Header
	path   string
}

// scriptStream is a stream that the test writes.
type scriptStream struct {
	mu     sync.Mutex
	w      http.ResponseWriter
	end    chan struct{} // closed by the test
	gone   chan struct{} // closed when the client has gone, or the stream has ended
	header http.Header
}

func newScript(t *testing.T) *script {
	return &script{t: t, begin: "event: endpoint\ndata: /message?s=1\n\n", streams: make(chan *scriptStream, 100), posts: make(chan *message, 1000)}
}

func (x *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		x.stream(w, r)
		return
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	m := &message{text: string(b), header: r.Header.Clone(), path: r.URL.RequestURI()}
	if err := jsonrpc.Scan(b, &m.Message); err != nil {
		x.t.Error("the client has sent", string(b))
	}
	x.posts <- m
	if x.post != nil {
		x.post(w, r, m)
	} else {
		w.WriteHeader(http.StatusAccepted)
	}
}

func (x *script) stream(w http.ResponseWriter, r *http.Request) {
	if x.get != nil && x.get(w, r) {
		return
	}
	s := &scriptStream{w: w, end: make(chan struct{}), gone: make(chan struct{}), header: r.Header.Clone()}
	defer close(s.gone)
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	s.write(x.begin)
	x.streams <- s
	select {
	case <-s.end:
	case <-r.Context().Done():
	}
	s.mu.Lock()
	s.w = nil
	s.mu.Unlock()
}

func (s *scriptStream) write(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w == nil {
		return
	}
	_, _ = io.WriteString(s.w, text) // the client may have gone
	_ = http.NewResponseController(s.w).Flush()
}

// event sends a message.
func (s *scriptStream) event(text string) { s.write("data: " + text + "\n\n") }

// serveScript starts x on 127.0.0.1.
func serveScript(t *testing.T, x *script) *server {
	hs := httptest.NewServer(x)
	t.Cleanup(func() {
		hs.CloseClientConnections()
		hs.Close()
	})
	return &server{url: hs.URL + "/mcp/sse", http: hs.Client()}
}

// next returns the next message of a method, and drops others.
func (x *script) next(method string) *message {
	for m := range x.posts {
		if m.Method == method {
			return m
		}
	}
	return nil
}

// open answers initialize on the next stream.
func (x *script) open(v jsonrpc.Revision) *scriptStream {
	s := <-x.streams
	x.initialize(s, v)
	return s
}

// dialScript makes a client of x, which s serves. o may be nil.
func (s *server) dialScript(x *script, o *sse.DialOptions) (*transport.Client, *scriptStream) {
	x.t.Helper()
	opened := make(chan *scriptStream, 1)
	go func() { opened <- x.open(jsonrpc.Rev20241105) }()
	c := s.dial(x.t, nil, o)
	return c, <-opened
}

func (x *script) initialize(s *scriptStream, v jsonrpc.Revision) {
	m := x.next("initialize")
	s.event(`{"jsonrpc":"2.0","id":` + m.ID.String() + `,"result":{"protocolVersion":"` + v.String() +
		`","capabilities":{"tools":{}},"serverInfo":{"name":"script","version":"1"}}}`)
	if m = <-x.posts; m.Method != "notifications/initialized" {
		x.t.Error(m.text)
	}
}

// result answers a request.
func (s *scriptStream) result(m *message, result string) {
	s.event(`{"jsonrpc":"2.0","id":` + m.ID.String() + `,"result":` + result + `}`)
}

func toolResult(text string) string {
	return `{"content":[{"type":"text","text":"` + text + `"}]}`
}

// crlf makes a stream that ends lines as some servers do.
func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }
