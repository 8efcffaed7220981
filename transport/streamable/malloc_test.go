//go:build !race && !purego && !pooldebug

package streamable_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/mallocs"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// reused is a ResponseWriter that costs nothing.
type reused struct {
	header http.Header
	status int
	size   int
}

func (w *reused) Header() http.Header         { return w.header }
func (w *reused) WriteHeader(status int)      { w.status = status }
func (w *reused) Write(b []byte) (int, error) { w.size += len(b); return len(b), nil }
func (w *reused) Flush()                      {}

// body is a request's body that can be read again and again.
type body struct{ bytes.Reader }

func (*body) Close() error { return nil }

// exchange returns a function that hands the same request to h, with nothing else that allocates.
func exchange(tb testing.TB, h http.Handler, text string, headers header) func() {
	r := httptest.NewRequestWithContext(context.WithValue(tb.Context(), http.ServerContextKey, new(http.Server)), http.MethodPost, "http://localhost/", http.NoBody)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json, text/event-stream")
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	b := new(body)
	src := []byte(text)
	r.ContentLength, r.Body = int64(len(src)), b
	w := &reused{header: http.Header{}}
	return func() {
		b.Reset(src)
		clear(w.header)
		w.status, w.size = 0, 0
		h.ServeHTTP(w, r)
		if w.status != 0 && w.status != http.StatusOK || w.size == 0 {
			tb.Fatal(w.status, w.size)
		}
	}
}

var _ io.ReadCloser = (*body)(nil)

// echo answers with the name of the tool.
func echo() *mcp.ServerHandler {
	return &mcp.ServerHandler{CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		out.AddText(r.Params.Name)
		return nil
	}}
}

// sessionOf begins a session and returns its headers.
func sessionOf(h http.Handler, v string) header {
	w := posted(h, initialize(v), http.Header{"Content-Type": {"application/json"}})
	return header{"Mcp-Session-Id": w.Header().Get("Mcp-Session-Id"), "MCP-Protocol-Version": v}
}

// What a request costs above net/http.
func TestMallocs(t *testing.T) {
	h := streamable.NewHandler(echo(), nil)
	defer h.Close()
	for _, row := range []struct {
		name string
		f    func()
	}{
		{"modern", exchange(t, h, call("1", "x"), modern("tools/call", "x"))},
		{"legacy", exchange(t, h, legacyCall("1", "x"), sessionOf(h, "2025-06-18"))},
	} {
		got := mallocs.OnOneProcessor(2000, 3, row.f)
		t.Logf("%s: %.2f mallocs, %.0f bytes", row.name, got.Mallocs, got.Bytes)
		require.LessOrEqual(t, got.Mallocs, 3.0, row.name)
		require.LessOrEqual(t, got.Bytes, 512.0, row.name)
	}
}

func BenchmarkExchange(b *testing.B) {
	h := streamable.NewHandler(echo(), nil)
	defer h.Close()
	for _, row := range []struct {
		name string
		f    func()
	}{
		{"modern", exchange(b, h, call("1", "x"), modern("tools/call", "x"))},
		{"legacy", exchange(b, h, legacyCall("1", "x"), sessionOf(h, "2025-06-18"))},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				row.f()
			}
		})
	}
}

// A session without a stream costs no goroutine and at most 1 KiB.
func TestSessionSize(t *testing.T) {
	const n = transport.DefaultSessions - 1
	h := streamable.NewHandler(echo(), &streamable.HandlerOptions{Options: transport.Options{Hub: new(transport.Hub)}})
	defer h.Close()
	open := func() {
		headers := http.Header{"Content-Type": {"application/json"}}
		for k, v := range sessionOf(h, "2025-06-18") {
			headers.Set(k, v)
		}
		require.Equal(t, http.StatusAccepted, posted(h, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, headers).Code)
	}
	open()
	var before, after runtime.MemStats
	goroutines := runtime.NumGoroutine()
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range n {
		open()
	}
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := float64(int64(after.HeapAlloc)-int64(before.HeapAlloc)) / n
	t.Logf("%.0f bytes for each session", each)
	for end := time.Now().Add(waitLong); runtime.NumGoroutine() > goroutines; time.Sleep(tick) {
		require.True(t, time.Now().Before(end), "%d goroutines, %d before", runtime.NumGoroutine(), goroutines)
	}
	require.LessOrEqual(t, each, 1024.0) // about 1017, of which 60 are the maps of sessions
}

// listening is a response that counts what is written to it.
type listening struct {
	header http.Header
	writes *atomic.Int64
}

func (w *listening) Header() http.Header              { return w.header }
func (w *listening) WriteHeader(int)                  {}
func (w *listening) Write(b []byte) (int, error)      { w.writes.Add(1); return len(b), nil }
func (w *listening) Flush()                           {}
func (w *listening) SetWriteDeadline(time.Time) error { return nil }

// A notification to many streams is encoded once, and costs no allocation for each of them.
func TestPublishMallocs(t *testing.T) {
	const streams = 500 // of each kind
	hub := new(transport.Hub)
	h := streamable.NewHandler(echo(), &streamable.HandlerOptions{Options: transport.Options{Hub: hub}})
	defer h.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var writes atomic.Int64
	var open sync.WaitGroup
	defer open.Wait()
	defer cancel()
	serve := func(method, body string, headers header) {
		r := httptest.NewRequestWithContext(ctx, method, "http://localhost/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Accept", "application/json, text/event-stream")
		for k, v := range headers {
			r.Header.Set(k, v)
		}
		open.Go(func() { h.ServeHTTP(&listening{http.Header{}, &writes}, r) })
	}
	for range streams {
		session := sessionOf(h, "2025-11-25")
		posted(h, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, http.Header{
			"Content-Type": {"application/json"}, "Mcp-Session-Id": {session["Mcp-Session-Id"]},
		})
		serve(http.MethodGet, "", session)
		serve(http.MethodPost, request("1", "subscriptions/listen", `"notifications":{"toolsListChanged":true},`), modern("subscriptions/listen", ""))
	}
	arrived := func(n int64) {
		for writes.Load() < n {
			runtime.Gosched()
		}
	}
	arrived(2 * streams) // the first comments and the acknowledgements
	encoded := 0
	params := appender(func(dst []byte) ([]byte, error) {
		encoded++
		return append(dst, "{}"...), nil
	})
	published := int64(0)
	publish := func() {
		n, err := hub.Publish(ctx, "notifications/tools/list_changed", params, nil)
		if err != nil || n != 2*streams {
			t.Error(n, err)
		}
		published++
		arrived((published + 1) * 2 * streams)
	}
	got := mallocs.OnOneProcessor(20, 50, publish)
	t.Logf("%.0f mallocs, %.0f bytes for %d streams", got.Mallocs, got.Bytes, 2*streams)
	require.LessOrEqual(t, got.Mallocs, 50.0)
	require.EqualValues(t, 2*published, encoded, "once for sessions, once for subscriptions")
}

type appender func(dst []byte) ([]byte, error)

func (f appender) AppendJSON(dst []byte) ([]byte, error) { return f(dst) }
