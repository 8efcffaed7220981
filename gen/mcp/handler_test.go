package mcp_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

func newLoop(h jsonrpc.Handler, v jsonrpc.Revision) *loop {
	return &loop{handler: h, info: jsonrpc.Info{Revision: v}}
}

func TestCallTool(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			out.AddText("hello " + r.Params.Name)
			out.AddImage(codec.EncodeBase64([]byte("png")), "image/png")
			return nil
		},
	}
	l := newLoop(h, jsonrpc.Rev20251125)
	params := &mcp.CallToolParams{Name: "world", Arguments: codec.RawString(`{"a":1}`)}
	res, err := mcp.CallTool(t.Context(), l, params)
	require.NoError(t, err)
	require.Len(t, res.Content, 2)
	require.Equal(t, "hello world", res.Content[0].(*mcp.TextContent).Text)
	require.Equal(t, "image/png", res.Content[1].(*mcp.ImageContent).MIMEType)

	var into mcp.CallToolResult
	var d codec.Decoder
	require.NoError(t, mcp.CallToolInto(t.Context(), l, params, &into, &d))
	clear(l.reply.out[:cap(l.reply.out)]) // into must not borrow the transport's buffer
	require.Equal(t, "hello world", into.Content[0].(*mcp.TextContent).Text)
}

// What a Decoder of the request has decoded is good until the result is written, whatever else is decoded.
func TestRequestDecoder(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			var texts []string
			for range 3 {
				d := r.Decoder(r.Params.Arguments)
				key, ok := d.FirstKey()
				for ; ok; key, ok = d.NextKey(key) {
					texts = append(texts, d.String())
				}
				if err := d.End(); err != nil {
					return jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "arguments: %w", err)
				}
			}
			for _, text := range texts {
				out.AddText(text)
			}
			return nil
		},
	}
	l := newLoop(h, jsonrpc.Rev20251125)
	for _, text := range []string{"one\ntwo", strings.Repeat("\t", 1000), "plain"} {
		params := &mcp.CallToolParams{Name: "echo", Arguments: codec.RawString(`{"text":` + string(codec.AppendString(nil, text)) + `}`)}
		res, err := mcp.CallTool(t.Context(), l, params)
		require.NoError(t, err)
		require.Len(t, res.Content, 3)
		for _, c := range res.Content {
			require.Equal(t, text, c.(*mcp.TextContent).Text)
		}
	}
	_, err := mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "echo", Arguments: codec.RawString(`{"text":1}`)})
	require.ErrorContains(t, err, "arguments")
}

func TestHandlerErrors(t *testing.T) {
	t.Parallel()
	secret := errors.New("password is 1234")
	var logged []error
	h := &mcp.ServerHandler{
		ErrorLog: func(_ context.Context, _ string, err error) { logged = append(logged, err) },
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			switch r.Params.Name {
			case "internal":
				return secret
			case "rpc":
				return jsonrpc.Errorf(-32050, "my own: %w", secret)
			case "tool":
				out.AddText("dropped")
				out.SetError("no such city")
			}
			return nil
		},
	}
	l := newLoop(h, jsonrpc.Rev20251125)
	call := func(name string) (*mcp.CallToolResult, error) {
		return mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: name})
	}
	var e *jsonrpc.Error
	_, err := call("internal")
	require.ErrorAs(t, err, &e)
	require.Equal(t, jsonrpc.CodeInternalError, e.Code)
	require.NotContains(t, e.Message, "1234", "H-20: the text of an error is not sent")
	require.Len(t, logged, 1)
	require.ErrorIs(t, logged[0], secret)

	_, err = call("rpc")
	require.ErrorAs(t, err, &e)
	require.Equal(t, -32050, e.Code)

	res, err := call("tool")
	require.NoError(t, err)
	require.True(t, res.IsError.Or(false))
	require.Len(t, res.Content, 1)

	_, err = mcp.ListTools(t.Context(), l, nil)
	require.ErrorAs(t, err, &e)
	require.Equal(t, jsonrpc.CodeMethodNotFound, e.Code, "a nil field")
}

func TestHandlerRefusesBadParams(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{CallTool: func(context.Context, *mcp.Request[mcp.CallToolParams], *mcp.CallToolResult) error { return nil }}
	for name, params := range map[string]string{
		"missing":   `,"params":{}`,
		"absent":    ``,
		"kind":      `,"params":{"name":1}`,
		"duplicate": `,"params":{"name":"a","n\u0061me":"b"}`,
	} {
		l := newLoop(h, jsonrpc.Rev20251125)
		l.frame = []byte(`{"jsonrpc":"2.0","id":1,"method":"tools/call"` + params + `}`)
		var c jsonrpc.Call
		require.NoError(t, l.dispatch(t.Context(), &c), name)
		var e jsonrpc.Error
		require.NoError(t, c.Reply.DecodeError(&e), name)
		require.Equal(t, jsonrpc.CodeInvalidParams, e.Code, name)
	}
}

