package sse_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/leaks"
	"github.com/mcpwire/mcpwire/internal/memnet"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	event "github.com/mcpwire/mcpwire/transport/internal/sse"
	"github.com/mcpwire/mcpwire/transport/sse"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// patience bounds waits for what comes at once, or late on a machine that has other things to do.
const patience = 2 * time.Minute

// newPool returns a pool whose buffers have to be back at the end.
func newPool(t *testing.T) *pool.Pool {
	p := pool.New(pool.Config{Name: t.Name()})
	t.Cleanup(func() {
		eventually(t, func() bool { return p.Outstanding() == 0 }, "buffers back")
		for _, leak := range p.Leaks() {
			t.Errorf("a buffer of %d bytes is left:\n%s", leak.Size, leak.Stack)
		}
	})
	return p
}

func eventually(t *testing.T, ok func() bool, what string) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it did not come: " + what)
		}
	}
}

// ends notes why sessions have ended.
type ends struct {
	mu   sync.Mutex
	list []error
}

func (e *ends) add(_ jsonrpc.Session, cause error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.list = append(e.list, cause)
}

func (e *ends) all() []error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]error(nil), e.list...)
}

// server is a Handler behind an http.Server.
type server struct {
	*sse.Handler
	url  string
	http *http.Client
	ends *ends
}

// serve starts a server on 127.0.0.1. o may be nil.
func serve(t *testing.T, h jsonrpc.Handler, o *sse.HandlerOptions) *server {
	s := &server{ends: new(ends)}
	s.Handler = sse.NewHandler(h, s.options(t, o))
	hs := httptest.NewServer(s.Handler)
	s.url, s.http = hs.URL+"/sse", hs.Client()
	t.Cleanup(func() {
		_ = s.Close() // some tests have closed it
		hs.CloseClientConnections()
		hs.Close()
	})
	return s
}

func (s *server) options(t *testing.T, o *sse.HandlerOptions) *sse.HandlerOptions {
	var c sse.HandlerOptions
	if o != nil {
		c = *o
	}
	if c.Pool == nil {
		c.Pool = newPool(t)
	}
	if c.OnSessionEnd == nil {
		c.OnSessionEnd = s.ends.add
	}
	return &c
}

// serveBubble starts a server in memory, in the bubble that it is called in. configure may be nil.
func serveBubble(t *testing.T, h jsonrpc.Handler, o *sse.HandlerOptions, configure func(*http.Server)) *server {
	s := &server{ends: new(ends), url: "http://memory/sse"}
	s.Handler = sse.NewHandler(h, s.options(t, o))
	s.http = inMemory(t, s.Handler, configure)
	return s
}

// inMemory serves h on pipes, and returns a client.
func inMemory(t *testing.T, h http.Handler, configure func(*http.Server)) *http.Client {
	l := memnet.Listen()
	hs := &http.Server{Handler: h}
	if configure != nil {
		configure(hs)
	}
	done := make(chan error, 1)
	go func() { done <- hs.Serve(l) }()
	rt := &http.Transport{DialContext: l.Dial, MaxIdleConnsPerHost: 100, DisableCompression: true, Protocols: hs.Protocols}
	t.Cleanup(func() {
		if x, ok := h.(*sse.Handler); ok {
			_ = x.Close() // some tests have closed it
		}
		rt.CloseIdleConnections()
		require.NoError(t, hs.Close())
		require.ErrorIs(t, <-done, http.ErrServerClosed)
		time.Sleep(time.Minute) // for bodies that trickle
		synctest.Wait()
	})
	return &http.Client{Transport: rt}
}

// rawClient is the test as a client.
type rawClient struct {
	t      *testing.T
	s      *server
	body   io.ReadCloser
	reader *event.Reader
	post   string // the URL
	header http.Header
	cancel context.CancelFunc
}

