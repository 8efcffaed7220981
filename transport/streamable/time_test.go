package streamable_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/memnet"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// bubble is a server with connections in memory, in a synctest bubble.
type bubble struct {
	*server
	l      *memnet.Listener
	client *http.Client
	http   *http.Server
}

// inBubble runs f in a bubble, and finds everything gone afterwards.
func inBubble(t *testing.T, h jsonrpc.Handler, o streamable.HandlerOptions, f func(t *testing.T, b *bubble), tune ...func(*http.Server)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		p := pool.New(pool.Config{Name: "test"})
		o.Pool = p
		b := &bubble{server: &server{t: t, h: streamable.NewHandler(h, &o)}, l: memnet.Listen()}
		b.http = &http.Server{Handler: b.h}
		for _, f := range tune {
			f(b.http)
		}
		served := make(chan struct{})
		go func() {
			_ = b.http.Serve(b.l)
			close(served)
		}()
		b.client = &http.Client{Transport: &http.Transport{DialContext: b.l.Dial}}
		defer func() {
			require.NoError(t, b.h.Close())
			require.NoError(t, b.http.Close())
			b.client.CloseIdleConnections()
			<-served
			synctest.Wait()
			require.Zero(t, p.Outstanding())
		}()
		f(t, b)
	})
}

func (b *bubble) do(method, body string, h header) *http.Response {
	b.t.Helper()
	return send(b.t, b.client, "http://127.0.0.1:1/", method, body, h)
}

func (b *bubble) open(v string) header {
	b.t.Helper()
	resp := b.do(http.MethodPost, initialize(v), nil)
	read(b.t, resp)
	require.Equal(b.t, http.StatusOK, resp.StatusCode)
	h := header{"Mcp-Session-Id": resp.Header.Get("Mcp-Session-Id"), "MCP-Protocol-Version": v}
	resp = b.do(http.MethodPost, `{"jsonrpc":"2.0","method":"notifications/initialized"}`, h)
	require.Equal(b.t, http.StatusAccepted, resp.StatusCode)
	read(b.t, resp)
	return h
}

// E-44, T-32: an answer that takes long becomes an event stream, with a comment for each pause.
func TestKeepAlive(t *testing.T) {
	for _, row := range []struct{ name, accept, want string }{
		{"both", "application/json, text/event-stream", "text/event-stream"},
		{"JSON only", "application/json", "application/json"},
		{"events only", "text/event-stream", "text/event-stream"},
	} {
		t.Run(row.name, func(t *testing.T) {
			inBubble(t, tools(), streamable.HandlerOptions{}, func(t *testing.T, b *bubble) {
				began := time.Now()
				h := modern("tools/call", "sleep:50s")
				h["Accept"] = row.accept
				resp := b.do(http.MethodPost, call("1", "sleep:50s"), h)
				require.Equal(t, row.want, resp.Header.Get("Content-Type"))
				if row.want != "text/event-stream" {
					require.Contains(t, read(t, resp), `"id":1,"result"`)
					require.Equal(t, 50*time.Second, time.Since(began))
					return
				}
				require.Equal(t, transport.DefaultKeepAlive, time.Since(began))
				e := stream(t, resp)
				for i := range 3 {
					x, _ := e.next()
					require.Equal(t, ": ", x.comment)
					require.Equal(t, time.Duration(i+1)*transport.DefaultKeepAlive, time.Since(began))
				}
				require.Contains(t, e.message(), `"id":1,"result"`)
				require.Equal(t, 50*time.Second, time.Since(began))
				_, ok := e.next()
				require.False(t, ok)
			})
		})
	}
}

// D-30, D-33: the session's own stream, which is kept alive, and ends with the session.
func TestGetStream(t *testing.T) {
	hub := new(transport.Hub)
	o := streamable.HandlerOptions{}
	o.Hub = hub
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		h := b.open("2025-06-18")
		n, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
		require.NoError(t, err)
		require.Equal(t, 1, n, "D-34: it waits for the stream")
		e := stream(t, b.do(http.MethodGet, "", h))
		x, _ := e.next()
		require.Equal(t, ": ", x.comment, "T-31: something comes at once")
		require.Contains(t, e.message(), "list_changed")
		began := time.Now()
		x, _ = e.next()
		require.Equal(t, ": ", x.comment)
		require.Equal(t, transport.DefaultKeepAlive, time.Since(began))
		for range 1000 {
			_, err = hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
			require.NoError(t, err)
			require.Contains(t, e.message(), "list_changed")
		}
		ended := make(chan struct{})
		go func() {
			for ok := true; ok; {
				_, ok = e.next()
			}
			close(ended)
		}()
		time.Sleep(5 * transport.DefaultSession / 2) // a session with a stream is not idle
		require.Equal(t, http.StatusNoContent, b.do(http.MethodDelete, "", h).StatusCode)
		<-ended
	})
}

