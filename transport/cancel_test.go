package transport_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

func cancelled(id string) string {
	return `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":` + id + `,"reason":"x"}}`
}

// B-16, G-06: after a cancellation nothing is sent for the request, whatever its handler still tries, in both eras; G-07, G-08: only the
// request itself is meant: its id is free then.
func TestCancelled(t *testing.T) {
	for _, era := range []string{"2025-11-25", "2026-07-28"} {
		t.Run(era, func(t *testing.T) {
			started := make(chan context.Context)
			ended := make(chan []error)
			h := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
				started <- ctx
				<-ctx.Done()
				call := r.NewCall("ping")
				defer call.Release()
				ended <- []error{
					r.Progress(context.Background(), 1, 0, ""),
					mcp.NotifyLoggingMessage(context.Background(), r, &mcp.LoggingMessageParams{Level: "error", Data: codec.RawString("1")}),
					r.Do(context.Background(), call),
					r.Result(nil),
				}
				return nil
			}}
			e := served(t, h, nil)
			meta := `"_meta":{"progressToken":1}`
			if era == "2025-11-25" {
				e.open(era, `{}`)
			} else {
				meta = `"_meta":{"progressToken":1,"io.modelcontextprotocol/logLevel":"debug","io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}`
			}
			for _, id := range []string{`7`, `"7"`, `7.0`, `123456789012345678901234567890`, `"a\"b"`, `"\ud800"`} {
				e.say(`{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{"name":"x",` + meta + `}}`)
				ctx := <-started
				for _, other := range []string{`8`, `"8"`, `70e-1`, `""`, `null`, `{}`, `[7]`, `7.5`, `true`} {
					e.say(cancelled(other))
				}
				e.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":`+id+`,"requestId":`+id+`}}`, // which one?
					`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}`, `{"jsonrpc":"2.0","method":"notifications/cancelled"}`)
				fits(t, failure(id, -32600), e.ask(`{"jsonrpc":"2.0","id":`+id+`,"method":"ping"}`)) // S26
				require.NoError(t, ctx.Err())
				e.say(cancelled(strings.Replace(id, "b", `\u0062`, 1)))
				for _, err := range <-ended {
					require.Error(t, err)
				}
				require.ErrorIs(t, ctx.Err(), context.Canceled)
				e.silent()
				require.Contains(t, e.ask(`{"jsonrpc":"2.0","id":`+id+`,"method":"ping"}`), `"result":{}`)
				e.say(cancelled(id)) // G-08: it is done
			}
		})
	}
}

// B-15, G-02, G-09, G-10, G-13, F-11: what a client sends when it gives up, and that a late answer changes nothing.
func TestCancels(t *testing.T) {
	for _, tt := range []struct {
		rule, revision, method, params string
		says                           bool
	}{
		{"G-02", "2025-11-25", "tools/call", `{"name":"x"}`, true},
		{"B-15", "2026-07-28", "tools/call", `{"name":"x"}`, true},
		{"no params", "2025-11-25", "tools/list", ``, true},
		{"G-13 of a task", "2025-11-25", "tools/call", `{"name":"x","t\u0061sk":{"ttl":1}}`, false},
		{"G-13 null is no task", "2025-11-25", "tools/call", `{"name":"x","task":null}`, true},
		{"G-13 only where there are tasks", "2025-06-18", "tools/call", `{"name":"x","task":{}}`, true},
		{"F-11", "2025-11-25", "initialize", `{}`, false},
	} {
		for _, reason := range []string{"canceled", "timeout"} {
			t.Run(tt.rule+" "+reason, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					v, _ := jsonrpc.ParseRevision(tt.revision)
					o := &transport.ClientOptions{Revision: v}
					late := new(transport.Counters)
					o.Observer = late
					said := make(chan string, 9)
					c, err := dialed(t, nil, o, func(e *end) {
						m := e.message()
						if v.Modern() {
							e.answer(m, "result", discovered)
						} else {
							e.answer(m, "result", `{"protocolVersion":"`+tt.revision+`","capabilities":{},"serverInfo":{"name":"s","version":"1"}}`)
							e.message()
						}
						m = e.message()
						id := m.ID.String()
						said <- m.Method
						if tt.says {
							n := e.message()
							said <- n.Method + n.Params.String()
							if want := `{"requestId":` + id + `,"reason":"` + reason + `"}`; n.Params.String() != want {
								t.Error(n.Params, want)
							}
						} else {
							time.Sleep(time.Hour)
						}
						e.answer(m, "result", `{"content":[]}`)
						m = e.message()
						said <- m.Method
						e.answer(m, "result", `{"prompts":[]}`)
					})
					require.NoError(t, err)
					ctx, stop := context.WithCancel(t.Context())
					defer stop()
					call := c.NewCall(tt.method)
					call.Params = append(call.Params, tt.params...)
					if reason == "timeout" {
						call.Timeout = time.Second
						require.ErrorIs(t, c.Do(ctx, call), transport.Timeout)
					} else {
						time.AfterFunc(time.Second, stop)
						require.ErrorIs(t, c.Do(ctx, call), transport.Canceled)
					}
					call.Release()
					if !tt.says {
						time.Sleep(2 * time.Hour)
					}
					synctest.Wait()
					require.Equal(t, int64(1), late.Count(transport.LateAnswer), "G-09")
					_, err = mcp.ListPrompts(t.Context(), c, nil)
					require.NoError(t, err)
					want := 2
					if tt.says {
						want = 3
					}
					require.Len(t, said, want)
				})
			})
		}
	}
}

// G-01, G-05, G-25: a server's call has a timeout too, of which the client hears; the client cannot cancel what it has not sent.
func TestServerCancels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		errs := make(chan error, 1)
		h := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
			_, err := mcp.ListRoots(ctx, r, nil)
			errs <- err
			return nil
		}}
		e := served(t, h, nil)
		e.open("2025-11-25", `{"roots":{}}`)
		began := time.Now()
		e.say(`{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"x"}}`)
		id := e.message().ID.String()
		e.say(cancelled(id))
		require.Equal(t, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":`+id+`,"reason":"timeout"}}`, e.hear())
		require.Equal(t, transport.DefaultCall, time.Since(began).Truncate(time.Second))
		require.ErrorIs(t, <-errs, transport.Timeout)
		require.Contains(t, e.hear(), `"id":"x"`)
	})
}
