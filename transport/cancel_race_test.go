package transport_test

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// waiter is a peer whose method "wait" waits for its context to end, and then tries to answer.
type waiter struct {
	started chan context.Context
	answer  chan error
}

func newWaiter() *waiter {
	return &waiter{make(chan context.Context, 1), make(chan error, 1)}
}

func (x *waiter) methods() methods {
	return methods{
		"wait": func(ctx context.Context, w writer, _ *message) {
			child, stop := context.WithTimeout(ctx, 24*time.Hour)
			defer stop()
			x.started <- ctx
			<-child.Done()
			x.answer <- w.Result(text("too late"))
		},
		"echo": echo,
	}
}

func TestCallerCancels(t *testing.T) { // G-02, G-06
	x := newWaiter()
	c := connect(t, x.methods(), nil, nil)
	why := errors.New("changed my mind")
	ctx, cancel := context.WithCancelCause(within(t))
	go func() {
		<-x.started
		cancel(why)
	}()
	_, err := call(ctx, c, "wait", "")
	require.ErrorIs(t, err, transport.Canceled)
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, err, why)
	require.ErrorIs(t, <-x.answer, transport.Canceled, "the handler is told, and its answer refused")

	got, err := call(within(t), c, "echo", "next")
	require.NoError(t, err)
	require.Equal(t, "next", got)
}

// A request that calls back is cancelled while it waits, and the call back with it.
func TestCancelReachesCallBack(t *testing.T) {
	x := newWaiter()
	got := make(chan error, 1)
	c := connect(t, methods{"back": func(ctx context.Context, w writer, _ *message) {
		_, err := call(ctx, w, "wait", "")
		got <- err
	}}, x.methods(), nil)
	ctx, cancel := context.WithCancel(within(t))
	go func() {
		<-x.started
		cancel()
	}()
	_, err := call(ctx, c, "back", "")
	require.ErrorIs(t, err, transport.Canceled)
	require.ErrorIs(t, <-got, transport.Canceled)
	require.ErrorIs(t, <-x.answer, transport.Canceled)
}

// A cancelled request has no answer, its id is free at once, and its handler does not answer another request by it.
func TestCancelledIDIsFree(t *testing.T) { // B-16, G-06
	for name, single := range map[string]bool{"alone": true, "in a batch": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				resume, late := make(chan struct{}), make(chan error, 1)
				x := serve(t, methods{
					"stubborn": func(_ context.Context, w writer, _ *message) {
						<-resume
						late <- w.Result(text("late"))
					},
					"echo": echo,
				}, transport.Options{}, jsonrpc.Rev20250326)
				first := req(1, "stubborn")
				if !single {
					first = "[" + first + "," + req(2, "echo") + "]"
				}
				x.write(first)
				time.Sleep(time.Second)
				x.write(cancelOf(1), req(1, "echo"))
				require.Equal(t, "x", textOf(x.read().Result))
				synctest.Wait()
				require.Equal(t, 1, transport.HeldBy(x.session).Taken)
				close(resume)
				require.ErrorIs(t, <-late, transport.Canceled)
				if !single {
					line, err := x.in.ReadString('\n')
					require.NoError(t, err)
					require.Equal(t, "["+result("2", "x")+"]\n", line)
				}
				x.write(req(3, "echo"))
				require.Equal(t, []string{"3"}, x.answered(1), "nothing came in between")
				synctest.Wait()
				require.Zero(t, transport.HeldBy(x.session))
			})
		})
	}
}

// What is about nothing that is being handled is ignored.
func TestCancelOfNothing(t *testing.T) { // G-07, G-08, F-11
	synctest.Test(t, func(t *testing.T) {
		x := serve(t, methods{
			"echo": echo,
			"wait": func(ctx context.Context, w writer, _ *message) {
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
					_ = w.Result(nil)
				}
			},
			"initialize": func(ctx context.Context, w writer, m *message) {
				time.Sleep(time.Second)
				if ctx.Err() == nil {
					methods{}.ServeMessage(ctx, w, m)
				}
			},
		}, transport.Options{}, 0)
		x.write(`{"jsonrpc":"2.0","id":5,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}`)
		time.Sleep(time.Second / 2)
		x.write(cancelOf(5))
		require.Equal(t, []string{"5"}, x.answered(1), "an initialize is not cancelled")
		x.write(req(1, "wait"))
		time.Sleep(time.Second / 2)
		x.write(cancelOf(7), notice("notifications/cancelled", "{}"), notice("notifications/cancelled", `{"requestId":{}}`),
			notice("notifications/cancelled", `{"requestId":"1"}`), notice("notifications/cancelled", `{"requestId":1.0}`),
			`{"jsonrpc":"2.0","method":"notifications/cancelled"}`)
		require.Equal(t, []string{"1"}, x.answered(1))
		x.write(cancelOf(1), req(1, "echo"))
		require.Equal(t, []string{"1"}, x.answered(1))
	})
}

