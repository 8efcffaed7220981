package streamable_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// wrapped hides everything of a ResponseWriter but Unwrap, as middleware does.
type wrapped struct{ w http.ResponseWriter }

func (w wrapped) Header() http.Header         { return w.w.Header() }
func (w wrapped) Write(b []byte) (int, error) { return w.w.Write(b) }
func (w wrapped) WriteHeader(status int)      { w.w.WriteHeader(status) }
func (w wrapped) Unwrap() http.ResponseWriter { return w.w }

// bare cannot be flushed at all.
type bare struct{ http.ResponseWriter }

// What stands between client and Handler: HTTP/2 and TLS, a reverse proxy, middleware. All is at one path (rules D-01, D-28, E-01).
func TestBetween(t *testing.T) {
	for _, name := range []string{"plain", "TLS", "HTTP/2", "proxy", "middleware"} {
		t.Run(name, func(t *testing.T) {
			hub := new(transport.Hub)
			p := pool.New(pool.Config{Name: "test"})
			o := &streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)}
			o.Pool, o.Hub, o.AllowedHosts = p, hub, []string{"127.0.0.1", "example.com"}
			h := streamable.NewHandler(tools(), o)
			s := &server{t: t, h: h, Server: httptest.NewUnstartedServer(h)}
			switch name {
			case "TLS":
				s.StartTLS()
			case "HTTP/2":
				s.EnableHTTP2 = true
				s.StartTLS()
			case "proxy":
				s.Start()
				target, err := url.Parse(s.URL)
				require.NoError(t, err)
				proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
				front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					// Else the response may close a body that the proxy still looks for the end of, and so break the connection behind it.
					_ = http.NewResponseController(w).EnableFullDuplex()
					proxy.ServeHTTP(w, r)
				}))
				defer front.Close()
				s.URL = front.URL
			case "middleware":
				s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(wrapped{w}, r) })
				s.Start()
			default:
				s.Start()
			}
			defer func() {
				require.NoError(t, h.Shutdown(t.Context()))
				s.Close()
				require.Eventually(t, func() bool { return p.Outstanding() == 0 }, waitLong, tick)
			}()
			resp := s.do(http.MethodPost, call("1", "x"), modern("tools/call", "x"))
			require.Equal(t, name == "HTTP/2", resp.ProtoMajor == 2)
			require.Contains(t, read(t, resp), `"id":1,"result"`)
			body := read(t, s.do(http.MethodPost, call("1", "large:1000000"), modern("tools/call", "large:1000000")))
			require.Greater(t, len(body), 1000000)
			e := stream(t, s.do(http.MethodPost, call("1", "progress"), modern("tools/call", "progress")))
			require.Contains(t, e.message(), "notifications/progress")
			require.Contains(t, e.message(), `"id":1,"result"`)
			require.Empty(t, e.message())

			listening := stream(t, s.do(http.MethodPost, request("7", "subscriptions/listen", `"notifications":{"toolsListChanged":true},`), modern("subscriptions/listen", "")))
			require.Contains(t, listening.message(), "acknowledged")
			session := s.open("2025-11-25")
			get := stream(t, s.do(http.MethodGet, "", session))
			x, _ := get.next()
			require.Equal(t, ": ", x.comment)
			n, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
			require.NoError(t, err)
			require.Equal(t, 2, n)
			require.Contains(t, listening.message(), "list_changed")
			require.Contains(t, get.message(), "list_changed")
			closed := stream(t, s.do(http.MethodPost, legacyCall("1", "close"), session))
			first, ok := closed.next()
			for ok { // to its end, or it would be the other one that is closed
				_, ok = closed.next()
			}
			session["Last-Event-ID"] = first.id
			require.Contains(t, stream(t, s.do(http.MethodGet, "", session)).message(), `"id":1,"result"`)
		})
	}
}

