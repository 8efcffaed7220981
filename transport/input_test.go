package transport_test

import (
	"context"
	"errors"
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

// elicited is a client whose user agrees, and which counts how often it was asked.
func elicited(asked *int) *mcp.ClientHandler {
	return &mcp.ClientHandler{
		Elicit: func(_ context.Context, r *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
			*asked++
			form, ok := r.Params.(*mcp.ElicitFormParams)
			switch {
			case !ok:
				out.Action = "decline"
			case form.Message == "panic":
				panic("in the user's code")
			case form.Message == "no":
				return jsonrpc.NewError(-32000, "not now", nil)
			default:
				out.Action = "accept"
			}
			return r.Progress(context.Background(), 1, 0, "") // goes nowhere: there is no request on the wire
		},
		ListRoots: func(ctx context.Context, r *mcp.Request[mcp.ListRootsParams], out *mcp.ListRootsResult) error {
			if _, err := mcp.ListTools(ctx, r, nil); !errors.Is(err, transport.CannotCall) {
				return err
			}
			out.Roots = []mcp.Root{{URI: "file:///x"}}
			return nil
		},
	}
}

// J-04 to J-10: what a client makes of results that ask for input, and what it sends then.
func TestInputRetry(t *testing.T) {
	const (
		ask   = `{"method":"elicitation/create","params":{"message":"?","requestedSchema":{"type":"object","properties":{}}}}`
		roots = `{"method":"roots/list"}`
		done  = `{"resultType":"complete","content":[]}`
	)
	required := func(members string) string { return `{"resultType":"input_required"` + members + `}` }
	for _, tt := range []struct {
		rule    string
		params  string   // of the call
		results []string // the server's, one after the other
		sent    []string // params of the tries after the first, without _meta
		asked   int
		err     error // a Code; nil for a result
		text    string
	}{
		{rule: "nothing is asked", params: `{"name":"x"}`, results: []string{done}},
		{rule: "J-02 no resultType", params: `{"name":"x"}`, results: []string{`{"content":[]}`}},
		{rule: "J-06 an answer and the state", params: `{"name":"x"}`, results: []string{required(`,"inputRequests":{"a":` + ask + `},"requestState":"s\u0061\/\ud800"`), done},
			sent: []string{`{"name":"x","inputResponses":{"a":{"action":"accept"}},"requestState":"s\u0061\/\ud800"}`}, asked: 1},
		{rule: "J-06 no state", params: `{"name":"x"}`, results: []string{required(`,"inputRequests":{"\u0061\"":` + ask + `}`), done},
			sent: []string{`{"name":"x","inputResponses":{"a\"":{"action":"accept"}}}`}, asked: 1},
		{rule: "J-06 the same keys", params: `{"name":"x"}`, results: []string{required(`,"inputRequests":{"b":` + roots + `,"a":` + ask + `,"":` + ask + `}`), done},
			sent: []string{`{"name":"x","inputResponses":{"b":{"roots":[{"uri":"file:///x"}]},"a":{"action":"accept"},"":{"action":"accept"}}}`}, asked: 2},
		{rule: "J-07 only later", params: `{"name":"x"}`, results: []string{required(`,"requestState":"s"`), done}, sent: []string{`{"name":"x","requestState":"s"}`}},
		{rule: "J-07 an empty map", params: `{"name":"x"}`, results: []string{required(`,"inputRequests":{},"requestState":""`), done}, sent: []string{`{"name":"x","requestState":""}`}},
		{rule: "J-08, J-09 several rounds", params: `{"name":"x","arguments":{"requestState":1}}`, results: []string{required(`,"inputRequests":{"a":` + ask + `},"requestState":"1"`), required(`,"inputRequests":{"b":` + ask + `}`), done},
			sent: []string{`{"name":"x","arguments":{"requestState":1},"inputResponses":{"a":{"action":"accept"}},"requestState":"1"}`, `{"name":"x","arguments":{"requestState":1},"inputResponses":{"b":{"action":"accept"}}}`}, asked: 2},
		{rule: "J-08 the caller's own retry", params: "{\"requestState\" : \"old\", \"name\":\"x\",\n\"inputResponses\":{\"z\":{}} }", results: []string{required(`,"inputRequests":{"a":` + ask + `}`), done},
			sent: []string{`{"name":"x","inputResponses":{"a":{"action":"accept"}}}`}, asked: 1},
		{rule: "no params", params: ``, results: []string{required(`,"requestState":"s"`), done}, sent: []string{`{"requestState":"s"}`}},
		{rule: "empty params", params: `{ }`, results: []string{required(`,"requestState":"s"`), done}, sent: []string{`{"requestState":"s"}`}},
		{rule: "too many rounds", params: `{}`, results: []string{required(`,"requestState":"1"`), required(`,"requestState":"2"`), required(`,"requestState":"3"`), required(`,"requestState":"4"`)},
			sent: []string{`{"requestState":"1"}`, `{"requestState":"2"}`, `{"requestState":"3"}`}, text: "input_required"},
		{rule: "J-05 nothing", params: `{}`, results: []string{required(``)}, err: transport.Protocol},
		{rule: "J-05 an empty map", params: `{}`, results: []string{required(`,"inputRequests":{}`)}, err: transport.Protocol},
		{rule: "J-05 null", params: `{}`, results: []string{required(`,"inputRequests":null,"requestState":null`)}, err: transport.Protocol},
		{rule: "J-05 no map", params: `{}`, results: []string{required(`,"inputRequests":[` + ask + `]`)}, err: transport.Protocol},
		{rule: "J-05 a key twice", params: `{}`, results: []string{required(`,"inputRequests":{"a":` + ask + `,"\u0061":` + ask + `}`)}, asked: 1, err: transport.Protocol},
		{rule: "J-05 another kind", params: `{}`, results: []string{required(`,"inputRequests":{"a":{"method":"tools/call` + strings.Repeat("\\n", 999) + `","params":{}}}`)}, err: transport.Protocol, text: `of the kind "tools/call\n`},
		{rule: "J-05 no kind", params: `{}`, results: []string{required(`,"inputRequests":{"a":{}}`)}, err: transport.Protocol},
		{rule: "J-05 null", params: `{}`, results: []string{required(`,"inputRequests":{"a":null}`)}, err: transport.Protocol},
		{rule: "J-05 params are a list", params: `{}`, results: []string{required(`,"inputRequests":{"a":{"method":"roots/list","params":[]}}`)}, err: transport.Protocol},
		{rule: "J-05 method twice", params: `{}`, results: []string{required(`,"inputRequests":{"a":{"method":"roots/list","method":"roots/list"}}`)}, err: transport.Protocol},
		{rule: "J-06 state is a number", params: `{}`, results: []string{required(`,"requestState":5`)}, err: transport.Protocol},
		{rule: "J-06 state twice", params: `{}`, results: []string{required(`,"requestState":"1","requestState":"2"`)}, err: transport.Protocol},
		{rule: "what no function answers", params: `{}`, results: []string{required(`,"inputRequests":{"a":{"method":"sampling/createMessage","params":{"messages":[],"maxTokens":1}}}`)}, err: transport.CannotCall},
		{rule: "A-36 a refusal of the handler's", params: `{}`, results: []string{required(`,"inputRequests":{"a":` + strings.Replace(ask, "?", "no", 1) + `}`)}, asked: 1, err: transport.Unknown, text: "not now"},
		{rule: "a panic of the handler's", params: `{}`, results: []string{required(`,"inputRequests":{"a":` + strings.Replace(ask, "?", "panic", 1) + `}`)}, asked: 1, err: transport.Unknown},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked, panics := 0, new(transport.Counters)
				o := &transport.ClientOptions{InputRounds: 3}
				o.Observer = panics
				var sent []string
				var ids []string
				served := make(chan struct{})
				c, err := dialed(t, elicited(&asked), o, func(e *end) {
					defer close(served)
					e.answer(e.message(), "result", discovered)
					for _, result := range tt.results {
						m := e.message()
						ids = append(ids, m.ID.String())
						params := m.Params.String()
						if !strings.HasPrefix(params, `{"_meta":{"io.modelcontextprotocol/protocolVersion"`) {
							t.Errorf("J-10: no fresh _meta in %s", params)
						}
						_, rest, _ := strings.Cut(params, `{"name":"mcpwire","version":"0"},"progressToken":`+m.ID.String()+`}`)
						sent = append(sent, "{"+strings.TrimPrefix(rest, ","))
						e.answer(m, "result", result)
					}
				})
				require.NoError(t, err)
				call := c.NewCall("tools/call")
				call.Params = append(call.Params, tt.params...)
				call.OnProgress = func(codec.Raw) {}
				err = c.Do(t.Context(), call)
				if tt.err == nil {
					require.NoError(t, err)
					require.Contains(t, call.Reply.Result.String(), tt.text)
				} else {
					require.ErrorIs(t, err, tt.err)
					require.ErrorContains(t, err, tt.text)
					require.Less(t, len(err.Error()), 300)
					var e *jsonrpc.Error
					require.NotErrorAs(t, err, &e, "A-36")
				}
				call.Release()
				<-served
				require.Equal(t, tt.asked, asked)
				if tt.sent == nil {
					tt.sent = []string{}
				}
				require.Equal(t, tt.sent, sent[1:])
				for i := range ids[1:] {
					require.NotEqual(t, ids[i], ids[i+1], "J-06: a new id")
				}
				require.Equal(t, int64(strings.Count(tt.rule, "panic")), panics.Count(transport.HandlerPanic))
			})
		})
	}
}

