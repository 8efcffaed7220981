package streamable_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// server is a Handler with a real HTTP server, whose buffers have to come back.
type server struct {
	t *testing.T
	h *streamable.Handler
	*httptest.Server
}

func newServer(t *testing.T, h jsonrpc.Handler, o *streamable.HandlerOptions) *server {
	t.Helper()
	if o == nil {
		o = new(streamable.HandlerOptions)
	}
	p := pool.New(pool.Config{Name: "test"})
	o.Pool = p
	s := &server{t: t, h: streamable.NewHandler(h, o)}
	s.Server = httptest.NewServer(s.h)
	t.Cleanup(func() {
		require.NoError(t, s.h.Close())
		s.Close()
		s.Client().CloseIdleConnections()
		require.Eventually(t, func() bool { return p.Outstanding() == 0 }, waitLong, tick)
	})
	return s
}

// header is a header of a request; a value of "-" leaves out what is usual.
type header map[string]string

// do sends a request, with the headers that are usual for it.
func (s *server) do(method, body string, h header) *http.Response {
	s.t.Helper()
	return send(s.t, s.Client(), s.URL, method, body, h)
}

func send(t *testing.T, c *http.Client, url, method, body string, h header) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	usual := header{"Accept": "application/json, text/event-stream"}
	if method == http.MethodPost {
		usual["Content-Type"] = "application/json"
	}
	for _, set := range []header{usual, h} {
		for k, v := range set {
			switch {
			case v == "-":
				r.Header.Del(k)
			case k == "Host":
				r.Host = v
			default:
				r.Header[http.CanonicalHeaderKey(k)] = strings.Split(v, "\n")
			}
		}
	}
	resp, err := c.Do(r)
	require.NoError(t, err)
	return resp
}

// read reads what a response has, and closes it.
func read(t *testing.T, resp *http.Response) string {
	t.Helper()
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(b)
}

// all is read for other goroutines than the test's.
func all(resp *http.Response) string {
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return string(b)
}

// modern returns the headers of a modern request.
func modern(method, name string) header {
	h := header{"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method}
	if name != "" {
		h["Mcp-Name"] = name
	}
	return h
}

// request returns a modern request. params are members with a comma at their end.
func request(id, method, params string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"` + method + `","params":{` + params +
		`"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`
}

// call returns a modern tools/call.
func call(id, tool string) string { return request(id, "tools/call", `"name":"`+tool+`",`) }

// legacyCall returns a tools/call of a session.
func legacyCall(id, tool string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"` + tool + `"}}`
}

func initialize(v string) string {
	return `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"` + v + `","capabilities":{"elicitation":{},"sampling":{}},"clientInfo":{"name":"c","version":"1"}}}`
}

// open begins a session of that revision and returns the headers of its requests.
func (s *server) open(v string) header {
	s.t.Helper()
	return s.openAs(v, nil)
}

func (s *server) openAs(v string, h header) header {
	s.t.Helper()
	resp := s.do(http.MethodPost, initialize(v), h)
	body := read(s.t, resp)
	require.Equal(s.t, http.StatusOK, resp.StatusCode, body)
	require.Contains(s.t, body, `"protocolVersion":"`+v+`"`)
	out := header{"Mcp-Session-Id": resp.Header.Get("Mcp-Session-Id"), "MCP-Protocol-Version": v}
	for k, value := range h {
		out[k] = value
	}
	require.NotEmpty(s.t, out["Mcp-Session-Id"])
	resp = s.do(http.MethodPost, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, out)
	require.Empty(s.t, read(s.t, resp))
	require.Equal(s.t, http.StatusAccepted, resp.StatusCode)
	return out
}

// event is one event of a stream; a comment has only that.
type event struct{ id, data, retry, comment string }

// events reads the events of a stream one after the other, comments too.
type events struct {
	t    *testing.T
	resp *http.Response
	r    *bufio.Reader
}

func stream(t *testing.T, resp *http.Response) *events {
	t.Helper()
	require.Equal(t, http.StatusOK, resp.StatusCode)
	require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	require.Equal(t, "no", resp.Header.Get("X-Accel-Buffering"))
	t.Cleanup(func() { resp.Body.Close() })
	return &events{t, resp, bufio.NewReader(resp.Body)}
}

// next returns the next event; ok is false at the end.
func (s *events) next() (e event, ok bool) {
	s.t.Helper()
	for {
		line, err := s.r.ReadString('\n')
		if errors.Is(err, io.EOF) || err != nil && line == "" {
			return e, false
		}
		line = strings.TrimSuffix(line, "\n")
		key, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "":
			return e, true
		case key == "id":
			e.id = value
		case key == "data":
			e.data = value
		case key == "retry":
			e.retry = value
		case strings.HasPrefix(line, ":"):
			e.comment = line
		default:
			s.t.Errorf("a line of an event: %q", line)
		}
	}
}

// message returns the data of the next event that has any.
func (s *events) message() string {
	s.t.Helper()
	for {
		e, ok := s.next()
		if !ok {
			return ""
		}
		if e.data != "" {
			return e.data
		}
	}
}

// tools is a server whose tools do what their names say.
func tools() *mcp.ServerHandler {
	return &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "test", Version: "1"},
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			name, arg, _ := strings.Cut(r.Params.Name, ":")
			switch name {
			case "progress":
				p := mcp.ProgressNotificationParams{ProgressToken: jsonrpc.IntID(1), Progress: 1}
				if err := mcp.NotifyProgress(ctx, r, &p); err != nil {
					return err
				}
			case "elicit":
				res, err := mcp.Elicit(ctx, r, form())
				if err != nil {
					return err
				}
				out.AddText(string(res.Action))
				return nil
			case "wait":
				<-ctx.Done()
				return ctx.Err()
			case "sleep":
				d, err := time.ParseDuration(arg)
				if err != nil {
					return err
				}
				time.Sleep(d)
			case "fail":
				return errors.New("a secret")
			case "refuse":
				code, err := strconv.Atoi(arg)
				if err != nil {
					return err
				}
				return jsonrpc.NewError(code, "refused", nil)
			case "panic":
				panic("a secret")
			case "principal":
				out.AddText(r.Info.Principal)
				return nil
			case "header":
				out.AddText(r.Info.Header(arg))
				return nil
			case "large":
				n, err := strconv.Atoi(arg)
				if err != nil {
					return err
				}
				out.AddText(strings.Repeat("x", n))
				return nil
			case "close":
				closer := r.ResponseWriter.(jsonrpc.StreamCloser)
				if err := closer.CloseStream(10 * time.Millisecond); err != nil {
					return err
				}
			}
			out.AddText(r.Params.Name)
			return nil
		},
		ListTools: func(_ context.Context, _ *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
			out.Tools = append(out.Tools, mcp.Tool{Name: "echo", InputSchema: codec.RawString(`{"type":"object"}`)})
			return nil
		},
	}
}

func form() *mcp.ElicitFormParams { return &mcp.ElicitFormParams{Message: "go on?"} }