// H-16: how many resources a subscription has is bounded, and what one client has takes nothing from another.
func TestSubscriptionLimit(t *testing.T) {
	hub := new(transport.Hub)
	s := newServer(t, tools(), &streamable.HandlerOptions{Options: transport.Options{Hub: hub}})
	listen := func(n int) *http.Response {
		uris := strings.TrimSuffix(strings.Repeat(`"a:b",`, n), ",")
		return s.do(http.MethodPost, request("7", "subscriptions/listen", `"notifications":{"resourceSubscriptions":[`+uris+`]},`), modern("subscriptions/listen", ""))
	}
	for range 3 {
		require.Contains(t, stream(t, listen(1024)).message(), "acknowledged")
	}
	require.Contains(t, read(t, listen(1025)), "-32602")
	n, err := hub.Publish(t.Context(), "notifications/resources/updated", codec.RawString(`{"uri":"a:b"}`), nil)
	require.NoError(t, err)
	require.Equal(t, 3, n)
}

// A ResponseWriter that cannot be flushed gives JSON, and no streams.
func TestNoFlush(t *testing.T) {
	h := streamable.NewHandler(tools(), &streamable.HandlerOptions{Options: transport.Options{Hub: new(transport.Hub)}})
	s := &server{t: t, h: h, Server: httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.ServeHTTP(bare{w}, r) }))}
	defer s.Close()
	resp := s.do(http.MethodPost, call("1", "progress"), modern("tools/call", "progress"))
	require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
	require.Contains(t, read(t, resp), `"id":1,"result"`)
	require.Equal(t, http.StatusNotAcceptable, s.do(http.MethodPost, request("1", "subscriptions/listen", `"notifications":{},`), modern("subscriptions/listen", "")).StatusCode)
	require.Equal(t, http.StatusMethodNotAllowed, s.do(http.MethodGet, "", s.open("2025-06-18")).StatusCode, "D-28")
	require.NoError(t, h.Close())
}

// An event stream that is the answer and nothing else is a response of known length; one that goes on is not.
func TestOneEvent(t *testing.T) {
	s := newServer(t, tools(), nil)
	for _, row := range []struct {
		tool  string
		known bool
	}{{"x", true}, {"large:1000", true}, {"large:100000", true}, {"progress", false}} {
		events := with(modern("tools/call", row.tool), "Accept", "text/event-stream")
		resp := s.do(http.MethodPost, call("1", row.tool), events)
		require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"), row.tool)
		body := read(t, resp)
		require.Equal(t, row.known, int64(len(body)) == resp.ContentLength, row.tool)
		require.True(t, strings.HasPrefix(body, "data: {") && strings.HasSuffix(body, "}\n\n") && strings.Contains(body, `"id":1,"result"`), row.tool)
	}
}

// D-18, G-18: the server asks the client on the stream of its request, in sessions of all revisions that can.
func TestElicit(t *testing.T) {
	for _, store := range []transport.EventStore{nil, transport.NewMemoryEventStore(nil)} {
		s := newServer(t, tools(), &streamable.HandlerOptions{EventStore: store})
		for _, v := range []string{"2025-06-18", "2025-11-25"} {
			h := s.open(v)
			e := stream(t, s.do(http.MethodPost, legacyCall("1", "elicit"), h))
			var m jsonrpc.Message
			require.NoError(t, jsonrpc.Scan([]byte(e.message()), &m))
			require.Equal(t, "elicitation/create", m.Method)
			resp := s.do(http.MethodPost, `{"jsonrpc":"2.0","id":`+m.ID.String()+`,"result":{"action":"decline"}}`, h)
			require.Equal(t, http.StatusAccepted, resp.StatusCode, "D-05")
			require.Empty(t, read(t, resp))
			require.Contains(t, e.message(), "decline")
			// JSON only: the request goes to the session's own stream.
			get := stream(t, s.do(http.MethodGet, "", h))
			get.next()
			h["Accept"] = "application/json"
			done := make(chan string)
			go func() { done <- all(s.do(http.MethodPost, legacyCall("2", "elicit"), h)) }()
			require.NoError(t, jsonrpc.Scan([]byte(get.message()), &m))
			read(t, s.do(http.MethodPost, `{"jsonrpc":"2.0","id":`+m.ID.String()+`,"result":{"action":"accept"}}`, h))
			require.Contains(t, <-done, "accept")
		}
		resp := s.do(http.MethodPost, call("1", "elicit"), modern("tools/call", "elicit"))
		require.Contains(t, read(t, resp), `"error"`, "E-41")
	}
}

