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

// requestsOfServers are the requests that a server may send to a client, as text.
var requestsOfServers = map[string][2]string{
	"ping":         {"ping", ``},
	"roots":        {"roots/list", ``},
	"form":         {"elicitation/create", `{"message":"?","requestedSchema":{"type":"object","properties":{}}}`},
	"form by name": {"elicitation/create", `{"mode":"form","message":"?","requestedSchema":{"type":"object","properties":{}}}`},
	"url":          {"elicitation/create", `{"m\u006fde":"url","message":"?","url":"a:b","elicitationId":"1"}`},
	"sample":       {"sampling/createMessage", `{"messages":[],"maxTokens":1}`},
	"tools":        {"sampling/createMessage", `{"messages":[],"maxTokens":1,"tools":[]}`},
	"choice":       {"sampling/createMessage", `{"messages":[],"maxTokens":1,"toolChoice":{}}`},
	"own":          {"com.example/own", `{}`},
	"mode twice":   {"elicitation/create", `{"mode":"form","mode":"url"}`},
}

// caller has a tool that sends the request that its argument names, by way of the request and of its session.
func caller(errs chan<- error) *mcp.ServerHandler {
	return &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		ways := []jsonrpc.Caller{r}
		if r.Info.Session != nil {
			ways = append(ways, r.Info.Session)
		}
		for _, way := range ways {
			call := way.NewCall(requestsOfServers[r.Params.Name][0])
			call.Params = append(call.Params, requestsOfServers[r.Params.Name][1]...)
			errs <- way.Do(ctx, call)
			call.Release()
		}
		return nil
	}}
}

