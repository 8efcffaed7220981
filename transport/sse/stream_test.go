package sse_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// noting is a client's handler that notes what comes.
func noting(got chan<- string) jsonrpc.Handler {
	return jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		got <- strings.Clone(m.Method)
		_ = w.Result(nil)
	})
}

// What comes with the endpoint event is not lost (rule C-15), what is no message is ignored (rules D-12, E-45, T-29), and messages are handled in the
// order in which they come.
func TestMessages(t *testing.T) {
	x := newScript(t)
	const note = `{"jsonrpc":"2.0","method":"n`
	x.begin += "data: " + note + `0"}` + "\n\n" + "id: 7\ndata:\n\nevent: other\ndata: x\n\nevent: endpoint\ndata: http://evil.test/\n\n" +
		crlf("event: message\ndata: {\"jsonrpc\":\"2.0\",\ndata: \"method\":\"n1\"}\n\n") + "data: not JSON\n\n" + "retry: 1\ndata: " + note + `2"}` + "\n\n"
	s := serveScript(t, x)
	got := make(chan string, 2000)
	var seen transport.Counters
	o := new(sse.DialOptions)
	o.Observer = &seen
	opened := make(chan *scriptStream, 1)
	go func() { opened <- x.open(jsonrpc.Rev20241105) }()
	c := s.dial(t, noting(got), o)
	stream := <-opened
	for i := 3; i < 1000; i++ {
		stream.event(note + strconv.Itoa(i) + `"}`)
	}
	for i := range 1000 {
		require.Equal(t, "n"+strconv.Itoa(i), <-got)
	}
	require.EqualValues(t, 1, seen.Count(transport.BadMessage))
	stream.event(`{"jsonrpc":"2.0","id":"a","method":"ping"}`)
	for m := range x.posts {
		if m.Kind == jsonrpc.Response {
			require.Equal(t, `{"jsonrpc":"2.0","id":"a","result":{}}`, m.text)
			break
		}
	}
	require.Equal(t, "ping", <-got)
	require.NoError(t, c.Close())
	<-stream.gone // C-07
}

// Notifications of a client arrive in order; requests are posted at the same time.
func TestPostOrder(t *testing.T) {
	x := newScript(t)
	s := serveScript(t, x)
	c, stream := s.dialScript(x, nil)
	for i := range 100 {
		require.NoError(t, c.Notify(t.Context(), "n"+strconv.Itoa(i), nil))
	}
	for i := range 100 {
		require.Equal(t, "n"+strconv.Itoa(i), (<-x.posts).Method)
	}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() { mustCall(t, c, "x") })
	}
	var all []*message
	for range 20 {
		all = append(all, <-x.posts)
	}
	for i := range all {
		stream.result(all[len(all)-1-i], toolResult("x"))
	}
	wg.Wait()
}

// In revision 2025-03-26, an event may hold several messages (rule A-26).
func TestBatchEvent(t *testing.T) {
	for v := jsonrpc.Rev20241105; v <= jsonrpc.LatestLegacy; v++ {
		x := newScript(t)
		s := serveScript(t, x)
		got := make(chan string, 10)
		opened := make(chan *scriptStream, 1)
		go func() { opened <- x.open(v) }()
		c := s.dial(t, noting(got), nil)
		stream := <-opened
		go func() {
			m := x.next("tools/call")
			stream.event(`[{"jsonrpc":"2.0","method":"a"},1,{"jsonrpc":"2.0","id":` + m.ID.String() + `,"result":` + toolResult("x") + `},{"jsonrpc":"2.0","method":"b"}]`)
			stream.event(`{"jsonrpc":"2.0","method":"c"}`)
			if v != jsonrpc.Rev20250326 {
				stream.result(m, toolResult("x"))
			}
		}()
		mustCall(t, c, "x")
		if v == jsonrpc.Rev20250326 {
			require.Equal(t, "a", <-got)
			require.Equal(t, "b", <-got)
		}
		require.Equal(t, "c", <-got)
		require.NoError(t, c.Close())
	}
}

