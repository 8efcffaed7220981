package streamable_test

import (
	"context"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// countDials returns options whose transport counts its connections.
func countDials() (*streamable.DialOptions, *atomic.Int64) {
	n := new(atomic.Int64)
	var d net.Dialer
	rt := &http.Transport{MaxIdleConnsPerHost: 100, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		n.Add(1)
		return d.DialContext(ctx, network, address)
	}}
	o := new(streamable.DialOptions)
	o.HTTPClient = &http.Client{Transport: &closing{rt}}
	return o, n
}

// closing leaves no idle connections to the next test.
type closing struct{ *http.Transport }

// The end of a call reaches the server: legacy revisions are told, modern ones see the stream close (rules G-02, D-23, E-35).
func TestClientCancel(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule         string
		steps        map[string][]step
		stream       bool
		legacyServer bool
	}{
		{"D-23 before the response", legacyServer, false, true},
		{"D-23 on a stream", legacyServer, true, true},
		{"E-35 before the response", modernServer, false, false},
		{"E-35 on a stream", modernServer, true, false},
	} {
		for _, by := range []string{"cancel", "timeout"} {
			t.Run(row.rule+", "+by, func(t *testing.T) {
				t.Parallel()
				left, there := make(chan struct{}), make(chan struct{}, 1)
				s := newScript(withSteps(row.steps, map[string][]step{callTool: {func(w http.ResponseWriter, r *seen) {
					if row.stream {
						streamOf("id: 1\nretry: 1\ndata:\n\n")(w, r)
					}
					there <- struct{}{}
					<-r.ctx.Done()
					close(left)
				}}}))
				c := mustDial(t, s, nil, nil)
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				if by == "cancel" {
					go func() {
						<-there
						stop()
					}()
				}
				_, err := doCall(ctx, c, "tools/call", callEcho, func(callTool *jsonrpc.Call) {
					if by == "timeout" {
						callTool.Timeout = time.Second // within which the server has it
					}
				})
				if by == "cancel" {
					require.ErrorIs(t, err, transport.Canceled)
				} else {
					require.ErrorIs(t, err, transport.Timeout)
				}
				require.ErrorContains(t, err, "tools/call")
				<-left
				require.NoError(t, c.Close())
				told := s.requests("POST notifications/cancelled")
				if !row.legacyServer {
					require.Empty(t, told)
					return
				}
				require.Len(t, told, 1)
				reason := map[string]string{"cancel": "canceled", "timeout": "timeout"}[by]
				require.JSONEq(t, `{"requestId":`+s.requests(callTool)[0].ID+`,"reason":"`+reason+`"}`, told[0].Params)
				require.Equal(t, "secret-1", told[0].Header.Get("Mcp-Session-Id"))
				for _, get := range s.requests("GET") {
					require.Empty(t, get.Header["Last-Event-Id"], "D-24: nobody comes back for it")
				}
			})
		}
	}
}

// Neither the probe nor initialize is canceled with a notification (rule F-11).
func TestInitializeIsNotCanceled(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *seen) { <-r.ctx.Done() }
	s := newScript(withSteps(legacyServer, map[string][]step{open: {hang}}))
	o := new(streamable.DialOptions)
	o.Timeouts.Call = time.Second // within which the server has it
	_, err := dial(t, s, nil, o)
	require.ErrorIs(t, err, transport.Timeout)
	require.Equal(t, []string{probe, open}, s.whats())
}

// Close ends calls, streams and what waits to go on.
func TestCloseEndsCalls(t *testing.T) {
	for name, row := range map[string]struct {
		steps map[string][]step
		reply step
	}{
		"before the response": {modernServer, func(_ http.ResponseWriter, r *seen) { <-r.ctx.Done() }},
		"on a stream":         {modernServer, streamOf(": x\n\n", "1h")},
		"legacy":              {legacyServer, streamOf(": x\n\n", "1h")},
		"to be resumed":       {legacyServer, streamOf("id: 1\nretry: 3600000\ndata:\n\n")},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScript(withSteps(row.steps, map[string][]step{callTool: {row.reply}, "GET": {streamOf(": x\n\n", "1h")}}))
			c := mustDial(t, s, nil, nil)
			failed := make(chan error, 1)
			go func() {
				_, err := do(t, c, "tools/call", callEcho)
				failed <- err
			}()
			require.Eventually(t, func() bool { return len(s.requests(callTool)) == 1 }, waitLong, tick)
			time.Sleep(20 * time.Millisecond)
			require.NoError(t, c.Close())
			require.ErrorIs(t, <-failed, transport.Closed)
			_, err := do(t, c, "tools/call", callEcho)
			require.ErrorIs(t, err, transport.Closed)
		})
	}
}
