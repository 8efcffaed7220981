package contract

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

type (
	methods = map[string]func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message)
	writer  = jsonrpc.ResponseWriter
	message = jsonrpc.Message
)

// handlers routes messages by method to plain functions.
func handlers(funcs methods) jsonrpc.Handler {
	x := new(jsonrpc.Mux)
	for method, f := range funcs {
		x.HandleFunc(method, f)
	}
	return x
}

var errNoText = errors.New("no text")

// unable is a result that cannot be encoded.
type unable struct{}

func (unable) AppendJSON(dst []byte) ([]byte, error) { return append(dst, `{"half":`...), errNoText }

func TestAnswerIsGivenOnce(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		errs := make(chan error, 10)
		r := start(t, handlers(methods{
			"nothing": func(context.Context, writer, *message) {},
			"panic":   func(context.Context, writer, *message) { panic("on purpose") },
			"twice": func(ctx context.Context, w writer, m *message) {
				errs <- w.Result(&echoParams{Text: "first"})
				errs <- w.Result(&echoParams{Text: "second"})
				errs <- w.Error(jsonrpc.NewError(1, "third", nil))
				errs <- w.Forward(m)
				errs <- note(ctx, w, "note", "late")
				_, err := echo(ctx, w, "echo", "late")
				errs <- err
			},
			"retry": func(_ context.Context, w writer, _ *message) {
				errs <- w.Result(unable{})
				errs <- w.Result(&echoParams{Text: "second"})
			},
		}), nil)
		for _, method := range []string{"nothing", "panic"} {
			_, err := echo(within(t), r.client, method, "")
			var e *jsonrpc.Error
			require.ErrorAs(t, err, &e, method)
			require.Equal(t, jsonrpc.CodeInternalError, e.Code)
			require.Equal(t, "internal error", e.Message)
		}
		got, err := echo(within(t), r.client, "twice", "")
		require.NoError(t, err)
		require.Equal(t, "first", got)
		require.NoError(t, <-errs)
		for range 5 {
			require.ErrorIs(t, <-errs, transport.Answered)
		}
		got, err = echo(within(t), r.client, "retry", "")
		require.NoError(t, err)
		require.Equal(t, "second", got, "what could not be encoded is no answer")
		require.ErrorIs(t, <-errs, errNoText)
		require.NoError(t, <-errs)
	})
}

// A handler that keeps w and ctx finds them dead, also while they could be taken for those of another request.
func TestStaleHandles(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		type kept struct {
			w   writer
			ctx context.Context
		}
		first, second, resume := make(chan kept, 1), make(chan kept, 1), make(chan struct{})
		r := start(t, handlers(methods{
			"first": func(ctx context.Context, w writer, _ *message) { first <- kept{w, ctx} },
			"second": func(ctx context.Context, w writer, _ *message) {
				second <- kept{w, ctx}
				<-resume
				_ = w.Result(&echoParams{Text: "second"}) // the test sees what comes
			},
		}), nil)
		_, err := echo(within(t), r.client, "first", "")
		require.Error(t, err)
		old := <-first
		require.Eventually(t, func() bool { return old.ctx.Err() != nil }, 10*time.Second, time.Millisecond, "the handler has returned")

		answer := make(chan error, 1)
		go func() {
			got, err := echo(within(t), r.client, "second", "")
			if got != "second" {
				err = errors.Join(err, errors.New("the answer is "+got))
			}
			answer <- err
		}()
		now := <-second
		if !r.client.http { // there it is not certain that the first one was taken back in time
			require.Same(t, old.w.(*handle).r, now.w.(*handle).r, "the memory is used again, or this test shows nothing")
		}

		require.ErrorIs(t, old.w.Result(&echoParams{Text: "wrong"}), transport.Stale)
		require.ErrorIs(t, old.w.Error(jsonrpc.NewError(1, "wrong", nil)), transport.Stale)
		require.ErrorIs(t, note(t.Context(), old.w, "note", ""), transport.Stale)
		_, err = echo(t.Context(), old.w, "echo", "")
		require.ErrorIs(t, err, transport.Stale)
		require.ErrorIs(t, old.ctx.Err(), context.Canceled)
		<-old.ctx.Done()
		child, stop := context.WithCancel(old.ctx)
		defer stop()
		<-child.Done()
		require.NoError(t, now.ctx.Err(), "the other request goes on")

		close(resume)
		require.NoError(t, <-answer)
		<-now.ctx.Done() // ends when ServeMessage returns
	})
}

