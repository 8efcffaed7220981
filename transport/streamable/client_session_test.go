package streamable_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// What belongs to a session is sent with it, from the first message on (rules D-51, D-62, T-07).
func TestSessionHeaders(t *testing.T) {
	s := newScript(withSteps(legacyServer, map[string][]step{"POST notifications/roots/list_changed": {accepted, status(400, "text/plain", "no\x00")}}))
	c := mustDial(t, s, nil, nil)
	require.Equal(t, "secret-1", c.Session().ID())
	_, err := do(t, c, "tools/call", callEcho)
	require.NoError(t, err)
	require.NoError(t, c.Notify(t.Context(), "notifications/roots/list_changed", nil))
	err = c.Notify(t.Context(), "notifications/roots/list_changed", nil)
	require.EqualError(t, err, `transport: rejected: the server says "no\x00": HTTP status 400`)
	for _, x := range s.requests("") {
		switch x.What {
		case probe:
			require.Equal(t, []string{"2026-07-28"}, x.Header["Mcp-Protocol-Version"])
		case open:
			require.Empty(t, x.Header["Mcp-Protocol-Version"])
			require.Empty(t, x.Header["Mcp-Session-Id"])
		default:
			require.Equal(t, []string{"2025-11-25"}, x.Header["Mcp-Protocol-Version"], x.What)
			require.Equal(t, []string{"secret-1"}, x.Header["Mcp-Session-Id"], x.What)
		}
		if x.What != probe {
			require.Empty(t, x.Header["Mcp-Method"], x.What)
		}
		if x.Body != "" {
			require.Equal(t, []string{"application/json, text/event-stream"}, x.Header["Accept"], "D-03, E-03")
			require.Equal(t, []string{"application/json"}, x.Header["Content-Type"], "D-09")
			require.Empty(t, x.Header["Accept-Encoding"], "S17")
		}
	}
}

// The id of a session is one of visible ASCII (rule D-50).
func TestSessionIDs(t *testing.T) {
	for _, row := range []struct {
		rule string
		ids  []string
		good bool
	}{
		{"D-50 the whole range", []string{"!" + strings.Repeat("~", 300)}, true},
		{"D-48 none", nil, true},
		{"D-50 a space", []string{"a b"}, false},
		{"D-50 not ASCII", []string{"\u00e9"}, false},
		{"D-50 a tab", []string{"a\tb"}, false},
		{"D-50 empty", []string{""}, false},
		{"D-50 two of them", []string{"a", "b"}, false},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := newScript(withSteps(legacyServer, map[string][]step{open: {func(w http.ResponseWriter, r *seen) {
				w.Header()["Mcp-Session-Id"] = row.ids
				result(initialized)(w, r)
			}}}))
			c, err := dial(t, s, nil, nil)
			if !row.good {
				require.ErrorIs(t, err, transport.Protocol)
				require.Empty(t, s.requests("DELETE"))
				return
			}
			require.NoError(t, err)
			require.NoError(t, c.Close())
			require.Len(t, s.requests("DELETE"), len(row.ids), "D-55")
			for _, x := range s.requests(ready) {
				require.Equal(t, row.ids, x.Header["Mcp-Session-Id"], "D-51")
			}
		})
	}
}

// A session that the server has forgotten is opened again, and the request that found out is sent once more (rules D-54, D-60, F16).
func TestSessionGone(t *testing.T) {
	t.Parallel()
	gone := failure(404, -32001, "")
	for _, row := range []struct {
		rule  string
		steps map[string][]step
		fails func(*testing.T, error)
		opens int
		calls int
	}{
		{"D-54 404 with an error", map[string][]step{"POST tools/call": {gone, result(okResult)}}, nil, 2, 2},
		{"D-54 404 without anything", map[string][]step{"POST tools/call": {status(404, "", ""), result(okResult)}}, nil, 2, 2},
		{"D-54 404 in HTML", map[string][]step{"POST tools/call": {status(404, "text/html", "<html>"), result(okResult)}}, nil, 2, 2},
		{"D-60 only once", map[string][]step{"POST tools/call": {gone}}, wantTransport(transport.SessionNotFound), -1, 2},
		{"T-02 404 for an unknown method", map[string][]step{"POST tools/call": {failure(404, -32601, "")}}, wantCode(-32601), 1, 1},
		{
			"T-02 400 is not the session", map[string][]step{"POST tools/call": {status(400, "text/plain", "no")}},
			func(t *testing.T, err error) { require.Equal(t, 400, statusOf(err)) }, 1, 1,
		},
		{
			"F16 it cannot be opened again", map[string][]step{"POST tools/call": {gone}, open: {legacyServer[open][0], status(400, "", "no")}},
			wantTransport(transport.Rejected), 2, 1,
		},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			s := newScript(withSteps(legacyServer, withSteps(map[string][]step{
				open: {legacyServer[open][0], inSession("secret-2", result(initialized))},
			}, row.steps)))
			c := mustDial(t, s, nil, nil)
			_, err := do(t, c, "tools/call", callEcho)
			if row.fails == nil {
				require.NoError(t, err)
			} else {
				row.fails(t, err)
				require.NotContains(t, err.Error(), "secret", "D-57")
			}
			if row.opens > 0 {
				require.Len(t, s.requests(open), row.opens)
			}
			probes := 1
			if strings.HasPrefix(row.rule, "F16") {
				probes = 2 // what was remembered has failed
			}
			require.Len(t, s.requests(probe), probes, "F-21: the era is remembered")
			calls := s.requests("POST tools/call")
			require.Len(t, calls, row.calls)
			require.Equal(t, "secret-1", calls[0].Header.Get("Mcp-Session-Id"))
			if row.opens == 2 && row.calls == 2 {
				require.Equal(t, "secret-2", calls[1].Header.Get("Mcp-Session-Id"))
				require.Empty(t, s.requests(open)[1].Header["Mcp-Session-Id"], "D-54")
				require.NoError(t, c.Close())
				require.Len(t, s.requests("DELETE"), 1, "only the session that is there")
			}
		})
	}
}

