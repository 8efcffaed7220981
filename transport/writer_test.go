package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// onAllWriters runs f with each way in which a writer writes.
func onAllWriters(t *testing.T, f func(t *testing.T, how func(*transport.Stream))) {
	t.Helper()
	for name, how := range map[string]func(*transport.Stream){
		"at once":   func(*transport.Stream) {},
		"goroutine": withoutTry,
		"inline":    inline,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, how) })
		})
	}
}

// What waits for a peer that does not read is bounded, however many send at a time, and all of it arrives when the peer reads.
func TestQueueLimit(t *testing.T) {
	const senders, size = 200, 100
	for name, l := range map[string]transport.Limits{
		"messages": {QueueMessages: 10},
		"bytes":    {QueueBytes: 10 * size},
	} {
		t.Run(name, func(t *testing.T) {
			onAllWriters(t, func(t *testing.T, how func(*transport.Stream)) {
				x := serve(t, methods{}, transport.Options{Limits: l}, jsonrpc.LatestLegacy, sized(1), how)
				var wg sync.WaitGroup
				for range senders {
					wg.Go(func() {
						if err := x.session.Notify(t.Context(), "note", text(strings.Repeat("x", size))); err != nil {
							t.Error(err)
						}
					})
				}
				synctest.Wait()
				messages, bytes := transport.QueuedBy(x.session)
				if l.QueueMessages > 0 {
					require.Equal(t, l.QueueMessages, messages)
				} else {
					require.Less(t, bytes, l.QueueBytes+2*size, "one message more")
					require.GreaterOrEqual(t, bytes, l.QueueBytes)
				}
				for range senders {
					require.Equal(t, "note", x.read().Method)
				}
				wg.Wait()
			})
		})
	}
}

// A peer that sends and does not read is not served any further, and soon not listened to, whatever it is that it sends; when it reads, nothing is
// lost.
func TestPeerThatDoesNotRead(t *testing.T) {
	const queue, inFlight = 10, 20
	for name, line := range map[string]string{
		"requests":  req(1, "echo"),
		"errors":    req(1, "unknown"),
		"garbage":   `{"jsonrpc":"2.0","id":1,`,
		"bad":       `{"jsonrpc":"2.0","id":1,"method":7}`,
		"too long":  `{"jsonrpc":"2.0","id":1,"method":"echo","params":{"text":"` + strings.Repeat("x", 1000) + `"}}`,
		"batches":   "[" + req(1, "echo") + "]",
		"no batch":  "[]",
		"bad batch": "[1]",
	} {
		t.Run(name, func(t *testing.T) {
			onAllWriters(t, func(t *testing.T, how func(*transport.Stream)) {
				n := (40<<10)/len(line) + 4*queue // more than the pipe and the block hold
				o := transport.Options{Limits: transport.Limits{QueueMessages: queue, InFlight: inFlight, Message: 500}}
				var written, handled atomic.Int64
				x := serve(t, methods{"echo": func(ctx context.Context, w writer, m *message) {
					handled.Add(1)
					echo(ctx, w, m)
				}}, o, jsonrpc.Rev20250326, sized(64), how)
				go func() {
					for range n {
						_, _ = io.WriteString(x.out, line+"\n")
						written.Add(1)
					}
				}()
				time.Sleep(time.Second)
				messages, _ := transport.QueuedBy(x.session)
				require.LessOrEqual(t, messages, 2*queue+2)
				require.LessOrEqual(t, transport.HeldBy(x.session).Taken, inFlight)
				require.Less(t, written.Load(), int64(n))
				require.LessOrEqual(t, handled.Load(), int64(2*queue+transport.MaxHeld+2), "and what is being written")
				for range n {
					_, err := x.in.ReadBytes('\n')
					require.NoError(t, err)
				}
			})
		})
	}
}

// Two peers that call each other go on, though the queues of both are full and neither pipe holds a message: the answers find a way
// past the calls.
func TestCallsBothWaysWithFullQueues(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const calls = 50
		var server atomic.Pointer[jsonrpc.Session]
		o := &transport.PipeOptions{Size: 64}
		o.Server.OnSession = func(_ context.Context, s jsonrpc.Session) error {
			server.Store(&s)
			return nil
		}
		o.Server.Limits = transport.Limits{QueueMessages: 1, QueueBytes: 100}
		o.Client.Limits = o.Server.Limits
		h := methods{"echo": echo, "back": back("echo")}
		c := connect(t, h, h, o)
		_, err := call(t.Context(), c, "echo", "") // the session is open
		require.NoError(t, err)
		long := strings.Repeat("x", 1000)
		var wg sync.WaitGroup
		for i := range calls {
			for _, peer := range []jsonrpc.Caller{c, *server.Load()} {
				wg.Go(func() {
					s := fmt.Sprint(i, long)
					if got, err := call(t.Context(), peer, "back", s); err != nil || got != "("+s+")" {
						t.Error(len(got), err)
					}
				})
			}
		}
		began := time.Now()
		wg.Wait()
		require.Less(t, time.Since(began), time.Second)
	})
}

