package main

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/internal/leaks"
	"github.com/mcpwire/mcpwire/transport"
)

func TestMain(m *testing.M) { leaks.Main(m) }

// user answers all that tools ask.
func user() *mcp.ClientHandler {
	return &mcp.ClientHandler{
		Elicit: func(_ context.Context, r *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
			out.Action = mcp.ElicitResultActionAccept
			out.AddDefaults(r.Params.(*mcp.ElicitFormParams))
			return nil
		},
		CreateMessage: func(_ context.Context, _ *mcp.Request[mcp.CreateMessageParams], out *mcp.CreateMessageResult) error {
			out.Role, out.Model = mcp.RoleAssistant, "none"
			out.AddText("Paris")
			return nil
		},
		ListRoots: func(_ context.Context, _ *mcp.Request[mcp.ListRootsParams], out *mcp.ListRootsResult) error {
			out.Roots = []mcp.Root{{URI: "file:///test"}}
			return nil
		},
	}
}

// Without the suite, which needs Node.js: each tool, prompt and resource can be used in both eras.
func TestServer(t *testing.T) {
	t.Parallel()
	onlyModern := map[string]bool{
		"test_input_required_result_request_state": true, "test_input_required_result_tampered_state": true,
		"test_input_required_result_multiple_inputs": true, "test_input_required_result_multi_round": true,
	}
	needsTasks := map[string]bool{"failing_job": true, "protocol_error_job": true, "confirm_delete": true, "multi_input": true, "test_tool_with_task": true}
	for _, rev := range []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest} {
		hub := new(transport.Hub)
		h, _ := newServer(hub)
		o := new(transport.PipeOptions)
		o.Server.Hub, o.Client.Revision, o.Client.InputRounds = hub, rev, 5
		c, err := transport.Pipe(t.Context(), h, user(), o)
		require.NoError(t, err)
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		count := 0
		for tool, err := range mcp.Tools(ctx, c, nil) {
			require.NoError(t, err)
			require.NoError(t, codec.Valid(tool.InputSchema.Bytes()))
			count++
			res, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: tool.Name, Arguments: codec.RawString(`{"name":"x","prompt":"p"}`)})
			if needsTasks[tool.Name] || onlyModern[tool.Name] && rev.Legacy() {
				require.Error(t, err, tool.Name)
				continue
			}
			require.NoError(t, err, tool.Name)
			require.NotEmpty(t, res.Content, tool.Name)
		}
		require.Equal(t, 35, count)
		for p, err := range mcp.Prompts(ctx, c, nil) {
			require.NoError(t, err)
			res, err := mcp.GetPrompt(ctx, c, &mcp.GetPromptParams{Name: p.Name})
			require.NoError(t, err, p.Name)
			require.NotEmpty(t, res.Messages)
		}
		for r, err := range mcp.Resources(ctx, c, nil) {
			require.NoError(t, err)
			res, err := mcp.ReadResource(ctx, c, &mcp.ReadResourceParams{URI: r.URI})
			require.NoError(t, err, r.URI)
			require.NoError(t, res.Validate(rev))
		}
		stop()
		require.NoError(t, c.Close())
		require.NoError(t, h.Close(t.Context()))
	}
}

// A state that is not the server's own is refused.
func TestSeal(t *testing.T) {
	t.Parallel()
	s := &server{key: []byte("key")}
	state, err := s.unseal(s.seal("a.b"))
	require.NoError(t, err)
	require.Equal(t, "a.b", state)
	for _, bad := range []string{"", "a.b", s.seal("a") + "x", "b" + s.seal("a"), (&server{key: []byte("other")}).seal("a")} {
		_, err := s.unseal(bad)
		require.Error(t, err, bad)
	}
}
