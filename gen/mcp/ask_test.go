package mcp_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// everything is what a client declares that answers everything.
const everything = `{"elicitation":{"form":{},"url":{}},"sampling":{"tools":{}},"roots":{}}`

// questions asks three things, one after the other, and says what it has learned.
func questions(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
	user, err := r.Elicit(ctx, "user", &mcp.ElicitFormParams{Message: "?"})
	if err != nil {
		return err
	}
	out.AddText(string(user.Action))
	model, err := r.CreateMessage(ctx, "model", &mcp.CreateMessageParams{MaxTokens: 1})
	if err != nil {
		return err
	}
	out.AddText(model.Model)
	roots, err := r.ListRoots(ctx, "roots")
	if err != nil {
		return err
	}
	out.AddText(roots.Roots[0].URI)
	return nil
}

// J-15: in modern revisions, each question is an answer that requires input; the answers before it travel in requestState.
func TestAskModern(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{CallTool: questions}
	l := newLoop(h, jsonrpc.Rev20260728)
	l.info.Capabilities = codec.RawString(everything)
	params := &mcp.CallToolParams{Name: "x"}
	var asked *mcp.InputRequiredError
	next := func(key string, answer mcp.InputResponse) {
		t.Helper()
		_, err := mcp.CallTool(t.Context(), l, params)
		require.ErrorAs(t, err, &asked)
		require.Len(t, asked.Result.InputRequests, 1, "J-05")
		require.Equal(t, key, asked.Result.InputRequests[0].Key)
		params.RequestState = asked.Result.RequestState
		params.InputResponses = []codec.Member[mcp.InputResponse]{{Key: "other", Value: &mcp.ElicitResult{Action: "cancel"}}, {Key: key, Value: answer}}
	}
	next("user", &mcp.ElicitResult{Action: "accept"})
	require.False(t, asked.Result.RequestState.Has(), "J-06: there is nothing to keep")
	require.IsType(t, &mcp.ElicitRequest{}, asked.Result.InputRequests[0].Value)
	model := &mcp.CreateMessageResult{Model: "m \"1\"", Role: "assistant"}
	model.AddText("é\u2028")
	next("model", model)
	require.True(t, asked.Result.RequestState.Has())
	state := params.RequestState
	params.InputResponses = nil
	next("model", model) // J-09: a missing answer is asked for again
	require.Equal(t, state, params.RequestState)
	next("roots", &mcp.ListRootsResult{Roots: []mcp.Root{{URI: "file:///x"}}})
	res, err := mcp.CallTool(t.Context(), l, params)
	require.NoError(t, err)
	for i, want := range []string{"accept", "m \"1\"", "file:///x"} {
		require.Equal(t, want, res.Content[i].(*mcp.TextContent).Text)
	}

	for name, bad := range map[string]func(p *mcp.CallToolParams){ // H-07: the state has been in the client's hands
		"state is no JSON":      func(p *mcp.CallToolParams) { p.RequestState.Set("x") },
		"state is a list":       func(p *mcp.CallToolParams) { p.RequestState.Set("[]") },
		"answer in it is wrong": func(p *mcp.CallToolParams) { p.RequestState.Set(`{"inputResponses":{"user":{"roots":[]}}}`) },
		"answer is wrong": func(p *mcp.CallToolParams) {
			p.InputResponses = []codec.Member[mcp.InputResponse]{{Key: "user", Value: &mcp.ListRootsResult{}}}
		},
		"answer is nothing known": func(p *mcp.CallToolParams) {
			p.InputResponses = []codec.Member[mcp.InputResponse]{{Key: "user", Value: &mcp.UnknownInputResponse{Raw: codec.RawString(`{"x":1}`)}}}
		},
	} {
		p := &mcp.CallToolParams{Name: "x"}
		bad(p)
		_, err := mcp.CallTool(t.Context(), l, p)
		var e *jsonrpc.Error
		require.ErrorAs(t, err, &e, name)
		require.Equal(t, jsonrpc.CodeInvalidParams, e.Code, name)
	}
	got := answer(t, h, l.info, mcp.MethodCallTool, `{"name":"x","requestState":"{\"inputResponses\":{\"user\":null}}","inputResponses":{"user":null}}`)
	require.Contains(t, got, `"inputRequests":{"user":`, "null is no answer")
}

// calls is a loop whose handlers can call the client.
type calls struct {
	*loop

	client *loop
}

func (c *calls) ServeMessage(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
	c.loop.handler.ServeMessage(ctx, &callWriter{w, c.client}, m)
}

type callWriter struct {
	jsonrpc.ResponseWriter

	client *loop
}

func (w *callWriter) NewCall(method string) *jsonrpc.Call           { return w.client.NewCall(method) }
func (w *callWriter) Do(ctx context.Context, c *jsonrpc.Call) error { return w.client.Do(ctx, c) }

