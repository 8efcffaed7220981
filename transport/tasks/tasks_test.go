package tasks_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport/tasks"
)

type (
	callRequest = mcp.Request[mcp.CallToolParams]
	callResult  = mcp.CallToolResult
)

// slow is a task that takes ten seconds and ends as its name says.
func slow(ctx context.Context, r *callRequest, out *callResult) error {
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	if err := tasks.Begin(ctx); err != nil { // again
		return err
	}
	if err := r.Notify(ctx, "notifications/message", nil); err != nil { // K-13
		return err
	}
	select {
	case <-time.After(10 * time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	switch r.Params.Name {
	case "refuse":
		return jsonrpc.NewError(-7, "refused", nil)
	case "fail":
		return errors.New("a secret")
	case "panic":
		panic("a secret")
	case "tool error":
		out.SetError("failed")
	default:
		out.AddText("name " + r.Params.Name)
	}
	return nil
}

// K-10, K-14, K-15: a task is answered with at once, and outlives its exchange; how it ends is what its function returns.
func TestEnds(t *testing.T) {
	for name, want := range map[string]struct{ status, more string }{
		"done":       {"completed", `"result":{"content":[{"type":"text","text":"name done"}],"resultType":"complete"}`},
		"tool error": {"completed", `"result":{"content":[{"type":"text","text":"failed"}],"resultType":"complete","isError":true}`},
		"refuse":     {"failed", `"error":{"code":-7,"message":"refused"}`},
		"fail":       {"failed", `"error":{"code":-32603,"message":"internal error"}`},
		"panic":      {"failed", `"error":{"code":-32603,"message":"internal error"}`},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := client(t, nil, slow)
			ctx, gone := context.WithCancel(t.Context())
			created, w := p.do(ctx, "tools/call", `{"name":"`+name+`"}`)
			gone() // the exchange is over
			require.Zero(t, w.notified)
			id := member(t, created, "taskId")
			members := `"taskId":"` + id + `","status":"working","createdAt":"2000-01-01T00:00:00.000Z","lastUpdatedAt":"2000-01-01T00:00:00.000Z",` +
				`"ttlMs":900000,"pollIntervalMs":1000}`
			require.Equal(t, `{"resultType":"task",`+members, created)
			time.Sleep(9 * time.Second)
			require.Equal(t, `{"resultType":"complete",`+members, p.get(id))
			time.Sleep(2 * time.Second)
			require.Equal(t, `{"resultType":"complete","taskId":"`+id+`","status":"`+want.status+`","createdAt":"2000-01-01T00:00:00.000Z",`+
				`"lastUpdatedAt":"2000-01-01T00:00:10.000Z","ttlMs":900000,"pollIntervalMs":1000,`+want.more+`}`, p.get(id), name)
			ack, _ := p.do(t.Context(), "tasks/cancel", `{"taskId":"`+id+`"}`)
			require.Equal(t, `{"resultType":"complete"}`, ack, "a task that has ended is cancelled in vain")
			require.Equal(t, want.status, member(t, p.get(id), "status"))
			time.Sleep(tasks.DefaultTTL)
			require.Equal(t, "-32602", member(t, p.get(id), "code"), "it is forgotten")
		})
	}
}

