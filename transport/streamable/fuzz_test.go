package streamable_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// Whatever comes: no panic, no 5xx but 503, and no session but by a good initialize.
func FuzzHTTPHandler(f *testing.F) {
	listing := "Content-Type: application/json\nMCP-Protocol-Version: 2026-07-28\nMcp-Method: tools/list"
	for _, seed := range []struct{ method, headers, body string }{
		{"POST", listing, request("1", "tools/list", "")},
		{"POST", strings.Replace(listing, "tools/list", "tools/call\nMcp-Name: =?base64?eA==?=", 1), call("1", "x")},
		{"POST", "Content-Type: application/json", initialize("2025-11-25")},
		{"POST", "Content-Type: application/json\nMcp-Session-Id: x", legacyCall("1", "x")},
		{"POST", "Content-Type: application/json\nMcp-Session-Id: S", legacyCall("1", "progress")},
		{"POST", "Content-Type: application/json\nMcp-Session-Id: S", "[" + legacyCall("1", "x") + ",7]"},
		{"POST", "Content-Type: application/json\nMCP-Protocol-Version: 2026-07-28", `{"jsonrpc":"2.0","method":"x"}`},
		{"POST", "Content-Type: application/json\nMcp-Session-Id: S", `{"jsonrpc":"2.0","id":1,"result":{}}`},
		{"GET", "Accept: text/event-stream\nMcp-Session-Id: S\nLast-Event-ID: 1", ""},
		{"DELETE", "Mcp-Session-Id: x", ""},
		{"OPTIONS", "Origin: http://evil.test", ""},
		{"POST", "Host: evil.test\nOrigin: null\nSec-Fetch-Site: cross-site", "{"},
	} {
		f.Add(seed.method, seed.headers, seed.body)
	}
	p := pool.New(pool.Config{Name: "fuzz"})
	o := &streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)}
	o.Pool, o.Limits.Message, o.Hub = p, 64<<10, nil
	h := streamable.NewHandler(tools(), o)
	f.Cleanup(func() {
		if err := h.Close(); err != nil || p.Outstanding() != 0 {
			f.Error(err, p.Outstanding())
		}
	})
	open := func(t *testing.T) string {
		w := posted(h, initialize("2025-03-26"), http.Header{"Content-Type": {"application/json"}})
		id := w.Header().Get("Mcp-Session-Id")
		if id == "" {
			t.Fatal("no session: ", w.Body)
		}
		return id
	}
	f.Fuzz(func(t *testing.T, method, headers, body string) {
		if strings.Contains(body, "wait") || strings.Contains(body, "sleep") || strings.Contains(body, "elicit") || strings.Contains(body, "large") || strings.Contains(body, "panic") {
			return // these take their time
		}
		if method == http.MethodGet && !strings.Contains(headers, "\nLast-Event-ID: 1") {
			return // a stream has no end
		}
		session := open(t)
		before := h.Sessions()
		r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
		r.Method, r.Header = method, http.Header{}
		for line := range strings.SplitSeq(headers, "\n") {
			k, v, _ := strings.Cut(line, ": ")
			if v == "S" {
				v = session
			}
			if k == "Host" {
				r.Host = v
			}
			r.Header.Add(k, v)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		id := w.Header().Get("Mcp-Session-Id")
		if now := h.Sessions(); now > before && id == "" {
			t.Errorf("%d sessions after %d, status %d", now, before, w.Code)
		}
		for _, id := range []string{id, session} {
			if id != "" {
				d := httptest.NewRequest(http.MethodDelete, "http://localhost/", http.NoBody)
				d.Header.Set("Mcp-Session-Id", id)
				h.ServeHTTP(httptest.NewRecorder(), d)
			}
		}
		if n := h.Sessions(); n != 0 {
			t.Errorf("%d sessions are left", n)
		}
	})
}
