package transport_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// host has one server after the other, which Connectors open connections with.
type host struct {
	legacy atomic.Bool // the next servers do not know server/discover
	opens  atomic.Int32
	fail   atomic.Int32 // so many opens fail
	takes  atomic.Int64 // nanoseconds, for an open

	mu   sync.Mutex
	last net.Conn // the server's end
}

var errLastWords = transport.FromProcess("the test's server has ended", 3, "its last words", nil)

func (s *host) open(ctx context.Context) (transport.Link, error) {
	s.opens.Add(1)
	select {
	case <-time.After(time.Duration(s.takes.Load())):
	case <-ctx.Done():
		return nil, transport.FromContext(ctx, "opening")
	}
	if s.fail.Add(-1) >= 0 {
		return nil, errors.New("not today")
	}
	server, legacy := echoServer(), s.legacy.Load()
	h := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if legacy && m.Method == "server/discover" {
			jsonrpc.NotFound(ctx, w, m)
			return
		}
		server.ServeMessage(ctx, w, m)
	})
	a, b := net.Pipe()
	s.mu.Lock()
	s.last = b
	s.mu.Unlock()
	go func() {
		_ = transport.Stream{Name: "test", In: b, Out: b, Close: b.Close}.Serve(context.Background(), h, nil)
	}()
	return transport.Stream{Name: "test", In: a, Out: a, Close: a.Close, OnEnd: func(error) error { return errLastWords }}, nil
}

// end ends the server that was opened last.
func (s *host) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.last.Close()
}

// connector tries again and again, a second after the last time.
func (s *host) connector() transport.Connector {
	return transport.Connector{
		Open:  s.open,
		Retry: func(_ error, failed int) (time.Duration, bool) { return time.Second, failed < 3 },
	}
}

func callEcho(t *testing.T, c *transport.Client, name string) error {
	res, err := mcp.CallTool(t.Context(), c, &mcp.CallToolParams{Name: name})
	if err == nil && res.Content[0].(*mcp.TextContent).Text != name {
		return errors.New("another call's answer")
	}
	return err
}

// B-25: a call that is made while there is no connection waits for the next, and takes no longer than its timeout in all. What the
// next server speaks may be something else.
func TestReconnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s host
		opened := make(chan jsonrpc.Revision, 10)
		k := s.connector()
		k.Opened = func(c *transport.Client) { opened <- c.Revision() }
		c, err := k.Dial(t.Context(), nil, nil)
		require.NoError(t, err)
		require.Equal(t, jsonrpc.Latest, c.Revision())
		early := c.NewCall("ping") // it outlives its connection
		s.legacy.Store(true)
		s.end()
		synctest.Wait()
		began := time.Now()
		require.NoError(t, c.Do(t.Context(), early))
		early.Release()
		require.NoError(t, callEcho(t, c, "x"))
		require.Equal(t, time.Second, time.Since(began))
		require.Equal(t, jsonrpc.LatestLegacy, c.Revision())
		require.Equal(t, jsonrpc.LatestLegacy, <-opened)

		s.fail.Store(2)
		s.end()
		synctest.Wait()
		require.NoError(t, callEcho(t, c, "x"))
		require.Equal(t, 4*time.Second, time.Since(began))

		s.end()
		synctest.Wait()
		call := c.NewCall("ping")
		call.Timeout = 500 * time.Millisecond
		began = time.Now()
		require.ErrorIs(t, c.Do(t.Context(), call), transport.Timeout)
		require.Equal(t, 500*time.Millisecond, time.Since(began))
		require.Equal(t, 500*time.Millisecond, call.Timeout)
		call.Release()

		time.Sleep(2 * time.Second)
		s.takes.Store(int64(time.Second))
		s.fail.Store(100)
		s.end()
		synctest.Wait()
		require.ErrorContains(t, callEcho(t, c, "x"), "not today") // the last reason, when it gives up
		<-c.Done()
		require.ErrorContains(t, c.Err(), "not today")
		require.NoError(t, c.Close())
	})
}

// A call that has waited for a connection has what is left of its timeout for its answer.
func TestReconnectTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s host
		c, err := s.connector().Dial(t.Context(), nil, &transport.ClientOptions{Options: transport.Options{
			Timeouts: transport.Timeouts{Call: time.Second + 10*time.Millisecond},
		}})
		require.NoError(t, err)
		s.end()
		synctest.Wait()
		began := time.Now()
		require.ErrorIs(t, callEcho(t, c, "slow"), transport.Timeout) // it takes 20 ms
		require.Equal(t, time.Second+10*time.Millisecond, time.Since(began))
		require.NoError(t, c.Close())
		time.Sleep(time.Second) // for the server, which still answers
	})
}

// Close ends what goes on between two connections, and whoever waits for the next.
func TestCloseBetweenConnections(t *testing.T) {
	for name, after := range map[string]time.Duration{"pause": time.Second / 2, "opening": time.Second + time.Second/2} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var s host
				k := s.connector()
				k.Opened = func(*transport.Client) { t.Error("opened") }
				c, err := k.Dial(t.Context(), nil, nil)
				require.NoError(t, err)
				s.takes.Store(int64(time.Second))
				s.end()
				synctest.Wait()
				failed := make(chan error, 10)
				for range cap(failed) {
					go func() { failed <- callEcho(t, c, "x") }()
				}
				time.Sleep(after)
				began := time.Now()
				require.NoError(t, c.Close())
				for range cap(failed) {
					require.ErrorIs(t, <-failed, transport.Closed)
				}
				require.ErrorIs(t, callEcho(t, c, "x"), transport.Closed)
				require.NoError(t, c.Err())
				require.Zero(t, time.Since(began))
			})
		})
	}
}

// stuckOut is a connection whose other side is gone for writes only.
type stuckOut struct{ net.Conn }

func (stuckOut) Write([]byte) (int, error) { return 0, errors.New("broken") }

// Calls whose requests cannot be written fail with what the connection knows of its end.
func TestWriteFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer b.Close()
		var first sync.Once
		knows := func(err error) error {
			first.Do(func() { require.ErrorContains(t, err, "broken") })
			time.Sleep(time.Second) // finding out takes its time
			return errLastWords
		}
		s := transport.Stream{Name: "test", In: a, Out: stuckOut{a}, Close: a.Close, OnEnd: knows}
		began := time.Now()
		_, err := s.Dial(t.Context(), nil, nil)
		require.ErrorIs(t, err, transport.Process)
		require.Equal(t, time.Second, time.Since(began))
	})
}

// A server whose input cannot be closed ends all the same when nothing can be written to its client.
func TestServeOutputFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := net.Pipe()
		defer b.Close()
		ended := make(chan error, 1)
		go func() {
			ended <- transport.Stream{Name: "test", In: a, Out: stuckOut{a}}.Serve(t.Context(), echoServer(), nil)
		}()
		_, err := b.Write([]byte(`{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\n"))
		require.NoError(t, err)
		require.ErrorContains(t, <-ended, "broken")
	})
}
