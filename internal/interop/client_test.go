//go:build interop

package interop_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// user answers what servers ask.
func user() *mcp.ClientHandler {
	return &mcp.ClientHandler{
		ClientInfo: mcp.Implementation{Name: "mcpwire", Version: "1.0.0"},
		Elicit: func(_ context.Context, _ *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
			out.Action = "decline"
			return nil
		},
		CreateMessage: func(_ context.Context, _ *mcp.Request[mcp.CreateMessageParams], out *mcp.CreateMessageResult) error {
			out.Role, out.Model = "assistant", "none"
			out.Content = mcp.ContentList{Single: true, List: []mcp.SamplingContent{&mcp.TextContent{Text: "sampled"}}}
			return nil
		},
		ListRoots: func(_ context.Context, _ *mcp.Request[mcp.ListRootsParams], out *mcp.ListRootsResult) error {
			out.Roots = []mcp.Root{{URI: "file:///tmp/interop"}}
			return nil
		},
	}
}

// call calls a tool, and returns the text of its answer.
func call(t *testing.T, c jsonrpc.Caller, name, args string) (text string, failed bool) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), limit)
	defer stop()
	res, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: name, Arguments: codec.RawString(args)})
	require.NoError(t, err)
	for _, x := range res.Content {
		if part, ok := x.(*mcp.TextContent); ok {
			text += part.Text
		}
	}
	return text, res.IsError.Or(false)
}

// echoes calls echo many times at once; each call has to get its own text back.
func echoes(t *testing.T, c jsonrpc.Caller, member, prefix string) {
	t.Helper()
	texts := []string{"", "é 漢字 🎉 \"\\\\\\n", strings.Repeat("y", 100_000)}
	for i := range 50 {
		texts = append(texts, strconv.Itoa(i))
	}
	var running sync.WaitGroup
	for _, text := range texts {
		running.Go(func() {
			args := string(codec.AppendString([]byte(`{"`+member+`":`), text)) + "}"
			got, failed := call(t, c, "echo", args)
			if failed || got != prefix+text {
				t.Errorf("%.100q instead of %.100q", got, prefix+text)
			}
		})
	}
	running.Wait()
}

// progress calls a tool that tells how far it is, n times.
func progress(t *testing.T, c jsonrpc.Caller, name, args string, n int) {
	t.Helper()
	call := c.NewCall(mcp.MethodCallTool)
	defer call.Release()
	call.Params = append(call.Params, `{"name":"`+name+`","arguments":`+args+`}`...)
	var seen []float64
	call.OnProgress = func(params codec.Raw) {
		var p mcp.ProgressNotificationParams
		if err := codec.UnmarshalRaw(params, &p); err != nil {
			t.Error(err)
		}
		seen = append(seen, p.Progress)
	}
	require.NoError(t, c.Do(t.Context(), call))
	require.Len(t, seen, n)
	require.IsIncreasing(t, seen)
}

// canceled gives a call up, after which the server has to be of use still.
func canceled(t *testing.T, c jsonrpc.Caller, name, args string) {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	_, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: name, Arguments: codec.RawString(args)})
	require.ErrorIs(t, err, transport.Timeout)
}

// tryEverything uses the server that shows all that servers can do.
func tryEverything(t *testing.T, c *transport.Client) {
	t.Helper()
	names := map[string]bool{}
	for tool, err := range mcp.Tools(t.Context(), c, nil) {
		require.NoError(t, err)
		names[tool.Name] = true
	}
	require.Contains(t, names, "echo")
	echoes(t, c, "message", "Echo: ")
	progress(t, c, "trigger-long-running-operation", `{"duration":0.3,"steps":3}`, 3)
	canceled(t, c, "trigger-long-running-operation", `{"duration":30,"steps":3}`)
	text, failed := call(t, c, "trigger-sampling-request", `{"prompt":"p"}`)
	require.False(t, failed)
	require.Contains(t, text, "sampled")
	text, _ = call(t, c, "trigger-elicitation-request", `{}`)
	require.Contains(t, text, "decline")
	text, _ = call(t, c, "get-roots-list", `{}`)
	require.Contains(t, text, "file:///tmp/interop")
	count := 0
	for _, err := range mcp.Resources(t.Context(), c, nil) {
		require.NoError(t, err)
		count++
	}
	require.Positive(t, count)
	for p, err := range mcp.Prompts(t.Context(), c, nil) {
		require.NoError(t, err)
		require.NotEmpty(t, p.Name)
	}
	require.NoError(t, c.Ping(t.Context()))
}

// tryServer uses node/server.mjs.
func tryServer(t *testing.T, c *transport.Client) {
	t.Helper()
	require.Equal(t, "Be kind.", c.Instructions())
	echoes(t, c, "text", "")
	text, failed := call(t, c, "fail", `{}`)
	require.True(t, failed)
	require.Equal(t, "out of order", text)
	progress(t, c, "progress", `{}`, 3)
	require.NoError(t, c.Ping(t.Context()))
	_, err := mcp.CallTool(t.Context(), c, &mcp.CallToolParams{Name: "no such tool"})
	var e *jsonrpc.Error
	require.ErrorAs(t, err, &e)
}
