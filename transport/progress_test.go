package transport_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// G-15, G-18: progress goes with the request while that is active, and is refused after its answer and after its end, as all that belongs
// to it.
func TestProgressEnds(t *testing.T) {
	type result struct{ before, answered, after error }
	got := make(chan result, 1)
	h := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Method == "initialize" {
			_ = w.Result(codec.RawString(agreed))
			return
		}
		if m.Method != "tools/call" {
			jsonrpc.NotFound(ctx, w, m)
			return
		}
		notify := func() error {
			return w.Notify(context.Background(), "notifications/progress", codec.RawString(`{"progressToken":1,"progress":1}`))
		}
		r := result{before: notify()}
		_ = w.Result(nil)
		r.answered = notify()
		returned := ctx.Done()
		go func() {
			<-returned
			r.after = notify()
			got <- r
		}()
	})
	e := served(t, h, nil)
	e.open("2025-11-25", "{}")
	require.Equal(t, `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}`,
		e.ask(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}`))
	require.Equal(t, pong, e.hear())
	r := <-got
	require.NoError(t, r.before)
	require.ErrorIs(t, r.answered, transport.Answered)
	require.ErrorIs(t, r.after, transport.Stale)
	e.silent()
}

// G-14: tokens are unique over the calls that wait; progress reaches the call that it is about, before its answer, and nobody after it. What is
// about no call goes to the handler.
func TestProgressTokens(t *testing.T) {
	for _, v := range []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest} {
		t.Run(v.String(), func(t *testing.T) {
			progress := func(token, n string) string {
				return `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":` + token + `,"progress":` + n + `}}`
			}
			var strays []string
			h := &mcp.ClientHandler{OnProgress: func(_ context.Context, r *mcp.Request[mcp.ProgressNotificationParams]) error {
				strays = append(strays, r.Params.ProgressToken.String())
				return nil
			}}
			both := make(chan struct{})
			c, err := dialed(t, h, &transport.ClientOptions{Revision: v}, func(e *end) {
				m := e.message()
				if v.Modern() {
					e.answer(m, "result", discovered)
				} else {
					e.answer(m, "result", agreed)
					e.message()
				}
				var tokens []string
				var calls []*jsonrpc.Message
				for range 2 {
					m := e.message()
					var p mcp.CallToolParams
					if err := codec.UnmarshalRaw(m.Params, &p); err != nil {
						t.Error(err)
					}
					calls = append(calls, m)
					tokens = append(tokens, p.Meta.Ptr().ProgressToken.String())
				}
				if tokens[0] == tokens[1] {
					t.Error("G-14: a token is used twice")
				}
				<-both
				for i, m := range calls {
					e.say(progress(tokens[i], "1"), progress(`"`+tokens[i]+`"`, "2"), progress(tokens[i]+".0", "3"), progress("null", "4"), progress("{}", "5"),
						progress(tokens[i], "6"), progress(tokens[1-i], "7"))
					e.answer(m, "result", "{}")
					e.say(progress(tokens[i], "8"))
				}
				e.answer(e.message(), "result", `{"prompts":[]}`)
			})
			require.NoError(t, err)
			var wg sync.WaitGroup
			seen := make([]string, 2)
			for i := range seen {
				wg.Go(func() {
					call := c.NewCall("tools/call")
					defer call.Release()
					call.Params = append(call.Params, `{"_meta":{"progressToken":"mine"},"name":"x"}`...)
					call.OnProgress = func(p codec.Raw) {
						var n mcp.ProgressNotificationParams
						if err := codec.UnmarshalRaw(p, &n); err != nil {
							t.Error(err)
						}
						seen[i] += string(rune('0' + int(n.Progress)))
					}
					if err := c.Do(t.Context(), call); err != nil {
						t.Error(err)
					}
				})
			}
			close(both)
			wg.Wait()
			_, err = mcp.ListPrompts(t.Context(), c, nil) // what came before was handled
			require.NoError(t, err)
			// The first call that is answered misses the 7 of the second one's answer.
			require.ElementsMatch(t, []string{"16", "716"}, seen)
			require.Len(t, strays, 2*2+1+2, "texts, fractions, the first call's 7, and what comes late: %v", strays)
		})
	}
}

// G-04: progress begins a timeout anew, up to a maximum.
func TestProgressTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
			for i := 0; ; i++ {
				select {
				case <-ctx.Done():
					return nil
				case <-time.After(9 * time.Second):
				}
				if r.Params.Name == "ten" && i == 10 {
					return nil
				}
				if err := r.Progress(ctx, float64(i), 0, ""); err != nil {
					return err
				}
			}
		}}
		o := new(transport.PipeOptions)
		o.Client.Timeouts = transport.Timeouts{Call: 10 * time.Second, MaxCall: 10 * time.Minute}
		c, err := transport.Pipe(t.Context(), server, nil, o)
		require.NoError(t, err)
		call := c.NewCall("tools/call")
		defer call.Release()
		call.OnProgress = func(codec.Raw) {}
		call.Params = append(call.Params, `{"name":"ten"}`...)
		began := time.Now()
		require.NoError(t, c.Do(t.Context(), call))
		require.Equal(t, 99*time.Second, time.Since(began))
		began = time.Now()
		call.Params = append(call.Params[:0], `{"name":"more"}`...)
		require.ErrorIs(t, c.Do(t.Context(), call), transport.Timeout)
		require.InDelta(t, (10 * time.Minute).Seconds(), time.Since(began).Seconds(), 10)
		require.NoError(t, c.Close())
	})
}

// log messages go to who has asked for them with the request, and from the level on that it has named; sessions get all.
func TestLogLevels(t *testing.T) {
	levels := []string{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}
	h := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		for _, level := range append(levels, "loud") {
			if err := r.Notify(ctx, "notifications/message", codec.RawString(`{"level":"`+level+`","data":1}`)); err != nil {
				return err
			}
		}
		return r.Notify(ctx, "notifications/message", codec.RawString(`{"data":1}`))
	}}
	e := served(t, h, nil)
	e.open("2025-11-25", "{}")
	hear := func() (n int) {
		for line := e.hear(); ; line = e.hear() {
			var m jsonrpc.Message
			require.NoError(t, jsonrpc.Scan([]byte(line), &m))
			if m.Kind == jsonrpc.Response {
				return n
			}
			n++
		}
	}
	e.say(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"x"}}`)
	require.Equal(t, 10, hear())
	e.say(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"x",` + modern + `}}`)
	require.Zero(t, hear())
	for i, level := range levels {
		e.say(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"x","_meta":{"io.modelcontextprotocol/logLevel":"` + level +
			`","io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}}}`)
		require.Equal(t, len(levels)-i, hear(), level)
	}
}
