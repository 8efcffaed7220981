package transporttest_test

import (
	"context"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/leaks"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// pipes describes transport.Pipe with pipes of some size. It is the smallest description of a transport: a client has a server of its
// own, and nothing is raw.
func pipes(size int) transporttest.Transport {
	return transporttest.Transport{
		Bubble: true,
		Serve: func(_ testing.TB, server jsonrpc.Handler, so *transport.Options) transporttest.Server {
			return transporttest.Server{
				Dial: func(ctx context.Context, client jsonrpc.Handler, co *transport.ClientOptions) (transporttest.Client, error) {
					return transport.Pipe(ctx, server, client, &transport.PipeOptions{Server: *so, Client: *co, Size: size})
				},
			}
		},
	}
}

func TestPipe(t *testing.T) { transporttest.Run(t, pipes(0)) }

// Pipes that never take a whole message.
func TestPipeOfAFewBytes(t *testing.T) {
	x := pipes(61)
	x.Revisions, x.Calls = []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest}, 1000
	transporttest.Run(t, x)
}

// The sockets of the Example.
func TestSockets(t *testing.T) {
	transporttest.Run(t, transporttest.Transport{
		Revisions: []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest},
		Serve:     serveSockets,
		ServeRaw: func(t testing.TB) (transporttest.Conn, transporttest.Dial) {
			var c net.ListenConfig
			l, err := c.Listen(t.Context(), "tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer l.Close()
			var d net.Dialer
			client, err := d.DialContext(t.Context(), "tcp", l.Addr().String())
			require.NoError(t, err)
			server, err := l.Accept()
			require.NoError(t, err)
			return transporttest.Lines(server), func(ctx context.Context, h jsonrpc.Handler, o *transport.ClientOptions) (transporttest.Client, error) {
				return stdio.DialConn(ctx, client, h, o)
			}
		},
	})
}
