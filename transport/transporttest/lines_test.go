package transporttest_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

// end is one end of a connection in memory, with all that can be had of it.
type end struct {
	io.Reader

	r   *io.PipeReader
	w   *io.PipeWriter
	f   func(line string) []string // what becomes of each line; nil for nothing
	got []byte                     // of a line
}

func (e *end) Write(b []byte) (int, error) {
	if e.f == nil {
		return e.w.Write(b)
	}
	e.got = append(e.got, b...)
	for {
		line, rest, ok := strings.Cut(string(e.got), "\n")
		if !ok {
			return len(b), nil
		}
		e.got = []byte(rest)
		for _, line := range e.f(line) {
			if _, err := io.WriteString(e.w, line+"\n"); err != nil {
				return 0, err
			}
		}
	}
}

func (e *end) CloseWrite() error { return e.w.Close() }

func (e *end) Close() error {
	_ = e.w.Close() // it never fails
	return e.r.Close()
}

// pair makes a connection.
func (x sabotage) pair() (server, client *end) {
	r1, w1 := io.Pipe()
	r2, w2 := io.Pipe()
	server, client = &end{Reader: r1, r: r1, w: w2}, &end{Reader: r2, r: r2, w: w1}
	if x.toClient != nil {
		server.f = x.toClient()
	}
	if x.toServer != nil {
		client.f = x.toServer()
	}
	return server, client
}

// transport is a transport with all that the suite can use, and broken as x says.
func (x sabotage) transport() transporttest.Transport {
	return transporttest.Transport{
		Bubble: true,
		Serve: func(t testing.TB, h jsonrpc.Handler, o *transport.Options) transporttest.Server {
			if x.options != nil {
				x.options(o)
			}
			if x.handler != nil {
				h = x.handler(h)
			}
			var serving sync.WaitGroup
			t.Cleanup(serving.Wait)
			connect := func() *end {
				server, client := x.pair()
				serving.Go(func() { _ = stream(server).Serve(context.WithoutCancel(t.Context()), h, o) }) // OnSessionEnd gets the error
				return client
			}
			return transporttest.Server{
				Dial: func(ctx context.Context, h jsonrpc.Handler, o *transport.ClientOptions) (transporttest.Client, error) {
					if x.client != nil {
						h = x.client(h)
					}
					return stream(connect()).Dial(ctx, h, o)
				},
				DialRaw: func(testing.TB) transporttest.Conn { return transporttest.Lines(connect()) },
			}
		},
		ServeRaw: func(testing.TB) (transporttest.Conn, transporttest.Dial) {
			server, client := x.pair()
			return transporttest.Lines(server), func(ctx context.Context, h jsonrpc.Handler, o *transport.ClientOptions) (transporttest.Client, error) {
				return stream(client).Dial(ctx, h, o)
			}
		},
	}
}

func stream(e *end) transport.Stream {
	return transport.Stream{Name: "lines", In: e, Out: e, Close: e.Close}
}
