package contract

import (
	"context"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// rig is a client and a server on one transport.
type rig struct {
	client *conn
	// seen counts what happens at the client.
	seen *transport.Counters
}

// starter makes a rig that ends with the test: no buffer may be left then.
type starter func(t testing.TB, server, client jsonrpc.Handler) rig

// onAll runs f on all transports that can call back.
func onAll(t *testing.T, f func(t *testing.T, start starter)) {
	t.Helper()
	for _, x := range []struct {
		name  string
		start starter
	}{
		{"pipe", startPipe},
		{"sse", startSSE},
		{"streamable", startStreamable},
	} {
		t.Run(x.name, func(t *testing.T) { f(t, x.start) })
	}
}

func startPipe(t testing.TB, server, client jsonrpc.Handler) rig {
	a, b := memPipe(64 << 10)
	p, seen := pool.New(pool.Config{Name: "contract"}), new(transport.Counters)
	opts := transport.Options{Observer: seen}
	s := serveStream(a, server, p, transport.Options{})
	c := serveStream(b, client, p, opts)
	endsClean(t, p, c, s)
	return rig{c, seen}
}

func startSSE(t testing.TB, server, client jsonrpc.Handler) rig {
	p, seen := pool.New(pool.Config{Name: "contract"}), new(transport.Counters)
	s := httptest.NewServer(&sseServer{handler: server, pool: p, sessions: map[string]*sseSession{}})
	t.Cleanup(s.Close)
	c, err := dialSSE(within(t), s.URL, client, p, transport.Options{Observer: seen})
	require.NoError(t, err)
	endsClean(t, p, c)
	return rig{c, seen}
}

func startStreamable(t testing.TB, server, client jsonrpc.Handler) rig {
	return dialTo(t, jsonrpc.LatestLegacy, server, client)
}

func startModern(t testing.TB, server jsonrpc.Handler) rig {
	return dialTo(t, jsonrpc.Latest, server, nil)
}

func dialTo(t testing.TB, v jsonrpc.Revision, server, client jsonrpc.Handler) rig {
	p, seen := pool.New(pool.Config{Name: "contract"}), new(transport.Counters)
	h := newStreamableServer(server, p)
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	t.Cleanup(h.close)
	c, err := dialStreamable(within(t), s.URL, v, client, p, transport.Options{Observer: seen})
	require.NoError(t, err)
	endsClean(t, p, c)
	return rig{c, seen}
}

// endsClean closes the connections at the end of the test and checks that all buffers came back.
func endsClean(t testing.TB, p *pool.Pool, conns ...*conn) {
	t.Helper()
	t.Cleanup(func() {
		for _, c := range conns {
			require.NoError(t, c.Close())
		}
		require.Eventually(t, func() bool { return p.Outstanding() == 0 }, 5*time.Second, time.Millisecond, "buffers are left")
	})
}

// within returns a context that ends the test's wait rather than the test.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	t.Cleanup(stop)
	return ctx
}

// mux makes a Handler of functions by method.
func mux(funcs map[string]echoFunc) jsonrpc.Handler {
	x := new(jsonrpc.Mux)
	for method, f := range funcs {
		x.Handle(method, f)
	}
	return x
}

// resultOf decodes the reply of c into memory of its own.
func resultOf(c *jsonrpc.Call) (*echoResult, error) {
	out := new(echoResult)
	return out, codec.UnmarshalRaw(c.Reply.Result, out)
}
