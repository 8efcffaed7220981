package transport_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/leaks"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// pipe connects two handlers; all buffers have to be back after the test.
func pipe(t *testing.T, server, client jsonrpc.Handler, o *transport.PipeOptions) *transport.Client {
	t.Helper()
	p := pool.New(pool.Config{Name: "test"})
	o.Client.Pool, o.Server.Pool = p, p
	if o.Client.Capabilities == nil {
		o.Client.Capabilities = codec.RawString(`{"elicitation":{},"roots":{}}`)
	}
	c, err := transport.Pipe(t.Context(), server, client, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, c.Close())
		require.Eventually(t, func() bool { return p.Outstanding() == 0 }, patience, time.Millisecond)
	})
	return c
}

// asker is a client that gives elicited input.
func asker() *mcp.ClientHandler {
	return &mcp.ClientHandler{Elicit: func(_ context.Context, _ *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
		out.Action = "accept"
		return nil
	}}
}

func form() *mcp.ElicitFormParams {
	return &mcp.ElicitFormParams{Message: "go on?"}
}

// A handler calls its client back while the client waits for it, in all revisions that can.
func TestNestedCall(t *testing.T) {
	server := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		res, err := mcp.Elicit(ctx, r, form())
		if err != nil {
			return err
		}
		out.AddText(string(res.Action))
		return nil
	}}
	for _, v := range []jsonrpc.Revision{jsonrpc.Rev20250618, jsonrpc.Rev20251125} {
		o := new(transport.PipeOptions)
		o.Client.Revision = v
		c := pipe(t, server, asker(), o)
		for range 100 {
			res, err := mcp.CallTool(t.Context(), c, &mcp.CallToolParams{Name: "x"})
			require.NoError(t, err)
			text, _ := res.Content[0].(*mcp.TextContent) // compared below
			require.Equal(t, "accept", text.Text)
		}
	}
}

// J-06: the engine asks the client's handler for input and sends the request again.
func TestInputRounds(t *testing.T) {
	server := &mcp.ServerHandler{CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		if state, ok := r.Params.RequestState.Get(); ok {
			out.AddText(state)
			return nil
		}
		return r.RequireInput(&mcp.InputRequiredResult{
			RequestState:  mcp.Some("a \"state\""),
			InputRequests: []codec.Member[mcp.InputRequest]{{Key: "q", Value: &mcp.ElicitRequest{Params: form()}}},
		})
	}}
	o := new(transport.PipeOptions)
	o.Client.Revision, o.Client.InputRounds = jsonrpc.Latest, 3
	c := pipe(t, server, asker(), o)
	res, err := mcp.CallTool(t.Context(), c, &mcp.CallToolParams{Name: "x"})
	require.NoError(t, err)
	text, _ := res.Content[0].(*mcp.TextContent) // compared below
	require.Equal(t, "a \"state\"", text.Text)

	o = new(transport.PipeOptions)
	o.Client.Revision = jsonrpc.Latest
	_, err = mcp.CallTool(t.Context(), pipe(t, server, asker(), o), &mcp.CallToolParams{Name: "x"})
	var asked *mcp.InputRequiredError
	require.ErrorAs(t, err, &asked)
}

// Progress reaches the call that asked for it, in order, before its answer.
func TestProgress(t *testing.T) {
	server := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		for i := range 5 {
			if err := r.Progress(ctx, float64(i), 5, ""); err != nil {
				return err
			}
		}
		return nil
	}}
	for _, v := range []jsonrpc.Revision{jsonrpc.Rev20241105, jsonrpc.LatestLegacy, jsonrpc.Latest} {
		o := new(transport.PipeOptions)
		o.Client.Revision = v
		c := pipe(t, server, nil, o)
		call := c.NewCall("tools/call")
		call.Params = append(call.Params, `{"name":"x"}`...)
		seen := 0
		call.OnProgress = func(codec.Raw) { seen++ }
		require.NoError(t, c.Do(t.Context(), call))
		require.Equal(t, 5, seen)
		call.Release()
	}
}