// The answer and the cancellation cross: each call ends with one or the other, and no answer goes astray.
func TestCancelRaces(t *testing.T) {
	for name, server := range map[string]methods{
		"reader": {"echo": echo},
		"elsewhere": {"echo": func(ctx context.Context, w writer, m *message) {
			_, _ = call(ctx, w, "unknown", "") // gives the reader's role away
			echo(ctx, w, m)
		}},
		"back": {"echo": func(ctx context.Context, w writer, m *message) {
			s, err := call(ctx, w, "same", textOf(m.Params))
			answer(w, s, err)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			c := connect(t, server, methods{"same": echo}, nil)
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					for j := range 100 {
						ctx, cancel := context.WithCancel(within(t))
						spin := rand.IntN(40)
						go func() {
							for range spin {
								runtime.Gosched()
							}
							cancel()
						}()
						s := strconv.Itoa(i*1000 + j)
						got, err := call(ctx, c, "echo", s)
						var e *jsonrpc.Error
						if err == nil && got != s || err != nil && !errors.Is(err, transport.Canceled) && !errors.As(err, &e) {
							t.Error(got, s, err)
						}
						cancel()
					}
				})
			}
			wg.Wait()
			_, err := call(within(t), c, "echo", "")
			require.NoError(t, err)
			holdsNothing(t, c.Session())
		})
	}
}

// A request that is taken from the reader just when the session ends is cancelled like all others.
func TestEndMeetsHandover(t *testing.T) {
	for range 100 {
		var running atomic.Int32
		wait := func(ctx context.Context, _ writer, _ *message) {
			running.Add(1)
			defer running.Add(-1)
			<-ctx.Done()
		}
		x := serve(t, methods{"wait": wait}, transport.Options{}, jsonrpc.LatestLegacy)
		spin := rand.IntN(3000)
		go func() {
			for i := range 20 {
				_, _ = io.WriteString(x.out, req(i, "wait")+"\n")
			}
		}()
		for range spin {
			runtime.Gosched()
		}
		began := time.Now()
		x.cancel()
		require.ErrorIs(t, x.ended(), transport.Canceled)
		require.Zero(t, running.Load())
		require.Less(t, time.Since(began), transport.DefaultShutdown)
	}
}

// A call that has timed out: the peer is told, and its late answer dropped, whatever comes next.
func TestLateAnswerIsDropped(t *testing.T) { // G-09, B-15
	synctest.Test(t, func(t *testing.T) {
		seen := new(transport.Counters)
		c, peer := dial(t, nil, transport.ClientOptions{Options: transport.Options{Observer: seen}})
		outcome := make(chan error)
		ask := func() {
			got, err := call(t.Context(), c, "ask", "")
			if err == nil && got != "in time" {
				err = errors.New(got)
			}
			outcome <- err
		}
		go ask()
		first := peer.read()
		require.Equal(t, "ask", first.Method)
		began := time.Now()
		require.ErrorIs(t, <-outcome, transport.Timeout)
		require.Equal(t, transport.DefaultCall, time.Since(began))
		m := peer.read()
		require.Equal(t, "notifications/cancelled", m.Method)
		require.JSONEq(t, `{"requestId":`+first.ID.String()+`,"reason":"timeout"}`, m.Params.String())

		go ask()
		m = peer.read()
		peer.write(result(first.ID.String(), "late"), result(`"`+m.ID.String()+`"`, "a string"), result(m.ID.String()+".0", "another number"),
			result(m.ID.String(), "in time"), result(m.ID.String(), "twice"))
		require.NoError(t, <-outcome)
		synctest.Wait()
		require.EqualValues(t, 4, seen.Count(transport.LateAnswer))
	})
}

// Neither many ids nor many calls that were given up leave anything behind.
func TestNothingGrows(t *testing.T) {
	x := serve(t, methods{
		"echo": echo,
		"wait": func(ctx context.Context, _ writer, _ *message) { <-ctx.Done() },
	}, transport.Options{}, jsonrpc.LatestLegacy)
	c := connect(t, methods{"wait": func(ctx context.Context, _ writer, _ *message) { <-ctx.Done() }}, nil, nil)
	round := func(base int) {
		for i := base; i < base+1000; i++ {
			x.write(req(i, "echo"))
			x.answered(1)
			if i%10 == 0 {
				x.write(req(-1-i, "wait"), cancelOf(-1-i))
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Microsecond, cancel)
				_, err := call(ctx, c, "wait", "")
				require.ErrorIs(t, err, transport.Canceled)
			}
		}
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	round(0)
	before := heap()
	for i := range 3 {
		round(10_000 * (i + 1))
	}
	require.Less(t, heap(), before+(1<<20))
	holdsNothing(t, x.session)
	holdsNothing(t, c.Session())
}

// A cancellation comes just when the handler returns, and its memory is used again.
func TestCancelMeetsReturn(t *testing.T) {
	x := serve(t, methods{"echo": echo}, transport.Options{}, jsonrpc.Rev20250326)
	const rounds, each = 100, 30
	go func() {
		for i := range rounds {
			var list []string
			for j := range each {
				list = append(list, req(i*each+j+1, "echo"))
			}
			lines := []string{"[" + strings.Join(list, ",") + "]"} // all have goroutines of their own
			for j := range each {
				lines = append(lines, cancelOf(i*each+j+1))
			}
			_, _ = io.WriteString(x.out, strings.Join(lines, "\n")+"\n")
		}
		_, _ = io.WriteString(x.out, req(0, "ping")+"\n")
	}()
	for {
		line, err := x.in.ReadString('\n')
		require.NoError(t, err)
		if strings.HasPrefix(line, `{"jsonrpc":"2.0","id":0,`) {
			break
		}
	}
	holdsNothing(t, x.session)
}