// S6: many clients with the same ids at the same time get their own answers, and everything in between, in both eras.
func TestNobodyGetsWhatIsSomebodyElses(t *testing.T) {
	const clients, calls = 1000, 8
	server := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		if strings.HasSuffix(r.Params.Name, "1") {
			p := mcp.ProgressNotificationParams{ProgressToken: jsonrpc.StringID(r.Params.Name), Progress: 1}
			if err := mcp.NotifyProgress(ctx, r, &p); err != nil {
				return err
			}
		}
		out.AddText(r.Params.Name)
		return nil
	}}
	h := streamable.NewHandler(server, nil)
	var wg sync.WaitGroup
	slots := make(chan struct{}, 64)
	for i := range clients {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			headers := http.Header{"Content-Type": {"application/json"}}
			if i%2 == 0 {
				w := posted(h, initialize("2025-06-18"), headers)
				headers.Set("Mcp-Session-Id", w.Header().Get("Mcp-Session-Id"))
			}
			for j := range calls {
				nonce := fmt.Sprintf("n%d-%d", i, j)
				body := legacyCall(strconv.Itoa(j), nonce)
				if i%2 == 1 {
					body = call(strconv.Itoa(j), nonce)
					for k, v := range modern("tools/call", nonce) {
						headers.Set(k, v)
					}
				}
				got := posted(h, body, headers).Body.String()
				if strings.Count(got, nonce) == 0 || strings.Count(got, `"id":`+strconv.Itoa(j)) != 1 || strings.Count(got, "n") < 1 {
					t.Errorf("%s: %s", nonce, got)
				}
				for _, word := range strings.FieldsFunc(got, func(r rune) bool { return r == '"' }) {
					if strings.HasPrefix(word, "n") && strings.Contains(word, "-") && word != nonce {
						t.Errorf("%s got %s", nonce, word)
					}
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, clients/2, h.Sessions())
	require.NoError(t, h.Close())
	require.Zero(t, h.Sessions())
}

// posted hands one POST to a Handler.
func posted(h http.Handler, body string, headers http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
	r.Header = headers.Clone()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// F1, S11: a client that vanishes at any byte harms nobody.
func TestVanish(t *testing.T) {
	text := func(body string, h header) []byte {
		r := httptest.NewRequest(http.MethodPost, "http://localhost/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		for k, v := range h {
			r.Header.Set(k, v)
		}
		var b bytes.Buffer
		require.NoError(t, r.Write(&b))
		return b.Bytes()
	}
	inBubble(t, tools(), streamable.HandlerOptions{EventStore: transport.NewMemoryEventStore(nil)}, func(t *testing.T, b *bubble) {
		session := b.open("2025-11-25")
		for _, whole := range [][]byte{
			text(call("1", "progress"), modern("tools/call", "progress")),
			text(legacyCall("1", "progress"), session),
			text(initialize("2025-06-18"), nil),
		} {
			for n := 0; n <= len(whole); n += 7 {
				conn, err := b.l.Dial(t.Context(), "", "")
				require.NoError(t, err)
				_, err = conn.Write(whole[:n])
				require.NoError(t, err)
				require.NoError(t, conn.Close())
				synctest.Wait()
			}
			for n := range 40 { // of the response
				conn, err := b.l.Dial(t.Context(), "", "")
				require.NoError(t, err)
				_, err = conn.Write(whole)
				require.NoError(t, err)
				require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Millisecond)))
				_, _ = io.ReadFull(conn, make([]byte, n*9)) // it may have less
				require.NoError(t, conn.Close())
				synctest.Wait()
				session2 := with(session)
				require.Contains(t, read(t, b.do(http.MethodPost, legacyCall("2", "x"), session2)), `"id":2,"result"`)
			}
			synctest.Wait()
			require.NoError(t, b.h.Quiet())
		}
		time.Sleep(2 * transport.DefaultSession)
		require.Zero(t, b.h.Sessions())
	})
}

