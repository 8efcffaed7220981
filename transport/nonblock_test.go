package transport_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// turned is a connection with a Write of its own, and everything else of the one in it.
type turned struct {
	*net.TCPConn

	writes atomic.Int32
}

func turn(b []byte) []byte {
	out := bytes.Clone(b)
	for i := range out {
		out[i] ^= 0x20
	}
	return out
}

func (c *turned) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.TCPConn.Write(turn(b))
}

func (c *turned) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	copy(b, turn(b[:n]))
	return n, err
}

// A connection that is more than one of package net is written to by its own Write only.
func TestEmbeddedConn(t *testing.T) {
	for name, wrap := range map[string]func(*net.TCPConn) io.ReadWriteCloser{
		"plain":    func(c *net.TCPConn) io.ReadWriteCloser { return c },
		"embedded": func(c *net.TCPConn) io.ReadWriteCloser { return &turned{TCPConn: c} },
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer l.Close()
			served := make(chan error, 1)
			go func() {
				c, err := l.Accept()
				if err != nil {
					served <- err
					return
				}
				rwc := wrap(c.(*net.TCPConn))
				served <- transport.Stream{Name: "tcp", In: rwc, Out: rwc, Close: rwc.Close}.Serve(context.Background(), methods{"echo": echo}, nil)
			}()
			conn, err := net.Dial("tcp", l.Addr().String())
			require.NoError(t, err)
			rwc := wrap(conn.(*net.TCPConn))
			c, err := transport.Stream{Name: "tcp", In: rwc, Out: rwc, Close: rwc.Close}.Dial(t.Context(), nil, &transport.ClientOptions{Revision: jsonrpc.LatestLegacy})
			require.NoError(t, err)
			for _, s := range []string{"x", string(make([]byte, 256<<10))} {
				got, err := call(within(t), c, "echo", s)
				require.NoError(t, err)
				require.Equal(t, s, got)
			}
			require.NoError(t, c.Close())
			require.NoError(t, <-served)
			if x, ok := rwc.(*turned); ok {
				require.NotZero(t, x.writes.Load())
			}
		})
	}
}
