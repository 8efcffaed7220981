package sse_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// Where a server wants messages to be sent to (rules C-02, C-03, C-08), and how its stream may begin (rule T-29).
func TestEndpoint(t *testing.T) {
	const good = "event: endpoint\ndata: /message?s=1\n\n"
	for _, row := range []struct {
		name, begin string
		path        string // "" if it is refused
	}{
		{"path", good, "/message?s=1"},
		{"query", "event: endpoint\ndata: ?s=1\n\n", "/mcp/sse?s=1"},
		{"relative", "event: endpoint\ndata: message?s=1\n\n", "/mcp/message?s=1"},
		{"dots", "event: endpoint\ndata: ../../../m\n\n", "/m"},
		{"absolute", "event: endpoint\ndata: ORIGIN/m?s=1#x\n\n", "/m?s=1"},
		{"without a scheme", "event: endpoint\ndata: //HOST/m\n\n", "/m"},
		{"comments first", ":\n\n: hello\n\n" + good, "/message?s=1"},
		{"byte order mark", "\ufeff" + good, "/message?s=1"},
		{"CRLF", crlf(good), "/message?s=1"},
		{"CR", strings.ReplaceAll(good, "\n", "\r") + ":\r", "/message?s=1"},
		{"no space", "event:endpoint\ndata:/message?s=1\nid:7\nretry:1\n\n", "/message?s=1"},
		{"unknown event first", "event: hello\ndata: x\n\n" + good, "/message?s=1"},

		{"another host", "event: endpoint\ndata: http://evil.test/m\n\n", ""},
		{"another host without a scheme", "event: endpoint\ndata: //evil.test/m\n\n", ""},
		{"another port", "event: endpoint\ndata: http://127.0.0.1:1/m\n\n", ""},
		{"another scheme", "event: endpoint\ndata: https://HOST/m\n\n", ""},
		{"no scheme of HTTP", "event: endpoint\ndata: file:///etc/passwd\n\n", ""},
		{"no URL", "event: endpoint\ndata: http://[::1\n\n", ""},
		{"a user", "event: endpoint\ndata: http://HOST@evil.test/m\n\n", ""},
		{"a user of the same host", "event: endpoint\ndata: http://u:p@HOST/m\n\n", ""},
		{"a message first", "data: {}\n\n" + good, ""},
		{"too large", "event: endpoint\ndata: /" + strings.Repeat("x", 20_000) + "\n\n", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			x := newScript(t)
			s := serveScript(t, x)
			u, err := url.Parse(s.url)
			require.NoError(t, err)
			x.begin = strings.NewReplacer("ORIGIN", "http://"+u.Host, "HOST", u.Host).Replace(row.begin)
			if row.path != "" {
				c, _ := s.dialScript(x, nil)
				require.NoError(t, c.Notify(t.Context(), "notifications/x", nil))
				require.Equal(t, row.path, x.next("notifications/x").path)
				return
			}
			o := new(sse.DialOptions)
			o.Limits.Event = 10_000
			_, err = s.tryDial(t, nil, o)
			require.ErrorIs(t, err, transport.Protocol)
			require.NotContains(t, err.Error(), "evil", "what a server says is not to be trusted")
			require.Empty(t, x.posts)
		})
	}
}

// What there is besides an event stream.
func TestNoStream(t *testing.T) {
	for _, row := range []struct {
		name string
		get  func(w http.ResponseWriter, r *http.Request)
		code transport.Code
		text string
	}{
		{"404", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "nothing here", http.StatusNotFound) }, transport.Rejected, `"nothing here`},
		{"401", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, transport.Rejected, "401"},
		{"503", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(http.StatusServiceUnavailable)
		}, transport.Rejected, "7s"},
		{"204", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, transport.Rejected, "204"},
		{"JSON", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "application/json") }, transport.Protocol, "no event stream"},
		{"S17 encoded", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.Header().Set("Content-Encoding", "gzip")
		}, transport.Protocol, "encoded"},
		{"empty", func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "text/event-stream") }, transport.Protocol, "no endpoint event"},
		{"H-13 another origin", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://evil.test/", http.StatusTemporaryRedirect)
		}, transport.Rejected, "307"},
	} {
		t.Run(row.name, func(t *testing.T) {
			x := newScript(t)
			x.get = func(w http.ResponseWriter, r *http.Request) bool { row.get(w, r); return true }
			_, err := serveScript(t, x).tryDial(t, nil, nil)
			require.ErrorIs(t, err, row.code)
			require.ErrorContains(t, err, row.text)
		})
	}
	for _, bad := range []string{"ftp://x", "http://", "::", "http://u:p@x/"} {
		_, err := sse.Dial(t.Context(), bad, nil, nil)
		require.Error(t, err, bad)
	}
	_, err := sse.Dial(t.Context(), "http://127.0.0.1:1/", nil, nil)
	require.ErrorIs(t, err, transport.Rejected)
	_, err = sse.Dial(t.Context(), "http://127.0.0.1:1/", nil, &sse.DialOptions{PublicOnly: true})
	require.ErrorIs(t, err, transport.Rejected, "S18")
	require.ErrorContains(t, err, "not a public one")
	_, err = sse.Dial(t.Context(), "http://127.0.0.1:1/", nil, &sse.DialOptions{EndpointOrigins: []string{"x"}})
	require.ErrorContains(t, err, "EndpointOrigins")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	_, err = sse.Dial(ctx, "http://127.0.0.1:1/", nil, nil)
	require.ErrorIs(t, err, context.Canceled)
}

