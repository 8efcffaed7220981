package transport_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// B-07, B-12, A-54: what a client answers: requests in a session, and nothing else; in modern revisions not even these.
func TestClientAnswers(t *testing.T) {
	bad := []string{
		"Listening on port 8080", `{"jsonrpc":"2.0","id":1`, `[]`, `5`, `{}`, `{"jsonrpc":"2.0","method":"x","params":[]}`,
		`{"jsonrpc":"2.0","id":99,"result":[]}`, `{"jsonrpc":"2.0","id":99,"result":{},"error":{"code":1,"message":""}}`,
	}
	requests := map[string]string{ // and their answers in a session
		ping: pong,
		`{"jsonrpc":"2.0","id":null,"method":"ping"}`:                                                `{"jsonrpc":"2.0","error":{"code":-32600,...`,
		`{"jsonrpc":"2.0","id":"r","method":"roots/list"}`:                                           `{"jsonrpc":"2.0","id":"r","error":{"code":-32601,...`,
		`{"jsonrpc":"2.0","id":2,"method":"ping","params":[]}`:                                       `{"jsonrpc":"2.0","id":2,"error":{"code":-32600,...`,
		`{"jsonrpc":"2.0","id":3,"method":"elicitation/create","params":{"message":"?","mode":"x"}}`: `{"jsonrpc":"2.0","id":3,"error":{"code":-32601,...`,
		`{"jsonrpc":"1.0","id":4,"method":"ping"}`:                                                   `{"jsonrpc":"2.0","id":4,"error":{"code":-32600,...`,
		`{"jsonrpc":"2.0","id":5,"method":"initialize","params":{}}`:                                 `{"jsonrpc":"2.0","id":5,"error":{"code":-32601,...`,
		`{"jsonrpc":"2.0","id":6,"method":"tools/list","params":{` + modern + `}}`:                   `{"jsonrpc":"2.0","id":6,"error":{"code":-32601,...`,
	}
	for _, v := range []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest} {
		t.Run(v.String(), func(t *testing.T) {
			seen := new(transport.Counters)
			o := &transport.ClientOptions{Revision: v}
			o.Observer = seen
			answers := map[string]string{}
			c, err := dialed(t, &mcp.ClientHandler{}, o, func(e *end) {
				m := e.message()
				if v.Modern() {
					e.answer(m, "result", discovered)
				} else {
					e.answer(m, "result", agreed)
					e.message()
				}
				m = e.message()
				e.say(bad...)
				for request := range requests {
					if e.say(request); !v.Modern() {
						answers[request] = e.hear()
					}
				}
				e.answer(m, "result", `{"tools":[]}`)
				m = e.message() // nothing else was said
				if m.Method != "prompts/list" {
					t.Error(m.Method)
				}
				e.answer(m, "result", `{"prompts":[]}`)
			})
			require.NoError(t, err)
			_, err = mcp.ListTools(t.Context(), c, nil)
			require.NoError(t, err)
			_, err = mcp.ListPrompts(t.Context(), c, nil)
			require.NoError(t, err)
			if v.Modern() {
				require.Equal(t, int64(len(bad)+len(requests)), seen.Count(transport.BadMessage))
				return
			}
			for request, want := range requests {
				fits(t, want, answers[request])
			}
		})
	}
}

// errAny stands for a *jsonrpc.Error with code 0.
var errAny = errors.New("any")