// A message that is too large fails the call that it answers, at once, and no other (S15, F7).
func TestTooLarge(t *testing.T) {
	for name, limits := range map[string]transport.Limits{
		"event":   {Event: 10_000},
		"message": {Message: 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			x := newScript(t)
			s := serveScript(t, x)
			o := new(sse.DialOptions)
			o.Limits = limits
			c, stream := s.dialScript(x, o)
			waiting := make(chan error, 1)
			go func() {
				_, err := callTool(t.Context(), c, "other")
				waiting <- err
			}()
			other := x.next("tools/call")
			for i, form := range []string{
				`{"jsonrpc":"2.0","id":ID,"result":` + toolResult("LARGE") + `}`,
				`{"result":` + toolResult("LARGE") + `,"jsonrpc":"2.0","id":ID}`,
				`{"jsonrpc":"2.0","method":"n","params":{"x":"LARGE","result":1,"id":7}}` + "\n\n" + `data: {"jsonrpc":"2.0","id":ID,"result":` + toolResult("LARGE") + `}`,
			} {
				go func() {
					m := x.next("tools/call")
					stream.event(strings.NewReplacer("ID", m.ID.String(), "LARGE", strings.Repeat("x", 50_000)).Replace(form))
				}()
				_, err := callTool(t.Context(), c, "x")
				require.ErrorIs(t, err, transport.MessageTooLarge, i)
				var e *transport.Error
				require.ErrorAs(t, err, &e)
			}
			require.Empty(t, waiting)
			stream.result(other, toolResult("other"))
			require.NoError(t, <-waiting)
		})
	}
}

// The end of the stream fails all calls, and ends the client (rule C-11, F1), wherever it comes.
func TestStreamLost(t *testing.T) {
	x := newScript(t)
	s := serveScript(t, x)
	text := "data: {\"jsonrpc\":\"2.0\",\"method\":\"n\"}\n\n"
	for k := range len(text) {
		got := make(chan string, 10)
		opened := make(chan *scriptStream, 1)
		go func() { opened <- x.open(jsonrpc.Rev20241105) }()
		var ended ends
		o := new(sse.DialOptions)
		o.OnSessionEnd = ended.add
		c := s.dial(t, noting(got), o)
		stream := <-opened
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := callTool(t.Context(), c, "x"); transport.CodeOf(err) != transport.Lost {
					t.Error(err)
				}
			})
			x.next("tools/call")
		}
		stream.write(text[:k])
		close(stream.end)
		wg.Wait()
		<-c.Done()
		require.ErrorIs(t, c.Err(), transport.Lost)
		require.ErrorIs(t, c.Err(), io.EOF)
		require.ErrorIs(t, ended.all()[0], transport.Lost)
		_, err := callTool(t.Context(), c, "x")
		require.ErrorIs(t, err, transport.Lost)
		require.ErrorIs(t, c.Notify(t.Context(), "n", nil), transport.Lost)
		require.Empty(t, got, "part of a message was delivered")
		require.NoError(t, c.Close())
	}
}