// J-15: in revisions with sessions, the same function calls the client.
func TestAskLegacy(t *testing.T) {
	t.Parallel()
	for _, rev := range revisions {
		if rev.Modern() {
			continue
		}
		client := newLoop(&mcp.ClientHandler{
			Elicit: func(_ context.Context, _ *mcp.Request[mcp.ElicitParams], out *mcp.ElicitResult) error {
				out.Action = "accept"
				return nil
			},
			CreateMessage: func(_ context.Context, _ *mcp.Request[mcp.CreateMessageParams], out *mcp.CreateMessageResult) error {
				out.Model = "m"
				out.AddText("x")
				return nil
			},
			ListRoots: func(_ context.Context, _ *mcp.Request[mcp.ListRootsParams], out *mcp.ListRootsResult) error {
				out.Roots = []mcp.Root{{URI: "file:///x"}}
				return nil
			},
		}, rev)
		server := newLoop(&mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			err := questions(ctx, r, out)
			if r.Info.CanCall && rev < jsonrpc.Rev20250618 { // it has no elicitation, whatever the client says
				require.Error(t, err)
				roots, err := r.ListRoots(ctx, "roots")
				require.NoError(t, err)
				out.AddText(roots.Roots[0].URI)
				return nil
			}
			return err
		}}, rev)
		server.info.Capabilities = codec.RawString(everything)
		l := &loop{handler: &calls{server, client}, info: server.info}
		_, err := mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "x"})
		require.Error(t, err, "CanCall is not set")
		l.info.CanCall = true
		res, err := mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "x"})
		require.NoError(t, err)
		require.Equal(t, "file:///x", res.Content[len(res.Content)-1].(*mcp.TextContent).Text)
	}
}

// A-44, F-09: who has not declared that it answers is not asked, and a function can go on without; A-31: -32021 is modern.
func TestAskUndeclared(t *testing.T) {
	t.Parallel()
	for _, rev := range revisions {
		for caps, lacks := range map[string]string{
			`{}`:                                     `{"elicitation":{}}`,
			`{"elicitation":null}`:                   `{"elicitation":{}}`,
			`{"elicitation":{"url":{}}}`:             `{"elicitation":{"form":{}}}`,
			`{"elicitation":{"url":{},"form":null}}`: `{"elicitation":{"form":{}}}`,
		} {
			var seen error
			h := &mcp.ServerHandler{CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
				seen = questions(ctx, r, out)
				if r.Params.Name == "without" {
					return nil
				}
				return seen
			}}
			info := jsonrpc.Info{Revision: rev, CanCall: true, Capabilities: codec.RawString(caps)}
			require.Contains(t, answer(t, h, info, mcp.MethodCallTool, `{"name":"without"}`), `"result"`)
			got := answer(t, h, info, mcp.MethodCallTool, `{"name":"x"}`)
			code := "-32600"
			if rev.Modern() {
				code = "-32021"
			}
			require.JSONEq(t, `{"jsonrpc":"2.0","id":1,"error":{"code":`+code+`,"message":"the client lacks a required capability","data":{"requiredCapabilities":`+lacks+`}}}`, got)
			var e *jsonrpc.Error
			require.ErrorAs(t, seen, &e)
			require.Equal(t, jsonrpc.CodeMissingRequiredClientCapability, e.Code)
		}
	}
}

// J-04: other requests cannot be answered with a question.
func TestAskWhere(t *testing.T) {
	t.Parallel()
	var errs []error
	h := &mcp.ServerHandler{
		ListTools: func(ctx context.Context, r *mcp.Request[mcp.ListToolsParams], _ *mcp.ListToolsResult) error {
			_, err := r.ListRoots(ctx, "a")
			errs = append(errs, err)
			return err
		},
		ReadResource: func(ctx context.Context, r *mcp.Request[mcp.ReadResourceParams], _ *mcp.ReadResourceResult) error {
			_, err := r.ListRoots(ctx, "a")
			return err
		},
		GetPrompt: func(ctx context.Context, r *mcp.Request[mcp.GetPromptParams], _ *mcp.GetPromptResult) error {
			_, err := r.Elicit(ctx, "a", &mcp.ElicitURLParams{URL: "a:b"})
			return err
		},
	}
	info := jsonrpc.Info{Revision: jsonrpc.Rev20260728, Capabilities: codec.RawString(everything)}
	require.Contains(t, answer(t, h, info, mcp.MethodListTools, `{}`), `"code":-32603`)
	require.ErrorContains(t, errs[0], "cannot be answered with a question")
	require.Contains(t, answer(t, h, info, mcp.MethodReadResource, `{"uri":"a:b"}`), `"resultType":"input_required"`)
	require.Contains(t, answer(t, h, info, mcp.MethodGetPrompt, `{"name":"a"}`), `"mode":"url"`)

	var r mcp.Request[mcp.CallToolParams] // made by hand
	_, err := r.ListRoots(t.Context(), "a")
	require.Error(t, err)
}