// A value that panics while it is encoded fails its message, and nothing else.
func TestAppenderPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		recovered := make(chan any, 10)
		try := func(f func()) {
			defer func() { recovered <- recover() }()
			f()
		}
		x := serve(t, methods{
			"result": func(_ context.Context, w writer, _ *message) { _ = w.Result(panics{}) },
			"notify": func(ctx context.Context, w writer, _ *message) { _ = w.Notify(ctx, "note", panics{}) },
			"session": func(ctx context.Context, _ writer, m *message) {
				_ = m.Info().Session.Notify(ctx, "note", panics{})
			},
			"retry": func(_ context.Context, w writer, _ *message) {
				try(func() { _ = w.Result(panics{}) })
				_ = w.Result(text("second"))
			},
			"echo": echo,
		}, transport.Options{}, jsonrpc.Rev20250326)
		for _, method := range []string{"result", "notify", "session"} {
			x.write(req(1, method), "["+req(2, method)+"]", notice(method, "{}"), req(3, "echo"))
			code, id := x.refused()
			require.Equal(t, jsonrpc.CodeInternalError, code)
			require.Equal(t, "1", id)
			var rest string
			for range 2 {
				line, err := x.in.ReadBytes('\n')
				require.NoError(t, err)
				rest += string(line)
			}
			require.Contains(t, rest, `[{"jsonrpc":"2.0","id":2,"error":{"code":-32603,`)
			require.Contains(t, rest, result("3", "x"))
		}
		x.write(req(4, "retry"))
		require.Equal(t, "second", textOf(x.read().Result))
		require.Equal(t, errOnPurpose, <-recovered)
		try(func() { _ = x.session.Notify(t.Context(), "note", panics{}) })
		require.Equal(t, errOnPurpose, <-recovered)
		require.NoError(t, x.session.Notify(t.Context(), "note", nil))
		require.Equal(t, "note", x.read().Method)
	})
}

// Nothing is sent for a context that has ended, be it before or while a message waits for room.
func TestEndedContextSendsNothing(t *testing.T) {
	onAllWriters(t, func(t *testing.T, how func(*transport.Stream)) {
		x := serve(t, methods{}, transport.Options{Limits: transport.Limits{QueueMessages: 1}}, jsonrpc.LatestLegacy, sized(1), how)
		over, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := call(over, x.session, "ping", "")
		require.ErrorIs(t, err, transport.Canceled)
		synctest.Wait()
		messages, size := transport.QueuedBy(x.session)
		require.Zero(t, messages+size)

		var early, late sync.WaitGroup
		for range 3 { // one is being written, one waits to be, one waits for room
			early.Go(func() {
				if err := x.session.Notify(t.Context(), "early", nil); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		for range 5 {
			late.Go(func() {
				if err := x.session.Notify(ctx, "late", nil); !errors.Is(err, transport.Timeout) {
					t.Error(err)
				}
			})
			late.Go(func() {
				if _, err := call(ctx, x.session, "ping", ""); !errors.Is(err, transport.Timeout) {
					t.Error(err)
				}
			})
		}
		time.Sleep(2 * time.Second)
		for range 3 {
			require.Equal(t, "early", x.read().Method)
		}
		late.Wait()
		early.Wait()
		go func() { _ = x.session.Notify(context.Background(), "last", nil) }() // it is read
		require.Equal(t, "last", x.read().Method)
	})
}

// onlySome takes at most some bytes of a Write and does not say why.
type onlySome struct{ io.ReadWriteCloser }

func (w onlySome) Write(b []byte) (int, error) { return w.ReadWriteCloser.Write(b[:min(len(b), 10)]) }

// A Writer that breaks its contract does not tear messages: the connection ends.
func TestShortWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := serve(t, methods{}, transport.Options{}, 0, func(s *transport.Stream) { s.Out = onlySome{s.Out.(io.ReadWriteCloser)} })
		x.write(req(1, "ping"))
		require.ErrorIs(t, x.ended(), io.ErrShortWrite)
	})
}

// A peer that reads slowly is no peer that does not read.
func TestSlowReader(t *testing.T) {
	onAllWriters(t, func(t *testing.T, how func(*transport.Stream)) {
		const size = 4 << 20
		x := serve(t, methods{"large": func(_ context.Context, w writer, _ *message) { _ = w.Result(text(strings.Repeat("x", size))) }},
			transport.Options{}, jsonrpc.LatestLegacy, how)
		x.write(req(1, "large"))
		got := 0
		for buf := make([]byte, 256<<10); got < size; {
			n, err := io.ReadFull(x.in, buf[:min(len(buf), size-got)])
			require.NoError(t, err)
			got += n
			time.Sleep(transport.DefaultWrite / 2)
		}
	})
}

var _ codec.Appender = panics{}
