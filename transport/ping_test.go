package transport_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

const pingEvery = 10 * time.Second

// pinged opens a session whose one side pings, and returns the other side and when the session has ended, with its cause.
func pinged(t *testing.T, client bool, h jsonrpc.Handler, o transport.Options) (peer *raw, s jsonrpc.Session, ended <-chan error) {
	t.Helper()
	end := make(chan error, 1)
	o.OnSessionEnd = func(_ jsonrpc.Session, cause error) { end <- cause }
	if client {
		c, r := dial(t, h, transport.ClientOptions{Options: o})
		return r, c.Session(), end
	}
	x := serve(t, h, o, jsonrpc.LatestLegacy)
	return x.raw, x.session, end
}

// onBothSides runs f where a server pings, and where a client does.
func onBothSides(t *testing.T, f func(t *testing.T, client bool)) {
	t.Helper()
	for name, client := range map[string]bool{"server": false, "client": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, client) })
		})
	}
}

// A peer that answers pings, in whatever way, keeps its session; one that does not loses it, and the connection (rule G-20).
func TestPing(t *testing.T) {
	onBothSides(t, func(t *testing.T, client bool) {
		peer, s, ended := pinged(t, client, methods{}, transport.Options{PingInterval: pingEvery})
		began := time.Now()
		for i := range 10 {
			m := peer.read()
			require.Equal(t, "ping", m.Method)
			require.Equal(t, time.Duration(i+1)*pingEvery+time.Duration(i)*time.Second, time.Since(began), "it counts from the answer")
			time.Sleep(time.Second)
			if i%2 == 0 {
				peer.write(result(m.ID.String(), ""))
			} else {
				peer.write(`{"jsonrpc":"2.0","id":` + m.ID.String() + `,"error":{"code":-32601,"message":"what?"}}`)
			}
		}
		require.Equal(t, "ping", peer.read().Method)
		silent := time.Now()
		err := <-ended
		require.ErrorIs(t, err, transport.Timeout)
		require.ErrorContains(t, err, "ping")
		require.Equal(t, pingEvery, time.Since(silent))
		<-s.Done()
		_, err = call(t.Context(), s, "echo", "")
		require.ErrorIs(t, err, transport.Timeout)
	})
}

// What this side delays is no fault of the peer.
func TestPingIsFair(t *testing.T) {
	for name, test := range map[string]struct {
		limits transport.Limits
		delay  func(peer *raw, s jsonrpc.Session) (stop func())
	}{
		"a handler of a notification": {transport.Limits{}, func(peer *raw, _ jsonrpc.Session) func() {
			peer.write(notice("slow", "{}"))
			return func() {}
		}},
		"calls that wait for their turn": {transport.Limits{InFlight: 1}, func(_ *raw, s jsonrpc.Session) func() {
			ctx, stop := context.WithCancel(context.Background())
			go func() {
				x := s.NewCall("echo")
				defer x.Release()
				x.Timeout = -1
				_ = s.Do(ctx, x)
			}()
			return stop
		}},
	} {
		t.Run(name, func(t *testing.T) {
			onBothSides(t, func(t *testing.T, client bool) {
				h := methods{"slow": func(ctx context.Context, _ writer, _ *message) {
					select {
					case <-time.After(5 * pingEvery):
					case <-ctx.Done():
					}
				}}
				peer, s, ended := pinged(t, client, h, transport.Options{PingInterval: pingEvery, Limits: test.limits})
				stop := test.delay(peer, s)
				go func() {
					for {
						line, err := peer.in.ReadBytes('\n')
						var m message
						if err != nil || jsonrpc.Scan(line[:len(line)-1], &m) != nil {
							return
						}
						if m.Method == "ping" {
							peer.write(result(m.ID.String(), ""))
						}
					}
				}()
				time.Sleep(5*pingEvery + time.Second)
				stop()
				time.Sleep(10*pingEvery + pingEvery/2) // between two
				require.Empty(t, ended)
				peer.end()
				require.NoError(t, <-ended)
			})
		})
	}
}

// Nothing is asked unless it is wanted, of nobody whose revision has no ping (rule G-21), and where there is no way to (rule G-22).
func TestNoPing(t *testing.T) {
	t.Run("not wanted", func(t *testing.T) {
		onBothSides(t, func(t *testing.T, client bool) {
			peer, s, ended := pinged(t, client, methods{}, transport.Options{})
			time.Sleep(time.Hour)
			require.NoError(t, s.Notify(t.Context(), "note", nil))
			require.Equal(t, "note", peer.read().Method)
			require.Empty(t, ended)
		})
	})
	t.Run("modern client", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, err := dialed(t, nil, &transport.ClientOptions{Options: transport.Options{PingInterval: pingEvery}}, func(e *end) {
				e.answer(e.message(), "result", discovered)
				m := e.message()
				if m.Method != "tools/list" {
					t.Error(m.Method)
				}
				e.answer(m, "result", "{}")
			})
			require.NoError(t, err)
			time.Sleep(time.Hour)
			x := c.NewCall("tools/list")
			defer x.Release()
			require.NoError(t, c.Do(t.Context(), x))
		})
	})
	t.Run("modern requests", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			e := served(t, methods{"tools/list": echo}, &transport.Options{PingInterval: pingEvery})
			e.ask(`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{` + modern + `}}`)
			time.Sleep(time.Hour)
			e.silent()
		})
	})
	t.Run("no stream", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			x := openQueuedWith(t, methods{}, &transport.Options{PingInterval: pingEvery})
			time.Sleep(time.Hour + time.Second) // between two pings
			require.False(t, x.Ended())
			messages, _ := transport.WaitingIn(x.q)
			require.Zero(t, messages)
			require.NoError(t, x.q.Attach(t.Context(), x))
			x.read()
			time.Sleep(pingEvery + time.Second)
			require.Len(t, x.written(), 1)
			require.NoError(t, x.q.Detach(t.Context()))
			time.Sleep(10 * pingEvery)
			require.False(t, x.Ended(), "the stream was lost")
			require.NoError(t, x.q.Attach(t.Context(), x))
			time.Sleep(2*pingEvery + time.Second)
			require.True(t, x.Ended())
			require.Len(t, x.written(), 4, "two pings, and their cancellations")
		})
	})
}