// With Retry, there is another session, which later calls are made in; those before it are lost.
func TestRetry(t *testing.T) {
	x := newScript(t)
	s := serveScript(t, x)
	retried := make(chan *transport.Client, 1)
	var causes []error
	c, stream := s.dialScript(x, &sse.DialOptions{
		Retry: func(cause error, failed int) (time.Duration, bool) {
			causes = append(causes, cause)
			return time.Millisecond, failed < 3
		},
		OnRetry: func(c *transport.Client) { retried <- c },
	})
	refuse := 2
	x.get = func(w http.ResponseWriter, _ *http.Request) bool {
		if refuse > 0 {
			refuse--
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	}
	lost := make(chan error, 1)
	go func() {
		_, err := callTool(t.Context(), c, "x")
		lost <- err
	}()
	x.next("tools/call")
	opened := make(chan *scriptStream, 1)
	go func() { opened <- x.open(jsonrpc.Rev20250618) }()
	close(stream.end)
	require.ErrorIs(t, <-lost, transport.Lost)
	require.Same(t, c, <-retried)
	stream = <-opened
	eventually(t, func() bool { return c.Revision() == jsonrpc.Rev20250618 }, "the next connection")
	require.Len(t, causes, 3)
	require.ErrorIs(t, causes[0], transport.Lost)
	require.ErrorIs(t, causes[1], transport.Rejected)
	go func() {
		m := x.next("tools/call")
		if got := m.header.Get("Mcp-Protocol-Version"); got != "2025-06-18" {
			t.Error("D-62", got)
		}
		stream.result(m, toolResult("x"))
	}()
	mustCall(t, c, "x")
	refuse = 100
	close(stream.end)
	<-c.Done()
	require.ErrorIs(t, c.Err(), transport.Rejected)
}

// Close fails calls that wait with Closed, also those whose POST waits, and ends the session at the server.
func TestClose(t *testing.T) {
	x := newScript(t)
	stuck := make(chan struct{})
	defer close(stuck)
	x.post = func(w http.ResponseWriter, r *http.Request, m *message) {
		if m.Method == "tools/call" {
			select {
			case <-r.Context().Done():
			case <-stuck:
			}
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}
	s := serveScript(t, x)
	c, stream := s.dialScript(x, nil)
	var wg sync.WaitGroup
	for range 5 {
		wg.Go(func() {
			if _, err := callTool(t.Context(), c, "x"); transport.CodeOf(err) != transport.Closed {
				t.Error(err)
			}
		})
		x.next("tools/call")
	}
	require.NoError(t, c.Close())
	wg.Wait()
	<-stream.gone
	require.NoError(t, c.Err())
}

// inBubble runs f with a script in memory.
func inBubble(t *testing.T, f func(t *testing.T, x *script, s *server)) {
	synctest.Test(t, func(t *testing.T) {
		x := newScript(t)
		s := &server{url: "http://memory/sse", http: inMemory(t, x, nil)}
		f(t, x, s)
	})
}

// A server that says nothing is asked for a sign of life, and given up if there is none (F2, G-20).
func TestQuietServer(t *testing.T) {
	const idle = 100 * time.Second
	inBubble(t, func(t *testing.T, x *script, s *server) {
		o := new(sse.DialOptions)
		o.Timeouts.IdleStream, o.Timeouts.Call = idle, time.Hour
		c, stream := s.dialScript(x, o)
		for i := range 5 {
			began := time.Now()
			m := x.next("ping")
			require.Equal(t, idle/2, time.Since(began), i)
			time.Sleep(idle/2 - time.Second)
			if i%2 == 0 {
				stream.result(m, "{}")
			} else {
				stream.write(":\n")
			}
			synctest.Wait()
		}
		time.Sleep(idle/2 - time.Second)
		stream.write(":\n") // no need to ask
		synctest.Wait()
		began := time.Now()
		for len(x.posts) > 0 {
			require.NotEqual(t, "ping", (<-x.posts).Method)
		}
		_, err := callTool(t.Context(), c, "x")
		require.ErrorIs(t, err, transport.Timeout)
		require.Equal(t, idle, time.Since(began))
		<-c.Done()
		require.ErrorIs(t, c.Err(), transport.Timeout)
		<-stream.gone
	})
}

// A handler that takes its time is no sign of a dead stream.
func TestSlowHandler(t *testing.T) {
	inBubble(t, func(t *testing.T, x *script, s *server) {
		opened := make(chan *scriptStream, 1)
		go func() { opened <- x.open(jsonrpc.Rev20241105) }()
		got := make(chan string, 10)
		c := s.dial(t, jsonrpc.HandlerFunc(func(_ context.Context, _ jsonrpc.ResponseWriter, m *jsonrpc.Message) {
			time.Sleep(time.Hour)
			got <- strings.Clone(m.Method)
		}), nil)
		stream := <-opened
		stream.event(`{"jsonrpc":"2.0","method":"a"}`)
		stream.event(`{"jsonrpc":"2.0","method":"b"}`)
		require.Equal(t, "a", <-got)
		require.Equal(t, "b", <-got)
		require.NoError(t, c.Err())
		require.NoError(t, c.Close())
	})
}

// What a client waits for when it begins has a bound (rule C-12).
func TestConnectTimeout(t *testing.T) {
	for name, begin := range map[string]string{"no header": "-", "no event": ":\n\n", "half an event": "event: endpoint\ndata: /m"} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, x *script, s *server) {
				x.begin = begin
				if begin == "-" {
					x.get = func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
				}
				began := time.Now()
				_, err := s.tryDial(t, nil, nil)
				require.ErrorIs(t, err, transport.Timeout)
				require.Equal(t, transport.DefaultConnect, time.Since(began))
				ctx, stop := context.WithTimeout(t.Context(), time.Second)
				defer stop()
				_, err = sse.Dial(ctx, s.url, nil, &sse.DialOptions{HTTPClient: s.http})
				require.ErrorIs(t, err, context.DeadlineExceeded)
			})
		})
	}
	inBubble(t, func(t *testing.T, x *script, s *server) { // initialize is not answered
		began := time.Now()
		_, err := s.tryDial(t, nil, nil)
		require.ErrorIs(t, err, transport.Timeout)
		require.Equal(t, transport.DefaultCall, time.Since(began))
		<-(<-x.streams).gone
		require.Equal(t, "initialize", (<-x.posts).Method)
		require.Empty(t, x.posts, "F-11: it is not cancelled")
	})
}

