package transport_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// In modern revisions, lists are the same on all connections (rule J-13): what a function learns of a request is what that says itself, and
// nothing of the connection that it could tell one from another by, whatever came on it before.
func TestListsDoNotVary(t *testing.T) {
	infos := make(chan jsonrpc.Info, 9)
	h := echoServer()
	h.ListTools = func(_ context.Context, r *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
		info := *r.Info
		info.Capabilities = info.Capabilities.Clone()
		infos <- info
		out.Tools = append(out.Tools, mcp.Tool{Name: "x", InputSchema: codec.RawString(`{"type":"object"}`)})
		return nil
	}
	fresh, used, session := served(t, h, nil), served(t, h, nil), served(t, h, nil)
	require.Contains(t, used.ask(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{"io.modelcontextprotocol/logLevel":"debug",`+
		`"io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"},"io.modelcontextprotocol/protocolVersion":"2026-07-28",`+
		`"io.modelcontextprotocol/clientCapabilities":{"roots":{}}}}}`), `"result"`)
	session.open("2025-11-25", `{"roots":{},"sampling":{}}`)
	for _, method := range []string{"tools/list", "server/discover"} {
		list := `{"jsonrpc":"2.0","id":5,"method":"` + method + `","params":{` + modern + `}}`
		want := fresh.ask(list)
		require.Contains(t, want, `"result"`)
		require.Equal(t, want, used.ask(list), "J-13")
		require.Equal(t, want, session.ask(list), "J-13")
	}
	first := <-infos
	require.Nil(t, first.Session)
	require.False(t, first.CanCall)
	require.Equal(t, `{}`, first.Capabilities.String())
	require.Equal(t, first, <-infos)
	require.Equal(t, first, <-infos)
}

// In modern revisions, a server cancels nothing (rule G-11) but what a handler serves as a subscription itself.
func TestServerDoesNotCancel(t *testing.T) {
	errs := make(chan error, 1)
	cancel := func(ctx context.Context, w jsonrpc.ResponseWriter) error {
		return w.Notify(ctx, "notifications/cancelled", codec.RawString(`{"requestId":5}`))
	}
	h := jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
		if m.Method == "initialize" {
			_ = w.Result(codec.RawString(agreed))
			return
		}
		if m.Method == "ping" || m.Kind != jsonrpc.Request {
			jsonrpc.NotFound(ctx, w, m)
			return
		}
		errs <- cancel(ctx, w)
		_ = w.Result(codec.RawString(`{"resultType":"complete"}`))
	})
	e := served(t, h, nil)
	for _, method := range []string{"tools/call", "com.example/own"} {
		got := e.ask(`{"jsonrpc":"2.0","id":5,"method":"` + method + `","params":{` + modern + `}}`)
		require.ErrorIs(t, <-errs, transport.CannotCall, "G-11")
		require.Contains(t, got, `"id":5,"result"`)
	}
	require.Contains(t, e.ask(`{"jsonrpc":"2.0","id":5,"method":"subscriptions/listen","params":{"notifications":{},`+modern+`}}`), "cancelled")
	require.NoError(t, <-errs)
	require.Contains(t, e.hear(), `"id":5`)
	e.open("2025-11-25", `{}`) // sessions may: G-25
	require.Contains(t, e.ask(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{}}`), "cancelled")
	require.NoError(t, <-errs)
	require.Contains(t, e.hear(), `"id":5`)
}

// The progress of a task of 2025-11-25 goes on after the answer that creates it, with the token of the request (rule G-16): the session reports it,
// and the client's handler hears of it, as there is no call any more. The token is not given to another request.
func TestProgressOfTask(t *testing.T) {
	created := make(chan jsonrpc.Session, 1)
	tokens := make(chan jsonrpc.ID, 9)
	server := &mcp.ServerHandler{CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		tokens <- r.Params.Meta.Ptr().ProgressToken.Clone()
		if r.Params.Name != "task" {
			return nil
		}
		created <- r.Info.Session
		return &mcp.TaskCreatedError{Result: &mcp.CreateTaskResult{Task: mcp.Task{TaskID: "t1", Status: mcp.TaskStatusWorking, TTL: codec.Null[int64]()}}}
	}}
	heard := make(chan mcp.ProgressNotificationParams, 9)
	client := &mcp.ClientHandler{OnProgress: func(_ context.Context, r *mcp.Request[mcp.ProgressNotificationParams]) error {
		heard <- mcp.ProgressNotificationParams{ProgressToken: r.Params.ProgressToken.Clone(), Progress: r.Params.Progress}
		return nil
	}}
	o := new(transport.PipeOptions)
	o.Client.Revision = jsonrpc.Rev20251125
	c, err := transport.Pipe(t.Context(), server, client, o)
	require.NoError(t, err)
	var during []string
	call := func(name string) {
		x := c.NewCall("tools/call")
		x.Params = append(x.Params, `{"name":"`+name+`","task":{}}`...)
		x.OnProgress = func(p codec.Raw) { during = append(during, p.String()) }
		require.NoError(t, c.Do(t.Context(), x))
		x.Release()
	}
	call("task")
	session, token := <-created, <-tokens
	for i := range 3 {
		call("other")
		require.False(t, token.Equal(<-tokens), "the token is the task's")
		require.NoError(t, mcp.NotifyProgress(t.Context(), session, &mcp.ProgressNotificationParams{ProgressToken: token, Progress: float64(i)}))
		got := <-heard
		require.True(t, token.Equal(got.ProgressToken), "G-16")
		require.InDelta(t, float64(i), got.Progress, 0)
	}
	require.Empty(t, during)
	require.NoError(t, c.Close())
}
