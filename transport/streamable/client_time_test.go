package streamable_test

import (
	"context"
	"io"
	"net"
	"net/http"
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

// inClientBubble runs f with a client of a script, in time that does not pass by itself.
func inClientBubble(t *testing.T, steps map[string][]step, o *streamable.DialOptions, f func(t *testing.T, s *script, c *transport.Client, err error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newScript(steps)
		l := memnet.Listen()
		srv := &http.Server{Handler: s, ReadHeaderTimeout: time.Hour}
		go func() { _ = srv.Serve(l) }()
		rt := &http.Transport{DialContext: l.Dial, DisableCompression: true}
		if o.HTTPClient == nil {
			o.HTTPClient = &http.Client{Transport: rt}
		}
		p := pool.New(pool.Config{Name: "test"})
		o.Pool = p
		c, err := streamable.Dial(t.Context(), "http://test/mcp", nil, o)
		defer func() {
			if c != nil {
				require.NoError(t, c.Close())
			}
			rt.CloseIdleConnections()
			require.NoError(t, srv.Close())
			synctest.Wait()
			require.Zero(t, p.Outstanding())
		}()
		f(t, s, c, err)
	})
}

// took checks how long something has taken, in the time of the bubble.
func took(t *testing.T, began time.Time, want time.Duration) {
	t.Helper()
	require.InDelta(t, want.Seconds(), time.Since(began).Seconds(), 0.1)
}

func hang(_ http.ResponseWriter, r *seen) { <-r.ctx.Done() }

// dribble writes a byte of text each second.
func dribble(kind, text string) step {
	return func(w http.ResponseWriter, r *seen) {
		w.Header().Set("Content-Type", kind)
		for i := 0; r.ctx.Err() == nil; i++ {
			if _, err := io.WriteString(w, text[i%len(text):][:1]); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-time.After(time.Second):
			case <-r.ctx.Done():
			}
		}
	}
}

// Every wait has an end, which is a Timeout that says what was waited for.
func TestTimeouts(t *testing.T) {
	for _, row := range []struct {
		rule   string
		steps  map[string][]step
		reply  step
		method string
		wait   time.Duration
		says   string
	}{
		{"G-01 a call", modernServer, hang, "tools/call", 60 * time.Second, `waiting for the answer to "tools/call"`},
		{"G-01 a call with comments", modernServer, dribble("text/event-stream", ":\n"), "tools/call", 60 * time.Second, `waiting for the answer to "tools/call"`},
		{"E-61 listen, no response", modernServer, hang, "subscriptions/listen", 60 * time.Second, "waiting for the header of the response"},
		{"E-61 listen, silence", modernServer, streamOf(": x\n\n", "1000h"), "subscriptions/listen", 5 * time.Minute, "nothing came on the stream for 5m0s"},
		{"F5 a message without an end", modernServer, streamOf(": x\n\ndata: {", "1000h"), "tools/call", 30 * time.Second, "reading a message of the stream"},
		{"F5 lines without an end", modernServer, dribble("text/event-stream", "data: 1\n"), "tools/call", 30 * time.Second, "reading a message of the stream"},
		{"S28 a slow body", modernServer, dribble("application/json", " "), "tools/call", 30 * time.Second, "reading the response"},
		{"S28 a slow error", modernServer, func(w http.ResponseWriter, r *seen) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusInternalServerError)
			dribble("application/json", " ")(w, r)
		}, "tools/call", 30 * time.Second, "reading the response"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			inClientBubble(t, withSteps(row.steps, map[string][]step{"POST " + row.method: {row.reply}}), new(streamable.DialOptions),
				func(t *testing.T, _ *script, c *transport.Client, err error) {
					require.NoError(t, err)
					began := time.Now()
					_, err = do(t, c, row.method, callEcho)
					require.ErrorIs(t, err, transport.Timeout)
					require.ErrorContains(t, err, row.says)
					took(t, began, row.wait)
				})
		})
	}
}

// A subscription has no deadline, as long as something comes (rules E-44, E-45, E-61).
func TestListenLasts(t *testing.T) {
	parts := []string{": here\n\n"}
	for range 100 {
		parts = append(parts, "4m", ": still here\n\n")
	}
	parts = append(parts, answer(`{"resultType":"complete"}`))
	inClientBubble(t, withSteps(modernServer, map[string][]step{"POST subscriptions/listen": {streamOf(parts...)}}), new(streamable.DialOptions),
		func(t *testing.T, _ *script, c *transport.Client, err error) {
			require.NoError(t, err)
			began := time.Now()
			_, err = do(t, c, "subscriptions/listen", `{"notifications":{}}`)
			require.NoError(t, err)
			took(t, began, 400*time.Minute)
		})
}

// Connecting has a time of its own.
func TestConnectTimeout(t *testing.T) {
	o := new(streamable.DialOptions)
	rt := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		ctx, stop := context.WithTimeout(ctx, 3*time.Second)
		defer stop()
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	o.HTTPClient = &http.Client{Transport: rt}
	inClientBubble(t, nil, o, func(t *testing.T, s *script, _ *transport.Client, err error) {
		require.ErrorIs(t, err, transport.Timeout)
		require.ErrorContains(t, err, "connecting")
		require.Empty(t, s.requests(""))
	})
}

