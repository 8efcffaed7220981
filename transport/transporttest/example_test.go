package transporttest_test

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

// A transport over sockets. In a program, what TestSockets has here is in a file of tests.
func ExampleRun() {
	TestSockets := func(t *testing.T) {
		transporttest.Run(t, transporttest.Transport{Serve: serveSockets})
	}
	_ = TestSockets
	// Output:
}

// serveSockets starts a server that listens, and has any number of clients.
func serveSockets(t testing.TB, h jsonrpc.Handler, o *transport.Options) transporttest.Server {
	var c net.ListenConfig
	l, err := c.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return // the test is over
			}
			serving.Go(func() {
				if err := stdio.ServeConn(context.Background(), conn, h, &stdio.ServeOptions{Options: *o}); err != nil {
					t.Log("a connection has ended:", err) // as some tests want it
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	connect := func(ctx context.Context) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "tcp", l.Addr().String())
	}
	return transporttest.Server{
		Dial: func(ctx context.Context, h jsonrpc.Handler, o *transport.ClientOptions) (transporttest.Client, error) {
			conn, err := connect(ctx)
			if err != nil {
				return nil, err
			}
			return stdio.DialConn(ctx, conn, h, o)
		},
		// With this, and with Transport.ServeRaw, the suite plays peers that are bad, slow or dead.
		DialRaw: func(t testing.TB) transporttest.Conn {
			conn, err := connect(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return transporttest.Lines(conn)
		},
	}
}
