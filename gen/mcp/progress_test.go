package mcp_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// A token comes back as it came, whatever it is; clients that report on sampling and elicitation find theirs too.
func TestProgressTokens(t *testing.T) {
	t.Parallel()
	server := &mcp.ServerHandler{
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
			return r.Progress(ctx, 0.5, 0, "")
		},
	}
	client := &mcp.ClientHandler{
		Elicit: func(ctx context.Context, r *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
			out.Action = mcp.ElicitResultActionCancel
			return r.Progress(ctx, 0.5, 0, "")
		},
	}
	tokens := []string{
		`7`, `0`, `-1`, `9007199254740993`, `123456789012345678901234567890`, `1.0`,
		`""`, `"7"`, `"a b/\"\u00e9"`, `"\ud83d\ude00"`, `"\ud800"`,
	}
	for name, test := range map[string]struct {
		h              jsonrpc.Handler
		method, params string // params without the end
	}{
		"tool": {server, mcp.MethodCallTool, `{"name":"x"`},
		"form": {client, mcp.MethodElicit, `{"message":"?","requestedSchema":{"type":"object","properties":{}}`},
		"page": {client, mcp.MethodElicit, `{"mode":"url","message":"?","url":"https://example.com","elicitationId":"e"`},
	} {
		for _, token := range tokens {
			l := newLoop(test.h, jsonrpc.Rev20251125)
			l.frame = []byte(`{"jsonrpc":"2.0","id":1,"method":"` + test.method + `","params":` + test.params + `,"_meta":{"progressToken":` + token + `}}}`)
			var c jsonrpc.Call
			require.NoError(t, l.dispatch(t.Context(), &c))
			require.False(t, c.Reply.Result.IsZero(), "%s %s: %s", name, token, l.reply.out)
			require.Len(t, l.notified, 1, "%s %s", name, token)
			var m jsonrpc.Message
			require.NoError(t, jsonrpc.Scan([]byte(l.notified[0]), &m))
			require.Equal(t, mcp.MethodProgress, m.Method)
			var sent jsonrpc.ID
			require.NoError(t, sent.UnmarshalJSON([]byte(token)))
			var p mcp.ProgressNotificationParams
			require.NoError(t, codec.UnmarshalRaw(m.Params, &p))
			require.Equal(t, sent, p.ProgressToken, "%s %s: kind and text stay", name, token)
			require.InDelta(t, 0.5, p.Progress, 0)
			require.False(t, p.Total.Has() || p.Message.Has())
		}
	}
}

func TestProgressRefusesNaN(t *testing.T) {
	t.Parallel()
	var got error
	h := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		got = r.Progress(ctx, math.NaN(), 0, "")
		return nil
	}}
	l := newLoop(h, jsonrpc.Latest)
	_, err := mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "x", Meta: mcp.Some(mcp.RequestMeta{ProgressToken: jsonrpc.StringID("t")})})
	require.NoError(t, err)
	require.Error(t, got)
}

// G-15: what is sent grows, whoever reports.
func TestProgressGrows(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		for _, v := range []float64{math.Inf(-1), -1, -1, -2, 0, 0.5, 0.5, 0.25, math.NaN(), 3, math.Inf(1), 3, 4} {
			err := r.Progress(ctx, v, 0, "")
			if bad := math.IsNaN(v) || math.IsInf(v, 0); bad != (err != nil) {
				return err
			}
		}
		return nil
	}}
	for range 2 { // the second time with memory that was used
		l := newLoop(h, jsonrpc.Latest)
		_, err := mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "x", Meta: mcp.Some(mcp.RequestMeta{ProgressToken: jsonrpc.StringID("t")})})
		require.NoError(t, err)
		var got []float64
		for _, frame := range l.notified {
			if frame == "" {
				continue // what has no JSON form
			}
			var m jsonrpc.Message
			require.NoError(t, jsonrpc.Scan([]byte(frame), &m))
			var p mcp.ProgressNotificationParams
			require.NoError(t, codec.UnmarshalRaw(m.Params, &p))
			got = append(got, p.Progress)
		}
		require.Equal(t, []float64{-1, 0, 0.5, 3, 4}, got)
	}
}

// reporter is a Caller whose calls report what a test says.
type reporter struct {
	*loop

	frames  []string
	timeout time.Duration
}

func (r *reporter) Do(ctx context.Context, c *jsonrpc.Call) error {
	r.timeout = c.Timeout
	for _, frame := range r.frames {
		if c.OnProgress != nil {
			c.OnProgress(codec.RawString(frame))
		}
	}
	return r.loop.Do(ctx, c)
}

func TestWithProgress(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{ListTools: func(_ context.Context, r *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
		if !r.Params.Cursor.Has() {
			out.NextCursor.Set("2")
		}
		return nil
	}}
	c := &reporter{loop: newLoop(h, jsonrpc.Latest), frames: []string{`{"progressToken":1,"progress":1,"total":2}`, `{"progress":"bad"}`, `{"progressToken":1,"progress":2,"message":"m"}`}}
	var got []float64
	with := mcp.WithTimeout(mcp.WithProgress(c, func(p *mcp.ProgressNotificationParams) { got = append(got, p.Progress) }), time.Hour)
	_, err := mcp.ListTools(t.Context(), with, nil)
	require.NoError(t, err)
	require.Equal(t, []float64{1, 2}, got)
	require.Equal(t, time.Hour, c.timeout)
	for _, err := range mcp.Tools(t.Context(), with, nil) { // two pages, which have nothing
		require.NoError(t, err)
	}
	require.Len(t, got, 6)
	_, err = mcp.ListTools(t.Context(), c, nil)
	require.NoError(t, err)
	require.Len(t, got, 6, "c itself is as it was")
	require.Zero(t, c.timeout)
}