// A task ends with tasks/cancel, with its time, and with the Handler; its function's context does too.
func TestCancel(t *testing.T) {
	for name, cancel := range map[string]func(p *peer, id string){
		"tasks/cancel": func(p *peer, id string) {
			ack, _ := p.do(p.t.Context(), "tasks/cancel", `{"taskId":"`+id+`"}`)
			require.Equal(p.t, `{"resultType":"complete"}`, ack)
		},
		"time":  func(*peer, string) { time.Sleep(6 * time.Second) },
		"Close": func(p *peer, _ string) { require.NoError(p.t, p.h.Close(p.t.Context())) },
	} {
		synctest.Test(t, func(t *testing.T) {
			ended := make(chan error, 1)
			p := client(t, &tasks.Options{TTL: 5 * time.Second, MaxTasks: 1}, func(ctx context.Context, r *callRequest, out *callResult) error {
				err := slow(ctx, r, out)
				ended <- err
				return err
			})
			id := p.begin(`{"name":"x"}`)
			refused, _ := p.do(t.Context(), "tools/call", `{"name":"x"}`)
			require.Equal(t, "-32603", member(t, refused, "code"), "there are no more than MaxTasks")
			require.Error(t, <-ended)
			cancel(p, id)
			require.ErrorIs(t, <-ended, context.Canceled, name)
			if name == "tasks/cancel" {
				require.Equal(t, "cancelled", member(t, p.get(id), "status"))
			} else {
				require.Equal(t, "-32602", member(t, p.get(id), "code"))
			}
			if name == "Close" {
				refused, _ := p.do(t.Context(), "tools/call", `{"name":"x"}`)
				require.Equal(t, "-32603", member(t, refused, "code"))
				<-ended
			}
		})
	}
}

// K-12, K-10: what there is for clients that have not declared the extension, and in revisions without it.
func TestUndeclared(t *testing.T) {
	required := `{"code":-32021,"message":"the client has to declare io.modelcontextprotocol/tasks",` +
		`"data":{"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}}}`
	p := client(t, nil, func(ctx context.Context, r *callRequest, out *callResult) error {
		err := tasks.Begin(ctx)
		if r.Params.Name == "needs it" {
			return err
		}
		out.AddText("at once")
		return r.Notify(ctx, "notifications/message", nil)
	})
	p.info.Capabilities = codec.RawString(`{"extensions":{"another":{}}}`)
	for _, method := range []string{"tasks/get", "tasks/update", "tasks/cancel"} {
		got, _ := p.do(t.Context(), method, `{"taskId":"x"}`)
		require.Equal(t, required, got, method)
	}
	got, _ := p.do(t.Context(), "tools/call", `{"name":"needs it"}`)
	require.Equal(t, required, got)
	got, w := p.do(t.Context(), "tools/call", `{"name":"x"}`)
	require.Equal(t, `{"content":[{"type":"text","text":"at once"}],"resultType":"complete"}`, got)
	require.Equal(t, 1, w.notified)

	p.info.Capabilities = codec.RawString(declares)
	for _, method := range []string{"tasks/list", "tasks/result"} {
		got, _ := p.do(t.Context(), method, `{"taskId":"x"}`)
		require.Equal(t, "-32601", member(t, got, "code"), method)
	}
	for _, params := range []string{`{"taskId":"x"}`, `{}`, `{"taskId":7}`} {
		got, _ := p.do(t.Context(), "tasks/get", params)
		require.Equal(t, "-32602", member(t, got, "code"), params)
	}
	p.info.Revision = jsonrpc.Rev20251125
	got, _ = p.do(t.Context(), "tools/call", `{"name":"x"}`)
	require.Equal(t, `{"content":[{"type":"text","text":"at once"}]}`, got)
}

// A function that does not call Begin answers as ever, with its client waiting; what it panics with goes to whoever serves the request.
func TestNoTask(t *testing.T) {
	p := client(t, nil, func(ctx context.Context, r *callRequest, out *callResult) error {
		switch r.Params.Name {
		case "wait":
			<-ctx.Done() // the exchange ends it
			return ctx.Err()
		case "panic":
			panic("a secret")
		}
		out.AddText("at once")
		return r.Notify(ctx, "notifications/message", nil)
	})
	got, w := p.do(t.Context(), "tools/call", `{"name":"x"}`)
	require.Equal(t, `{"content":[{"type":"text","text":"at once"}],"resultType":"complete"}`, got)
	require.Equal(t, 1, w.notified)
	require.PanicsWithValue(t, "a secret", func() { p.do(t.Context(), "tools/call", `{"name":"panic"}`) })
	ctx, gone := context.WithCancel(t.Context())
	gone()
	got, _ = p.do(ctx, "tools/call", `{"name":"wait"}`)
	require.Equal(t, "-32603", member(t, got, "code"))
}