// However many calls find out, there is one new session (rule D-60).
func TestSessionGoneForMany(t *testing.T) {
	var mu sync.Mutex
	restarted := false
	s := newScript(withSteps(legacyServer, map[string][]step{
		open: {inSession("secret-1", result(initialized)), inSession("secret-2", result(initialized))},
		"POST tools/call": {func(w http.ResponseWriter, r *seen) {
			mu.Lock()
			old := restarted && r.Header.Get("Mcp-Session-Id") == "secret-1"
			mu.Unlock()
			if old {
				status(404, "", "")(w, r)
				return
			}
			result(okResult)(w, r)
		}},
	}))
	c := mustDial(t, s, nil, nil)
	_, err := do(t, c, "tools/call", callEcho)
	require.NoError(t, err)
	mu.Lock()
	restarted = true
	mu.Unlock()
	var wg sync.WaitGroup
	good := make(chan bool, 50)
	for range cap(good) {
		wg.Go(func() {
			_, err := do(t, c, "tools/call", callEcho)
			if err != nil && transport.CodeOf(err) != transport.Lost {
				t.Error(err)
			}
			good <- err == nil
		})
	}
	wg.Wait()
	require.Len(t, s.requests(open), 2)
	_, err = do(t, c, "tools/call", callEcho)
	require.NoError(t, err)
}

// The stream of a session is opened once the session is, and its loss ends nothing (rules D-26 to D-33).
func TestSessionStream(t *testing.T) {
	t.Parallel()
	note := "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n"
	hang := "1h"
	for _, row := range []struct {
		rule  string
		gets  []step
		opens int                              // GETs to wait for
		check func(t *testing.T, gets []*seen) // of them
		notes int
	}{
		{"D-29 405", []step{status(405, "", "")}, 1, nil, 0},
		{"D-29 404, and always was", []step{status(404, "", "")}, 1, nil, 0},
		{"D-28 no stream", []step{status(200, "application/json", "{}")}, 1, nil, 0},
		{"D-30 a notification", []step{streamOf(note, hang)}, 1, nil, 1},
		{"D-33 opened again", []step{streamOf(note), streamOf(note, hang)}, 2, nil, 2},
		{
			"D-41 it goes on where it was", []step{streamOf("id: 7\nretry: 60\n" + note), streamOf("id: 8\n"+note, hang)}, 2,
			func(t *testing.T, gets []*seen) {
				require.Empty(t, gets[0].Header["Last-Event-Id"])
				require.Equal(t, []string{"7"}, gets[1].Header["Last-Event-Id"])
				require.GreaterOrEqual(t, gets[1].At.Sub(gets[0].At), 60*time.Millisecond, "D-16")
			}, 2,
		},
		{
			"D-44 the event is forgotten", []step{streamOf("id: 7\nretry: 60\n" + note), status(400, "", ""), streamOf(note, hang)}, 3,
			func(t *testing.T, gets []*seen) {
				require.Equal(t, []string{"7"}, gets[1].Header["Last-Event-Id"])
				require.Empty(t, gets[2].Header["Last-Event-Id"])
			}, 2,
		},
		{"D-12 an event without data", []step{streamOf("id: 1\ndata:\n\n", note, hang)}, 1, nil, 1},
		{"E-45 a comment", []step{streamOf(": hello\n\n", note, hang)}, 1, nil, 1},
		{"T-29 another type of event", []step{streamOf("event: endpoint\ndata: /x\n\n", note, hang)}, 1, nil, 1},
		{"T-29 nonsense", []step{streamOf("data: {\n\n", "data: nonsense\n\n", note, hang)}, 1, nil, 1},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			s := newScript(withSteps(legacyServer, map[string][]step{"GET": row.gets}))
			notes := make(chan string, 10)
			h := jsonrpc.HandlerFunc(func(_ context.Context, _ jsonrpc.ResponseWriter, m *jsonrpc.Message) {
				notes <- strings.Clone(m.Method)
			})
			c := mustDial(t, s, h, nil)
			for range row.notes {
				require.Equal(t, "notifications/tools/list_changed", <-notes)
			}
			require.Eventually(t, func() bool { return len(s.requests("GET")) >= row.opens }, waitLong, tick)
			if row.check != nil {
				row.check(t, s.requests("GET"))
			}
			for _, get := range s.requests("GET") {
				require.Equal(t, "text/event-stream", get.Header.Get("Accept"), "D-27")
				require.Equal(t, "secret-1", get.Header.Get("Mcp-Session-Id"), "D-51")
				require.Equal(t, "2025-11-25", get.Header.Get("Mcp-Protocol-Version"), "D-62")
			}
			_, err := do(t, c, "tools/call", callEcho)
			require.NoError(t, err)
			require.Len(t, s.requests("GET"), row.opens, "D-29: no loop")
			require.Len(t, s.requests(open), 1)
		})
	}
}

