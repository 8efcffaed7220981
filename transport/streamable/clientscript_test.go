package streamable_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// seen is a request that a script has got.
type seen struct {
	What   string // the HTTP method, and that of the message
	Header http.Header
	Body   string
	ID     string // of the message, as text; of a GET that of the last call; "" if there is none
	Params string
	URL    string
	At     time.Time
	ctx    context.Context
}

// step answers one request.
type step func(w http.ResponseWriter, r *seen)

// script is a server that answers each kind of request by its steps, the last of which is used again and again.
type script struct {
	steps map[string][]step
	mu    sync.Mutex
	got   []*seen
	count map[string]int
	last  string // the id of the last call
}

func newScript(steps map[string][]step) *script {
	return &script{steps: steps, count: map[string]int{}}
}

// with returns a copy of base with other steps for some kinds of requests.
func withSteps(base map[string][]step, more map[string][]step) map[string][]step {
	all := map[string][]step{}
	for _, m := range []map[string][]step{base, more} {
		for k, v := range m {
			all[k] = v
		}
	}
	return all
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body) // broken ones count too
	x := &seen{What: r.Method, Header: r.Header.Clone(), Body: string(body), URL: r.URL.String(), At: time.Now(), ctx: r.Context()}
	var m jsonrpc.Message
	if len(body) > 0 && jsonrpc.Scan(body, &m) == nil {
		if x.What += " " + m.Method; m.Kind == jsonrpc.Response {
			x.What = r.Method + " response"
		}
		if !m.ID.IsZero() {
			x.ID = m.ID.String()
		}
		x.Params = string(m.Params.Bytes())
	}
	s.mu.Lock()
	s.got = append(s.got, x)
	switch x.What {
	case "GET":
		x.ID = s.last
	case "POST tools/call":
		s.last = x.ID
	}
	n := s.count[x.What]
	s.count[x.What]++
	steps := s.steps[x.What]
	s.mu.Unlock()
	if len(steps) == 0 {
		http.Error(w, "no step for "+x.What, http.StatusNotImplemented)
		return
	}
	steps[min(n, len(steps)-1)](w, x)
}

// requests returns what has come, of one kind or, for "", of all.
func (s *script) requests(what string) []*seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*seen
	for _, x := range s.got {
		if what == "" || x.What == what {
			list = append(list, x)
		}
	}
	return list
}

// whats returns the kinds of requests in order.
func (s *script) whats() []string {
	var list []string
	for _, x := range s.requests("") {
		list = append(list, x.What)
	}
	return list
}

// result answers with a JSON result.
func result(text string) step {
	return func(w http.ResponseWriter, r *seen) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, r.ID, text)
	}
}

