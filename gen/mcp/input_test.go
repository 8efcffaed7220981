package mcp_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// asking is a handler whose every function asks for input.
func asking(res *mcp.InputRequiredResult, log *[]error) *mcp.ServerHandler {
	err := &mcp.InputRequiredError{Result: res}
	return &mcp.ServerHandler{
		ErrorLog:     func(_ context.Context, _ string, err error) { *log = append(*log, err) },
		CallTool:     func(context.Context, *mcp.Request[mcp.CallToolParams], *mcp.CallToolResult) error { return err },
		GetPrompt:    func(context.Context, *mcp.Request[mcp.GetPromptParams], *mcp.GetPromptResult) error { return err },
		ReadResource: func(context.Context, *mcp.Request[mcp.ReadResourceParams], *mcp.ReadResourceResult) error { return err },
		ListTools:    func(context.Context, *mcp.Request[mcp.ListToolsParams], *mcp.ListToolsResult) error { return err },
		Complete:     func(context.Context, *mcp.Request[mcp.CompleteParams], *mcp.CompleteResult) error { return err },
		Discover:     func(context.Context, *mcp.Request[mcp.DiscoverParams], *mcp.DiscoverResult) error { return err },
	}
}

func input(requests ...mcp.InputRequest) *mcp.InputRequiredResult {
	res := &mcp.InputRequiredResult{}
	for i, r := range requests {
		res.InputRequests = append(res.InputRequests, codec.Member[mcp.InputRequest]{Key: string(rune('a' + i)), Value: r})
	}
	return res
}

// Only three methods may be answered so (J-04).
func TestInputRequiredMethods(t *testing.T) {
	t.Parallel()
	var log []error
	h := asking(&mcp.InputRequiredResult{RequestState: mcp.Some("s")}, &log)
	info := jsonrpc.Info{Revision: jsonrpc.Rev20260728}
	for method, params := range map[string]string{
		mcp.MethodCallTool: `{"name":"x"}`, mcp.MethodGetPrompt: `{"name":"x"}`, mcp.MethodReadResource: `{"uri":"file:///x"}`,
	} {
		require.JSONEq(t, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","requestState":"s"}}`, answer(t, h, info, method, params), method)
	}
	require.Empty(t, log)
	for method, params := range map[string]string{
		mcp.MethodListTools: `{}`, mcp.MethodDiscover: `{}`,
		mcp.MethodComplete: `{"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a","value":""}}`,
	} {
		log = nil
		require.Contains(t, answer(t, h, info, method, params), `"code":-32603`, method)
		require.Len(t, log, 1, method)
		require.ErrorContains(t, log[0], method+" cannot be answered with InputRequiredResult", "J-04")
	}
}

// What a result may ask for (J-05), and of whom.
func TestInputRequiredRequests(t *testing.T) {
	t.Parallel()
	form := &mcp.ElicitRequest{Params: &mcp.ElicitFormParams{Message: "?"}}
	page := &mcp.ElicitRequest{Params: &mcp.ElicitURLParams{Message: "?", URL: "https://example.com"}}
	sample := &mcp.CreateMessageRequest{Params: mcp.CreateMessageParams{MaxTokens: 1}}
	tools := &mcp.CreateMessageRequest{Params: mcp.CreateMessageParams{MaxTokens: 1, ToolChoice: mcp.Some(mcp.ToolChoice{})}}
	roots := &mcp.ListRootsRequest{}
	twice := input(roots, roots)
	twice.InputRequests[1].Key = twice.InputRequests[0].Key
	state := &mcp.InputRequiredResult{RequestState: mcp.Some("")}
	other := input(roots)
	other.ResultType.Set("complete")
	for name, test := range map[string]struct {
		res    *mcp.InputRequiredResult
		caps   string
		logged string // of an error that only the log learns
		needs  string // requiredCapabilities of -32021
	}{
		"neither":               {res: &mcp.InputRequiredResult{}, caps: `{}`, logged: "neither inputRequests nor requestState"},
		"null state":            {res: &mcp.InputRequiredResult{RequestState: codec.Null[string]()}, caps: `{}`, logged: "neither inputRequests nor requestState"},
		"empty map":             {res: &mcp.InputRequiredResult{InputRequests: []codec.Member[mcp.InputRequest]{}}, caps: `{}`, logged: "neither"},
		"empty state":           {res: state, caps: `{}`},
		"wrong result type":     {res: other, caps: `{"roots":{}}`},
		"key twice":             {res: twice, caps: `{"roots":{}}`, logged: `two input requests have the key "a"`},
		"unknown kind":          {res: input(&mcp.UnknownInputRequest{Type: "x", Raw: codec.RawString(`{"method":"x"}`)}), caps: `{}`, logged: "none that a client answers"},
		"nil":                   {res: input(nil), caps: `{}`, logged: "none that a client answers"},
		"nothing declared":      {res: input(form, sample, roots), caps: `{}`, needs: `{"elicitation":{},"sampling":{},"roots":{}}`},
		"null is not declared":  {res: input(form, roots), caps: `{"elicitation":null,"roots":null}`, needs: `{"elicitation":{},"roots":{}}`},
		"all declared":          {res: input(form, sample, roots), caps: `{"elicitation":{},"sampling":{},"roots":{}}`},
		"form":                  {res: input(form), caps: `{"elicitation":{"form":{}}}`},
		"form of a URL client":  {res: input(form), caps: `{"elicitation":{"url":{}}}`, needs: `{"elicitation":{"form":{}}}`},
		"URL":                   {res: input(page), caps: `{"elicitation":{"url":{}}}`},
		"URL of a form client":  {res: input(page), caps: `{"elicitation":{}}`, needs: `{"elicitation":{"url":{}}}`},
		"URL and form, neither": {res: input(form, page), caps: `{}`, needs: `{"elicitation":{"url":{}}}`},
		"tools":                 {res: input(tools), caps: `{"sampling":{"tools":{}}}`},
		"tools, not declared":   {res: input(tools), caps: `{"sampling":{}}`, needs: `{"sampling":{"tools":{}}}`},
		"bad capabilities":      {res: input(roots), caps: `{"roots":1}`, logged: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log []error
			h := asking(test.res, &log)
			got := answer(t, h, jsonrpc.Info{Revision: jsonrpc.Rev20260728, Capabilities: codec.RawString(test.caps)}, mcp.MethodCallTool, `{"name":"x"}`)
			switch {
			case test.needs != "":
				require.JSONEq(t, `{"jsonrpc":"2.0","id":1,"error":{"code":-32021,"message":"the client lacks a required capability","data":{"requiredCapabilities":`+test.needs+`}}}`, got)
			case test.logged == "-":
				require.Contains(t, got, `"code":-32602`)
			case test.logged != "":
				require.Contains(t, got, `"code":-32603`)
				require.Len(t, log, 1)
				require.ErrorContains(t, log[0], test.logged)
			default:
				require.Contains(t, got, `"resultType":"input_required"`)
				require.Empty(t, log)
			}
		})
	}
}