// If the stream was there before, a 404 says that the session is gone.
func TestSessionStreamGone(t *testing.T) {
	s := newScript(withSteps(legacyServer, map[string][]step{
		open:  {inSession("secret-1", result(initialized)), inSession("secret-2", result(initialized))},
		"GET": {streamOf("retry: 1\n\n"), status(404, "", ""), streamOf("1h")},
	}))
	c := mustDial(t, s, nil, nil)
	require.Eventually(t, func() bool { return len(s.requests("GET")) == 3 }, waitLong, tick)
	require.Eventually(t, func() bool { return c.Session().ID() == "secret-2" }, waitLong, tick)
}

// Requests of the server on the session's stream are answered by POST.
func TestSessionStreamRequest(t *testing.T) {
	s := newScript(withSteps(legacyServer, map[string][]step{
		"GET": {streamOf(`data: {"jsonrpc":"2.0","id":"r1","method":"roots/list"}`+"\n\n", "1h")},
	}))
	h := jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Method == "roots/list" {
			_ = w.Result(nil)
		}
	})
	o := new(streamable.DialOptions)
	o.Capabilities = rootsCapability
	mustDial(t, s, h, o)
	require.Eventually(t, func() bool { return len(s.requests("POST response")) == 1 }, waitLong, tick)
	got := s.requests("POST response")[0]
	require.JSONEq(t, `{"jsonrpc":"2.0","id":"r1","result":{}}`, got.Body)
	require.Equal(t, "secret-1", got.Header.Get("Mcp-Session-Id"))
}

// Close ends the session, whatever the server thinks of that (rules D-55, D-56, T-39).
func TestDelete(t *testing.T) {
	for _, code := range []int{200, 202, 204, 404, 405, 500} {
		s := newScript(withSteps(legacyServer, map[string][]step{"DELETE": {status(code, "", "")}}))
		c := mustDial(t, s, nil, nil)
		require.NoError(t, c.Close())
		require.NoError(t, c.Err())
		d := s.requests("DELETE")
		require.Len(t, d, 1)
		require.Equal(t, "secret-1", d[0].Header.Get("Mcp-Session-Id"))
		require.Equal(t, "2025-11-25", d[0].Header.Get("Mcp-Protocol-Version"))
		require.Empty(t, d[0].Header["Content-Type"])
	}
}

// The stream is there before the first request: what the server sends on it because of that is not lost. A server that does not answer the GET
// before it has something to say holds nothing up.
func TestStreamBeforeRequests(t *testing.T) {
	slow := func(w http.ResponseWriter, r *seen) {
		time.Sleep(30 * time.Millisecond)
		streamOf("1h")(w, r)
	}
	for name, get := range map[string]step{"slow": slow, "none": status(405, "", "")} {
		s := newScript(withSteps(legacyServer, map[string][]step{"GET": {get}}))
		c := mustDial(t, s, nil, nil)
		_, err := do(t, c, "tools/call", callEcho)
		require.NoError(t, err)
		whats := s.whats()
		require.Equal(t, []string{"GET", "POST tools/call"}, whats[len(whats)-2:], name)
		require.NoError(t, c.Close())
	}
	silent := func(_ http.ResponseWriter, r *seen) { <-r.ctx.Done() }
	c := mustDial(t, newScript(withSteps(legacyServer, map[string][]step{"GET": {silent}})), nil, nil)
	_, err := do(t, c, "tools/call", callEcho)
	require.NoError(t, err)
	require.NoError(t, c.Close())
}