// J-04: only three methods are answered so; J-07: the pause between tries grows, and ends with the context.
func TestInputRetryWhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tries := map[string]int{}
		server := jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
			if m.Method == "server/discover" {
				_ = w.Result(codec.RawString(discovered))
				return
			}
			tries[strings.Clone(m.Method)]++
			_ = w.Result(codec.RawString(`{"resultType":"input_required","requestState":"s"}`))
		})
		o := new(transport.PipeOptions)
		o.Client.InputRounds = 5
		c, err := transport.Pipe(t.Context(), server, nil, o)
		require.NoError(t, err)
		for _, method := range []string{"tools/call", "prompts/get", "resources/read", "tools/list", "completion/complete", "x"} {
			began := time.Now()
			call := c.NewCall(method)
			require.NoError(t, c.Do(t.Context(), call))
			call.Release()
			switch method {
			case "tools/call", "prompts/get", "resources/read":
				require.Equal(t, 6, tries[method])
				require.Equal(t, 3100*time.Millisecond, time.Since(began)) // 100 ms, doubled each time
			default:
				require.Equal(t, 1, tries[method])
			}
		}
		ctx, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		call := c.NewCall("tools/call")
		require.ErrorIs(t, c.Do(ctx, call), transport.Timeout)
		call.Release()
		require.NoError(t, c.Close())
	})
}