// A result that asks may be one for all requests: it is not written to.
func TestInputRequiredIsShared(t *testing.T) {
	t.Parallel()
	var log []error
	res := &mcp.InputRequiredResult{RequestState: mcp.Some("s")}
	h := asking(res, &log)
	h.ServerInfo = mcp.Implementation{Name: "s", Version: "1"}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			got := answer(t, h, jsonrpc.Info{Revision: jsonrpc.Rev20260728}, mcp.MethodCallTool, `{"name":"x"}`)
			require.Contains(t, got, "serverInfo")
		})
	}
	wg.Wait()
	require.Equal(t, &mcp.InputRequiredResult{RequestState: mcp.Some("s")}, res)
}

// Tasks answer what may become one, in the revision that has them.
func TestTaskCreatedWhere(t *testing.T) {
	t.Parallel()
	var log []error
	err := &mcp.TaskCreatedError{Result: &mcp.CreateTaskResult{Task: mcp.Task{TaskID: "t1", Status: mcp.TaskStatusWorking, TTL: codec.Null[int64]()}}}
	h := &mcp.ServerHandler{
		ErrorLog:  func(_ context.Context, _ string, err error) { log = append(log, err) },
		CallTool:  func(context.Context, *mcp.Request[mcp.CallToolParams], *mcp.CallToolResult) error { return err },
		ListTools: func(context.Context, *mcp.Request[mcp.ListToolsParams], *mcp.ListToolsResult) error { return err },
	}
	for _, rev := range revisions {
		got := answer(t, h, jsonrpc.Info{Revision: rev}, mcp.MethodCallTool, `{"name":"x"}`)
		if rev == jsonrpc.Rev20251125 {
			require.Contains(t, got, `"taskId":"t1"`)
			continue
		}
		require.Contains(t, got, `"code":-32603`, rev)
		require.ErrorContains(t, log[len(log)-1], "has no tasks")
	}
	require.Contains(t, answer(t, h, jsonrpc.Info{Revision: jsonrpc.Rev20251125}, mcp.MethodListTools, `{}`), `"code":-32603`)
	require.ErrorContains(t, log[len(log)-1], "cannot be answered with CreateTaskResult")
}
