package mcp_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
)

// What results have besides what their function gives: resultType (J-01), ttlMs and cacheScope (J-11) and the server's name in modern
// revisions, each where it belongs, and nothing of it in sessions.
func TestResultMembers(t *testing.T) {
	t.Parallel()
	h := &mcp.ServerHandler{
		ServerInfo: mcp.Implementation{Name: "s", Version: "1"},
		Complete:   nop[mcp.CompleteParams, mcp.CompleteResult], GetPrompt: nop[mcp.GetPromptParams, mcp.GetPromptResult],
		ListPrompts: nop[mcp.ListPromptsParams, mcp.ListPromptsResult], ListResources: nop[mcp.ListResourcesParams, mcp.ListResourcesResult],
		ReadResource: nop[mcp.ReadResourceParams, mcp.ReadResourceResult], Subscribe: nop[mcp.SubscribeParams, mcp.EmptyResult],
		Unsubscribe: nop[mcp.UnsubscribeParams, mcp.EmptyResult], SetLevel: nop[mcp.SetLevelParams, mcp.EmptyResult],
		ListResourceTemplates: nop[mcp.ListResourceTemplatesParams, mcp.ListResourceTemplatesResult],
		CallTool:              nop[mcp.CallToolParams, mcp.CallToolResult], ListTools: nop[mcp.ListToolsParams, mcp.ListToolsResult],
	}
	for method, test := range map[string]struct {
		params        string
		cached        bool
		session, next bool // the method is in revisions with sessions, and in the one after
	}{
		mcp.MethodInitialize:            {`{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}`, false, true, false},
		mcp.MethodPing:                  {`{}`, false, true, false},
		mcp.MethodSetLevel:              {`{"level":"info"}`, false, true, false},
		mcp.MethodSubscribe:             {`{"uri":"a:b"}`, false, true, false},
		mcp.MethodUnsubscribe:           {`{"uri":"a:b"}`, false, true, false},
		mcp.MethodDiscover:              {`{}`, true, false, true},
		mcp.MethodComplete:              {`{"ref":{"type":"ref/prompt","name":"x"},"argument":{"name":"a","value":""}}`, false, true, true},
		mcp.MethodGetPrompt:             {`{"name":"x"}`, false, true, true},
		mcp.MethodCallTool:              {`{"name":"x"}`, false, true, true},
		mcp.MethodReadResource:          {`{"uri":"a:b"}`, true, true, true},
		mcp.MethodListPrompts:           {`{}`, true, true, true},
		mcp.MethodListResources:         {`{}`, true, true, true},
		mcp.MethodListResourceTemplates: {`{}`, true, true, true},
		mcp.MethodListTools:             {`{}`, true, true, true},
	} {
		for _, rev := range revisions {
			var frame struct {
				Result map[string]json.RawMessage
				Error  *jsonrpc.Error
			}
			require.NoError(t, json.Unmarshal([]byte(answer(t, h, jsonrpc.Info{Revision: rev}, method, test.params)), &frame))
			if exists := rev.Modern() && test.next || rev.Legacy() && test.session; !exists {
				require.Equal(t, jsonrpc.CodeMethodNotFound, frame.Error.Code, "F-25: %s in %s", method, rev)
				continue
			}
			require.Nil(t, frame.Error, "%s in %s", method, rev)
			want := map[string]string{}
			if rev.Modern() {
				want["resultType"] = `"complete"`
				want["_meta"] = `{"io.modelcontextprotocol/serverInfo":{"name":"s","version":"1"}}`
				if test.cached {
					want["ttlMs"], want["cacheScope"] = `0`, `"private"`
				}
			}
			got := map[string]string{}
			for _, name := range []string{"resultType", "_meta", "ttlMs", "cacheScope"} {
				if text, ok := frame.Result[name]; ok {
					got[name] = string(text)
				}
			}
			require.Equal(t, want, got, "%s in %s", method, rev)
		}
	}
	h.OmitServerInfo = true
	require.NotContains(t, answer(t, h, jsonrpc.Info{Revision: jsonrpc.Latest}, mcp.MethodListTools, `{}`), "_meta", "A-45: configured off")
}

// J-11: what a function sets stays, in the revisions that have it.
func TestCacheMembers(t *testing.T) {
	t.Parallel()
	var res mcp.ListToolsResult
	require.NoError(t, codec.Unmarshal([]byte(`{"tools":[],"ttlMs":60000,"cacheScope":"public"}`), &res))
	require.Equal(t, int64(60000), res.TTLMs.Or(0))
	out, err := res.AppendJSONFor(nil, jsonrpc.Latest)
	require.NoError(t, err)
	require.JSONEq(t, `{"tools":[],"ttlMs":60000,"cacheScope":"public","resultType":"complete"}`, string(out))
	out, err = res.AppendJSONFor(nil, jsonrpc.LatestLegacy)
	require.NoError(t, err)
	require.JSONEq(t, `{"tools":[]}`, string(out))
}

// A negative ttlMs counts as 0, on both sides; the codec keeps what is there, for who passes it on (rule J-11).
func TestNegativeTTL(t *testing.T) {
	t.Parallel()
	const negative = `{"tools":[],"ttlMs":-5,"cacheScope":"public","resultType":"complete"}`
	h := &mcp.ServerHandler{ListTools: func(_ context.Context, _ *mcp.Request[mcp.ListToolsParams], out *mcp.ListToolsResult) error {
		out.TTLMs.Set(-5)
		out.CacheScope.Set("public")
		return nil
	}}
	got := answer(t, h, jsonrpc.Info{Revision: jsonrpc.Latest}, mcp.MethodListTools, `{}`)
	require.JSONEq(t, `{"jsonrpc":"2.0","id":1,"result":{"tools":[],"ttlMs":0,"cacheScope":"public","resultType":"complete"}}`, got)

	raw := jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, _ *jsonrpc.Message) {
		_ = w.Result(codec.RawString(negative))
	})
	l := &loop{handler: raw, info: jsonrpc.Info{Revision: jsonrpc.Latest}}
	res, err := mcp.ListTools(t.Context(), l, nil)
	require.NoError(t, err)
	require.Equal(t, mcp.Some(int64(0)), res.TTLMs)
	var into mcp.ListToolsResult
	require.NoError(t, mcp.ListToolsInto(t.Context(), l, nil, &into, new(codec.Decoder)))
	require.Equal(t, mcp.Some(int64(0)), into.TTLMs)

	var kept mcp.ListToolsResult
	require.NoError(t, codec.Unmarshal([]byte(negative), &kept))
	out, err := kept.AppendJSON(nil)
	require.NoError(t, err)
	require.JSONEq(t, negative, string(out))
	require.ErrorContains(t, kept.Validate(jsonrpc.Latest), "ttlMs")
}
