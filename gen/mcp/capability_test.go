package mcp_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// nop is a function for the field of a handler.
func nop[P, R any](context.Context, *mcp.Request[P], *R) error { return nil }

func TestDescribeClient(t *testing.T) {
	t.Parallel()
	list := codec.RawString(`{}`)
	tasks := mcp.Some(mcp.ClientCapabilitiesTasks{
		List: list, Cancel: list,
		Requests: mcp.Some(mcp.ClientCapabilitiesTasksRequests{
			Sampling:    mcp.Some(mcp.ClientCapabilitiesTasksRequestsSampling{CreateMessage: list}),
			Elicitation: mcp.Some(mcp.ClientCapabilitiesTasksRequestsElicitation{Create: list}),
		}),
	})
	all := mcp.ClientCapabilities{
		Sampling:     mcp.Some(mcp.ClientCapabilitiesSampling{Tools: list}),
		Elicitation:  mcp.Some(mcp.ClientCapabilitiesElicitation{Form: list, URL: list}),
		Roots:        mcp.Some(mcp.ClientCapabilitiesRoots{ListChanged: mcp.Some(true)}),
		Tasks:        tasks,
		Experimental: []codec.Member[codec.Raw]{{Key: "x", Value: list}},
		Extensions:   []codec.Member[codec.Raw]{{Key: "com.example/y", Value: list}},
	}
	for name, test := range map[string]struct {
		h                  mcp.ClientHandler
		session, stateless string // of 2025-11-25 and 2026-07-28
	}{
		"nothing": {mcp.ClientHandler{}, `{}`, `{}`},
		"shown by the fields": {
			mcp.ClientHandler{
				CreateMessage: nop[mcp.CreateMessageParams, mcp.CreateMessageResult], Elicit: nop[mcp.ElicitParams, mcp.ElicitResult],
				ListRoots: nop[mcp.ListRootsParams, mcp.ListRootsResult], GetTask: nop[mcp.GetTaskParams, mcp.GetTaskResult],
			},
			`{"sampling":{},"elicitation":{},"roots":{}}`, `{"sampling":{},"elicitation":{},"roots":{}}`,
		},
		"no functions": {
			mcp.ClientHandler{Capabilities: all},
			`{"experimental":{"x":{}}}`, `{"experimental":{"x":{}},"extensions":{"com.example/y":{}}}`,
		},
		"null is no capability": {
			mcp.ClientHandler{
				Capabilities: mcp.ClientCapabilities{Sampling: codec.Null[mcp.ClientCapabilitiesSampling](), Roots: codec.Null[mcp.ClientCapabilitiesRoots]()},
				ListRoots:    nop[mcp.ListRootsParams, mcp.ListRootsResult],
			},
			`{"roots":{}}`, `{"roots":{}}`,
		},
		"with details": {
			mcp.ClientHandler{
				Capabilities:  all,
				CreateMessage: nop[mcp.CreateMessageParams, mcp.CreateMessageResult], Elicit: nop[mcp.ElicitParams, mcp.ElicitResult],
				ListRoots: nop[mcp.ListRootsParams, mcp.ListRootsResult],
			},
			`{"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"roots":{"listChanged":true},"experimental":{"x":{}}}`,
			`{"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"roots":{},"experimental":{"x":{}},"extensions":{"com.example/y":{}}}`,
		},
		"tasks of sampling, without a list": {
			mcp.ClientHandler{
				Capabilities:  mcp.ClientCapabilities{Tasks: tasks},
				CreateMessage: nop[mcp.CreateMessageParams, mcp.CreateMessageResult],
				GetTask:       nop[mcp.GetTaskParams, mcp.GetTaskResult], CancelTask: nop[mcp.CancelTaskParams, mcp.CancelTaskResult],
			},
			`{"sampling":{},"tasks":{"cancel":{},"requests":{"sampling":{"createMessage":{}}}}}`, `{"sampling":{}}`,
		},
	} {
		info, capabilities := test.h.DescribeClient()
		require.Equal(t, codec.Appender(nil), info, "%s: a client without a name says nothing", name)
		for rev, want := range map[jsonrpc.Revision]string{jsonrpc.Rev20251125: test.session, jsonrpc.Rev20260728: test.stateless} {
			got, err := capabilities.(jsonrpc.RevisionAppender).AppendJSONFor(nil, rev)
			require.NoError(t, err, name)
			require.JSONEq(t, want, string(got), "%s in %s", name, rev)
		}
	}
	require.True(t, all.Tasks.Has() && all.Roots.Has(), "the caller's capabilities are not changed")
	require.True(t, tasks.Ptr().Requests.Ptr().Elicitation.Has())

	h := &mcp.ClientHandler{ClientInfo: mcp.Implementation{Name: "c", Version: "2"}}
	info, _ := h.DescribeClient()
	got, err := info.AppendJSON(nil)
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"c","version":"2"}`, string(got))
}

// answer serves a request and returns the frame of the answer.
func answer(t *testing.T, h jsonrpc.Handler, info jsonrpc.Info, method, params string) string {
	t.Helper()
	l := &loop{handler: h, info: info}
	l.frame = []byte(`{"jsonrpc":"2.0","id":1,"method":"` + method + `","params":` + params + `}`)
	var c jsonrpc.Call
	require.NoError(t, l.dispatch(t.Context(), &c))
	return string(l.reply.out)
}

func TestServerCapabilities(t *testing.T) {
	t.Parallel()
	yes := codec.RawString(`{}`)
	full := mcp.ServerCapabilities{
		Logging: yes, Completions: yes,
		Prompts:   mcp.Some(mcp.ServerCapabilitiesPrompts{ListChanged: mcp.Some(true)}),
		Resources: mcp.Some(mcp.ServerCapabilitiesResources{Subscribe: mcp.Some(true), ListChanged: mcp.Some(true)}),
		Tools:     mcp.Some(mcp.ServerCapabilitiesTools{ListChanged: mcp.Some(true)}),
		Tasks: mcp.Some(mcp.ServerCapabilitiesTasks{
			List: yes, Cancel: yes,
			Requests: mcp.Some(mcp.ServerCapabilitiesTasksRequests{Tools: mcp.Some(mcp.ServerCapabilitiesTasksRequestsTools{Call: yes})}),
		}),
	}
	read := nop[mcp.ReadResourceParams, mcp.ReadResourceResult]
	subscribe := nop[mcp.SubscribeParams, mcp.EmptyResult]
	getTask := nop[mcp.GetTaskParams, mcp.GetTaskResult]
	for name, test := range map[string]struct {
		h                  mcp.ServerHandler
		session, stateless string
	}{
		"nothing":      {mcp.ServerHandler{}, `{}`, `{}`},
		"no functions": {mcp.ServerHandler{Capabilities: full}, `{"logging":{}}`, `{"logging":{}}`},
		"shown by the fields": {
			mcp.ServerHandler{
				CallTool: nop[mcp.CallToolParams, mcp.CallToolResult], GetPrompt: nop[mcp.GetPromptParams, mcp.GetPromptResult],
				ReadResource: read, Subscribe: subscribe, Complete: nop[mcp.CompleteParams, mcp.CompleteResult],
				SetLevel: nop[mcp.SetLevelParams, mcp.EmptyResult], GetTask: getTask,
			},
			`{"tools":{},"prompts":{},"resources":{"subscribe":true},"completions":{},"logging":{}}`,
			`{"tools":{},"prompts":{},"resources":{},"completions":{},"logging":{}}`,
		},
		"subscriptions are the transport's in modern revisions": {
			mcp.ServerHandler{Capabilities: full, ReadResource: read},
			`{"logging":{},"resources":{"listChanged":true}}`, `{"logging":{},"resources":{"subscribe":true,"listChanged":true}}`,
		},
		"subscriptions that are declined": {
			mcp.ServerHandler{
				Capabilities: mcp.ServerCapabilities{Resources: mcp.Some(mcp.ServerCapabilitiesResources{Subscribe: mcp.Some(false)})},
				ReadResource: read, Subscribe: subscribe,
			},
			`{"resources":{"subscribe":false}}`, `{"resources":{"subscribe":false}}`,
		},
		"tasks": {
			mcp.ServerHandler{
				Capabilities: full, CallTool: nop[mcp.CallToolParams, mcp.CallToolResult], GetTask: getTask,
				ListTasks: nop[mcp.ListTasksParams, mcp.ListTasksResult],
			},
			`{"logging":{},"tools":{"listChanged":true},"tasks":{"list":{},"requests":{"tools":{"call":{}}}}}`, `{"logging":{},"tools":{"listChanged":true}}`,
		},
	} {
		h := &test.h
		h.ServerInfo = mcp.Implementation{Name: "s", Version: "1"}
		before := *h.Capabilities.Clone()
		require.JSONEq(t, `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","serverInfo":{"name":"s","version":"1"},"capabilities":`+test.session+`}}`,
			answer(t, h, jsonrpc.Info{Revision: jsonrpc.Rev20251125}, mcp.MethodInitialize,
				`{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}`), name)
		require.JSONEq(t, `{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","supportedVersions":["2026-07-28"],"ttlMs":0,"cacheScope":"private",
			"_meta":{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}},"capabilities":`+test.stateless+`}}`,
			answer(t, h, jsonrpc.Info{Revision: jsonrpc.Rev20260728}, mcp.MethodDiscover, `{}`), "%s: F-12, A-45, J-01, J-11", name)
		require.Equal(t, before, h.Capabilities, "%s: the handler's own are not changed", name)
	}
}