// D-46: a client that has lost its connection without the server's knowing opens another one.
func TestTakeover(t *testing.T) {
	hub := new(transport.Hub)
	o := streamable.HandlerOptions{}
	o.Hub = hub
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		h := b.open("2025-06-18")
		first := stream(t, b.do(http.MethodGet, "", h))
		first.next()
		for range 3 { // net.Pipe has no buffers: the writes wait, as nobody reads
			_, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
			require.NoError(t, err)
		}
		synctest.Wait()
		began := time.Now()
		second := stream(t, b.do(http.MethodGet, "", h))
		require.Zero(t, time.Since(began))
		_, err := hub.Publish(t.Context(), "notifications/prompts/list_changed", nil, nil)
		require.NoError(t, err)
		text := ""
		for !strings.Contains(text, "prompts/list_changed") {
			text = second.message()
			require.NotEmpty(t, text)
		}
		for ok := true; ok; {
			_, ok = first.next()
		}
	})
}

// F2, F4: a client that does not read loses its stream, and nobody waits for it.
func TestSlowReader(t *testing.T) {
	hub := new(transport.Hub)
	o := streamable.HandlerOptions{}
	o.Hub, o.Limits.QueueMessages = hub, 100
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		h := b.open("2025-06-18")
		e := stream(t, b.do(http.MethodGet, "", h))
		e.next()
		began := time.Now()
		for range 200 {
			_, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
			require.NoError(t, err)
		}
		require.Zero(t, time.Since(began))
		time.Sleep(transport.DefaultWrite + transport.DefaultSession + time.Minute)
		require.Equal(t, http.StatusNotFound, b.do(http.MethodGet, "", h).StatusCode, "the stream has ended, and the session was idle since")
	})
}

// D-59: sessions that nobody uses end; those in use do not.
func TestSessionTTL(t *testing.T) {
	ended := make(chan error, 10)
	o := streamable.HandlerOptions{}
	o.OnSessionEnd = func(_ jsonrpc.Session, cause error) { ended <- cause }
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		idle, used := b.open("2025-06-18"), b.open("2025-11-25")
		busy := make(chan string)
		waiting := b.open("2025-03-26")
		go func() { busy <- all(b.do(http.MethodPost, legacyCall("1", "sleep:1h20m"), waiting)) }()
		for range 3 {
			time.Sleep(transport.DefaultSession * 3 / 4)
			require.Equal(t, http.StatusOK, b.do(http.MethodPost, legacyCall("1", "x"), used).StatusCode)
		}
		require.ErrorIs(t, <-ended, transport.Timeout)
		require.Equal(t, http.StatusNotFound, b.do(http.MethodPost, legacyCall("1", "x"), idle).StatusCode)
		require.Contains(t, <-busy, `"id":1,"result"`)
		require.Equal(t, http.StatusOK, b.do(http.MethodPost, legacyCall("2", "x"), waiting).StatusCode)
		time.Sleep(transport.DefaultSession + transport.DefaultSession/32)
		require.ErrorIs(t, <-ended, transport.Timeout)
		require.ErrorIs(t, <-ended, transport.Timeout)
	})
}