// A task that asks waits for all answers, which may come one by one; then its function runs again, with them and its state.
func TestInput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := client(t, nil, func(ctx context.Context, r *callRequest, out *callResult) error {
			if err := tasks.Begin(ctx); err != nil {
				return err
			}
			if state, ok := r.Params.RequestState.Get(); ok {
				a, _ := codec.Get(r.Params.InputResponses, "a")
				b, _ := codec.Get(r.Params.InputResponses, "b")
				out.AddText(state + string(a.(*mcp.ElicitResult).Action) + string(b.(*mcp.ElicitResult).Action) + r.Params.Arguments.String())
				return nil
			}
			ask := &mcp.InputRequiredResult{RequestState: mcp.Some("state ")}
			ask.Add("a", &mcp.ElicitRequest{Params: &mcp.ElicitFormParams{Message: "A?"}})
			ask.Add("b", &mcp.ElicitRequest{Params: &mcp.ElicitFormParams{Message: "B?"}})
			return r.RequireInput(ask)
		})
		id := p.begin(`{"name":"x","arguments":{"n":1}}`)
		synctest.Wait()
		a := `"a":{"method":"elicitation/create","params":{"message":"A?","requestedSchema":{"type":"object","properties":{}}}}`
		b := `"b":{"method":"elicitation/create","params":{"message":"B?","requestedSchema":{"type":"object","properties":{}}}}`
		require.JSONEq(t, "{"+a+","+b+"}", member(t, p.get(id), "inputRequests"))
		require.Empty(t, member(t, p.get(id), "requestState"))
		for _, row := range []struct{ answers, left string }{
			{`{"other":{"action":"accept"}}`, "{" + a + "," + b + "}"},
			{`{"b":{"action":"decline"}}`, "{" + a + "}"},
			{`{"b":{"action":"accept"}}`, "{" + a + "}"}, // it is answered
		} {
			ack, _ := p.do(t.Context(), "tasks/update", `{"taskId":"`+id+`","inputResponses":`+row.answers+`}`)
			require.Equal(t, `{"resultType":"complete"}`, ack)
			require.Equal(t, "input_required", member(t, p.get(id), "status"))
			require.JSONEq(t, row.left, member(t, p.get(id), "inputRequests"))
		}
		bad, _ := p.do(t.Context(), "tasks/update", `{"taskId":"`+id+`","inputResponses":7}`)
		require.Equal(t, "-32602", member(t, bad, "code"))
		p.do(t.Context(), "tasks/update", `{"taskId":"`+id+`","inputResponses":{"a":{"action":"accept"}}}`)
		synctest.Wait()
		require.JSONEq(t, `{"content":[{"type":"text","text":"state acceptdecline{\"n\":1}"}],"resultType":"complete"}`, member(t, p.get(id), "result"))
	})
}

// K-08: a task is its principal's.
func TestPrincipal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := client(t, nil, slow)
		p.info.Principal = "ann"
		id := p.begin(`{"name":"x"}`)
		for _, other := range []string{"bob", ""} {
			p.info.Principal = other
			for _, method := range []string{"tasks/get", "tasks/update", "tasks/cancel"} {
				got, _ := p.do(t.Context(), method, `{"taskId":"`+id+`"}`)
				require.Equal(t, "-32602", member(t, got, "code"))
			}
		}
		p.info.Principal = "ann"
		require.Equal(t, "working", member(t, p.get(id), "status"))
	})
}

// K-14: a client that has its task can go at once. One that has gone before gets none.
func TestClientGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := client(t, nil, slow)
		ctx, gone := context.WithCancel(t.Context())
		created, _ := p.doThen(ctx, "tools/call", `{"name":"x"}`, func() {
			gone()
			synctest.Wait() // for all that comes of it
		})
		id := member(t, created, "taskId")
		time.Sleep(11 * time.Second)
		require.Equal(t, "completed", member(t, p.get(id), "status"))

		answer, _ := p.do(ctx, "tools/call", `{"name":"x"}`)
		require.Equal(t, "-32603", member(t, answer, "code"))
	})
}
