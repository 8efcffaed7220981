package transport_test

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// ledger notes the notifications that were handled, and whether two were at a time.
type ledger struct {
	mu     sync.Mutex
	texts  []string
	active atomic.Int32
	mixed  atomic.Bool
}

func (l *ledger) note(_ context.Context, _ writer, m *message) {
	if l.active.Add(1) != 1 {
		l.mixed.Store(true)
	}
	runtime.Gosched()
	l.mu.Lock()
	l.texts = append(l.texts, textOf(m.Params))
	l.mu.Unlock()
	l.active.Add(-1)
}

func (l *ledger) list() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.texts...)
}

func numbers(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = strconv.Itoa(i)
	}
	return list
}

func TestNotificationsBeforeRequests(t *testing.T) {
	const n = 100
	var l ledger
	c := connect(t, methods{
		"note": l.note,
		"count": func(_ context.Context, w writer, _ *message) {
			if l.active.Load() != 0 {
				l.mixed.Store(true)
			}
			_ = w.Result(text(strconv.Itoa(len(l.list()))))
		},
		"slow": func(context.Context, writer, *message) { time.Sleep(5 * transport.Tick) },
	}, nil, nil)
	var slow sync.WaitGroup
	defer slow.Wait()
	for i := range n {
		if i%20 == 0 { // the role changes in between
			slow.Go(func() { _, _ = call(within(t), c, "slow", "") })
		}
		require.NoError(t, c.Notify(within(t), "note", text(strconv.Itoa(i))))
	}
	got, err := call(within(t), c, "count", "")
	require.NoError(t, err)
	require.Equal(t, strconv.Itoa(n), got)
	require.Equal(t, numbers(n), l.list())
	require.False(t, l.mixed.Load())
}

// The reader is not relieved while it handles a notification, however long that takes; not in a batch either.
func TestRequestWaitsForSlowNotification(t *testing.T) {
	for name, notification := range map[string]string{
		"alone":      notice("note", "{}"),
		"in a batch": "[" + notice("note", "{}") + "," + req(2, "finished") + "]",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				finished := false
				x := serve(t, methods{
					"note": func(context.Context, writer, *message) {
						time.Sleep(time.Minute)
						finished = true
					},
					"finished": func(_ context.Context, w writer, _ *message) { _ = w.Result(text(strconv.FormatBool(finished))) },
				}, transport.Options{}, jsonrpc.Rev20250326)
				x.write(notification, req(1, "finished"))
				want := map[string]int{result("1", "true"): 1}
				if name != "alone" {
					want["["+result("2", "true")+"]"] = 1
				}
				for range want {
					line, err := x.in.ReadString('\n')
					require.NoError(t, err)
					require.Contains(t, want, line[:len(line)-1])
				}
			})
		})
	}
}

func TestResponseAfterItsNotifications(t *testing.T) {
	const n = 50
	var l ledger
	c := connect(t, methods{"work": func(ctx context.Context, w writer, _ *message) {
		for i := range n {
			_ = w.Notify(ctx, "note", text(strconv.Itoa(i)))
		}
		_ = w.Result(nil)
	}}, methods{"note": l.note}, nil)
	_, err := call(within(t), c, "work", "")
	require.NoError(t, err)
	require.Equal(t, numbers(n), l.list(), "all of them, before Do returns")
	require.False(t, l.mixed.Load())
}

// Requests run at the same time: each of these waits until all are there.
func TestRequestsAreConcurrent(t *testing.T) {
	const n = 8
	var there sync.WaitGroup
	there.Add(n)
	c := connect(t, methods{"meet": func(ctx context.Context, w writer, m *message) {
		there.Done()
		there.Wait()
		echo(ctx, w, m)
	}}, nil, nil)
	var calls sync.WaitGroup
	for _, s := range numbers(n) {
		calls.Go(func() {
			if got, err := call(within(t), c, "meet", s); err != nil || got != s {
				t.Error(got, err)
			}
		})
	}
	calls.Wait()
}

// Many calls from both sides at a time: each gets its own answer.
func TestManyCalls(t *testing.T) {
	h := methods{"echo": echo, "back": back("echo")}
	c := connect(t, h, h, nil)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for j := range 100 {
				s := strconv.Itoa(i*1000 + j)
				method, want := "echo", s
				if j%4 == 0 {
					method, want = "back", "("+s+")"
				}
				if got, err := call(within(t), c, method, s); err != nil || got != want {
					t.Error(got, want, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// What would wait for itself is refused: the answer would come after the notification, and that is still being handled.
func TestNotificationHandlerCannotWait(t *testing.T) {
	for name, line := range map[string]string{"alone": notice("note", "{}"), "in a batch": "[" + notice("note", "{}") + "]"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got [4]error
				x := serve(t, methods{
					"note": func(ctx context.Context, w writer, m *message) {
						_, got[0] = call(ctx, w, "echo", "x")
						_, got[1] = call(ctx, m.Info().Session, "echo", "x")
						child, stop := context.WithTimeout(ctx, time.Hour)
						defer stop()
						_, got[2] = call(child, m.Info().Session, "echo", "x")
						got[3] = w.Notify(ctx, "note", nil) // that is no wait
					},
					"echo": echo,
				}, transport.Options{}, jsonrpc.Rev20250326)
				x.write(line, req(1, "echo"))
				require.Equal(t, "note", x.read().Method)
				require.Equal(t, []string{"1"}, x.answered(1))
				for _, err := range got[:3] {
					require.ErrorIs(t, err, transport.Deadlock)
				}
				require.NoError(t, got[3])
			})
		})
	}
}

// A handler of a notification does not wait for room either: the peer may read only once it is read from. What there is room for
// goes out, whatever the peer does.
func TestNotificationHandlerDoesNotWaitForRoom(t *testing.T) {
	onAllWriters(t, func(t *testing.T, how func(*transport.Stream)) {
		const room = 5
		var got []error
		x := serve(t, methods{
			"note": func(ctx context.Context, w writer, m *message) {
				began := time.Now()
				for range room {
					got = append(got, w.Notify(ctx, "by writer", nil), m.Info().Session.Notify(ctx, "by session", nil))
				}
				require.Zero(t, time.Since(began))
			},
			"echo": echo,
		}, transport.Options{Limits: transport.Limits{QueueMessages: room}}, jsonrpc.LatestLegacy, sized(1), how)
		x.write(notice("note", "{}"), notice("note", "{}"), req(1, "echo")) // and does not read
		synctest.Wait()
		require.Len(t, got, 4*room, "both were handled")
		full := 0
		for i, err := range got {
			if err != nil {
				require.ErrorIs(t, err, transport.Overloaded)
				require.GreaterOrEqual(t, i, room)
				full++
			}
		}
		require.Positive(t, full)
		for range len(got) - full {
			require.Contains(t, x.read().Method, "by ")
		}
		require.Equal(t, []string{"1"}, x.answered(1))
	})
}