// failure answers with an error of JSON-RPC and a status.
func failure(status, code int, data string) step {
	if data != "" {
		data = `,"data":` + data
	}
	return func(w http.ResponseWriter, r *seen) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"error":{"code":%d,"message":"no"%s}}`, r.ID, code, data)
	}
}

// status answers with a status and a text. kind is the media type.
func status(code int, kind, text string) step {
	return func(w http.ResponseWriter, _ *seen) {
		if kind != "" {
			w.Header().Set("Content-Type", kind)
		}
		w.WriteHeader(code)
		_, _ = io.WriteString(w, text)
	}
}

var accepted = status(http.StatusAccepted, "", "")

// events answers with a stream of parts, each flushed by itself. In them, ID stands for the id of the request. Parts that begin with a digit are
// pauses.
func streamOf(parts ...string) step {
	return func(w http.ResponseWriter, r *seen) {
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "text/event-stream")
			w.WriteHeader(http.StatusOK)
		}
		for _, p := range parts {
			if d, err := time.ParseDuration(p); err == nil {
				select {
				case <-time.After(d):
				case <-r.ctx.Done():
					return
				}
				continue
			}
			_, _ = io.WriteString(w, strings.ReplaceAll(p, "ID", r.ID))
			w.(http.Flusher).Flush()
		}
	}
}

// answer is an event with a result for the request.
func answer(text string) string { return `data: {"jsonrpc":"2.0","id":ID,"result":` + text + "}\n\n" }

// inSession makes a step of the answer to initialize that opens a session.
func inSession(id string, s step) step {
	return func(w http.ResponseWriter, r *seen) {
		w.Header().Set("Mcp-Session-Id", id)
		s(w, r)
	}
}

const (
	discovered  = `{"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"ttlMs":0,"cacheScope":"private"}`
	initialized = `{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}`
	okResult    = `{"content":[{"type":"text","text":"ok"}]}`
)

// modern is a server of 2026-07-28, legacy one of 2025-11-25.
var (
	modernServer = map[string][]step{
		"POST server/discover": {result(discovered)},
		"POST tools/call":      {result(okResult)},
	}
	legacyServer = map[string][]step{
		"POST server/discover":           {status(http.StatusBadRequest, "text/plain", "Bad Request: unsupported protocol version")},
		"POST initialize":                {inSession("secret-1", result(initialized))},
		"POST notifications/initialized": {accepted},
		"POST notifications/cancelled":   {accepted},
		"POST response":                  {accepted},
		"POST tools/call":                {result(okResult)},
		"GET":                            {status(http.StatusMethodNotAllowed, "", "")},
		"DELETE":                         {status(http.StatusOK, "", "")},
	}
)

// serve starts a script and returns its URL.
func serve(t *testing.T, s http.Handler) string {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return srv.URL + "/mcp"
}

// dial connects to a script. All buffers have to be back after the test.
func dial(t *testing.T, s http.Handler, h jsonrpc.Handler, o *streamable.DialOptions) (*transport.Client, error) {
	t.Helper()
	if o == nil {
		o = new(streamable.DialOptions)
	}
	p := pool.New(pool.Config{Name: "test"})
	o.Pool = p
	c, err := streamable.Dial(t.Context(), serve(t, s), h, o)
	t.Cleanup(func() {
		if c != nil {
			require.NoError(t, c.Close())
		}
		require.Eventually(t, func() bool { return p.Outstanding() == 0 }, waitLong, tick)
	})
	return c, err
}

// mustDial is dial for a script that lets the client in.
func mustDial(t *testing.T, s http.Handler, h jsonrpc.Handler, o *streamable.DialOptions) *transport.Client {
	t.Helper()
	c, err := dial(t, s, h, o)
	require.NoError(t, err)
	return c
}

// do calls a method and returns the text of the result.
func do(t testing.TB, c *transport.Client, method, params string) (string, error) {
	t.Helper()
	return doCall(t.Context(), c, method, params, nil)
}

func doCall(ctx context.Context, c jsonrpc.Caller, method, params string, change func(*jsonrpc.Call)) (string, error) {
	callTool := c.NewCall(method)
	defer callTool.Release()
	callTool.Params = append(callTool.Params, params...)
	if change != nil {
		change(callTool)
	}
	err := c.Do(ctx, callTool)
	return callTool.Reply.Result.String(), err
}

const callEcho = `{"name":"echo","arguments":{}}`

var rootsCapability = codec.RawString(`{"roots":{}}`)

// observed collects what an Observer is told.
type observed struct {
	mu   sync.Mutex
	list []transport.Observation
}

func (o *observed) Observe(x transport.Observation) {
	o.mu.Lock()
	defer o.mu.Unlock()
	x.Method = strings.Clone(x.Method)
	o.list = append(o.list, x)
}

func (o *observed) of(e transport.Event) []transport.Observation {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []transport.Observation
	for _, x := range o.list {
		if x.Event == e {
			list = append(list, x)
		}
	}
	return list
}

// How long to wait for what has to come, though late on a machine that has other things to do, and how often to look.
const (
	waitLong = 2 * time.Minute
	tick     = time.Millisecond
)
