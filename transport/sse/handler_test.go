package sse_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// What a stream begins with (rules C-02, C-14), for each way to mount the Handler.
func TestStreamBegins(t *testing.T) {
	for _, row := range []struct{ name, message, path, want string }{
		{"one path", "", "/sse", "?sessionId="},
		{"query kept", "", "/sse?tenant=a&sessionId=evil&x=%26", "?tenant=a&x=%26&sessionId="},
		{"two paths", "/message", "/sse?tenant=a", "/message?sessionId="},
		{"relative", "message?v=1", "/mcp/sse", "message?v=1&sessionId="},
		{"absolute", "https://example.com/message", "/sse", "https://example.com/message?sessionId="},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := serve(t, tools(), &sse.HandlerOptions{MessagePath: row.message})
			ids := map[string]bool{}
			for range 10 {
				ctx, stop := context.WithCancel(t.Context())
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(s.url, "/sse")+row.path, nil)
				require.NoError(t, err)
				req.Header.Set("Accept-Encoding", "gzip")
				resp, err := s.http.Do(req)
				require.NoError(t, err)
				require.Equal(t, http.StatusOK, resp.StatusCode)
				require.Equal(t, []string{"text/event-stream"}, resp.Header["Content-Type"])
				require.Equal(t, []string{"no-cache, no-transform"}, resp.Header["Cache-Control"])
				require.Equal(t, []string{"no"}, resp.Header["X-Accel-Buffering"])
				require.Empty(t, resp.Header["Content-Encoding"])
				b := make([]byte, 200)
				n, err := io.ReadAtLeast(resp.Body, b, len("event: endpoint\ndata: \n\n")+len(row.want)+26)
				require.NoError(t, err)
				id, ok := strings.CutPrefix(string(b[:n]), "event: endpoint\ndata: "+row.want)
				require.True(t, ok, string(b[:n]))
				id, ok = strings.CutSuffix(id, "\n\n")
				require.True(t, ok)
				require.Regexp(t, "^[A-Z2-7]{26}$", id, "C-10: 130 bits")
				ids[id] = true
				stop()
				resp.Body.Close()
			}
			require.Len(t, ids, 10)
		})
	}
}

// The POST of a notification is answered when that was handled, that of a request before (rule C-10); a cancellation that follows at once finds its
// request.
func TestOrder(t *testing.T) {
	free, begun := make(chan struct{}), make(chan struct{})
	noted := make(chan string, 100)
	h := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		switch {
		case m.Kind == jsonrpc.Notification:
			if m.Method == "slow" {
				close(begun)
				<-free
			}
			noted <- strings.Clone(m.Method)
		case m.Method == "x":
			noted <- "x"
			jsonrpc.NotFound(ctx, w, m)
		case m.Method == "wait":
			<-ctx.Done()
			noted <- "canceled"
		default:
			jsonrpc.NotFound(ctx, w, m)
		}
	})
	s := serve(t, h, nil)
	r := s.open(t)
	for i := range 50 {
		r.accepted(`{"jsonrpc":"2.0","method":"n` + strconv.Itoa(i) + `"}`)
		require.Equal(t, "n"+strconv.Itoa(i), <-noted)
	}
	for i := range 50 {
		id := strconv.Itoa(i)
		r.accepted(`{"jsonrpc":"2.0","id":` + id + `,"method":"wait","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`)
		status, text := r.send(`{"jsonrpc":"2.0","id":` + id + `,"method":"ping"}`)
		require.Equal(t, 202, status, text)
		require.Contains(t, r.next(), `"code":-32600`, "S26: the first one is still there")
		r.accepted(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `}}`)
		require.Equal(t, "canceled", <-noted)
	}
	slow := make(chan int, 1)
	go func() {
		status, _, _ := r.try(t.Context(), strings.NewReader(`{"jsonrpc":"2.0","method":"slow"}`))
		slow <- status
	}()
	<-begun
	r.accepted(`{"jsonrpc":"2.0","id":"after","method":"x","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`)
	require.Empty(t, slow)
	require.Empty(t, noted, "what came later is handled later")
	close(free)
	require.Equal(t, 202, <-slow)
	require.Equal(t, "slow", <-noted)
	require.Contains(t, r.next(), `"after"`)
	require.Equal(t, "x", <-noted)
}