// codes in the revisions that have them.
func TestErrorCodes(t *testing.T) {
	t.Parallel()
	for _, rev := range revisions {
		for code, want := range map[int]int{
			jsonrpc.CodeResourceNotFound:           jsonrpc.CodeResourceNotFound,
			jsonrpc.CodeURLElicitationRequired:     jsonrpc.CodeInternalError,
			jsonrpc.CodeUnsupportedProtocolVersion: jsonrpc.CodeUnsupportedProtocolVersion, // F-24: also in answer to initialize
			jsonrpc.CodeInvalidParams:              jsonrpc.CodeInvalidParams,
			-31000:                                 -31000,
		} {
			switch {
			case rev.Modern() && code == jsonrpc.CodeResourceNotFound:
				want = jsonrpc.CodeInvalidParams
			case rev == jsonrpc.Rev20251125 && code == jsonrpc.CodeURLElicitationRequired:
				want = code
			}
			var logged error
			h := &mcp.ServerHandler{
				ErrorLog: func(_ context.Context, _ string, err error) { logged = err },
				ReadResource: func(context.Context, *mcp.Request[mcp.ReadResourceParams], *mcp.ReadResourceResult) error {
					return &jsonrpc.Error{Code: code, Message: "m", Data: codec.RawString(`{"uri":"a:b"}`)}
				},
			}
			var c jsonrpc.Call
			l := newLoop(h, rev)
			l.frame = []byte(`{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"uri":"a:b"}}`)
			require.NoError(t, l.dispatch(t.Context(), &c))
			var e jsonrpc.Error
			require.NoError(t, c.Reply.DecodeError(&e))
			require.Equal(t, want, e.Code, "%d in %s", code, rev)
			if want == jsonrpc.CodeInternalError {
				require.Error(t, logged)
				require.True(t, e.Data.IsZero())
			} else {
				require.NoError(t, logged)
				require.Equal(t, "m", e.Message)
				require.JSONEq(t, `{"uri":"a:b"}`, e.Data.String())
			}
		}
	}
}

// J-02, J-03: a result of another type than the method has is an error, with its text for who knows better.
func TestUnknownResultType(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		resultType string
		err        string // "" for none
	}{
		{``, ``}, {`,"resultType":null`, ``}, {`,"resultType":"complete"`, ``}, {`,"result\u0054ype":"c\u006fmplete"`, ``},
		{`,"resultType":""`, `unknown type ""`}, {`,"resultType":"Complete"`, `unknown type "Complete"`},
		{`,"resultType":"task","taskId":"t"`, `unknown type "task"`}, {`,"resultType":5`, `wrong kind`},
	} {
		frame := `{"jsonrpc":"2.0","id":1,"result":{"tools":[],"content":[]` + test.resultType + `}}`
		l := newLoop(jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, _ *jsonrpc.Message) {
			var m jsonrpc.Message
			require.NoError(t, jsonrpc.Scan([]byte(frame), &m))
			require.NoError(t, w.Forward(&m))
		}), jsonrpc.Rev20260728)
		d := codec.GetDecoder()
		_, err1 := mcp.CallTool(t.Context(), l, nil)
		_, err2 := mcp.ListTools(t.Context(), l, nil)
		err3 := mcp.CallToolInto(t.Context(), l, nil, new(mcp.CallToolResult), d)
		err4 := mcp.ListToolsInto(t.Context(), l, nil, new(mcp.ListToolsResult), d)
		d.Release()
		clear(l.reply.out[:cap(l.reply.out)]) // what the error holds is its own
		for _, err := range []error{err1, err2, err3, err4} {
			if test.err == "" {
				require.NoError(t, err)
				continue
			}
			require.ErrorContains(t, err, test.err)
			var unknown *mcp.UnknownResultError
			if errors.As(err, &unknown) {
				require.JSONEq(t, `{"tools":[],"content":[]`+test.resultType+`}`, unknown.Result.String())
			}
		}
	}
	// J-04: what asks for input where it must not.
	l := newLoop(jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, _ *jsonrpc.Message) {
		require.NoError(t, w.Result(codec.RawString(`{"resultType":"input_required","requestState":"s"}`)))
	}), jsonrpc.Rev20260728)
	_, err := mcp.ListTools(t.Context(), l, nil)
	var unknown *mcp.UnknownResultError
	require.ErrorAs(t, err, &unknown)
	require.Equal(t, "input_required", unknown.ResultType)
	_, err = mcp.GetPrompt(t.Context(), l, nil)
	var asked *mcp.InputRequiredError
	require.ErrorAs(t, err, &asked)
}
