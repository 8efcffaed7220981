package contract

import (
	"context"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// ledger notes the notifications that were handled, and whether two were at a time.
type ledger struct {
	mu     sync.Mutex
	texts  []string
	active atomic.Int32
	mixed  atomic.Bool
}

func (l *ledger) note(_ context.Context, r *echoRequest, _ *echoResult) error {
	if l.active.Add(1) != 1 {
		l.mixed.Store(true)
	}
	runtime.Gosched()
	l.mu.Lock()
	l.texts = append(l.texts, string([]byte(r.Params.Text)))
	l.mu.Unlock()
	l.active.Add(-1)
	return nil
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
	onAll(t, func(t *testing.T, start starter) {
		const n = 100
		var l ledger
		r := start(t, mux(map[string]echoFunc{
			"note": l.note,
			"count": func(_ context.Context, _ *echoRequest, out *echoResult) error {
				if l.active.Load() != 0 {
					l.mixed.Store(true)
				}
				out.Text = strconv.Itoa(len(l.list()))
				return nil
			},
		}), nil)
		for i := range n {
			require.NoError(t, note(within(t), r.client, "note", strconv.Itoa(i)))
		}
		got, err := echo(within(t), r.client, "count", "")
		require.NoError(t, err)
		require.Equal(t, strconv.Itoa(n), got)
		require.Equal(t, numbers(n), l.list())
		require.False(t, l.mixed.Load())
	})
}

func TestRequestWaitsForSlowNotification(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		var finished atomic.Bool
		r := start(t, mux(map[string]echoFunc{
			"note": func(context.Context, *echoRequest, *echoResult) error {
				time.Sleep(20 * time.Millisecond)
				finished.Store(true)
				return nil
			},
			"finished": func(_ context.Context, _ *echoRequest, out *echoResult) error {
				out.Text = strconv.FormatBool(finished.Load())
				return nil
			},
		}), nil)
		require.NoError(t, note(within(t), r.client, "note", ""))
		got, err := echo(within(t), r.client, "finished", "")
		require.NoError(t, err)
		require.Equal(t, "true", got)
	})
}

func TestResponseAfterItsNotifications(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		const n = 50
		var l ledger
		r := start(t,
			mux(map[string]echoFunc{"work": func(ctx context.Context, r *echoRequest, _ *echoResult) error {
				for i := range n {
					if err := note(ctx, r, "note", strconv.Itoa(i)); err != nil {
						return err
					}
				}
				return nil
			}}),
			mux(map[string]echoFunc{"note": l.note}))
		_, err := echo(within(t), r.client, "work", "")
		require.NoError(t, err)
		require.Equal(t, numbers(n), l.list(), "all of them, before Do returns")
		require.False(t, l.mixed.Load())
	})
}

// Requests run at the same time: each of these waits until all are there.
func TestRequestsAreConcurrent(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		const n = 8
		var there sync.WaitGroup
		there.Add(n)
		meet := mux(map[string]echoFunc{"meet": func(_ context.Context, r *echoRequest, out *echoResult) error {
			there.Done()
			there.Wait()
			out.Text = r.Params.Text
			return nil
		}})
		r := start(t, meet, nil)
		var calls sync.WaitGroup
		for _, text := range numbers(n) {
			calls.Go(func() {
				if got, err := echo(within(t), r.client, "meet", text); err != nil || got != text {
					t.Error(got, err)
				}
			})
		}
		calls.Wait()
	})
}

// Many calls from both sides at a time: each gets its own answer.
func TestManyCalls(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		h := mux(map[string]echoFunc{"echo": answerEcho, "back": back("echo")})
		r := start(t, h, h)
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				for j := range 20 {
					text := strconv.Itoa(i*1000 + j)
					method, want := "echo", text
					if j%4 == 0 {
						method, want = "back", "("+text+")"
					}
					if got, err := echo(within(t), r.client, method, text); err != nil || got != want {
						t.Error(got, want, err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

var _ jsonrpc.ResponseWriter = (*handle)(nil)