// open opens a stream and reads its first event.
func (s *server) open(t *testing.T, header ...string) *rawClient {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r := &rawClient{t: t, s: s, header: http.Header{}, cancel: cancel}
	t.Cleanup(r.close)
	for i := 0; i < len(header); i += 2 {
		r.header.Set(header[i], header[i+1])
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	require.NoError(t, err)
	req.Header = r.header.Clone()
	resp, err := s.http.Do(req)
	require.NoError(t, err)
	r.body = resp.Body
	require.Equal(t, http.StatusOK, resp.StatusCode)
	r.reader = event.NewReader(resp.Body, event.Config{})
	e, err := r.reader.Next()
	require.NoError(t, err)
	require.Equal(t, event.TypeEndpoint, e.Type)
	base, err := url.Parse(s.url)
	require.NoError(t, err)
	u, err := base.Parse(string(e.Data))
	require.NoError(t, err)
	r.post = u.String()
	return r
}

func (r *rawClient) close() {
	r.cancel()
	if r.body != nil {
		_ = r.body.Close() // to end it is all that matters
	}
}

// send POSTs, and returns the status and the body of the response.
func (r *rawClient) send(body string, header ...string) (int, string) {
	r.t.Helper()
	status, text, err := r.try(r.t.Context(), strings.NewReader(body), header...)
	require.NoError(r.t, err)
	return status, text
}

func (r *rawClient) try(ctx context.Context, body io.Reader, header ...string) (int, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.post, body)
	if err != nil {
		return 0, "", err
	}
	req.Header = r.header.Clone()
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Del(header[i])
		if header[i+1] != "" {
			req.Header.Set(header[i], header[i+1])
		}
	}
	resp, err := r.s.http.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

// accepted is send, of what has to be accepted.
func (r *rawClient) accepted(body string) {
	r.t.Helper()
	status, text := r.send(body)
	require.Equal(r.t, http.StatusAccepted, status, text)
	require.Empty(r.t, text)
}

// next returns the next message on the stream.
func (r *rawClient) next() string {
	r.t.Helper()
	e, err := r.reader.Next()
	require.NoError(r.t, err)
	require.Equal(r.t, event.TypeMessage, e.Type)
	return string(e.Data)
}

func (r *rawClient) initialize(v jsonrpc.Revision) {
	r.t.Helper()
	r.accepted(`{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"` + v.String() +
		`","capabilities":{"elicitation":{}},"clientInfo":{"name":"raw","version":"1"}}}`)
	require.Contains(r.t, r.next(), `"protocolVersion":"`+v.String()+`"`)
	r.accepted(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
}

// alive checks that requests are answered.
func (r *rawClient) alive() {
	r.t.Helper()
	r.accepted(`{"jsonrpc":"2.0","id":"alive?","method":"ping"}`)
	require.Equal(r.t, `{"jsonrpc":"2.0","id":"alive?","result":{}}`, r.next())
}

// dial makes a client of s. o may be nil.
func (s *server) dial(t *testing.T, h jsonrpc.Handler, o *sse.DialOptions) *transport.Client {
	t.Helper()
	c, err := s.tryDial(t, h, o)
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() }) // some tests have closed it
	return c
}

func (s *server) tryDial(t *testing.T, h jsonrpc.Handler, o *sse.DialOptions) (*transport.Client, error) {
	var c sse.DialOptions
	if o != nil {
		c = *o
	}
	if c.Pool == nil {
		c.Pool = newPool(t)
	}
	if s.http != nil && c.HTTPClient == nil && strings.HasPrefix(s.url, "http://memory") {
		c.HTTPClient = s.http
	}
	return sse.Dial(t.Context(), s.url, h, &c)
}

// tools is a server whose tool does what its name says.
func tools() *mcp.ServerHandler {
	return &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "test", Version: "1"},
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			switch r.Params.Name {
			case "wait":
				<-ctx.Done()
				return ctx.Err()
			case "elicit":
				res, err := mcp.Elicit(ctx, r, &mcp.ElicitFormParams{Message: "well?"})
				if err != nil {
					return err
				}
				out.AddText(string(res.Action))
				return nil
			case "large":
				out.AddText(strings.Repeat("x", 100_000))
				return nil
			case "fail":
				return errors.New("a secret of the server")
			}
			out.AddText(r.Params.Name)
			return nil
		},
	}
}

func callTool(ctx context.Context, c jsonrpc.Caller, name string) (string, error) {
	res, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: name})
	if err != nil {
		return "", err
	}
	return res.Content[0].(*mcp.TextContent).Text, nil
}

func mustCall(t *testing.T, c jsonrpc.Caller, name string) {
	t.Helper()
	got, err := callTool(t.Context(), c, name)
	require.NoError(t, err)
	require.Equal(t, name, got)
}

func toolCall(id, name string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + name + `","arguments":{}}}`
}

// trickle is a body that comes a byte at a time.
type trickle struct {
	b     *bytes.Reader
	pause time.Duration
}

func (r *trickle) Read(p []byte) (int, error) {
	time.Sleep(r.pause)
	return r.b.Read(p[:1])
}