// F-09, A-44: a server sends a client what that has declared, and nothing else; nothing is written for what is refused.
func TestServerCalls(t *testing.T) {
	for _, tt := range []struct {
		caps    string
		allowed []string
	}{
		{`{}`, nil},
		{`{"roots":null,"sampling":null,"elicitation":null}`, nil},
		{`{"roots":{}}`, []string{"roots"}},
		{`{"sampling":{}}`, []string{"sample"}},
		{`{"sampling":{"tools":null}}`, []string{"sample"}},
		{`{"sampling":{"tools":{}}}`, []string{"sample", "tools", "choice"}},
		{`{"elicitation":{}}`, []string{"form", "form by name"}},
		{`{"elicitation":{"form":{}}}`, []string{"form", "form by name"}},
		{`{"elicitation":{"url":{}}}`, []string{"url"}},
		{`{"elicitation":{"form":{},"url":{}}}`, []string{"form", "form by name", "url"}},
	} {
		t.Run(tt.caps, func(t *testing.T) {
			errs := make(chan error, 2)
			e := served(t, caller(errs), nil)
			e.open("2025-11-25", tt.caps)
			for name, request := range requestsOfServers {
				allowed := name == "ping" || name == "own"
				for _, other := range tt.allowed {
					allowed = allowed || name == other
				}
				e.say(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"` + name + `"}}`)
				for range 2 {
					if !allowed {
						require.ErrorIs(t, <-errs, transport.CannotCall, name)
						continue
					}
					m := e.message()
					require.Equal(t, request[0], m.Method, name)
					e.answer(m, "result", "{}")
					require.NoError(t, <-errs, name)
				}
				require.Equal(t, `{"jsonrpc":"2.0","id":5,"result":{"content":[]}}`, e.hear(), name)
			}
		})
	}
}

// A-53, B-13, E-41: in modern revisions a server sends no requests, whatever the client has declared.
func TestServerCallsModern(t *testing.T) {
	errs := make(chan error, 1)
	e := served(t, caller(errs), nil)
	for name := range requestsOfServers {
		got := e.ask(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"` + name + `","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",` +
			`"io.modelcontextprotocol/clientCapabilities":{"roots":{},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}}}}}}`)
		require.ErrorIs(t, <-errs, transport.CannotCall)
		fits(t, `{"jsonrpc":"2.0","id":5,"result":{...`, got)
	}
}

// F-05: before a client is ready, it is asked for nothing but its pulse, and told nothing before there is a session.
func TestServerCallsEarly(t *testing.T) {
	sessions := make(chan jsonrpc.Session, 1)
	o := new(transport.Options)
	o.OnSession = func(_ context.Context, s jsonrpc.Session) error {
		sessions <- s
		return nil
	}
	e := served(t, &mcp.ServerHandler{}, o)
	s := <-sessions
	roots := func() error {
		_, err := mcp.ListRoots(t.Context(), s, nil)
		return err
	}
	note := func() error {
		return mcp.NotifyLoggingMessage(t.Context(), s, &mcp.LoggingMessageParams{Level: "info", Data: codec.RawString("1")})
	}
	require.ErrorIs(t, roots(), transport.CannotCall)
	require.ErrorIs(t, note(), transport.CannotCall)
	e.say(ready) // it does not count: there is no session yet
	e.silent()
	require.ErrorIs(t, roots(), transport.CannotCall)
	e.ask(`{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"t","version":"1"}}}`)
	require.ErrorIs(t, roots(), transport.CannotCall)
	done := make(chan error, 1)
	go func() {
		_, err := mcp.Ping(t.Context(), s, nil)
		done <- err
	}()
	m := e.message()
	require.Equal(t, "ping", m.Method)
	e.answer(m, "result", "{}")
	require.NoError(t, <-done)
	e.silent() // a pulse is no sign that it is ready
	require.ErrorIs(t, roots(), transport.CannotCall)
	e.say(ready)
	e.silent()
	go func() { done <- roots() }()
	m = e.message()
	require.Equal(t, "roots/list", m.Method)
	e.answer(m, "result", `{"roots":[]}`)
	require.NoError(t, <-done)
}

// F-09: a strict client asks for what the server has declared.
func TestStrictCapabilities(t *testing.T) {
	gated := map[string]string{ // by the capability that is needed
		"tools/list": "tools", "tools/call": "tools", "prompts/list": "prompts", "prompts/get": "prompts",
		"resources/list": "resources", "resources/read": "resources", "resources/templates/list": "resources",
		"resources/subscribe": "subscribe", "resources/unsubscribe": "subscribe",
		"completion/complete": "completions", "logging/setLevel": "logging",
		"tasks/get": "tasks", "tasks/result": "tasks", "tasks/list": "tasks.list", "tasks/cancel": "tasks.cancel",
		"ping": "", "com.example/own": "",
	}
	for _, tt := range []struct {
		revision, caps string
		offered        []string
	}{
		{"2025-11-25", `{}`, nil},
		{"2025-11-25", `{"tools":null}`, nil},
		{"2025-11-25", `{"tools":{},"prompts":{},"completions":{},"logging":{}}`, []string{"tools", "prompts", "completions", "logging"}},
		{"2025-11-25", `{"resources":{}}`, []string{"resources"}},
		{"2025-11-25", `{"resources":{"subscribe":false}}`, []string{"resources"}},
		{"2025-11-25", `{"resources":{"subscribe":true}}`, []string{"resources", "subscribe"}},
		{"2025-11-25", `{"tasks":{"list":{}}}`, []string{"tasks", "tasks.list"}},
		{"2025-11-25", `{"tasks":{"cancel":{}}}`, []string{"tasks", "tasks.cancel"}},
		{"2025-11-25", `{"tools":{},"too\u006cs":{}}`, nil},
		{"2024-11-05", `{}`, []string{"completions"}},
		{"2026-07-28", `{"tools":{}}`, []string{"tools"}},
	} {
		t.Run(tt.revision+tt.caps, func(t *testing.T) {
			for _, strict := range []bool{true, false} {
				server := jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
					switch m.Method {
					case "initialize":
						_ = w.Result(codec.RawString(`{"protocolVersion":"` + tt.revision + `","capabilities":` + tt.caps + `,"serverInfo":{"name":"s","version":"1"}}`))
					case "server/discover":
						_ = w.Result(codec.RawString(`{"supportedVersions":["2026-07-28"],"capabilities":` + tt.caps + `}`))
					default:
						_ = w.Result(nil)
					}
				})
				v, _ := jsonrpc.ParseRevision(tt.revision)
				o := new(transport.PipeOptions)
				o.Client.Revision, o.Client.StrictCapabilities = v, strict
				c, err := transport.Pipe(t.Context(), server, nil, o)
				require.NoError(t, err)
				for method, need := range gated {
					allowed := !strict || need == ""
					for _, other := range tt.offered {
						allowed = allowed || need == other
					}
					call := c.NewCall(method)
					if err := c.Do(t.Context(), call); allowed {
						require.NoError(t, err, method)
					} else {
						require.ErrorIs(t, err, transport.CannotCall, method)
					}
					call.Release()
				}
				require.NoError(t, c.Close())
			}
		})
	}
}

// E-40, A-47: in modern revisions, what clients listen to does not go to the stream of a request; sessions get it.
func TestNotifyChanged(t *testing.T) {
	errs := make(chan error, 1)
	h := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
		errs <- r.Notify(ctx, r.Params.Name, codec.RawString(`{"uri":"a:b"}`))
		return nil
	}}
	e := served(t, h, nil)
	e.open("2025-11-25", "{}")
	for _, method := range []string{changed, updated, "notifications/prompts/list_changed", "notifications/resources/list_changed"} {
		note := `{"jsonrpc":"2.0","method":"` + method + `","params":{"uri":"a:b"}}`
		require.Equal(t, note, e.ask(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"`+method+`"}}`))
		require.Contains(t, e.hear(), `"id":5`)
		require.NoError(t, <-errs)
		require.Contains(t, e.ask(`{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"`+method+`",`+modern+`}}`), `"id":5`)
		require.ErrorIs(t, <-errs, transport.CannotCall)
	}
}
