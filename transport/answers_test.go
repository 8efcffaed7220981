package transport_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

func TestAnswerIsGivenOnce(t *testing.T) {
	errs := make(chan error, 10)
	o := new(transport.PipeOptions)
	o.Server.Observer = new(transport.Counters) // the panic is not to be logged
	c := connect(t, methods{
		"nothing": func(context.Context, writer, *message) {},
		"panic":   func(context.Context, writer, *message) { panic(errOnPurpose) },
		"twice": func(ctx context.Context, w writer, m *message) {
			errs <- w.Result(text("first"))
			errs <- w.Result(text("second"))
			errs <- w.Error(jsonrpc.NewError(1, "third", nil))
			errs <- w.Forward(m)
			errs <- w.Notify(ctx, "note", nil)
			_, err := call(ctx, w, "echo", "late")
			errs <- err
		},
		"retry": func(_ context.Context, w writer, _ *message) {
			errs <- w.Result(unable{})
			errs <- w.Error(&jsonrpc.Error{Code: 1, Data: codec.MakeRaw([]byte("no JSON"))})
			errs <- w.Result(text("third"))
		},
	}, nil, o)
	for _, method := range []string{"nothing", "panic"} {
		_, err := call(within(t), c, method, "")
		var e *jsonrpc.Error
		require.ErrorAs(t, err, &e, method)
		require.Equal(t, jsonrpc.CodeInternalError, e.Code)
		require.Equal(t, "internal error", e.Message)
	}
	got, err := call(within(t), c, "twice", "")
	require.NoError(t, err)
	require.Equal(t, "first", got)
	require.NoError(t, <-errs)
	for range 5 {
		require.ErrorIs(t, <-errs, transport.Answered)
	}
	got, err = call(within(t), c, "retry", "")
	require.NoError(t, err)
	require.Equal(t, "third", got, "what could not be encoded is no answer")
	require.ErrorIs(t, <-errs, errOnPurpose)
	require.Error(t, <-errs)
	require.NoError(t, <-errs)
}

// Any goroutine of a handler may use its ResponseWriter; one answer wins, and nothing is sent for the request behind it.
func TestConcurrentWriters(t *testing.T) {
	var counts atomic.Int32
	var answered atomic.Bool
	c := connect(t, methods{
		"race": func(ctx context.Context, w writer, _ *message) {
			var wg sync.WaitGroup
			var wins atomic.Int32
			for i := range 32 {
				wg.Go(func() {
					if i%2 == 0 {
						_ = w.Notify(ctx, "note", text("x")) // refused after the answer
					} else if w.Result(text("won")) == nil {
						wins.Add(1)
					}
				})
			}
			wg.Wait()
			counts.Store(wins.Load())
			_ = w.Result(text("nobody has won"))
		},
	}, methods{"note": func(context.Context, writer, *message) {
		if answered.Load() {
			t.Error("a notification behind the answer")
		}
	}}, nil)
	for range 100 {
		answered.Store(false)
		got, err := call(within(t), c, "race", "")
		answered.Store(true)
		require.NoError(t, err)
		require.Equal(t, "won", got)
		require.EqualValues(t, 1, counts.Load())
	}
}

// A gateway passes a call on as it is: to a server behind it, and the answer back.
func TestForward(t *testing.T) {
	behind := connect(t, methods{"echo": echo}, nil, nil)
	front := connect(t, jsonrpc.HandlerFunc(func(ctx context.Context, w writer, m *message) {
		if m.Method == "initialize" {
			methods{}.ServeMessage(ctx, w, m)
			return
		}
		c := behind.NewCall("")
		c.Forward(m)
		var e *jsonrpc.Error
		if err := behind.Do(ctx, c); err != nil && !errors.As(err, &e) {
			answer(w, "", err)
		} else if err := w.Forward(&c.Reply); err != nil {
			t.Error(err)
		}
		c.Release()
		// What was forwarded is not borrowed any more: the memory is used by somebody else while the answer may still wait.
		for range 5 {
			_, _ = call(ctx, behind, "echo", "something else, that takes its place")
		}
	}), nil, nil)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for j := range 20 {
				s := fmt.Sprint("as it is ", i, " ", j)
				got, err := call(within(t), front, "echo", s)
				if err != nil || got != s {
					t.Error(got, s, err)
				}
			}
		})
	}
	wg.Wait()
	_, err := call(within(t), front, "other", "")
	var e *jsonrpc.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, jsonrpc.CodeMethodNotFound, e.Code, "the error of the server behind")
}

// Notifications have no answer.
func TestAnswersToNotificationsAreDropped(t *testing.T) {
	errs := make(chan error, 3)
	x := serve(t, methods{
		"note": func(_ context.Context, w writer, m *message) {
			errs <- w.Result(nil)
			errs <- w.Error(jsonrpc.NewError(1, "", nil))
			errs <- w.Forward(m)
		},
	}, transport.Options{}, jsonrpc.LatestLegacy)
	x.write(notice("note", "{}"), notice("unknown", "{}"), req(1, "ping"))
	require.Equal(t, []string{"1"}, x.answered(1))
	for range 3 {
		require.NoError(t, <-errs)
	}
}

// A Call is for the Caller that made it, until it is released.
func TestCallsOfOthers(t *testing.T) {
	h := methods{"echo": echo}
	a, b := connect(t, h, nil, nil), connect(t, h, nil, nil)
	x := a.NewCall("echo")
	require.ErrorIs(t, b.Do(within(t), x), transport.Stale)
	require.NoError(t, a.Do(within(t), x))
	require.NoError(t, a.Session().Do(within(t), x), "again, with a new id")
	x.Release()
	x.Release()
	require.ErrorIs(t, a.Do(within(t), x), transport.Stale)
	require.ErrorIs(t, a.Do(within(t), &jsonrpc.Call{Method: "echo"}), transport.Stale)
}

// Each call back is answered by a handler that calls back itself, ten deep, from many calls at a time.
func TestCallsBackNest(t *testing.T) {
	h := methods{"deeper": func(ctx context.Context, w writer, m *message) {
		n, _ := strconv.Atoi(textOf(m.Params))
		if n == 0 {
			_ = w.Result(text("end"))
			return
		}
		s, err := call(ctx, w, "deeper", strconv.Itoa(n-1))
		answer(w, fmt.Sprintf("%d %s", n, s), err)
	}}
	c := connect(t, h, h, nil)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			got, err := call(within(t), c, "deeper", "10")
			if err != nil || got != "10 9 8 7 6 5 4 3 2 1 end" {
				t.Error(got, err)
			}
		})
	}
	wg.Wait()
}

// The session is a Caller too. In a handler it is known by the context, whatever that was wrapped in.
func TestHandlerCallsBackOnItsSession(t *testing.T) {
	via := func(ctx context.Context, w writer, m *message) {
		ctx, stop := context.WithCancel(context.WithValue(ctx, key{}, "x"))
		defer stop()
		s, err := call(ctx, m.Info().Session, "echo", textOf(m.Params))
		answer(w, s, err)
	}
	got, err := call(within(t), connect(t, methods{"via": via}, methods{"echo": echo}, nil), "via", "x")
	require.NoError(t, err)
	require.Equal(t, "x", got)
}