func TestRevisionsOfMethods(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{ServerInfo: mcp.Implementation{Name: "s", Version: "1"}}
	var e *jsonrpc.Error
	_, err := mcp.Ping(t.Context(), newLoop(h, jsonrpc.Rev20251125), nil)
	require.NoError(t, err)
	_, err = mcp.Ping(t.Context(), newLoop(h, jsonrpc.Rev20260728), nil)
	require.ErrorAs(t, err, &e)
	require.Equal(t, jsonrpc.CodeMethodNotFound, e.Code)
	_, err = mcp.Discover(t.Context(), newLoop(h, jsonrpc.Rev20251125), nil)
	require.ErrorAs(t, err, &e)
}

func TestInitialize(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{
		ServerInfo:   mcp.Implementation{Name: "s", Version: "1"},
		Instructions: "be kind",
		Capabilities: mcp.ServerCapabilities{Prompts: mcp.Some(mcp.ServerCapabilitiesPrompts{}), Tools: mcp.Some(mcp.ServerCapabilitiesTools{ListChanged: mcp.Some(true)})},
		ListTools:    func(context.Context, *mcp.Request[mcp.ListToolsParams], *mcp.ListToolsResult) error { return nil },
		Complete:     func(context.Context, *mcp.Request[mcp.CompleteParams], *mcp.CompleteResult) error { return nil },
	}
	for asked, want := range map[string]string{"2025-03-26": "2025-03-26", "2026-07-28": "2025-11-25", "1999": "2025-11-25"} {
		res, err := mcp.Initialize(t.Context(), newLoop(h, 0), &mcp.InitializeParams{ProtocolVersion: asked, ClientInfo: h.ServerInfo})
		require.NoError(t, err)
		require.Equal(t, want, res.ProtocolVersion)
		require.Equal(t, "be kind", res.Instructions.Or(""))
		require.False(t, res.Capabilities.Prompts.Has(), "no function answers prompts/list")
		tools, ok := res.Capabilities.Tools.Get()
		require.True(t, ok)
		require.True(t, tools.ListChanged.Or(false))
		require.False(t, res.Capabilities.Completions.IsZero())
	}
	res, err := mcp.Discover(t.Context(), newLoop(h, jsonrpc.Rev20260728), nil)
	require.NoError(t, err)
	require.Contains(t, res.SupportedVersions, "2026-07-28")
	require.Equal(t, "complete", res.ResultType.Or(""))
	require.Equal(t, "s", res.Meta.Or(mcp.ResultMeta{}).ServerInfo.Or(mcp.Implementation{}).Name, "A-45")
}

func TestRequireInput(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{
		CallTool: func(_ context.Context, r *mcp.Request[mcp.CallToolParams], out *mcp.CallToolResult) error {
			if len(r.Params.InputResponses) > 0 {
				out.AddText("thanks")
				return nil
			}
			return r.RequireInput(&mcp.InputRequiredResult{
				RequestState:  mcp.Some("s1"),
				InputRequests: []codec.Member[mcp.InputRequest]{{Key: "roots", Value: &mcp.ListRootsRequest{}}},
			})
		},
	}
	l := newLoop(h, jsonrpc.Rev20260728)
	params := &mcp.CallToolParams{Name: "x"}
	var e *jsonrpc.Error
	_, err := mcp.CallTool(t.Context(), l, params)
	require.ErrorAs(t, err, &e)
	require.Equal(t, jsonrpc.CodeMissingRequiredClientCapability, e.Code, "A-44")
	require.JSONEq(t, `{"requiredCapabilities":{"roots":{}}}`, e.Data.String())

	l.info.Capabilities = codec.RawString(`{"roots":{}}`)
	_, err = mcp.CallTool(t.Context(), l, params)
	var input *mcp.InputRequiredError
	require.ErrorAs(t, err, &input)
	require.Equal(t, "s1", input.Result.RequestState.Or(""))
	require.IsType(t, &mcp.ListRootsRequest{}, input.Result.InputRequests[0].Value)

	params.RequestState = input.Result.RequestState
	params.InputResponses = []codec.Member[mcp.InputResponse]{{Key: "roots", Value: &mcp.ListRootsResult{}}}
	res, err := mcp.CallTool(t.Context(), l, params)
	require.NoError(t, err)
	require.Equal(t, "thanks", res.Content[0].(*mcp.TextContent).Text)

	_, err = mcp.CallTool(t.Context(), newLoop(h, jsonrpc.Rev20251125), &mcp.CallToolParams{Name: "x"})
	require.ErrorAs(t, err, &e)
	require.Equal(t, jsonrpc.CodeInternalError, e.Code, "legacy clients do not know such results")
}