// A stream that breaks again and again is given up, or ends with its call (rule D-25).
func TestResumeIsBounded(t *testing.T) {
	start := streamOf("id: 1\nretry: 1000\ndata:\n\n")
	for _, row := range []struct {
		rule string
		get  step
		code transport.Code
		most int // GETs
	}{
		{"the server is away", status(503, "", ""), transport.Lost, 8},
		{"the streams are empty", streamOf(), transport.Lost, 8},
		{"the connections break", cut(func(http.ResponseWriter, *seen) {}), transport.Lost, 16}, // net/http asks again where the connection was used before
		{"the server polls for ever", streamOf("id: 2\ndata:\n\n"), transport.Timeout, 60},
		{"the server says nothing", streamOf("1000h"), transport.Timeout, 1},
	} {
		t.Run(row.rule, func(t *testing.T) {
			o := new(streamable.DialOptions)
			o.DisableStandaloneSSE = true
			inClientBubble(t, withSteps(legacyServer, map[string][]step{callTool: {start}, "GET": {row.get}}), o, func(t *testing.T, s *script, c *transport.Client, err error) {
				require.NoError(t, err)
				_, err = doCall(t.Context(), c, "tools/call", callEcho, func(callTool *jsonrpc.Call) {
					if row.code == transport.Lost {
						callTool.Timeout = -1
					}
				})
				require.ErrorIs(t, err, row.code)
				gets := len(s.requests("GET"))
				require.LessOrEqual(t, gets, row.most)
				require.GreaterOrEqual(t, gets, row.most/2)
				require.Len(t, s.requests(callTool), 1)
			})
		})
	}
}

// The stream of a session is asked for with growing pauses, for as long as the session lasts (rule D-33).
func TestStreamPauses(t *testing.T) {
	for _, row := range []struct {
		rule        string
		gets        []step
		least, most int // GETs in an hour
	}{
		{"D-33 the server is away after a while", []step{streamOf(": x\n\n"), status(503, "", "")}, 50, 200},
		{"D-33 it never had one", []step{status(503, "", "")}, 6, 6},
		{"D-33 it ends at once", []step{streamOf()}, 50, 200},
		{"D-32 it polls", []step{streamOf("id: 1\nretry: 30000\ndata:\n\n", "1m30s")}, 28, 32},
		{"E-44 it is silent", []step{streamOf(": x\n\n", "1000h")}, 11, 13},
	} {
		t.Run(row.rule, func(t *testing.T) {
			inClientBubble(t, withSteps(legacyServer, map[string][]step{"GET": row.gets}), new(streamable.DialOptions), func(t *testing.T, s *script, c *transport.Client, err error) {
				require.NoError(t, err)
				time.Sleep(time.Hour)
				n := len(s.requests("GET"))
				require.GreaterOrEqual(t, n, row.least)
				require.LessOrEqual(t, n, row.most)
				_, err = do(t, c, "tools/call", callEcho)
				require.NoError(t, err)
				require.Len(t, s.requests(open), 1)
			})
		})
	}
}

// Close takes no longer than it may, even if nobody answers (rule F28).
func TestCloseIsBounded(t *testing.T) {
	inClientBubble(t, withSteps(legacyServer, map[string][]step{"DELETE": {hang}, "GET": {hang}}), new(streamable.DialOptions), func(t *testing.T, s *script, c *transport.Client, err error) {
		require.NoError(t, err)
		began := time.Now()
		require.NoError(t, c.Close())
		require.LessOrEqual(t, time.Since(began), 10*time.Second)
		require.Len(t, s.requests("DELETE"), 1)
	})
}

// A server that keeps forgetting its sessions is not flooded with new ones (rule F16).
func TestSessionStorm(t *testing.T) {
	inClientBubble(t, withSteps(legacyServer, map[string][]step{callTool: {status(404, "", "")}}), new(streamable.DialOptions), func(t *testing.T, s *script, c *transport.Client, err error) {
		require.NoError(t, err)
		for range 20 {
			_, err := doCall(t.Context(), c, "tools/call", callEcho, func(callTool *jsonrpc.Call) { callTool.Timeout = time.Second })
			require.Error(t, err)
		}
		require.Less(t, len(s.requests(open)), 12)
	})
}

// While the server is away, a session is tried to be opened again with growing pauses, and then no more.
func TestSessionCannotBeOpened(t *testing.T) {
	inClientBubble(t, withSteps(legacyServer, map[string][]step{callTool: {status(404, "", "")}, open: {legacyServer[open][0], status(503, "", "")}}), new(streamable.DialOptions),
		func(t *testing.T, s *script, c *transport.Client, err error) {
			require.NoError(t, err)
			_, err = do(t, c, "tools/call", callEcho)
			require.Equal(t, 503, statusOf(err))
			<-c.Done()
			require.Equal(t, 503, statusOf(c.Err()))
			require.Len(t, s.requests(open), 7)
		})
}

// A notification that the server does not take is given up.
func TestSendTimeout(t *testing.T) {
	inClientBubble(t, withSteps(legacyServer, map[string][]step{"POST notifications/x": {hang}}), new(streamable.DialOptions), func(t *testing.T, _ *script, c *transport.Client, err error) {
		require.NoError(t, err)
		began := time.Now()
		require.ErrorIs(t, c.Notify(t.Context(), "notifications/x", nil), transport.Timeout)
		took(t, began, time.Minute)
	})
}