// Any goroutine of a handler may use its ResponseWriter; one answer wins.
func TestConcurrentWriters(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		counts := make(chan int32, 1)
		r := start(t, handlers(methods{
			"race": func(ctx context.Context, w writer, _ *message) {
				var wg sync.WaitGroup
				var wins atomic.Int32
				for i := range 32 {
					wg.Go(func() {
						if i%2 == 0 {
							_ = note(ctx, w, "note", "") // refused after the answer
						} else if w.Result(&echoParams{Text: "won"}) == nil {
							wins.Add(1)
						}
					})
				}
				wg.Wait()
				counts <- wins.Load()
			},
		}), handlers(methods{"note": func(context.Context, writer, *message) {}}))
		for range 20 {
			got, err := echo(within(t), r.client, "race", "")
			require.NoError(t, err)
			require.Equal(t, "won", got)
			require.EqualValues(t, 1, <-counts)
		}
	})
}

// A gateway passes a call on as it is: to a server behind it, and the answer back.
func TestForward(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		behind := start(t, mux(map[string]echoFunc{"echo": answerEcho}), nil)
		front := start(t, jsonrpc.HandlerFunc(func(ctx context.Context, w writer, m *message) {
			c := behind.client.NewCall("")
			defer c.Release()
			c.Forward(m)
			var e *jsonrpc.Error
			if err := behind.client.Do(ctx, c); err != nil && !errors.As(err, &e) {
				_ = w.Error(jsonrpc.NewError(jsonrpc.CodeInternalError, "the server behind is gone", err)) // the test sees it
				return
			}
			_ = w.Forward(&c.Reply) // the test sees what comes
		}), nil)
		got, err := echo(within(t), front.client, "echo", "as it is")
		require.NoError(t, err)
		require.Equal(t, "as it is", got)
		_, err = echo(within(t), front.client, "other", "")
		var e *jsonrpc.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, jsonrpc.CodeMethodNotFound, e.Code, "the error of the server behind")
	})
}

// Notifications have no answer.
func TestAnswersToNotificationsAreDropped(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		errs := make(chan error, 2)
		r := start(t, handlers(methods{
			"note": func(_ context.Context, w writer, _ *message) {
				errs <- w.Result(&echoParams{})
				errs <- w.Error(jsonrpc.NewError(1, "", nil))
			},
			"echo": echoFunc(answerEcho).ServeMessage,
		}), nil)
		require.NoError(t, note(within(t), r.client, "note", ""))
		require.NoError(t, <-errs)
		require.NoError(t, <-errs)
		got, err := echo(within(t), r.client, "echo", "x")
		require.NoError(t, err)
		require.Equal(t, "x", got)
		require.Zero(t, r.seen.Count(transport.LateAnswer)+r.seen.Count(transport.BadMessage))
	})
}

// A Call is for the Caller that made it, until it is released.
func TestCallsOfOthers(t *testing.T) {
	h := mux(map[string]echoFunc{"echo": answerEcho})
	a, b := startPipe(t, h, nil).client, startPipe(t, h, nil).client
	c := a.NewCall("echo")
	require.ErrorIs(t, b.Do(within(t), c), transport.Stale)
	require.NoError(t, a.Do(within(t), c))
	require.NoError(t, a.Do(within(t), c), "again, with a new id")
	c.Release()
	require.ErrorIs(t, a.Do(within(t), c), transport.Stale)
	require.ErrorIs(t, a.Do(within(t), &jsonrpc.Call{Method: "echo"}), transport.Stale)
}

var _ codec.Appender = unable{}
