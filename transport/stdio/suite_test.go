//go:build unix

package stdio_test

import (
	"context"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

// oneWay makes one direction of a connection.
type oneWay func(t testing.TB) (io.ReadCloser, io.WriteCloser)

// inMemory holds nothing: a write waits for reads.
func inMemory(testing.TB) (io.ReadCloser, io.WriteCloser) { return io.Pipe() }

// inKernel holds what a pipe holds.
func inKernel(t testing.TB) (io.ReadCloser, io.WriteCloser) {
	r, w, err := os.Pipe()
	require.NoError(t, err)
	return r, w
}

// end is one end of a connection that is made of two ways.
type end struct {
	io.ReadCloser

	w io.WriteCloser
}

func (e *end) Write(b []byte) (int, error) { return e.w.Write(b) }
func (e *end) CloseWrite() error           { return e.w.Close() }

func (e *end) Close() error {
	_ = e.w.Close() // it may have been closed before
	return e.ReadCloser.Close()
}

// pair makes a connection.
func (f oneWay) pair(t testing.TB) (server, client *end) {
	r1, w1 := f(t)
	r2, w2 := f(t)
	return &end{r1, w2}, &end{r2, w1}
}

// suite describes ServeConn and DialConn.
func (f oneWay) suite() transporttest.Transport {
	return transporttest.Transport{
		Serve: func(t testing.TB, h jsonrpc.Handler, o *transport.Options) transporttest.Server {
			var serving sync.WaitGroup
			t.Cleanup(serving.Wait)
			connect := func(t testing.TB) *end {
				server, client := f.pair(t)
				serving.Go(func() {
					_ = stdio.ServeConn(context.WithoutCancel(t.Context()), server, h, &stdio.ServeOptions{Options: *o}) // OnSessionEnd gets it
				})
				return client
			}
			return transporttest.Server{
				Dial: func(ctx context.Context, h jsonrpc.Handler, o *transport.ClientOptions) (transporttest.Client, error) {
					return stdio.DialConn(ctx, connect(t), h, o)
				},
				DialRaw: func(t testing.TB) transporttest.Conn { return transporttest.Lines(connect(t)) },
			}
		},
		ServeRaw: func(t testing.TB) (transporttest.Conn, transporttest.Dial) {
			server, client := f.pair(t)
			return transporttest.Lines(server), func(ctx context.Context, h jsonrpc.Handler, o *transport.ClientOptions) (transporttest.Client, error) {
				return stdio.DialConn(ctx, client, h, o)
			}
		},
	}
}

func TestSuiteInMemory(t *testing.T) {
	x := oneWay(inMemory).suite()
	x.Bubble = true
	transporttest.Run(t, x)
}

func TestSuitePipes(t *testing.T) { transporttest.Run(t, oneWay(inKernel).suite()) }
