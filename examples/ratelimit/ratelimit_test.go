package ratelimit_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"

	"example.com/ratelimit"
)

// server has a tool that reports a hundred steps, one each 10 ms.
func server() *mcp.ServerHandler {
	return &mcp.ServerHandler{
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			for i := range 100 {
				time.Sleep(10 * time.Millisecond)
				if err := r.Progress(ctx, float64(i+1), 100, ""); err != nil {
					return err
				}
			}
			out.AddText("done")
			return nil
		},
		ListTools: func(context.Context, *mcp.Request[mcp.ListToolsParams], *mcp.ListToolsResult) error { return nil },
	}
}

func Example() {
	h := jsonrpc.Chain(server(), ratelimit.Requests(rate.Every(time.Hour), 2), ratelimit.Notifications(rate.Every(time.Second), 1))
	ctx := context.Background()
	client, err := transport.Pipe(ctx, h, nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	for range 2 { // one token is spent: the client has asked what the server speaks
		_, err := mcp.ListTools(ctx, client, nil)
		var e *jsonrpc.Error
		fmt.Println(errors.As(err, &e) && e.Code == ratelimit.CodeTooMany)
	}
	// Output:
	// false
	// true
}

// G-17, H-19: requests and progress are limited, each peer by itself, in both eras.
func TestRates(t *testing.T) {
	for _, v := range []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest} {
		t.Run(v.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := jsonrpc.Chain(server(), ratelimit.Requests(1, 5), ratelimit.Notifications(rate.Every(100*time.Millisecond), 1))
				o := new(transport.PipeOptions)
				o.Client.Revision = v
				c, err := transport.Pipe(t.Context(), h, nil, o)
				require.NoError(t, err)
				defer c.Close()

				steps := 0
				with := mcp.WithProgress(c, func(*mcp.ProgressNotificationParams) { steps++ })
				_, err = mcp.CallTool(t.Context(), with, &mcp.CallToolParams{Name: "slow"})
				require.NoError(t, err)
				require.InDelta(t, 10, steps, 1)

				time.Sleep(time.Minute)
				list := func(c *transport.Client) int {
					_, err := mcp.ListTools(t.Context(), c, nil)
					var e *jsonrpc.Error
					if !errors.As(err, &e) {
						require.NoError(t, err)
						return 0
					}
					require.Equal(t, `{"retryAfterMs":1001}`, e.Data.String())
					return e.Code
				}
				for range 5 {
					require.Zero(t, list(c))
				}
				require.Equal(t, ratelimit.CodeTooMany, list(c))
				time.Sleep(time.Second)
				require.Zero(t, list(c))
				require.Equal(t, ratelimit.CodeTooMany, list(c))

				other, err := transport.Pipe(t.Context(), h, nil, o)
				if v.Legacy() {
					require.NoError(t, err)
					require.Zero(t, list(other), "another session")
					require.NoError(t, other.Close())
				} else {
					require.Error(t, err, "who has no principal shares a limit")
				}
			})
		})
	}
}