// Batches are for one revision (rules ).
func TestBatch(t *testing.T) {
	o := new(sse.HandlerOptions)
	o.Limits.Batch = 5
	s := serve(t, tools(), o)
	const ping, note = `{"jsonrpc":"2.0","id":1,"method":"ping"}`, `{"jsonrpc":"2.0","method":"notifications/x"}`
	for v := jsonrpc.Rev20241105; v <= jsonrpc.LatestLegacy; v++ {
		r := s.open(t)
		r.initialize(v)
		for _, row := range []struct {
			name, body string
			status     int
			answers    []string // what the one array has in it
		}{
			{"A-22", "[" + ping + "," + note + "," + toolCall("2", "x") + "]", 202, []string{`"id":1,"result"`, `"id":2,"result"`}},
			{"A-29 only notifications", "[" + note + "," + note + "]", 202, nil},
			{"A-29 empty", "[]", 400, nil},
			{"A-29 invalid members", "[" + ping + `,1,{"jsonrpc":"2.0","id":3}]`, 202, []string{`"id":1,"result"`, `-32600`, `"id":3,"error"`}},
			{"A-24 initialize", `[{"jsonrpc":"2.0","id":7,"method":"initialize","params":{}}]`, 202, []string{`"id":7,"error":{"code":-32600`}},
			{"limit", "[" + strings.Repeat(note+",", 5) + note + "]", 400, nil},
			{"broken off", "[" + ping, 400, nil},
		} {
			status, text := r.send(row.body)
			if v != jsonrpc.Rev20250326 { // rules
				require.Equal(t, 400, status, row.name)
				continue
			}
			require.Equal(t, row.status, status, row.name+text)
			if len(row.answers) > 0 {
				array := r.next()
				require.Equal(t, byte('['), array[0])
				require.Equal(t, len(row.answers), strings.Count(array, `"jsonrpc"`), array)
				for _, answer := range row.answers {
					require.Contains(t, array, answer, row.name)
				}
			}
		}
		r.alive()
	}
}

// A request that says what revision it is of needs no initialize, and is served on the same stream.
func TestModernRequest(t *testing.T) {
	hub := new(transport.Hub)
	s := serve(t, tools(), &sse.HandlerOptions{Options: transport.Options{Hub: hub}})
	r := s.open(t)
	const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
	r.accepted(`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{` + meta + `}}`)
	require.Contains(t, r.next(), `"supportedVersions":["2026-07-28"`)
	r.accepted(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x",` + meta + `}}`)
	require.Contains(t, r.next(), `"resultType":"complete"`)
	r.accepted(`{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"x","_meta":{"io.modelcontextprotocol/protocolVersion":"2030-01-01"}}}`)
	require.Contains(t, r.next(), `"code":-32022`)
	r.accepted(toolCall("4", "x"))
	require.Contains(t, r.next(), `"code":-32602`, "F-01: neither that nor a session")

	r.accepted(`{"jsonrpc":"2.0","id":5,"method":"subscriptions/listen","params":{"notifications":{"toolsListChanged":true},` + meta + `}}`)
	require.Contains(t, r.next(), "acknowledged")
	eventually(t, func() bool {
		n, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
		return err == nil && n == 1
	}, "the subscription")
	require.Contains(t, r.next(), "list_changed")
	require.NoError(t, s.Shutdown(t.Context()))
	require.Contains(t, r.next(), `"id":5,"result":{"resultType":"complete"`, "E-57")
}

// The end of the stream is the end of the session (rules C-07, C-10, F23).
func TestSessionEnds(t *testing.T) {
	o := new(sse.HandlerOptions)
	o.Limits.Sessions = 2
	waiting := make(chan struct{}, 10)
	h := tools()
	call := h.CallTool
	h.CallTool = func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		if r.Params.Name == "wait" {
			waiting <- struct{}{}
			defer func() { waiting <- struct{}{} }()
		}
		return call(ctx, r, out)
	}
	s := serve(t, h, o)
	a, b := s.open(t), s.open(t)
	full := func() int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url, nil)
		require.NoError(t, err)
		resp, err := s.http.Do(req)
		require.NoError(t, err)
		resp.Body.Close()
		if resp.StatusCode == http.StatusServiceUnavailable {
			require.NotEmpty(t, resp.Header.Get("Retry-After"))
		}
		return resp.StatusCode
	}
	require.Equal(t, 503, full(), "S16 F23")
	a.initialize(jsonrpc.Rev20241105)
	a.accepted(toolCall("1", "wait"))
	<-waiting
	a.close()
	<-waiting // its context has ended
	eventually(t, func() bool { return len(s.ends.all()) == 1 }, "the end of the session")
	require.NoError(t, s.ends.all()[0], "C-07: that is how sessions end")
	status, _ := a.send(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	require.Contains(t, []int{404, 410}, status, "C-10")
	b.alive()
	eventually(t, func() bool { return full() == 200 }, "room for another session")
	b.alive()
}