// The answer to initialize is in the form of the revision that is agreed on (F-25 has none of it in 2026-07-28).
func TestInitializeForms(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{
		ServerInfo:   mcp.Implementation{Name: "s", Version: "1", Title: mcp.Some("S"), WebsiteURL: mcp.Some("https://example.com")},
		Instructions: "be kind",
		Complete:     nop[mcp.CompleteParams, mcp.CompleteResult],
	}
	for rev, want := range map[jsonrpc.Revision]string{
		jsonrpc.Rev20241105: `{"name":"s","version":"1"},"capabilities":{}`,
		jsonrpc.Rev20250326: `{"name":"s","version":"1"},"capabilities":{"completions":{}}`,
		jsonrpc.Rev20250618: `{"name":"s","version":"1","title":"S"},"capabilities":{"completions":{}}`,
		jsonrpc.Rev20251125: `{"name":"s","version":"1","title":"S","websiteUrl":"https://example.com"},"capabilities":{"completions":{}}`,
	} {
		got := answer(t, h, jsonrpc.Info{Revision: rev}, mcp.MethodInitialize,
			`{"protocolVersion":"`+rev.String()+`","capabilities":{},"clientInfo":{"name":"c","version":"1"}}`)
		require.JSONEq(t, `{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"`+rev.String()+`","instructions":"be kind","serverInfo":`+want+`}}`, got)
	}
}