// A login takes as long as it takes.
func TestSlowChallenge(t *testing.T) {
	inBubble(t, func(t *testing.T, x *script, s *server) {
		x.get = func(w http.ResponseWriter, r *http.Request) bool {
			if r.Header.Get("Authorization") != "" {
				return false
			}
			w.WriteHeader(http.StatusUnauthorized)
			return true
		}
		token := ""
		o := &sse.DialOptions{
			Token: func(context.Context) (string, error) { return token, nil },
			OnChallenge: func(context.Context, *transport.Challenge) (bool, error) {
				time.Sleep(time.Hour)
				token = "t"
				return true, nil
			},
		}
		c, _ := s.dialScript(x, o)
		require.NoError(t, c.Close())
	})
}

// The response to a POST may come after the answer; a call does not wait for it. A POST that is not answered at all ends with its
// call, or after Timeouts.ResponseHeader.
func TestLateResponse(t *testing.T) {
	inBubble(t, func(t *testing.T, x *script, s *server) {
		var wait atomic.Int64
		wait.Store(int64(500 * time.Millisecond))
		x.post = func(w http.ResponseWriter, r *http.Request, m *message) {
			if m.Method == "tools/call" || m.Method == "notifications/x" {
				select {
				case <-time.After(time.Duration(wait.Load())):
				case <-r.Context().Done():
				}
			}
			w.WriteHeader(http.StatusAccepted)
		}
		c, stream := s.dialScript(x, nil)
		for range 2 {
			began := time.Now()
			go func() { stream.result(x.next("tools/call"), toolResult("x")) }()
			mustCall(t, c, "x")
			require.Zero(t, time.Since(began))
			wait.Store(int64(time.Hour))
		}
		began := time.Now()
		require.ErrorIs(t, c.Notify(t.Context(), "notifications/x", nil), transport.Timeout)
		require.Equal(t, transport.DefaultResponseHeader, time.Since(began))

		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		began = time.Now()
		_, err := callTool(ctx, c, "x")
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(began))
		m := x.next("notifications/cancelled")
		require.Contains(t, m.text, `"reason":"timeout"`, "G-02")
		require.Equal(t, time.Second+time.Second, time.Since(began), "it must not overtake the request")
	})
}
