package transport_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

type key struct{}

// serveIn is like serve, with a context for Serve, and a handler that gets the context of the request "look".
func serveIn(t *testing.T, ctx context.Context, look func(ctx context.Context)) *raw { //nolint:revive // t comes first
	t.Helper()
	r, s := link(t, 64<<10)
	p := pool.New(pool.Config{Name: "test"})
	ended := make(chan error, 1)
	go func() {
		ended <- s.Serve(ctx, methods{"look": func(ctx context.Context, w writer, _ *message) {
			look(ctx)
			_ = w.Result(nil) // refused if it is too late
		}}, &transport.Options{Pool: p})
	}()
	t.Cleanup(func() {
		r.end()
		<-ended
		require.Zero(t, p.Outstanding())
	})
	r.write(`{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{}}}`)
	r.answered(1)
	return r
}

// The context of a request has the values and the deadline of the one that Serve was given, and ends with it, for its reason.
func TestContextOfRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, stop := context.WithTimeout(context.WithValue(t.Context(), key{}, "value"), time.Minute)
		defer stop()
		want, _ := parent.Deadline()
		done := make(chan context.Context)
		r := serveIn(t, parent, func(ctx context.Context) {
			got, ok := ctx.Deadline()
			if ctx.Value(key{}) != "value" || !ok || !got.Equal(want) || ctx.Err() != nil {
				t.Error(ctx.Value(key{}), got, ok, ctx.Err())
			}
			short, stop := context.WithTimeout(ctx, time.Second)
			defer stop()
			<-short.Done()
			if ctx.Err() != nil || !errors.Is(short.Err(), context.DeadlineExceeded) {
				t.Error(ctx.Err(), short.Err())
			}
			<-parent.Done()
			first := ctx.Err() // nil before the end got here
			<-ctx.Done()
			synctest.Wait()
			if first != nil && !errors.Is(first, context.DeadlineExceeded) || !errors.Is(ctx.Err(), context.DeadlineExceeded) || !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
				t.Error("the reason changes: ", first, ctx.Err(), context.Cause(ctx))
			}
			done <- ctx
		})
		r.write(req(1, "look"))
		ctx := <-done
		synctest.Wait()
		require.Error(t, ctx.Err())
		_, ok := ctx.Deadline()
		require.False(t, ok, "it belongs to nobody any more")
		require.Nil(t, ctx.Value(key{}))
		require.Nil(t, context.WithoutCancel(ctx).Value(key{}))
	})
}

// Children of a request's context cost no goroutine, and end with it.
func TestChildContexts(t *testing.T) {
	x := newWaiter()
	children := make(chan []context.Context, 1)
	h := x.methods()
	h["children"] = func(ctx context.Context, w writer, _ *message) {
		before := runtime.NumGoroutine()
		var list []context.Context
		for range 100 {
			child, stop := context.WithTimeout(ctx, time.Hour)
			defer stop()
			grandchild, stop := context.WithCancel(child)
			defer stop()
			list = append(list, child, grandchild)
		}
		stop := context.AfterFunc(ctx, func() { t.Error("it was stopped") })
		if !stop() {
			t.Error("stop was in time")
		}
		s := "no goroutine"
		if n := runtime.NumGoroutine(); n > before+10 { // others come and go
			s = "goroutines"
		}
		children <- list
		_ = w.Result(text(s))
	}
	c := connect(t, h, nil, nil)
	got, err := call(within(t), c, "children", "")
	require.NoError(t, err)
	require.Equal(t, "no goroutine", got)
	for _, child := range <-children {
		<-child.Done()
		require.ErrorIs(t, child.Err(), context.Canceled)
	}

	ctx, cancel := context.WithCancel(within(t))
	after := make(chan error, 1)
	go func() {
		ctx := <-x.started
		context.AfterFunc(ctx, func() { after <- ctx.Err() })
		cancel()
	}()
	_, err = call(ctx, c, "wait", "")
	require.ErrorIs(t, err, transport.Canceled)
	require.ErrorIs(t, <-after, context.Canceled)
	<-x.answer
}

// A handler that keeps w and ctx finds them dead, also while they could be taken for those of another request.
func TestStaleHandles(t *testing.T) {
	type kept struct {
		w   writer
		ctx context.Context
	}
	first, second, resume := make(chan kept, 1), make(chan kept, 1), make(chan struct{})
	h := methods{
		"first": func(ctx context.Context, w writer, _ *message) { first <- kept{w, ctx} },
		"second": func(ctx context.Context, w writer, _ *message) {
			second <- kept{w, ctx}
			<-resume
			_ = w.Result(text("second")) // the test sees what comes
		},
	}
	c := connect(t, h, nil, nil)
	outcome := make(chan error, 1)
	try := func() (old, now kept) {
		_, err := call(within(t), c, "first", "")
		require.Error(t, err)
		old = <-first
		require.Eventually(t, func() bool { return old.ctx.Err() != nil }, patience, time.Millisecond, "the handler has returned")
		go func() {
			got, err := call(within(t), c, "second", "")
			if got != "second" {
				err = errors.Join(err, errors.New("the answer is "+got))
			}
			outcome <- err
		}()
		return old, <-second
	}
	old, now := try()
	for tries := 0; transport.RequestOf(old.w) != transport.RequestOf(now.w); tries++ { // the next one came before the memory was free
		require.Less(t, tries, 1000, "the memory is used again, or this test shows nothing")
		resume <- struct{}{}
		require.NoError(t, <-outcome)
		old, now = try()
	}

	require.ErrorIs(t, old.w.Result(text("wrong")), transport.Stale)
	require.ErrorIs(t, old.w.Error(jsonrpc.NewError(1, "wrong", nil)), transport.Stale)
	require.ErrorIs(t, old.w.Notify(t.Context(), "note", nil), transport.Stale)
	_, err := call(t.Context(), old.w, "echo", "")
	require.ErrorIs(t, err, transport.Stale)
	require.ErrorIs(t, old.ctx.Err(), context.Canceled)
	<-old.ctx.Done()
	child, stop := context.WithCancel(old.ctx)
	defer stop()
	<-child.Done()
	called := make(chan struct{})
	require.False(t, context.AfterFunc(old.ctx, func() { close(called) })(), "it runs already")
	<-called
	require.NoError(t, now.ctx.Err(), "the other request goes on")

	close(resume)
	require.NoError(t, <-outcome)
	<-now.ctx.Done() // ends when ServeMessage returns
}