// S28: a body that comes too slowly is answered, and its connection closed.
func TestSlowBody(t *testing.T) {
	inBubble(t, tools(), streamable.HandlerOptions{}, func(t *testing.T, b *bubble) {
		conn, err := b.l.Dial(t.Context(), "", "")
		require.NoError(t, err)
		done := make(chan struct{})
		defer func() {
			conn.Close()
			<-done
		}()
		go func() {
			defer close(done)
			_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
			for {
				if _, err := conn.Write([]byte(" ")); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		began := time.Now()
		answer, _ := io.ReadAll(conn)
		require.Equal(t, transport.DefaultReadMessage, time.Since(began).Round(time.Second))
		require.Contains(t, string(answer), "HTTP/1.1 408 ")
		require.Contains(t, string(answer), "Connection: close")
		require.Equal(t, http.StatusOK, b.do(http.MethodPost, call("1", "x"), modern("tools/call", "x")).StatusCode)
	})
}

// T-31: a server's own timeouts are for requests, and do not cut streams.
func TestServerTimeouts(t *testing.T) {
	inBubble(t, tools(), streamable.HandlerOptions{}, func(t *testing.T, b *bubble) {
		h := b.open("2025-06-18")
		for _, tool := range []string{"sleep:40s", "sleep:10s"} { // an event stream, and JSON
			body := read(t, b.do(http.MethodPost, call("1", tool), modern("tools/call", tool)))
			require.Contains(t, body, `"id":1,"result"`)
			require.Contains(t, read(t, b.do(http.MethodPost, legacyCall("1", tool), h)), `"id":1,"result"`)
		}
		e := stream(t, b.do(http.MethodGet, "", h))
		for range 10 {
			_, ok := e.next()
			require.True(t, ok)
		}
	}, func(s *http.Server) { s.WriteTimeout, s.ReadTimeout = 3*time.Second, 2*time.Second })
}

// E-35, D-22: to go is to cancel in a modern revision, and is not in others; there, a notification cancels, and the exchange ends (D-24, T-27).
func TestCancel(t *testing.T) {
	inBubble(t, tools(), streamable.HandlerOptions{}, func(t *testing.T, b *bubble) {
		h := b.open("2025-06-18")
		request := func(ctx context.Context, body string, h header) error {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/", strings.NewReader(body))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/json")
			for k, v := range h {
				r.Header.Set(k, v)
			}
			resp, err := b.client.Do(r)
			if err == nil {
				defer resp.Body.Close()
				_, err = io.Copy(io.Discard, resp.Body)
			}
			return err
		}
		for _, d := range []time.Duration{time.Second, time.Minute} { // before and after the response has begun
			ctx, stop := context.WithTimeout(t.Context(), d)
			require.Error(t, request(ctx, call("1", "wait"), modern("tools/call", "wait")))
			stop()
			synctest.Wait()
			require.NoError(t, b.h.Quiet(), "the handler has returned")

			ctx, stop = context.WithTimeout(t.Context(), d)
			require.Error(t, request(ctx, legacyCall("1", "wait"), h))
			stop()
			synctest.Wait()
			require.Error(t, b.h.Quiet(), "the handler still waits")
			require.Equal(t, http.StatusAccepted, b.do(http.MethodPost, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`, h).StatusCode)
			synctest.Wait()
			require.NoError(t, b.h.Quiet())
		}
		for _, d := range []time.Duration{time.Second, time.Minute} {
			bodies := make(chan string)
			go func() { bodies <- all(b.do(http.MethodPost, legacyCall(`"a"`, "wait"), h)) }()
			time.Sleep(d)
			b.do(http.MethodPost, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}}`, h)
			body := <-bodies
			require.Equal(t, d < transport.DefaultKeepAlive, strings.Contains(body, `"id":"a","error"`), body)
		}
	})
}

// E-51 to E-60: a subscription.
func TestListen(t *testing.T) {
	hub := new(transport.Hub)
	o := streamable.HandlerOptions{}
	o.Hub = hub
	inBubble(t, tools(), o, func(t *testing.T, b *bubble) {
		listen := func(id, filter string) *http.Response {
			return b.do(http.MethodPost, request(id, "subscriptions/listen", `"notifications":`+filter+`,`), modern("subscriptions/listen", ""))
		}
		resp := listen("1", `[]`)
		require.Equal(t, http.StatusOK, resp.StatusCode)
		require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
		require.Contains(t, read(t, resp), "-32602")
		h := modern("subscriptions/listen", "")
		h["Accept"] = "application/json"
		require.Equal(t, http.StatusNotAcceptable, b.do(http.MethodPost, request("1", "subscriptions/listen", `"notifications":{},`), h).StatusCode)

		e := stream(t, listen("3000000000", `{"toolsListChanged":true}`))
		require.Equal(t, `{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":3000000000},"notifications":{"toolsListChanged":true}}}`, e.message())
		slow := stream(t, listen("4", `{"toolsListChanged":true,"promptsListChanged":true}`))
		began := time.Now()
		_, err := hub.Publish(t.Context(), "notifications/prompts/list_changed", nil, nil)
		require.NoError(t, err)
		for range 2 {
			_, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
			require.NoError(t, err)
			require.Contains(t, e.message(), `"method":"notifications/tools/list_changed","params":{"_meta":{"io.modelcontextprotocol/subscriptionId":3000000000}}`)
		}
		require.Zero(t, time.Since(began), "nobody waits for the slow one")
		x, _ := e.next()
		require.Equal(t, ": ", x.comment, "E-44")
		require.Equal(t, transport.DefaultKeepAlive, time.Since(began))
		slow.resp.Body.Close() // E-60
		synctest.Wait()
		n, err := hub.Publish(t.Context(), "notifications/tools/list_changed", nil, nil)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		e.message()
		// E-57: the server ends it with a result.
		go b.h.Shutdown(t.Context())
		require.Contains(t, e.message(), `"id":3000000000,"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":3000000000,`)
		_, ok := e.next()
		require.False(t, ok)
	})
}
