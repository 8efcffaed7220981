package mcp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

func stateKey(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func signer(t *testing.T, keys ...[]byte) mcp.StateSealer {
	t.Helper()
	s, err := mcp.NewStateSigner(time.Minute, keys...)
	require.NoError(t, err)
	return s
}

// stateful answers with the state that came, and with another one if none did.
func stateful(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	state, ok := r.Params.RequestState.Get()
	if !ok {
		return r.RequireInput(&mcp.InputRequiredResult{RequestState: mcp.Some("\x7f secret of " + r.Params.Name)})
	}
	out.AddText(state)
	return nil
}

// A requestState is good for the principal and the request that it was made for, for a while, and unchanged (H-07, H-06).
func TestState(t *testing.T) {
	const call, name = mcp.MethodCallTool, `"name":"x","arguments":{"b" : "a  \" b","a":"1"}`
	who := func(principal string) jsonrpc.Info {
		return jsonrpc.Info{Revision: jsonrpc.Latest, Principal: principal, Capabilities: codec.RawString(everything)}
	}
	for rule, test := range map[string]struct {
		keys          [][]byte // of who gets it back
		info          jsonrpc.Info
		method        string
		params        string // STATE stands for the state
		after         time.Duration
		change        func(state string) string
		good, noState bool
	}{
		"the same request":       {good: true},
		"in another form":        {params: `{"arguments":{"b":"a  \" b" ,` + "\n" + `"a":"1"},"requestState":STATE,"name":"x","inputResponses":{},"_meta":{"x":1}}`, good: true},
		"a new key before it":    {keys: [][]byte{stateKey(9), stateKey(1)}, good: true},
		"just in time":           {after: time.Minute - time.Millisecond, good: true},
		"no state":               {params: `{` + name + `}`, noState: true},
		"too late":               {after: time.Minute},
		"another principal":      {info: who("eve")},
		"no principal":           {info: who("")},
		"another method":         {method: mcp.MethodGetPrompt},
		"another tool":           {params: `{"name":"y","arguments":{"b" : "a  \" b","a":"1"},"requestState":STATE}`},
		"other arguments":        {params: `{"name":"x","arguments":{"b":"a \" b","a":"1"},"requestState":STATE}`},
		"more params":            {params: `{` + name + `,"task":{},"requestState":STATE}`},
		"another key":            {keys: [][]byte{stateKey(2)}},
		"changed at the end":     {change: func(s string) string { return s + " " }},
		"changed in front":       {change: func(s string) string { return " " + s }},
		"changed expiry":         {change: func(s string) string { return "AAAB" + s[4:] }},
		"changed signature":      {change: func(s string) string { return s[:20] + "AAAA" + s[24:] }},
		"cut":                    {change: func(s string) string { return s[:10] }},
		"without its signature":  {change: func(s string) string { return s[54:] }},
		"empty":                  {change: func(string) string { return "" }},
		"what a function put in": {change: func(string) string { return "\x7f secret of x" }},
	} {
		t.Run(rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &mcp.ServerHandler{CallTool: stateful, State: signer(t, stateKey(1))}
				h.GetPrompt = func(context.Context, *mcp.Request[mcp.GetPromptParams], *mcp.GetPromptResult) error {
					return errors.New("it was called")
				}
				var asked struct {
					Result struct{ RequestState string }
				}
				require.NoError(t, json.Unmarshal([]byte(answer(t, h, who("adam"), call, `{`+name+`}`)), &asked))
				state := asked.Result.RequestState
				require.True(t, strings.HasSuffix(state, "\x7f secret of x"))
				if test.change != nil {
					state = test.change(state)
				}
				time.Sleep(test.after)
				if test.keys != nil {
					h.State = signer(t, test.keys...)
				}
				if test.info.Revision == 0 {
					test.info = who("adam")
				}
				if test.params == "" {
					test.params = `{` + name + `,"requestState":STATE}`
				}
				if test.method == "" {
					test.method = call
				}
				text, err := json.Marshal(state)
				require.NoError(t, err)
				got := answer(t, h, test.info, test.method, strings.ReplaceAll(test.params, "STATE", string(text)))
				switch {
				case test.good:
					require.Contains(t, got, `"text":"`+"\x7f"+` secret of x"`)
				case test.noState:
					require.Contains(t, got, `"resultType":"input_required"`)
				default:
					require.Equal(t, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid params: requestState"}}`, got)
				}
			})
		})
	}
}

// What Elicit and its kin keep is protected too, and only where there is such a thing.
func TestStateOfQuestions(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{CallTool: questions, State: signer(t, stateKey(1))}
	l := newLoop(h, jsonrpc.Latest)
	l.info.Capabilities = codec.RawString(everything)
	params := &mcp.CallToolParams{Name: "x"}
	var asked *mcp.InputRequiredError
	var err error
	for _, given := range []codec.Member[mcp.InputResponse]{
		{Key: "user", Value: &mcp.ElicitResult{Action: "accept"}}, {Key: "model", Value: &mcp.CreateMessageResult{Model: "m", Role: "assistant"}},
		{Key: "roots", Value: &mcp.ListRootsResult{Roots: []mcp.Root{{URI: "file:///x"}}}},
	} {
		_, err = mcp.CallTool(t.Context(), l, params)
		require.ErrorAs(t, err, &asked)
		require.Equal(t, given.Key, asked.Result.InputRequests[0].Key)
		params.RequestState, params.InputResponses = asked.Result.RequestState, []codec.Member[mcp.InputResponse]{given}
	}
	res, err := mcp.CallTool(t.Context(), l, params)
	require.NoError(t, err)
	require.Len(t, res.Content, 3)

	params.RequestState.Set(`{"inputResponses":{"user":{"action":"accept"},"model":{"model":"m","role":"assistant","content":[]}}}`)
	_, err = mcp.CallTool(t.Context(), l, params)
	var refused *jsonrpc.Error
	require.ErrorAs(t, err, &refused, "answers that nobody gave")
	require.Equal(t, jsonrpc.CodeInvalidParams, refused.Code)

	old := jsonrpc.Info{Revision: jsonrpc.LatestLegacy}
	h.CallTool = stateful
	require.Contains(t, answer(t, h, old, mcp.MethodCallTool, `{"name":"x","requestState":"?"}`), `"text":"?"`, "a session has none")
}

func TestStateKeys(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][][]byte{"none": nil, "short": {stateKey(1)[:31]}, "one of two": {stateKey(1), nil}} {
		_, err := mcp.NewStateSigner(0, keys...)
		require.Error(t, err, name)
	}
	s, err := mcp.NewStateSigner(0, stateKey(1))
	require.NoError(t, err)
	sealed, err := s.Seal("", nil)
	require.NoError(t, err)
	got, err := s.Open(sealed, nil)
	require.NoError(t, err)
	require.Empty(t, got)
}