// S13: a body without a length is read up to the limit.
func TestChunkedBody(t *testing.T) {
	o := streamable.HandlerOptions{}
	o.Limits.Message = 64 << 10
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		for _, row := range []struct {
			size, status int
		}{{1 << 10, 200}, {20 << 10, 200}, {64 << 10, 200}, {64<<10 + 1, 413}, {1 << 20, 413}} {
			body := call("1", "x")
			body += strings.Repeat(" ", row.size-len(body))
			for _, chunked := range []bool{true, false} {
				var reader io.Reader = strings.NewReader(body)
				if chunked {
					reader = io.MultiReader(reader)
				}
				r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", reader)
				require.NoError(t, err)
				r.Header.Set("Content-Type", "application/json")
				for k, v := range modern("tools/call", "x") {
					r.Header.Set(k, v)
				}
				resp, err := b.client.Do(r)
				require.NoError(t, err)
				require.Equal(t, row.status, resp.StatusCode, row.size)
				read(t, resp)
			}
		}
		// Nothing is read of a body that says itself that it is too large.
		conn, err := b.l.Dial(t.Context(), "", "")
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n")
		require.NoError(t, err)
		answer, err := io.ReadAll(conn)
		require.NoError(t, err)
		require.Contains(t, string(answer), "HTTP/1.1 413 ")
	})
}

// F24: what is going on has its time to end.
func TestShutdown(t *testing.T) {
	o := streamable.HandlerOptions{}
	ended := 0
	o.OnSessionEnd = func(jsonrpc.Session, error) { ended++ }
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		h := b.open("2025-06-18")
		get := stream(t, b.do(http.MethodGet, "", h))
		get.next()
		answers := make(chan string, 4)
		for _, tool := range []string{"sleep:3s", "wait"} { // one ends by itself, one with its context
			go func() { answers <- all(b.do(http.MethodPost, call("1", tool), modern("tools/call", tool))) }()
			go func() { answers <- all(b.do(http.MethodPost, legacyCall(`"`+tool+`"`, tool), h)) }()
		}
		synctest.Wait()
		began := time.Now()
		done := make(chan error)
		go func() { done <- b.h.Shutdown(t.Context()) }()
		synctest.Wait()
		_, ok := get.next()
		require.False(t, ok)
		resp := b.do(http.MethodPost, call("1", "x"), modern("tools/call", "x"))
		require.Equal(t, http.StatusServiceUnavailable, resp.StatusCode)
		require.NotEmpty(t, resp.Header.Get("Retry-After"))
		for range 2 {
			require.Contains(t, <-answers, `"result"`)
			require.Equal(t, 3*time.Second, time.Since(began))
		}
		for range 2 {
			require.Contains(t, <-answers, `"error"`)
			require.Equal(t, transport.DefaultShutdown, time.Since(began))
		}
		require.NoError(t, <-done)
		require.Equal(t, 1, ended)
		require.Zero(t, b.h.Sessions())
	})
	o.EventStore = transport.NewMemoryEventStore(nil)
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) { // a stream that could be resumed ends with its answer
		e := stream(t, b.do(http.MethodPost, legacyCall("1", "sleep:17s"), b.open("2025-11-25")))
		go func() { _ = b.h.Shutdown(t.Context()) }()
		require.Contains(t, e.message(), `"id":1,"result"`)
		require.Empty(t, e.message())
	})
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) { // a handler that does not listen
		tool := "sleep:1h"
		go func() { all(b.do(http.MethodPost, call("1", tool), modern("tools/call", tool))) }()
		synctest.Wait()
		require.ErrorIs(t, b.h.Shutdown(t.Context()), transport.Timeout)
		time.Sleep(2 * time.Hour)
	})
}
