package transport_test

import (
	"context"
	"errors"
	"io"
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

// outcome is what a client made of a server.
type outcome struct {
	revision jsonrpc.Revision
	err      error // nil if revision is set
	heard    string
}

// The servers that a client may meet, by what they answer to each request of the beginning; a missing answer is silence,
// and "gone" ends the connection.
func TestNegotiation(t *testing.T) {
	unsupported := func(list string) string {
		return `"error":{"code":-32022,"message":"?","data":{"requested":"2026-07-28","supported":` + list + `}}`
	}
	const (
		notFound = `"error":{"code":-32601,"message":"method not found"}`
		session  = `"result":` + agreed
		stateful = "discover initialize:2025-11-25 initialized"
	)
	discover := func(list string) string { return `"result":{"supportedVersions":` + list + `,"capabilities":{}}` }
	older := func(v string) string { return `"result":` + strings.Replace(agreed, "2025-11-25", v, 1) }
	for _, tt := range []struct {
		rule    string
		pinned  jsonrpc.Revision
		answers []string
		want    outcome
	}{
		{"F-14 modern", 0, []string{`"result":` + discovered}, outcome{jsonrpc.Rev20260728, nil, "discover"}},
		{"J-02 no resultType", 0, []string{discover(`["2026-07-28"]`)}, outcome{jsonrpc.Rev20260728, nil, "discover"}},
		{"F-14 both", 0, []string{discover(`["2025-06-18","2026-07-28","2099-01-01"]`)}, outcome{jsonrpc.Rev20260728, nil, "discover"}},
		{"F-15 -32601 (T-04)", 0, []string{notFound, session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"F-15 -32602", 0, []string{`"error":{"code":-32602,"message":"?"}`, session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"F-15 -32600", 0, []string{`"error":{"code":-32600,"message":"?"}`, session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"F-15 -32603", 0, []string{`"error":{"code":-32603,"message":"?"}`, session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"T-05 -32001", 0, []string{`"error":{"code":-32001,"message":"?"}`, session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"F-15 0", 0, []string{`"error":{"code":0,"message":""}`, session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"F-16 silence", 0, []string{"", session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"F-14 an answer that is none", 0, []string{`"result":[]`, session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"T-06 an empty result", 0, []string{`"result":{}`, session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"T-06 another result", 0, []string{`"result":{"tools":[]}`, session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"T-06 no list", 0, []string{discover(`"2026-07-28"`), session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"T-06 a list of numbers", 0, []string{discover(`[20260728]`), session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"T-06 the list twice", 0, []string{discover(`["2026-07-28"],"supportedVersions":[]`), session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"T-06 an empty list", 0, []string{discover(`[]`), session}, outcome{jsonrpc.Rev20251125, nil, stateful}},
		{"T-36 revisions with sessions only", 0, []string{discover(`["2025-03-26","2025-06-18"]`), older("2025-06-18")}, outcome{jsonrpc.Rev20250618, nil, "discover initialize:2025-06-18 initialized"}},
		{"F-13 none in common", 0, []string{discover(`["2099-01-01","` + strings.Repeat("x", 99) + `"]`)}, outcome{0, transport.Protocol, "discover"}},
		{"J-03 unknown resultType", 0, []string{`"result":{"resultType":"later","supportedVersions":["2026-07-28"],"capabilities":{}}`}, outcome{0, transport.Protocol, "discover"}},
		{"a result with a member twice", 0, []string{discover(`["2026-07-28"],"capabilities":{}`)}, outcome{0, transport.Protocol, "discover"}},
		{"instructions that are no text", 0, []string{discover(`["2026-07-28"],"instructions":5`)}, outcome{0, transport.Protocol, "discover"}},
		{"F-14 -32022 with the modern one", 0, []string{unsupported(`["2026-07-28"]`), `"result":` + discovered}, outcome{jsonrpc.Rev20260728, nil, "discover discover"}},
		{"F-14 -32022 with it, for ever", 0, []string{unsupported(`["2026-07-28","2025-11-25"]`), unsupported(`["2026-07-28","2025-11-25"]`)}, outcome{0, jsonrpc.NewError(-32022, "", nil), "discover discover"}},
		{"T-36 -32022 with sessions", 0, []string{unsupported(`["2024-11-05","2025-03-26"]`), older("2025-03-26")}, outcome{jsonrpc.Rev20250326, nil, "discover initialize:2025-03-26 initialized"}},
		{"F-13 -32022, none in common", 0, []string{unsupported(`["2099-01-01"]`)}, outcome{0, transport.Protocol, "discover"}},
		{"F-14 -32022 without a list", 0, []string{`"error":{"code":-32022,"message":"?"}`}, outcome{0, jsonrpc.NewError(-32022, "", nil), "discover"}},
		{"F-14 -32021", 0, []string{`"error":{"code":-32021,"message":"?","data":{"requiredCapabilities":{"roots":{}}}}`}, outcome{0, jsonrpc.NewError(-32021, "", nil), "discover"}},
		{"F-16 gone", 0, []string{"gone"}, outcome{0, transport.Closed, "discover"}},
		{"F-08 a revision that is unknown", 0, []string{notFound, older("2099-01-01")}, outcome{0, transport.Protocol, "discover initialize:2025-11-25"}},
		{"F-08 a modern revision", 0, []string{notFound, older("2026-07-28")}, outcome{0, transport.Protocol, "discover initialize:2025-11-25"}},
		{"F-08 no revision", 0, []string{notFound, `"result":{}`}, outcome{0, transport.Protocol, "discover initialize:2025-11-25"}},
		{"F-07 an older revision", 0, []string{notFound, older("2024-11-05")}, outcome{jsonrpc.Rev20241105, nil, stateful}},
		{"F-10 the revision is refused, with others", 0, []string{notFound, `"error":{"code":-32602,"message":"?","data":{"supported":["2024-11-05"],"requested":"2025-11-25"}}`, older("2024-11-05")}, outcome{jsonrpc.Rev20241105, nil, "discover initialize:2025-11-25 initialize:2024-11-05 initialized"}},
		{"F-10 initialize is refused", 0, []string{notFound, notFound}, outcome{0, jsonrpc.NewError(-32601, "", nil), "discover initialize:2025-11-25"}},
		{"F-24 a slow modern server names its revisions", 0, []string{"", unsupported(`["2026-07-28"]`), `"result":` + discovered}, outcome{jsonrpc.Rev20260728, nil, "discover initialize:2025-11-25 discover"}},
		{"F-24 an odd one too", 0, []string{notFound, unsupported(`["2026-07-28"]`), `"result":` + discovered}, outcome{jsonrpc.Rev20260728, nil, "discover initialize:2025-11-25 discover"}},
		{"F-16 a slow modern server does not", 0, []string{"", notFound, `"result":` + discovered}, outcome{jsonrpc.Rev20260728, nil, "discover initialize:2025-11-25 discover"}},
		{"F-10 a server that answers nothing", 0, nil, outcome{0, transport.Timeout, "discover initialize:2025-11-25"}},

		{"F-17 modern only", jsonrpc.Rev20260728, []string{`"result":` + discovered}, outcome{jsonrpc.Rev20260728, nil, "discover"}},
		{"F-17 modern only, with an old server", jsonrpc.Rev20260728, []string{notFound}, outcome{0, jsonrpc.NewError(-32601, "", nil), "discover"}},
		{"F-17 modern only, with an older one", jsonrpc.Rev20260728, []string{`"result":{}`}, outcome{0, transport.Protocol, "discover"}},
		{"F-17 modern only, and silence", jsonrpc.Rev20260728, nil, outcome{0, transport.Timeout, "discover"}},
		{"F-17 modern only, and gone", jsonrpc.Rev20260728, []string{"gone"}, outcome{0, transport.Closed, "discover"}},
		{"F-06 pinned", jsonrpc.Rev20250326, []string{older("2025-03-26")}, outcome{jsonrpc.Rev20250326, nil, "initialize:2025-03-26 initialized"}},
		{"F-08 pinned, and another is offered", jsonrpc.Rev20250326, []string{session}, outcome{0, transport.Protocol, "initialize:2025-03-26"}},
		{"F-10 pinned, and refused", jsonrpc.Rev20250326, []string{unsupported(`["2024-11-05"]`)}, outcome{0, jsonrpc.NewError(-32022, "", nil), "initialize:2025-03-26"}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				heard := make(chan string, 10)
				o := &transport.ClientOptions{Revision: tt.pinned}
				c, err := dialed(t, nil, o, func(e *end) { e.begin(tt.answers, heard) })
				var refused, want *jsonrpc.Error
				switch {
				case tt.want.err == nil:
					require.NoError(t, err)
					require.Equal(t, tt.want.revision, c.Revision())
					require.NoError(t, c.Close())
				case errors.As(tt.want.err, &want):
					require.ErrorAs(t, err, &refused)
					require.Equal(t, want.Code, refused.Code)
				default:
					require.ErrorIs(t, err, tt.want.err)
				}
				if err != nil {
					require.Less(t, len(err.Error()), 300, "what the server says is cut")
				}
				synctest.Wait()
				close(heard)
				var all []string
				for what := range heard {
					all = append(all, what)
				}
				require.Equal(t, tt.want.heard, strings.Join(all, " "))
			})
		})
	}
}

// begin answers requests with one of answers after the other, and tells what it has heard.
func (e *end) begin(answers []string, heard chan<- string) {
	ids := map[string]bool{}
	for i := 0; ; {
		m := e.opening()
		if m == nil {
			return
		}
		what := strings.TrimPrefix(strings.TrimPrefix(m.Method, "server/"), "notifications/")
		if m.Method == "initialize" {
			v, _, _ := strings.Cut(strings.TrimPrefix(m.Params.String(), `{"protocolVersion":"`), `"`)
			what += ":" + v
		}
		heard <- what
		if m.Kind == jsonrpc.Notification {
			continue
		}
		if ids[m.ID.String()] {
			e.t.Error("A-05: an id is used twice")
		}
		ids[m.ID.String()] = true
		if i < len(answers) && answers[i] == "gone" {
			return
		}
		if i < len(answers) && answers[i] != "" {
			e.say(`{"jsonrpc":"2.0","id":` + m.ID.String() + `,` + answers[i] + `}`)
		}
		if i++; i == len(answers) && i > 1 && answers[0] == "" { // F-16: the late answer to the probe is dropped
			_, _ = io.WriteString(e.w, `{"jsonrpc":"2.0","id":1,"result":`+discovered+"}\n") // the client may be done
		}
	}
}

// opening is message for the beginning of a connection; nil at its end.
func (e *end) opening() *jsonrpc.Message {
	line, err := e.r.ReadString('\n')
	if err != nil {
		return nil
	}
	m := new(jsonrpc.Message)
	if err := jsonrpc.Scan([]byte(line[:len(line)-1]), m); err != nil {
		e.t.Errorf("%s: %v", line, err)
	}
	return m
}

// F-16: a server that does not survive the probe is started again, and gets initialize at once. Another failure is not hidden.
func TestNegotiationAgain(t *testing.T) {
	for _, tt := range []struct {
		rule   string
		before string // what the first server answers to the probe before it ends; "" for nothing
		second bool   // the second one works
	}{
		{"gone", "", true},
		{"gone after an answer", `"error":{"code":-32601,"message":"?"}`, true},
		{"gone after a result", `"result":{}`, true},
		{"gone again", "", false},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var heard []string
				opened := 0
				done := make(chan struct{}, 3)
				k := transport.Connector{Open: func(context.Context) (transport.Link, error) {
					opened++
					first := opened == 1
					s, e := ends(t)
					go func() {
						defer func() { done <- struct{}{} }()
						for m := e.opening(); m != nil; m = e.opening() {
							heard = append(heard, m.Method)
							if first && tt.before != "" {
								e.say(`{"jsonrpc":"2.0","id":` + m.ID.String() + `,` + tt.before + `}`)
							}
							if first || !tt.second {
								break
							}
							if m.Kind == jsonrpc.Request {
								e.answer(m, "result", agreed)
							}
						}
						_ = e.w.Close()
						_, _ = io.Copy(io.Discard, e.r)
					}()
					return s, nil
				}}
				c, err := k.Dial(t.Context(), nil, nil)
				if tt.second {
					require.NoError(t, err)
					require.Equal(t, jsonrpc.Rev20251125, c.Revision())
					synctest.Wait()
					require.NoError(t, c.Close())
				} else {
					require.ErrorIs(t, err, transport.Closed)
				}
				<-done
				<-done
				require.Equal(t, 2, opened)
				want := []string{"server/discover", "initialize"}
				if tt.second {
					want = append(want, "notifications/initialized")
				}
				require.Equal(t, want, heard)
			})
		})
	}
}

// What the client says of itself (F-01, A-41, A-42), and what it keeps of the server (F-02, F-12).
func TestNegotiationInfo(t *testing.T) {
	const (
		noInfo = `{"name":"mcpwire","version":"0"}`
		own    = `{"name":"c","version":"1","title":"C"}`
	)
	handler := asker()
	handler.ClientInfo = mcp.Implementation{Name: "h", Version: "2"}
	for _, tt := range []struct {
		rule       string
		h          jsonrpc.Handler
		o          transport.ClientOptions
		info, caps string
		modernInfo string // "" for none
	}{
		{"nothing", nil, transport.ClientOptions{}, noInfo, `{}`, noInfo},
		{"the handler's", handler, transport.ClientOptions{}, `{"name":"h","version":"2"}`, `{"elicitation":{}}`, `{"name":"h","version":"2"}`},
		{"the options'", handler, transport.ClientOptions{Info: codec.RawString(own), Capabilities: codec.RawString(`{"roots":{}}`)}, own, `{"roots":{}}`, own},
		{"A-42 configured off", handler, transport.ClientOptions{OmitInfo: true}, `{"name":"h","version":"2"}`, `{"elicitation":{}}`, ``},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			o := tt.o
			got := make(chan *jsonrpc.Message, 3)
			c, err := dialed(t, tt.h, &o, func(e *end) {
				m := e.message()
				got <- m
				e.answer(m, "error", `{"code":-32601,"message":"?"}`)
				m = e.message()
				got <- m
				e.answer(m, "result", `{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"9"},"instructions":"be kind"}`)
				got <- e.message()
			})
			require.NoError(t, err)
			meta := `"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":` + tt.caps
			if tt.modernInfo != "" {
				meta += `,"io.modelcontextprotocol/clientInfo":` + tt.modernInfo
			}
			require.JSONEq(t, `{"_meta":{`+meta+`}}`, (<-got).Params.String())
			require.JSONEq(t, `{"protocolVersion":"2025-11-25","capabilities":`+tt.caps+`,"clientInfo":`+tt.info+`}`, (<-got).Params.String())
			require.Equal(t, "notifications/initialized", (<-got).Method) // F-03
			info, capabilities := c.Server()
			require.JSONEq(t, `{"name":"s","version":"9"}`, info.String())
			require.JSONEq(t, `{"tools":{}}`, capabilities.String())
			require.Equal(t, "be kind", c.Instructions())
		})
	}
	for _, bad := range []string{`5`, `[]`, `{`, ``} {
		_, err := dialed(t, nil, &transport.ClientOptions{Info: codec.RawString(bad)}, func(*end) {})
		require.Error(t, err)
		_, err = dialed(t, nil, &transport.ClientOptions{Capabilities: codec.RawString(bad)}, func(*end) {})
		require.Error(t, err)
	}

	c, err := dialed(t, nil, nil, func(e *end) {
		e.answer(e.message(), "result", `{"supportedVersions":["2026-07-28"],"capabilities":{"prompts":{}},"instructions":"x","_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s"}}}`)
	})
	require.NoError(t, err)
	info, capabilities := c.Server()
	require.Equal(t, `{"name":"s"}`, info.String())
	require.Equal(t, `{"prompts":{}}`, capabilities.String())
	require.Equal(t, "x", c.Instructions())
}

// F-10, F-16: every wait of the beginning has its own bound.
func TestNegotiationTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		o := new(transport.ClientOptions)
		o.Timeouts = transport.Timeouts{Probe: 3 * time.Second, Call: 20 * time.Second}
		_, err := dialed(t, nil, o, func(e *end) {
			_, _ = io.Copy(io.Discard, e.r)
		})
		require.ErrorIs(t, err, transport.Timeout)
		require.Equal(t, 23*time.Second, time.Since(began))

		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		s, e := ends(t)
		go func() { _, _ = io.Copy(io.Discard, e.r) }()
		began = time.Now()
		_, err = s.Dial(ctx, nil, nil)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second, time.Since(began))
	})
}

// G-19, B-12: a server that asks for a pulse before the answer to initialize gets it.
func TestNegotiationPing(t *testing.T) {
	c, err := dialed(t, nil, &transport.ClientOptions{Revision: jsonrpc.Rev20251125}, func(e *end) {
		m := e.message()
		if got := e.ask(`{"jsonrpc":"2.0","id":"p","method":"ping"}`); got != `{"jsonrpc":"2.0","id":"p","result":{}}` {
			t.Error(got)
		}
		e.answer(m, "result", agreed)
		e.message()
	})
	require.NoError(t, err)
	require.NotNil(t, c)
}