// G-09: which answer is whose, and what becomes of one that is none.
func TestClientReplies(t *testing.T) {
	for _, tt := range []struct {
		rule  string
		says  []string // to a call with the id ID
		code  int      // of a *jsonrpc.Error
		err   error
		tools int
	}{
		{rule: "A-07", says: []string{`{"jsonrpc":"2.0","id":ID,"result":{"tools":[{"name":"a","inputSchema":{}}]}}`}, tools: 1},
		{rule: "A-07 a text of the same value is another id", says: []string{`{"jsonrpc":"2.0","id":"ID","result":{"tools":[{"name":"a","inputSchema":{}}]}}`, `{"jsonrpc":"2.0","id":ID,"result":{"tools":[]}}`}},
		{rule: "A-14 an error of nothing is no answer", says: []string{`{"jsonrpc":"2.0","error":{"code":1,"message":"x"}}`, `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}`, `{"jsonrpc":"2.0","id":ID,"result":{"tools":[]}}`}},
		{rule: "G-09 twice", says: []string{`{"jsonrpc":"2.0","id":ID,"result":{"tools":[{"name":"a","inputSchema":{}}]}}`, `{"jsonrpc":"2.0","id":ID,"result":{"tools":[]}}`}, tools: 1},
		{rule: "A-10 an error", says: []string{`{"jsonrpc":"2.0","id":ID,"error":{"code":-32002,"message":"gone","data":{"uri":"a:b"},"more":1}}`}, code: -32002},
		{rule: "A-10 a code that is no integer", says: []string{`{"jsonrpc":"2.0","id":ID,"error":{"code":1.5,"message":"x"}}`}, err: transport.Protocol},
		{rule: "A-10 no message", says: []string{`{"jsonrpc":"2.0","id":ID,"error":{"code":1}}`}, err: transport.Protocol},
		{rule: "A-08 both", says: []string{`{"jsonrpc":"2.0","id":ID,"result":{},"error":{"code":1,"message":"x"}}`}, err: transport.Protocol},
		{rule: "A-09 null", says: []string{`{"jsonrpc":"2.0","id":ID,"result":null}`}, err: transport.Protocol},
		{rule: "A-09 a list", says: []string{`{"jsonrpc":"2.0","id":ID,"result":[]}`}, err: transport.Protocol},
		{rule: "A-19 the result twice", says: []string{`{"jsonrpc":"2.0","id":ID,"result":{},"result":{}}`}, err: transport.Protocol},
		{rule: "A-01 no version", says: []string{`{"id":ID,"result":{}}`}, err: transport.Protocol},
		{rule: "A-33 a code of the peer's own", says: []string{`{"jsonrpc":"2.0","id":ID,"error":{"code":0,"message":""}}`}, code: 0, err: errAny},
	} {
		t.Run(tt.rule, func(t *testing.T) {
			c, err := dialed(t, nil, &transport.ClientOptions{Revision: jsonrpc.LatestLegacy}, func(e *end) {
				e.answer(e.message(), "result", agreed)
				e.message()
				m := e.message()
				for _, line := range tt.says {
					e.say(strings.ReplaceAll(line, "ID", m.ID.String()))
				}
				e.answer(e.message(), "result", `{"prompts":[]}`)
			})
			require.NoError(t, err)
			res, err := mcp.ListTools(t.Context(), c, nil)
			var refused *jsonrpc.Error
			switch {
			case tt.err == errAny || tt.code != 0:
				require.ErrorAs(t, err, &refused)
				require.Equal(t, tt.code, refused.Code)
			case tt.err != nil:
				require.ErrorIs(t, err, tt.err)
				require.NotErrorAs(t, err, &refused, "A-36")
			default:
				require.NoError(t, err)
				require.Len(t, res.Tools, tt.tools)
			}
			_, err = mcp.ListPrompts(t.Context(), c, nil)
			require.NoError(t, err)
		})
	}
}

// G-21: in modern revisions there is no ping: nothing is sent.
func TestClientPing(t *testing.T) {
	for _, v := range []jsonrpc.Revision{jsonrpc.LatestLegacy, jsonrpc.Latest} {
		pings := 0
		server := &mcp.ServerHandler{Ping: func(context.Context, *mcp.Request[mcp.PingParams], *mcp.EmptyResult) error {
			pings++
			return nil
		}}
		received := new(transport.Counters)
		o := new(transport.PipeOptions)
		o.Client.Revision, o.Server.Observer = v, received
		c, err := transport.Pipe(t.Context(), server, nil, o)
		require.NoError(t, err)
		_ = c.Do(t.Context(), c.NewCall("x")) // what came with the beginning was counted
		before := received.Count(transport.MessageIn)
		require.NoError(t, c.Ping(t.Context()))
		if v.Modern() {
			require.Zero(t, pings)
			require.Equal(t, before, received.Count(transport.MessageIn))
		} else {
			require.Equal(t, 1, pings)
		}
		require.NoError(t, c.Close())
		require.ErrorIs(t, c.Ping(t.Context()), transport.Closed)
	}
}

// Values of a session stay with it, and do not reach modern requests on the same connection.
func TestSessionValues(t *testing.T) {
	type key struct{}
	h := &mcp.ServerHandler{CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
		if r.Info.Session == nil {
			out.AddText("none")
			return nil
		}
		n, _ := r.Info.Session.Value(key{}).(int) // 0 at first
		r.Info.Session.SetValue(key{}, n+1)
		out.AddText(string(rune('0' + n)))
		return nil
	}}
	call := `{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"x"}}`
	ends := []*end{served(t, h, nil), served(t, h, nil)}
	for _, e := range ends {
		e.open("2025-11-25", "{}")
		for _, want := range []string{"0", "1", "2"} {
			require.Equal(t, `{"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"`+want+`"}]}}`, e.ask(call))
			require.Contains(t, e.ask(tool("6", "")), `"text":"none"`)
		}
	}
	c, err := transport.Pipe(t.Context(), h, nil, nil)
	require.NoError(t, err)
	require.Nil(t, c.Session().Value(key{}))
	c.Session().SetValue(key{}, codec.Raw{})
	require.NotNil(t, c.Session().Value(key{}))
	require.NoError(t, c.Close())
	<-c.Session().Done()
}