// OnSession can refuse a session, and ends with it.
func TestOnSession(t *testing.T) {
	refuse := true
	var session jsonrpc.Session
	o := new(sse.HandlerOptions)
	o.OnSession = func(_ context.Context, x jsonrpc.Session) error {
		if session = x; refuse {
			return transport.NewError(transport.Overloaded, "a secret of the server", nil)
		}
		return nil
	}
	s := serve(t, tools(), o)
	resp, err := s.http.Get(s.url)
	require.NoError(t, err)
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, 403, resp.StatusCode)
	require.NotContains(t, string(text), "secret")
	refuse = false
	r := s.open(t)
	r.initialize(jsonrpc.Rev20251125)
	require.NotEmpty(t, session.ID())
	require.NoError(t, session.Notify(t.Context(), "notifications/x", nil))
	require.Contains(t, r.next(), "notifications/x")
	require.NoError(t, session.Close())
	_, err = r.reader.Next()
	require.ErrorIs(t, err, io.EOF)
	eventually(t, func() bool { return len(s.ends.all()) == 1 }, "the end of the session")
	require.NoError(t, s.ends.all()[0])
}

// Shutdown lets requests end, and writes their answers; Close does not wait for them (F24).
func TestShutdown(t *testing.T) {
	begun, free := make(chan struct{}), make(chan struct{})
	h := tools()
	h.CallTool = func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		close(begun)
		switch r.Params.Name {
		case "wait":
			<-ctx.Done()
		default:
			<-free
		}
		out.AddText("the last word")
		return nil
	}
	for _, name := range []string{"Shutdown", "Close"} {
		t.Run(name, func(t *testing.T) {
			begun, free = make(chan struct{}), make(chan struct{})
			s := serve(t, h, nil)
			r := s.open(t)
			r.initialize(jsonrpc.Rev20241105)
			end, tool := s.Close, "wait"
			if name == "Shutdown" {
				end, tool = func() error { return s.Shutdown(t.Context()) }, "free"
			}
			r.accepted(toolCall("1", tool))
			<-begun
			done := make(chan error, 1)
			go func() { done <- end() }()
			if name == "Shutdown" {
				eventually(t, func() bool {
					resp, err := s.http.Get(s.url)
					require.NoError(t, err)
					resp.Body.Close()
					return resp.StatusCode == http.StatusServiceUnavailable
				}, "no new session")
				status, _ := r.send(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
				require.Equal(t, 503, status, "nor request")
				r.accepted(`{"jsonrpc":"2.0","method":"notifications/x"}`)
				require.Empty(t, done)
				close(free)
			}
			require.Contains(t, r.next(), "the last word")
			require.NoError(t, <-done)
			_, err := r.reader.Next()
			require.ErrorIs(t, err, io.EOF)
			require.NotEmpty(t, s.ends.all())
			for _, err := range s.ends.all() { // more than one where a stream was asked for just before the shutdown
				require.NoError(t, err)
			}
			require.NoError(t, end(), "once more")
		})
	}
}

// Texts of errors of the server stay there (rule H-20).
func TestErrorsAreNotTold(t *testing.T) {
	s := serve(t, tools(), nil)
	r := s.open(t)
	r.initialize(jsonrpc.Rev20250618)
	r.accepted(toolCall("1", "fail"))
	answer := r.next()
	require.Contains(t, answer, "-32603")
	require.NotContains(t, answer, "secret")
}