// A redirect of the stream within the origin is followed, and what the endpoint is relative to. Those of a POST are not (S21).
func TestRedirect(t *testing.T) {
	x := newScript(t)
	x.begin = "event: endpoint\ndata: message\n\n"
	x.get = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/mcp/sse" {
			http.Redirect(w, r, "/moved/here/sse", http.StatusTemporaryRedirect)
			return true
		}
		return false
	}
	x.post = func(w http.ResponseWriter, r *http.Request, m *message) {
		if m.Method == "tools/call" {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
			return
		}
		w.WriteHeader(http.StatusOK)
	}
	s := serveScript(t, x)
	c, _ := s.dialScript(x, nil)
	_, err := callTool(t.Context(), c, "x")
	require.ErrorIs(t, err, transport.Rejected)
	require.ErrorContains(t, err, "307")
	require.Equal(t, "/moved/here/message", x.next("tools/call").path)
	require.Empty(t, x.posts)
}

// Tokens go with each request, to the origin of the stream only (rules I-02, I-05, I-11, C-08, S21).
func TestToken(t *testing.T) {
	token := "first"
	x := newScript(t)
	x.get = func(w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Authorization") != "Bearer second" {
			w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token", resource_metadata="https://as.test/"`)
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		return false
	}
	x.post = func(w http.ResponseWriter, r *http.Request, m *message) {
		if m.Method == "tools/call" && r.Header.Get("Authorization") != "Bearer third" {
			w.Header().Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="tools"`)
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}
	s := serveScript(t, x)
	o := &sse.DialOptions{Token: func(context.Context) (string, error) { return token, nil }, Header: http.Header{"X-App": {"a"}, "Content-Type": {"b"}}}
	_, err := s.tryDial(t, nil, o)
	require.ErrorIs(t, err, transport.Rejected)
	require.ErrorContains(t, err, "401")

	var asked []transport.Challenge
	o.OnChallenge = func(_ context.Context, c *transport.Challenge) (bool, error) {
		asked = append(asked, *c)
		token = map[string]string{"first": "second", "second": "third"}[token]
		return true, nil
	}
	c, stream := s.dialScript(x, o)
	require.Equal(t, "a", stream.header.Get("X-App"))
	called := make(chan *message, 1)
	go func() {
		x.next("tools/call") // the refused one
		m := x.next("tools/call")
		stream.result(m, toolResult("x"))
		called <- m
	}()
	mustCall(t, c, "x")
	m := <-called
	require.Equal(t, "Bearer third", m.header.Get("Authorization"))
	require.Equal(t, []string{"application/json"}, m.header["Content-Type"])
	require.Equal(t, "a", m.header.Get("X-App"))
	require.Len(t, asked, 2)
	require.Equal(t, "https://as.test/", asked[0].ResourceMetadata)
	require.Equal(t, "tools", asked[1].Scope)
	require.NoError(t, c.Close())

	// An endpoint of another origin gets messages if it may, and nothing secret.
	other := newScript(t)
	os := httptest.NewServer(other)
	defer os.Close()
	x.begin = "event: endpoint\ndata: " + os.URL + "/m\n\n"
	token = "second"
	o.EndpointOrigins = []string{os.URL}
	o.Header.Set("Cookie", "a=b")
	initialized := make(chan struct{})
	go func() {
		other.initialize(<-x.streams, jsonrpc.Rev20241105)
		close(initialized)
	}()
	c = s.dial(t, nil, o)
	<-initialized
	call := c.NewCall("test/x")
	call.Header = map[string][]string{"authorization": {"Bearer mine"}, "x-call": {"c"}}
	done := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { done <- c.Do(ctx, call) }()
	m = other.next("test/x")
	stop()
	require.ErrorIs(t, <-done, transport.Canceled)
	call.Release()
	require.Empty(t, m.header["Authorization"])
	require.Empty(t, m.header["Cookie"])
	require.Equal(t, "c", m.header.Get("X-Call"))
	require.Equal(t, "a", m.header.Get("X-App"))
}

// Any 2xx accepts a message, whatever comes with it; any other status fails the call that it is about, and no other (rule C-09).
func TestPostStatus(t *testing.T) {
	x := newScript(t)
	var status atomic.Int32
	x.post = func(w http.ResponseWriter, _ *http.Request, m *message) {
		code := 202
		if m.Method == "tools/call" || m.Method == "notifications/x" {
			code = int(status.Load())
		}
		w.WriteHeader(code)
		if code != 204 {
			_, _ = io.WriteString(w, "<html>"+strings.Repeat("x", 100_000))
		}
	}
	s := serveScript(t, x)
	o := new(sse.DialOptions)
	o.Timeouts.Shutdown, o.Timeouts.Kill = time.Millisecond, time.Millisecond // how long the end of a session that has ended is waited for
	c, stream := s.dialScript(x, o)
	waiting := make(chan error, 1)
	status.Store(202)
	go func() {
		_, err := callTool(t.Context(), c, "other")
		waiting <- err
	}()
	other := x.next("tools/call")
	for _, code := range []int{200, 201, 202, 204, 299} {
		status.Store(int32(code))
		go func() { stream.result(x.next("tools/call"), toolResult("x")) }()
		mustCall(t, c, "x")
		require.NoError(t, c.Notify(t.Context(), "notifications/x", nil))
	}
	for _, code := range []int{400, 401, 403, 404, 410, 413, 429, 500, 503, 302, 304} {
		status.Store(int32(code))
		_, err := callTool(t.Context(), c, "x")
		require.ErrorIs(t, err, transport.Rejected)
		var e *transport.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, code, e.HTTPStatus())
		require.Less(t, len(err.Error()), 1000, "S23")
		require.ErrorIs(t, c.Notify(t.Context(), "notifications/x", nil), transport.Rejected)
	}
	require.Empty(t, waiting)
	stream.result(other, toolResult("other"))
	require.NoError(t, <-waiting)
}

// The revision is the one that initialize decides on, unless it is pinned; no modern one is asked for by default.
func TestRevisions(t *testing.T) {
	s := serve(t, tools(), nil)
	for v := jsonrpc.Revision(0); v <= jsonrpc.Latest; v++ {
		want := v
		if v == 0 {
			want = jsonrpc.LatestLegacy
		}
		o := new(sse.DialOptions)
		o.Revision = v
		o.Capabilities = asker{}
		c := s.dial(t, &mcp.ClientHandler{
			Elicit: func(_ context.Context, _ *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
				out.Action = "accept"
				return nil
			},
		}, o)
		require.Equal(t, want, c.Revision())
		mustCall(t, c, "x")
		require.NoError(t, c.Ping(t.Context()))
		if v.Legacy() && v >= jsonrpc.Rev20250618 {
			got, err := callTool(t.Context(), c, "elicit")
			require.NoError(t, err)
			require.Equal(t, "accept", got)
		}
		require.NoError(t, c.Close())
		require.NoError(t, c.Err())
	}
}

// asker is a client that can be asked.
type asker struct{}

func (asker) AppendJSON(dst []byte) ([]byte, error) { return append(dst, `{"elicitation":{}}`...), nil }

// A server of one old revision is what it says it is, and gets no request before initialize.
func TestOldServer(t *testing.T) {
	x := newScript(t)
	s := serveScript(t, x)
	done := make(chan struct{})
	go func() {
		defer close(done)
		stream := <-x.streams
		first := <-x.posts
		if first.Method != "initialize" || len(first.header["Mcp-Protocol-Version"]) > 0 {
			t.Error(first.text)
		}
		x.posts <- first
		x.initialize(stream, jsonrpc.Rev20241105)
	}()
	c := s.dial(t, nil, nil)
	require.Equal(t, jsonrpc.Rev20241105, c.Revision())
	info, _ := c.Server()
	require.Contains(t, string(info.Bytes()), "script")
	<-done // it waits for a message, which must not be one of the next client

	o := new(sse.DialOptions)
	o.Revision = jsonrpc.Rev20251125
	go func() {
		stream := <-x.streams
		m := x.next("initialize")
		stream.result(m, `{"protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{"name":"script","version":"1"}}`)
	}()
	_, err := s.tryDial(t, nil, o)
	require.ErrorIs(t, err, transport.Protocol, "F-08")
}