func TestTaskCreated(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{CallTool: func(context.Context, *mcp.Request[mcp.CallToolParams], *mcp.CallToolResult) error {
		return &mcp.TaskCreatedError{Result: &mcp.CreateTaskResult{Task: mcp.Task{TaskID: "t1", Status: mcp.TaskStatusWorking, TTL: codec.Null[int64]()}}}
	}}
	_, err := mcp.CallTool(t.Context(), newLoop(h, jsonrpc.Rev20251125), &mcp.CallToolParams{Name: "x"})
	var task *mcp.TaskCreatedError
	require.ErrorAs(t, err, &task)
	require.Equal(t, "t1", task.Result.Task.TaskID)
	require.True(t, task.Result.Task.TTL.IsNull())
}

func TestNotificationsAndProgress(t *testing.T) {
	t.Parallel()
	var seen []string
	h := &mcp.ServerHandler{
		OnRootsListChanged: func(context.Context, *mcp.Request[mcp.RootsListChangedParams]) error {
			seen = append(seen, "roots")
			return nil
		},
		CallTool: func(ctx context.Context, r *mcp.Request[mcp.CallToolParams], _ *mcp.CallToolResult) error {
			return r.Progress(ctx, 1, 4, "quarter")
		},
	}
	l := newLoop(h, jsonrpc.Rev20251125)
	require.NoError(t, mcp.NotifyRootsListChanged(t.Context(), l, nil))
	require.Equal(t, []string{"roots"}, seen)

	_, err := mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "x"})
	require.NoError(t, err)
	require.Empty(t, l.notified, "nobody asked for progress")
	_, err = mcp.CallTool(t.Context(), l, &mcp.CallToolParams{Name: "x", Meta: mcp.Some(mcp.RequestMeta{ProgressToken: jsonrpc.IntID(7)})})
	require.NoError(t, err)
	require.Len(t, l.notified, 1)
	require.JSONEq(t, `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1,"progressToken":7,"total":4,"message":"quarter"}}`, l.notified[0])
}

func TestReturning(t *testing.T) {
	t.Parallel()
	h := &mcp.ClientHandler{
		Elicit: mcp.Returning(func(_ context.Context, r *mcp.Request[mcp.ElicitParams]) (*mcp.ElicitResult, error) {
			form, ok := r.Params.(*mcp.ElicitFormParams)
			if !ok {
				return nil, errors.New("not a form")
			}
			return &mcp.ElicitResult{Action: mcp.ElicitResultActionAccept, Content: []codec.Member[mcp.ElicitValue]{
				{Key: "message", Value: mcp.NewElicitValueString(form.Message)},
			}}, nil
		}),
	}
	l := newLoop(h, jsonrpc.Rev20251125)
	res, err := mcp.Elicit(t.Context(), l, &mcp.ElicitFormParams{Message: "your name?"})
	require.NoError(t, err)
	v, _ := codec.Get(res.Content, "message")
	text, ok := v.AsString()
	require.True(t, ok)
	require.Equal(t, "your name?", text)
}

func TestMethodTable(t *testing.T) {
	t.Parallel()
	methods := mcp.Methods()
	require.Len(t, methods, 34)
	for _, m := range methods {
		got, ok := mcp.LookupMethod(m.Name)
		require.True(t, ok)
		require.Equal(t, m, got)
		require.Equal(t, m.Notification, len(m.Results) == 0)
		require.True(t, m.ToServer(0) || m.ToClient(0), m.Name)
	}
	_, ok := mcp.LookupMethod("tools/nothing")
	require.False(t, ok)
	m, _ := mcp.LookupMethod(mcp.MethodPing)
	require.True(t, m.ToServer(jsonrpc.Rev20251125))
	require.False(t, m.ToServer(jsonrpc.Rev20260728))
	m, _ = mcp.LookupMethod(mcp.MethodElicit)
	require.True(t, m.Embedded(jsonrpc.Rev20260728))
	require.False(t, m.ToClient(jsonrpc.Rev20260728))
}
