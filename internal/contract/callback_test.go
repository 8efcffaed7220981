package contract

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

func TestEcho(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		r := start(t, mux(map[string]echoFunc{"echo": answerEcho}), nil)
		for _, text := range []string{"", "hello", "line\nbreak \u00e9 \U0001f600", string(make([]byte, 100_000))} {
			got, err := echo(within(t), r.client, "echo", text)
			require.NoError(t, err)
			require.Equal(t, text, got)
		}
		_, err := echo(within(t), r.client, "other", "")
		var e *jsonrpc.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, jsonrpc.CodeMethodNotFound, e.Code)
	})
}

// back returns a function that asks the peer's method with its text, and adds a bracket to the answer.
func back(method string) echoFunc {
	return func(ctx context.Context, r *echoRequest, out *echoResult) error {
		text, err := echo(ctx, r, method, r.Params.Text)
		out.Text = "(" + text + ")"
		return err
	}
}

func TestHandlerCallsBack(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		r := start(t, mux(map[string]echoFunc{"back": back("echo")}), mux(map[string]echoFunc{"echo": answerEcho}))
		got, err := echo(within(t), r.client, "back", "x")
		require.NoError(t, err)
		require.Equal(t, "(x)", got)
	})
}

// Each call back is answered by a handler that calls back itself, ten deep, from many calls at a time.
func TestCallsBackNest(t *testing.T) {
	deeper := func(ctx context.Context, r *echoRequest, out *echoResult) error {
		n, err := strconv.Atoi(r.Params.Text)
		if err != nil || n == 0 {
			out.Text = "end"
			return err
		}
		text, err := echo(ctx, r, "deeper", strconv.Itoa(n-1))
		out.Text = fmt.Sprintf("%d %s", n, text)
		return err
	}
	onAll(t, func(t *testing.T, start starter) {
		h := mux(map[string]echoFunc{"deeper": deeper})
		r := start(t, h, h)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				got, err := echo(within(t), r.client, "deeper", "10")
				if err != nil || got != "10 9 8 7 6 5 4 3 2 1 end" {
					t.Error(got, err)
				}
			})
		}
		wg.Wait()
	})
}

// The session is a Caller too. In a handler it is known by the context.
func TestHandlerCallsBackOnItsSession(t *testing.T) {
	viaSession := func(ctx context.Context, r *echoRequest, out *echoResult) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		text, err := echo(ctx, r.Info.Session, "echo", r.Params.Text)
		out.Text = text
		return err
	}
	h, client := mux(map[string]echoFunc{"via": viaSession}), mux(map[string]echoFunc{"echo": answerEcho})
	for name, start := range map[string]starter{"pipe": startPipe, "sse": startSSE} {
		t.Run(name, func(t *testing.T) {
			got, err := echo(within(t), start(t, h, client).client, "via", "x")
			require.NoError(t, err)
			require.Equal(t, "x", got)
		})
	}
	t.Run("streamable", func(t *testing.T) { // there is no standing stream here
		_, err := echo(within(t), startStreamable(t, h, client).client, "via", "x")
		require.ErrorContains(t, err, "internal error")
	})
}

// What would wait for itself is refused: the answer would come after the notification, and that is still being handled.
func TestNotificationHandlerCannotWait(t *testing.T) {
	onAll(t, func(t *testing.T, start starter) {
		got := make(chan error, 2)
		r := start(t, mux(map[string]echoFunc{
			"note": func(ctx context.Context, r *echoRequest, _ *echoResult) error {
				_, err := echo(ctx, r, "echo", "x")
				got <- err
				_, err = echo(ctx, r.Info.Session, "echo", "x")
				got <- err
				return nil
			},
			"echo": answerEcho,
		}), mux(map[string]echoFunc{"echo": answerEcho}))
		require.NoError(t, note(within(t), r.client, "note", ""))
		require.ErrorIs(t, <-got, transport.Deadlock)
		require.ErrorIs(t, <-got, transport.Deadlock)
		_, err := echo(within(t), r.client, "echo", "still there")
		require.NoError(t, err)
	})
}

// Modern requests have no way back; Info says so, and Do.
func TestModernServerCannotCall(t *testing.T) {
	r := startModern(t, mux(map[string]echoFunc{
		"back": func(ctx context.Context, r *echoRequest, out *echoResult) error {
			_, err := echo(ctx, r, "echo", "")
			out.Text = fmt.Sprint(r.Info.CanCall, r.Info.Session == nil, transport.CodeOf(err) == transport.CannotCall)
			return nil
		},
	}))
	got, err := echo(within(t), r.client, "back", "")
	require.NoError(t, err)
	require.Equal(t, "false true true", got)
}

// Results come in the form of the peer's revision.
func TestResultForRevision(t *testing.T) {
	h := mux(map[string]echoFunc{"echo": answerEcho})
	for v, want := range map[jsonrpc.Revision]string{jsonrpc.LatestLegacy: "", jsonrpc.Latest: "complete"} {
		r := dialTo(t, v, h, nil)
		c := r.client.NewCall("echo")
		require.Equal(t, v, c.Revision)
		c.Params = append(c.Params, `{"text":"x"}`...)
		require.NoError(t, r.client.Do(within(t), c))
		require.Equal(t, v, c.Reply.Info().Revision)
		out, err := resultOf(c)
		require.NoError(t, err)
		require.Equal(t, want, out.ResultType)
		c.Release()
	}
}
