package contract

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// waiter is a server whose method "wait" waits for its context to end, and then tries to answer.
type waiter struct {
	started chan context.Context
	answer  chan error
}

func newWaiter() *waiter {
	return &waiter{make(chan context.Context, 1), make(chan error, 1)}
}

func (x *waiter) handler() jsonrpc.Handler {
	return handlers(methods{
		"wait": func(ctx context.Context, w writer, _ *message) {
			child, stop := context.WithTimeout(ctx, time.Hour)
			defer stop()
			x.started <- ctx
			<-child.Done()
			x.answer <- w.Result(&echoParams{Text: "too late"})
		},
		"echo": echoFunc(answerEcho).ServeMessage,
	})
}

func TestCallerCancels(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		x := newWaiter()
		r := start(t, x.handler(), nil)
		why := errors.New("changed my mind")
		ctx, cancel := context.WithCancelCause(within(t))
		go func() {
			<-x.started
			cancel(why)
		}()
		_, err := echo(ctx, r.client, "wait", "")
		require.ErrorIs(t, err, transport.Canceled)
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, why)
		require.ErrorIs(t, <-x.answer, transport.Canceled, "the handler is told, and its answer refused")

		got, err := echo(within(t), r.client, "echo", "next")
		require.NoError(t, err)
		require.Equal(t, "next", got)
		require.Zero(t, r.seen.Count(transport.BadMessage))
	})
}

func TestCallTimesOut(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		x := newWaiter()
		r := start(t, x.handler(), nil)
		c := r.client.NewCall("wait")
		c.Timeout = 30 * time.Millisecond
		err := r.client.Do(within(t), c)
		c.Release()
		require.ErrorIs(t, err, transport.Timeout)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.ErrorIs(t, <-x.answer, transport.Canceled)
	})
}

// A request that calls back is cancelled while it waits, and the call back with it.
func TestCancelReachesCallBack(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		x := newWaiter()
		result := make(chan error, 1)
		r := start(t, mux(map[string]echoFunc{"back": func(ctx context.Context, r *echoRequest, _ *echoResult) error {
			_, err := echo(ctx, r, "wait", "")
			result <- err
			return err
		}}), x.handler())
		ctx, cancel := context.WithCancel(within(t))
		go func() {
			<-x.started
			cancel()
		}()
		_, err := echo(ctx, r.client, "back", "")
		require.ErrorIs(t, err, transport.Canceled)
		require.ErrorIs(t, <-result, transport.Canceled)
		// On Streamable HTTP no cancellation comes: the stream that would carry it is that of the cancelled call.
		require.ErrorIs(t, <-x.answer, transport.Canceled)
	})
}

// Modern revisions: who disconnects has cancelled. There is no notification.
func TestDisconnectCancelsModern(t *testing.T) {
	x := newWaiter()
	r := startModern(t, x.handler())
	ctx, cancel := context.WithCancel(within(t))
	go func() {
		<-x.started
		cancel()
	}()
	_, err := echo(ctx, r.client, "wait", "")
	require.ErrorIs(t, err, transport.Canceled)
	<-x.answer // the context has ended
}

