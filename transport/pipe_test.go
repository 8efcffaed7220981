package transport_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

func echoServer() *mcp.ServerHandler {
	return &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "t", Version: "1"},
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			if r.Params.Name == "slow" {
				time.Sleep(20 * time.Millisecond)
			}
			out.AddText(r.Params.Name)
			return nil
		},
	}
}

// 10,000 calls at a time each get their own answer, in every revision.
func TestPipeRevisions(t *testing.T) {
	for _, v := range []jsonrpc.Revision{0, jsonrpc.Rev20241105, jsonrpc.Rev20250326, jsonrpc.Rev20251125, jsonrpc.Rev20260728} {
		t.Run(v.String(), func(t *testing.T) {
			p := pool.New(pool.Config{})
			o := transport.PipeOptions{}
			o.Client.Revision, o.Client.Pool, o.Server.Pool = v, p, p
			c, err := transport.Pipe(t.Context(), echoServer(), nil, &o)
			require.NoError(t, err)
			t.Log(c.Revision())
			var wg sync.WaitGroup
			for i := range 10000 {
				wg.Go(func() {
					name := fmt.Sprint("n", i)
					res, err := mcp.CallTool(t.Context(), c, &mcp.CallToolParams{Name: name})
					if err != nil || res.Content[0].(*mcp.TextContent).Text != name {
						t.Error(err, name)
					}
				})
			}
			wg.Wait()
			var e *jsonrpc.Error
			_, err = mcp.ListTools(t.Context(), c, nil)
			require.ErrorAs(t, err, &e)
			require.NoError(t, c.Close())
			require.Eventually(t, func() bool { return p.Outstanding() == 0 }, patience, time.Millisecond)
		})
	}
}

func BenchmarkPipe(b *testing.B) {
	c, err := transport.Pipe(b.Context(), echoServer(), nil, nil)
	require.NoError(b, err)
	defer c.Close()
	b.ReportAllocs()
	var out mcp.CallToolResult
	d := codec.GetDecoder()
	params := &mcp.CallToolParams{Name: "echo"}
	for b.Loop() {
		if err := mcp.CallToolInto(b.Context(), c, params, &out, d); err != nil {
			b.Fatal(err)
		}
	}
}
