package sse_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// A stream on which nothing happens lasts, whatever the deadlines of the http.Server are, and has a comment after each Timeouts.KeepAlive (rule
// C-14). In HTTP/2, a deadline that is not taken back ends a stream also if nothing is being written.
func TestIdleStream(t *testing.T) {
	for _, h2 := range []bool{false, true} {
		t.Run("HTTP/2 "+strconv.FormatBool(h2), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := new(sse.HandlerOptions)
				o.Timeouts.Write = transport.DefaultKeepAlive / 3
				s := serveBubble(t, tools(), o, func(hs *http.Server) {
					hs.ReadTimeout, hs.WriteTimeout, hs.IdleTimeout = 10*time.Second, 10*time.Second, 10*time.Second
					hs.Protocols = new(http.Protocols)
					hs.Protocols.SetHTTP1(!h2)
					hs.Protocols.SetUnencryptedHTTP2(h2)
				})
				r := s.open(t)
				r.initialize(jsonrpc.Rev20241105)
				b := make([]byte, 100)
				for range 720 { // three hours
					began := time.Now()
					n, err := r.body.Read(b)
					require.NoError(t, err)
					require.Equal(t, ": \n\n", string(b[:n]))
					require.LessOrEqual(t, time.Since(began), transport.DefaultKeepAlive)
				}
				r.alive()
				time.Sleep(transport.DefaultKeepAlive / 2)
				r.alive()
			})
		})
	}
}

// A client that does not read loses its session after Timeouts.Write, and costs others nothing (F4, B-17).
func TestSlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(sse.HandlerOptions)
		o.Timeouts.Write = 7 * time.Second
		o.Timeouts.Shutdown, o.Timeouts.Kill = time.Second, time.Second
		o.Limits.QueueBytes, o.Limits.QueueMessages = 500_000, 8
		s := serveBubble(t, tools(), o, nil)
		other := s.open(t)
		r := s.open(t)
		r.initialize(jsonrpc.Rev20241105)
		began := time.Now()
		accepted := make(chan int, 1)
		go func() { // it is not served any further while the answers wait
			for n := 0; ; n++ {
				if status, _, _ := r.try(t.Context(), strings.NewReader(toolCall(strconv.Itoa(n), "large"))); status != http.StatusAccepted {
					accepted <- n
					return
				}
			}
		}()
		for range 6 {
			time.Sleep(time.Second)
			other.alive()
			require.Empty(t, s.ends.all())
		}
		for len(s.ends.all()) == 0 {
			time.Sleep(100 * time.Millisecond)
			require.Less(t, time.Since(began), 12*time.Second)
		}
		require.ErrorIs(t, s.ends.all()[0], transport.Timeout)
		require.GreaterOrEqual(t, time.Since(began), 7*time.Second)
		require.Less(t, <-accepted, 20)
		status, _ := r.send(`{"jsonrpc":"2.0","id":1,"method":"ping"}`)
		require.Contains(t, []int{404, 410}, status)
		other.alive()
	})
}

// A body that does not come, or comes slowly, ends after Timeouts.ReadMessage (S28, F5). The session goes on.
func TestSlowBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(sse.HandlerOptions)
		o.Timeouts.ReadMessage = 7 * time.Second
		s := serveBubble(t, tools(), o, nil)
		r := s.open(t)
		text := `{"jsonrpc":"2.0","id":1,"method":"ping"}`
		never := make(endless)
		defer close(never)
		for name, row := range map[string]struct {
			body io.Reader
			want int
		}{
			"nothing":        {never, 408},
			"broken off":     {io.MultiReader(strings.NewReader(text[:20]), never), 408},
			"slow":           {&trickle{bytes.NewReader([]byte(text)), time.Second}, 408},
			"slow, in time":  {&trickle{bytes.NewReader([]byte(text)), 150 * time.Millisecond}, 202},
			"slow, too long": {&trickle{bytes.NewReader([]byte(strings.Repeat(" ", 1000))), time.Second}, 408},
		} {
			began := time.Now()
			ctx, stop := context.WithCancel(t.Context())
			status, _, err := r.try(ctx, row.body)
			stop()
			if err != nil { // the connection is closed while the rest of the body is sent
				require.Equal(t, 408, row.want, name)
			} else {
				require.Equal(t, row.want, status, name)
			}
			if row.want == 408 {
				require.Equal(t, 7*time.Second, time.Since(began), name)
			} else {
				require.Contains(t, r.next(), `"id":1`)
			}
			r.alive()
		}
	})
}

// endless is a body that never comes.
type endless chan struct{}

func (e endless) Read([]byte) (int, error) {
	<-e
	return 0, io.EOF
}

// A handler that does not return is left behind.
func TestShutdownOfAStubbornHandler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		free, begun := make(chan struct{}), make(chan struct{})
		h := jsonrpc.HandlerFunc(func(context.Context, jsonrpc.ResponseWriter, *jsonrpc.Message) {
			close(begun)
			<-free
		})
		s := serveBubble(t, h, nil, nil)
		r := s.open(t)
		r.accepted(`{"jsonrpc":"2.0","id":1,"method":"x","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`)
		<-begun
		began := time.Now()
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		require.ErrorIs(t, s.Shutdown(ctx), transport.Timeout)
		require.Equal(t, time.Second+transport.DefaultKill, time.Since(began))
		close(free)
		require.Contains(t, r.next(), "-32603", "nothing was written")
		require.NoError(t, s.Close())
		require.Equal(t, []error{nil}, s.ends.all())
	})
}