// Legacy revisions: a lost connection says nothing (rule D-22, trap T-01).
func TestDisconnectDoesNotCancelLegacy(t *testing.T) {
	var gone context.Context // of net/http
	started, result := make(chan struct{}), make(chan error, 1)
	s := newStreamableServer(handlers(methods{"work": func(ctx context.Context, _ writer, _ *message) {
		close(started)
		<-gone.Done()
		result <- ctx.Err()
	}}), pool.New(pool.Config{Name: "contract"}))
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		gone = r.Context()
		s.ServeHTTP(w, r)
	}))
	defer srv.Close()
	defer s.close()
	c, err := dialStreamable(within(t), srv.URL, jsonrpc.LatestLegacy, nil, s.pool, transport.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()

	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, srv.URL, strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"work"}`))
	require.NoError(t, err)
	req.Header = c.out.(*poster).header.Clone()
	go func() {
		<-started
		cancel()
	}()
	res, err := c.out.(*poster).http.Do(req)
	if err == nil {
		_ = res.Body.Close()
	}
	require.ErrorIs(t, err, context.Canceled)
	require.NoError(t, <-result)
}

// HTTP+SSE: the session is its stream (rules C-07, C-11). When that ends, requests do, and calls at the other end.
func TestLostStreamEndsSession(t *testing.T) {
	x := newWaiter()
	r := startSSE(t, x.handler(), nil)
	result := make(chan error, 1)
	go func() {
		_, err := echo(within(t), r.client, "wait", "")
		result <- err
	}()
	ctx := <-x.started
	require.NoError(t, r.client.Close())
	require.ErrorIs(t, <-result, transport.Closed)
	<-ctx.Done()
	<-x.answer
}

func TestCloseEndsAll(t *testing.T) {
	x := newWaiter()
	noted := make(chan struct{})
	a, b := memPipe(1 << 10)
	p := pool.New(pool.Config{Name: "contract"})
	server := serveStream(a, x.handler(), p, transport.Options{})
	client := serveStream(b, handlers(methods{"note": func(ctx context.Context, _ writer, _ *message) {
		noted <- struct{}{}
		<-ctx.Done()
		noted <- struct{}{}
	}}), p, transport.Options{})
	endsClean(t, p, server, client)

	result := make(chan error, 1)
	go func() {
		_, err := echo(within(t), client, "wait", "")
		result <- err
	}()
	<-x.started
	require.NoError(t, note(within(t), server, "note", ""))
	<-noted
	require.NoError(t, client.Close())
	require.ErrorIs(t, <-result, transport.Closed)
	<-noted // a notification's handler is told too
	<-client.Done()
	_, err := echo(within(t), client, "echo", "")
	require.ErrorIs(t, err, transport.Closed)

	_, err = echo(within(t), server, "echo", "")
	require.ErrorIs(t, err, transport.Closed, "the peer is gone")
	require.NoError(t, server.Close())
	<-x.answer
}

// The answer and the cancellation cross: each call ends with one or the other, and no answer goes astray.
func TestCancelRaces(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		r := start(t, mux(map[string]echoFunc{"echo": answerEcho}), nil)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for j := range 50 {
					ctx, cancel := context.WithCancel(within(t))
					spin := rand.IntN(40)
					go func() {
						for range spin {
							runtime.Gosched()
						}
						cancel()
					}()
					text := strconv.Itoa(i*1000 + j)
					got, err := echo(ctx, r.client, "echo", text)
					if err == nil && got != text || err != nil && !errors.Is(err, transport.Canceled) {
						t.Error(got, text, err)
					}
					cancel()
				}
			})
		}
		wg.Wait()
		_, err := echo(within(t), r.client, "echo", "")
		require.NoError(t, err)
	})
}

// The response says by its form whether there was anything before the answer.
func TestLazyResponse(t *testing.T) {
	s := newStreamableServer(handlers(methods{
		"result": func(_ context.Context, w writer, _ *message) { _ = w.Result(&echoParams{}) },
		"notes": func(ctx context.Context, w writer, _ *message) {
			_ = note(ctx, w, "note", "")
			_ = w.Result(&echoParams{})
		},
	}), pool.New(pool.Config{Name: "contract"}))
	defer s.close()
	post := func(method string) *http.Response {
		w := httptest.NewRecorder()
		req := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"`+method+`"}`))
		req.Header.Set("Mcp-Protocol-Version", jsonrpc.Latest.String())
		s.ServeHTTP(w, req)
		return w.Result()
	}
	const answer = `{"jsonrpc":"2.0","id":1,"result":{"text":"","seq":0,"tags":[]}}`
	res := post("result")
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "application/json", res.Header.Get("Content-Type"))
	require.Equal(t, strconv.Itoa(len(answer)), res.Header.Get("Content-Length"))
	require.Equal(t, answer, string(body))

	res = post("notes")
	body, err = io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "text/event-stream", res.Header.Get("Content-Type"))
	require.Equal(t, "event: message\ndata: "+`{"jsonrpc":"2.0","method":"note","params":{"text":"","seq":0,"tags":[]}}`+
		"\n\nevent: message\ndata: "+answer+"\n\n", string(body))
	require.Zero(t, s.pool.Outstanding())
}
