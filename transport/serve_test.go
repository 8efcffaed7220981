package transport_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// failure is the beginning of an error response; id may be "".
func failure(id string, code int) string {
	if id != "" {
		id = `"id":` + id + `,`
	}
	return fmt.Sprintf(`{"jsonrpc":"2.0",%s"error":{"code":%d,"message":"...`, id, code)
}

// tool is a call of a tool in the modern revision, with more members of params.
func tool(id, more string) string {
	return `{"jsonrpc":"2.0","id":` + id + `,"method":"tools/call","params":{` + modern + `,"name":"x"` + more + `}}`
}

// What becomes of a message that stands alone, in a server that has no session.
func TestServeMessages(t *testing.T) {
	for _, tt := range []struct{ rule, in, out string }{
		{"A-01 no version", `{"id":1,"method":"ping"}`, failure("1", -32600)},
		{"A-01 another version", `{"jsonrpc":"1.0","id":1,"method":"ping"}`, failure("1", -32600)},
		{"A-01 version is a number", `{"jsonrpc":2.0,"id":1,"method":"ping"}`, failure("1", -32600)},
		{"A-02 invalid UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"x\":\"\xff\"}", failure("1", -32700)},
		{"A-03 fractional id", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, failure("", -32600)},
		{"A-03 boolean id", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, failure("", -32600)},
		{"A-04 null id", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, failure("", -32600)},
		{"A-07 number", ping, pong},
		{"A-07 text", `{"jsonrpc":"2.0","id":"1","method":"ping"}`, `{"jsonrpc":"2.0","id":"1","result":{}}`},
		{"A-07 empty text", `{"jsonrpc":"2.0","id":"","method":"ping"}`, `{"jsonrpc":"2.0","id":"","result":{}}`},
		{"A-07 negative", `{"jsonrpc":"2.0","id":-7,"method":"ping"}`, `{"jsonrpc":"2.0","id":-7,"result":{}}`},
		{"A-07 escapes", `{"jsonrpc":"2.0","id":"\u0061\"\n","method":"ping"}`, `{"jsonrpc":"2.0","id":"a\"\n","result":{}}`},
		{"A-07 lone surrogate", `{"jsonrpc":"2.0","id":"\ud800","method":"ping"}`, `{"jsonrpc":"2.0","id":"\ud800","result":{}}`},
		{"A-21 huge", `{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"ping"}`, `{"jsonrpc":"2.0","id":123456789012345678901234567890,"result":{}}`},
		{"A-21 beyond float64", `{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}`, `{"jsonrpc":"2.0","id":9007199254740993,"result":{}}`},
		{"A-21 written as a fraction", `{"jsonrpc":"2.0","id":1.0,"method":"ping"}`, `{"jsonrpc":"2.0","id":1.0,"result":{}}`},
		{"A-21 exponent", `{"jsonrpc":"2.0","id":1e2,"method":"ping"}`, `{"jsonrpc":"2.0","id":1e2,"result":{}}`},
		{"A-12 the id behind the error", `{"jsonrpc":"2.0","method":"ping","params":[],"id":"z"}`, failure(`"z"`, -32600)},
		{"A-16 unknown notification", `{"jsonrpc":"2.0","method":"x"}`, ""},
		{"A-16 bad notification", `{"jsonrpc":"2.0","method":"x","params":[]}`, ""},
		{"A-16 notification of a request's name", `{"jsonrpc":"2.0","method":"tools/call","params":{` + modern + `,"name":"x"}}`, ""},
		{"A-17 positional params", `{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}`, failure("1", -32600)},
		{"A-17 null params", `{"jsonrpc":"2.0","id":1,"method":"ping","params":null}`, failure("1", -32600)},
		{"A-18 unknown members", `{"x":{"id":2},"jsonrpc":"2.0","id":1,"method":"ping","y":[1]}`, pong},
		{"A-19 any order", `{"params":{},"method":"ping","id":1,"jsonrpc":"2.0"}`, pong},
		{"A-19 keys with escapes", `{"jsonrpc":"2.0","i\u0064":1,"m\u0065thod":"p\u0069ng"}`, pong},
		{"A-19 id twice", `{"jsonrpc":"2.0","id":1,"id":1,"method":"ping"}`, failure("", -32600)},
		{"A-19 id twice, once with escapes", `{"jsonrpc":"2.0","id":1,"\u0069d":2,"method":"ping"}`, failure("", -32600)},
		{"A-19 method twice", `{"jsonrpc":"2.0","id":1,"method":"ping","method":"x"}`, failure("1", -32600)},
		{"A-19 params twice", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{}}`, failure("1", -32600)},
		{"A-20 method and result", `{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`, failure("1", -32600)},
		{"A-20 nothing", `{"jsonrpc":"2.0","id":1}`, failure("1", -32600)},
		{"A-20 method is a number", `{"jsonrpc":"2.0","id":1,"method":5}`, failure("1", -32600)},
		{"A-08 result and error", `{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}`, ""},
		{"A-54 a result of nothing", `{"jsonrpc":"2.0","id":1,"result":{}}`, ""},
		{"A-14 an error of nothing", `{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"?"}}`, ""},
		{"A-27 array", `[` + ping + `]`, failure("", -32600)},
		{"A-29 empty array", `[]`, failure("", -32600)},
		{"not an object", `5`, failure("", -32600)},
		{"A-30 unknown method", `{"jsonrpc":"2.0","id":1,"method":"x","params":{` + modern + `}}`, failure("1", -32601)},
		{"A-30 bad params", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{` + modern + `,"name":5}}`, failure("1", -32602)},
		{"A-30 missing params", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{` + modern + `}}`, failure("1", -32602)},
		{"A-30 a known member twice", tool("1", `,"n\u0061me":"y"`), failure("1", -32602)},
		{"A-41 modern", tool("1", ""), `{"jsonrpc":"2.0","id":1,"result":{...}}`},
		{"A-41 _meta last", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x",` + modern + `}}`, `{"jsonrpc":"2.0","id":1,"result":{...}}`},
		{"A-42 no clientInfo is needed (T-38)", tool(`"a"`, ""), `{"jsonrpc":"2.0","id":"a","result":{...}}`},
		{"A-43 no params", `{"jsonrpc":"2.0","id":1,"method":"tools/call"}`, failure("1", -32602)},
		{"A-43 no _meta", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}`, failure("1", -32602)},
		{"A-43 _meta is null", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":null}}`, failure("1", -32602)},
		{"A-43 _meta is a list", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":[]}}`, failure("1", -32602)},
		{"A-43 _meta twice", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{` + modern + `,` + modern + `,"name":"x"}}`, failure("1", -32602)},
		{"A-43 no capabilities", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`, failure("1", -32602)},
		{"A-43 capabilities are null", strings.Replace(tool("1", ""), "{}}", "null}", 1), failure("1", -32602)},
		{"A-43 no version", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}}`, failure("1", -32602)},
		{"A-43 version is null", strings.Replace(tool("1", ""), `"2026-07-28"`, "null", 1), failure("1", -32602)},
		{"A-37 a version that is not served", strings.Replace(tool("1", ""), "2026-07-28", "2099-01-01", 1),
			`{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"unsupported protocol version","data":{"requested":"2099-01-01","supported":["2026-07-28"]}}}`},
		{"A-37 a version with sessions", strings.Replace(tool("1", ""), "2026-07-28", "2025-11-25", 1), failure("1", -32022)},
		{"A-37 a long version is cut", strings.Replace(tool("1", ""), "2026-07-28", strings.Repeat("é", 9999), 1),
			`{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"unsupported protocol version","data":{"requested":"` + strings.Repeat("é", 64) + `",...`},
		{"A-48 unknown level", strings.Replace(tool("1", ""), `"_meta":{`, `"_meta":{"io.modelcontextprotocol/logLevel":"loud",`, 1), failure("1", -32602)},
		{"A-48 empty level", strings.Replace(tool("1", ""), `"_meta":{`, `"_meta":{"io.modelcontextprotocol/logLevel":"",`, 1), failure("1", -32602)},
		{"G-14 fractional token", strings.Replace(tool("1", ""), `"_meta":{`, `"_meta":{"progressToken":0.5,`, 1), failure("1", -32602)},
		{"F-12 discover", `{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{` + modern + `}}`, `{"jsonrpc":"2.0","id":1,"result":{..."supportedVersions":["2026-07-28"]...}}`},
		{"F-25 ping is unknown in modern revisions", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{` + modern + `}}`, failure("1", -32601)},
		{"F-25 and initialize", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{` + modern + `,"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}`, failure("1", -32601)},
		{"F-25 and logging/setLevel", `{"jsonrpc":"2.0","id":1,"method":"logging/setLevel","params":{` + modern + `,"level":"info"}}`, failure("1", -32601)},
		{"F-25 and resources/subscribe", `{"jsonrpc":"2.0","id":1,"method":"resources/subscribe","params":{` + modern + `,"uri":"a:b"}}`, failure("1", -32601)},
		{"F-25 and resources/unsubscribe", `{"jsonrpc":"2.0","id":1,"method":"resources/unsubscribe","params":{` + modern + `,"uri":"a:b"}}`, failure("1", -32601)},
		{"F-25 and tasks/list", `{"jsonrpc":"2.0","id":1,"method":"tasks/list","params":{` + modern + `}}`, failure("1", -32601)},
		{"F-25 and tasks/result", `{"jsonrpc":"2.0","id":1,"method":"tasks/result","params":{` + modern + `,"taskId":"x"}}`, failure("1", -32601)},
		{"F-25 and notifications/initialized", `{"jsonrpc":"2.0","method":"notifications/initialized","params":{` + modern + `}}`, ""},
		{"G-08 a cancellation of nothing", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":77}}`, ""},
		{"G-08 a cancellation that is none", `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}`, ""},
		{"G-12 a cancellation without an id", `{"jsonrpc":"2.0","method":"notifications/cancelled"}`, ""},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			h := echoServer()
			h.Capabilities.Logging = codec.RawString("{}")
			h.Subscribe = func(context.Context, *mcp.Request[mcp.SubscribeParams], *mcp.EmptyResult) error { return nil }
			h.Unsubscribe = func(context.Context, *mcp.Request[mcp.UnsubscribeParams], *mcp.EmptyResult) error { return nil }
			h.ListTasks = func(context.Context, *mcp.Request[mcp.ListTasksParams], *mcp.ListTasksResult) error { return nil }
			h.GetTaskPayload = func(context.Context, *mcp.Request[mcp.GetTaskPayloadParams], *mcp.GetTaskPayloadResult) error {
				return nil
			}
			out := converse(t, h, nil, tt.in)
			if tt.out == "" {
				require.Empty(t, out)
				return
			}
			require.Len(t, out, 1)
			fits(t, tt.out, out[0])
		})
	}
}

// Sessions: how they begin, and what is answered before and after.
func TestServeSessions(t *testing.T) {
	opened := `{"jsonrpc":"2.0","id":"i","result":{..."protocolVersion":"2025-11-25","serverInfo":{"name":"t","version":"1"}}}`
	list := `{"jsonrpc":"2.0","id":2,"method":"tools/list"}`
	for _, tt := range []struct {
		rule    string
		in, out []string
	}{
		{"F-01 a request before initialize", []string{list, initialize}, []string{failure("2", -32602), opened}},
		{"F-02, F-03", []string{initialize, ready, list}, []string{opened, `{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`}},
		{"F-03 no initialized", []string{initialize, list}, []string{opened, `{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`}},
		{"G-19 a ping before initialize, and after", []string{ping, initialize, ping, ready, ping}, []string{pong, opened, pong, pong}},
		{"F-07 an unknown revision", []string{strings.Replace(initialize, "2025-11-25", "1999-01-01", 1)}, []string{opened}},
		{"F-07 a modern revision", []string{strings.Replace(initialize, "2025-11-25", "2026-07-28", 1)}, []string{opened}},
		{"S27 twice", []string{initialize, initialize, list}, []string{opened, failure(`"i"`, -32600), `{"jsonrpc":"2.0","id":2,"result":{...}}`}},
		{"F-10 failed, and tried again", []string{strings.Replace(initialize, `"capabilities":{},`, "", 1), list, initialize, list}, []string{failure(`"i"`, -32602), failure("2", -32602), opened, `{"jsonrpc":"2.0","id":2,"result":{...}}`}},
		{"F-10 without a version", []string{strings.Replace(initialize, `"protocolVersion":"2025-11-25",`, "", 1), initialize}, []string{failure(`"i"`, -32602), opened}},
		{"F-10 the version twice", []string{strings.Replace(initialize, `"capabilities"`, `"protocolVersion":"2025-06-18","capabilities"`, 1), initialize}, []string{failure(`"i"`, -32602), opened}},
		{"F-10 capabilities twice", []string{strings.Replace(initialize, `"capabilities"`, `"capabilities":{},"capabilities"`, 1), initialize}, []string{failure(`"i"`, -32602), opened}},
		{"F-11 cancelled", []string{initialize, `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"i"}}`}, []string{opened}},
		{"F-22 a modern request in a session", []string{initialize, tool("3", ""), list}, []string{opened, `{"jsonrpc":"2.0","id":3,"result":{..."resultType":"complete"...}}`, `{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`}},
		{"F-22 a session after modern requests", []string{tool("3", ""), initialize, list}, []string{`{"jsonrpc":"2.0","id":3,"result":{...`, opened, `{"jsonrpc":"2.0","id":2,"result":{"tools":[]}}`}},
		{"A-52 nothing is taken from requests before", []string{tool("3", ""), `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"x"}}`}, []string{`{"jsonrpc":"2.0","id":3,"result":{...`, failure("2", -32602)}},
		{"A-52 nor from the session", []string{initialize, strings.Replace(tool("3", ""), `,"io.modelcontextprotocol/clientCapabilities":{}`, "", 1)}, []string{opened, failure("3", -32602)}},
		{"F-25 a modern initialize is none, also in a session", []string{initialize, strings.Replace(initialize, `"params":{`, `"params":{`+modern+`,`, 1)}, []string{opened, failure(`"i"`, -32601)}},
		{"F-25 a modern initialize opens nothing", []string{strings.Replace(initialize, `"params":{`, `"params":{`+modern+`,`, 1), list, initialize}, []string{failure(`"i"`, -32601), failure("2", -32602), opened}},
		{"F-25 discover is unknown in a session", []string{initialize, `{"jsonrpc":"2.0","id":2,"method":"server/discover"}`}, []string{opened, failure("2", -32601)}},
		{"F-25 and subscriptions/listen", []string{initialize, `{"jsonrpc":"2.0","id":2,"method":"subscriptions/listen","params":{"notifications":{}}}`}, []string{opened, failure("2", -32601)}},
		{"A-27 a batch in a session", []string{initialize, "[" + list + "]"}, []string{opened, failure("", -32600)}},
		{"A-28 and in the oldest", []string{strings.Replace(initialize, "2025-11-25", "2024-11-05", 1), "[" + list + "]"}, []string{`{"jsonrpc":"2.0","id":"i","result":{...`, failure("", -32600)}},
		{"A-22 a modern request in a batch is none", []string{strings.Replace(initialize, "2025-11-25", "2025-03-26", 1), "[" + list + "," + tool("3", "") + "]"}, []string{`{"jsonrpc":"2.0","id":"i","result":{...`, `[...{"jsonrpc":"2.0","id":3,"error":{"code":-32600,...`}},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			h := echoServer()
			h.ListTools = func(context.Context, *mcp.Request[mcp.ListToolsParams], *mcp.ListToolsResult) error { return nil }
			out := converse(t, h, &transport.Options{Hub: new(transport.Hub)}, tt.in...)
			require.Len(t, out, len(tt.out), "%q", out)
			for i := range out {
				fits(t, tt.out[i], out[i])
			}
		})
	}
}

// F-10: a server that refuses initialize can be asked again; it has no session meanwhile, and calls nobody.
func TestServeInitializeRefused(t *testing.T) {
	refuse := true
	h := echoServer()
	h.Initialize = func(_ context.Context, _ *mcp.Request[mcp.InitializeParams], out *mcp.InitializeResult) error {
		if refuse {
			refuse = false
			return mcp.UnsupportedVersion("2025-11-25", []string{"2025-06-18"})
		}
		out.ProtocolVersion = "2025-06-18"
		return nil
	}
	revision := make(chan jsonrpc.Revision, 1)
	h.OnInitialized = func(_ context.Context, r *mcp.Request[mcp.InitializedParams]) error {
		revision <- r.Info.Revision
		return nil
	}
	e := served(t, h, nil)
	fits(t, `{"jsonrpc":"2.0","id":"i","error":{"code":-32022,"message":"...","data":{"requested":"2025-11-25","supported":["2025-06-18"]}}}`, e.ask(initialize)) // F-24
	fits(t, failure("2", -32602), e.ask(`{"jsonrpc":"2.0","id":2,"method":"tools/list"}`))
	fits(t, `{...,"protocolVersion":"2025-06-18",...`, e.ask(initialize))
	e.say(ready)
	require.Equal(t, jsonrpc.Rev20250618, <-revision, "F-07: what the handler has agreed to")
}

// H-20: what a handler's error says stays with the server; A-36: nor does what a peer answered wrongly look like
// an answer to somebody else.
func TestServeErrors(t *testing.T) {
	wrong := make(chan error, 1)
	h := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		switch r.Params.Name {
		case "panic":
			panic("secret")
		case "own":
			return fmt.Errorf("secret: %w", jsonrpc.NewError(-31000, "not today", errors.New("secret")))
		case "ask":
			_, err := mcp.ListRoots(ctx, r, nil)
			wrong <- err
			return err
		}
		return errors.New("secret")
	}}
	o := &transport.Options{Observer: transport.Observers(new(transport.Counters))}
	e := served(t, h, o)
	e.open("2025-11-25", `{"roots":{}}`)
	internal := `{"jsonrpc":"2.0","id":5,"error":{"code":-32603,"message":"internal error"}}`
	call := func(name string) string {
		return `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"` + name + `"}}`
	}
	require.Equal(t, internal, e.ask(call("x")))
	require.Equal(t, internal, e.ask(call("panic")))
	require.Equal(t, `{"jsonrpc":"2.0","id":5,"error":{"code":-31000,"message":"not today"}}`, e.ask(call("own")))
	for _, answer := range []string{`"result":[]`, `"result":{},"error":{"code":1,"message":""}`, `"error":{"code":1}`, `"error":{"code":1,"message":"x","code":1}`, `"error":5`} {
		e.say(call("ask"))
		m := e.message()
		require.Equal(t, "roots/list", m.Method)
		require.Equal(t, internal, e.ask(`{"jsonrpc":"2.0","id":`+m.ID.String()+`,`+answer+`}`), "A-08, A-09, A-10: %s", answer)
		require.ErrorIs(t, <-wrong, transport.Protocol)
	}
}

// an error that answers nothing in particular is reported, and fails no call.
func TestServeStrayError(t *testing.T) {
	seen := make(chan transport.Observation, 100)
	o := &transport.Options{Observer: observe(func(o transport.Observation) { seen <- o })}
	converse(t, echoServer(), o, `{"jsonrpc":"2.0","error":{"code":-32700,"message":"what?"}}`, `{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"what?"}}`,
		`{"jsonrpc":"2.0","id":5,"error":{"code":-32601,"message":"late"}}`)
	close(seen)
	var codes []int
	for o := range seen {
		if o.Event != transport.LateAnswer {
			continue
		}
		var e *jsonrpc.Error
		if errors.As(o.Err, &e) {
			codes = append(codes, e.Code)
		} else {
			require.NoError(t, o.Err)
			codes = append(codes, 0)
		}
	}
	require.Equal(t, []int{-32700, -32600, 0}, codes)
}

type observe func(transport.Observation)

func (f observe) Observe(o transport.Observation) { f(o) }
