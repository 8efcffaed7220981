package streamable_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// Each message of a client is a POST of its own with that message alone, however many there are at a time (rules D-02, D-04, E-02, E-04); so also
// in the revision that has batches.
func TestOnePostForEach(t *testing.T) {
	for v := jsonrpc.Rev20250326; v <= jsonrpc.Latest; v++ {
		t.Run(v.String(), func(t *testing.T) {
			steps := modernServer
			if !v.Modern() {
				steps = withSteps(legacyServer, map[string][]step{open: {inSession("secret-1", result(strings.ReplaceAll(initialized, "2025-11-25", v.String())))}})
			}
			s := newScript(withSteps(steps, map[string][]step{"POST notifications/x": {accepted}}))
			o := new(streamable.DialOptions)
			o.DisableStandaloneSSE = true
			c := mustDial(t, s, nil, o)
			require.Equal(t, v, c.Revision())
			before := len(s.requests(""))
			const n = 20
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					if _, err := do(t, c, "tools/call", callEcho); err != nil {
						t.Error(err)
					}
				})
				wg.Go(func() {
					if err := c.Notify(t.Context(), "notifications/x", nil); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			ids := map[string]bool{}
			all := s.requests("")
			require.Len(t, all[before:], 2*n)
			for _, x := range all {
				require.True(t, strings.HasPrefix(x.What, "POST "), x.What)
				var m jsonrpc.Message
				require.NoError(t, jsonrpc.Scan([]byte(x.Body), &m), x.Body)
				if m.Kind == jsonrpc.Request {
					require.False(t, ids[x.ID], "an id is used twice")
					ids[x.ID] = true
				}
			}
			require.Len(t, s.requests(callTool), n)
			require.Len(t, s.requests("POST notifications/x"), n)
		})
	}
}

// A client keeps no results, whatever the server says of how long and for whom they are good: what is asked for comes from the server (rules I-13, J-12),
// and it is the token of that request which it comes for.
func TestNothingIsCached(t *testing.T) {
	const members = `"ttlMs":3600000,"cacheScope":"`
	answers := map[string]string{
		"tools/list":     `{"resultType":"complete","tools":[],` + members,
		"resources/read": `{"resultType":"complete","contents":[],` + members,
		"prompts/list":   `{"resultType":"complete","prompts":[],` + members,
	}
	for _, scope := range []string{"public", "private"} {
		steps := map[string][]step{}
		for method, answer := range answers {
			steps["POST "+method] = []step{result(answer + scope + `"}`)}
		}
		s := newScript(withSteps(modernServer, steps))
		token := atomic.Int32{}
		o := new(streamable.DialOptions)
		o.Token = func(context.Context) (string, error) { return "user" + strconv.Itoa(int(token.Load())), nil }
		c := mustDial(t, s, nil, o)
		for i := range 3 {
			token.Store(int32(i))
			for method := range answers {
				_, err := do(t, c, method, `{"uri":"a:b"}`)
				require.NoError(t, err)
				sent := s.requests("POST " + method)
				require.Len(t, sent, i+1, method)
				require.Equal(t, "Bearer user"+strconv.Itoa(i), sent[i].Header.Get("Authorization"))
			}
		}
	}
}

// References in schemas of tools are not followed, neither by a client that looks for headers nor by a server that checks them (rule H-11).
func TestSchemaReferences(t *testing.T) {
	var asked atomic.Int32
	canary := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(`{"type":"string","x-mcp-header":"Other"}`))
	}))
	defer canary.Close()
	properties := `{"region":{"type":"string","x-mcp-header":"Region"},"other":{"$ref":"` + canary.URL + `/schema.json"},
		"third":{"$schema":"` + canary.URL + `","$dynamicRef":"` + canary.URL + `/other.json#x"}}`
	const params = `"name":"x","arguments":{"region":"eu","other":"o","third":"t"}`
	s := newScript(withSteps(modernServer, map[string][]step{"POST tools/list": {toolList(tool("x", properties))}}))
	c := mustDial(t, s, nil, nil)
	got, err := do(t, c, "tools/list", "")
	require.NoError(t, err)
	require.Contains(t, got, canary.URL, "the tool is good")
	_, err = do(t, c, "tools/call", "{"+params+"}")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"Region": "eu"}, paramsOf(s.requests(callTool)[0]))

	server := newServer(t, tools(), &streamable.HandlerOptions{ToolSchema: func(context.Context, string) (codec.Raw, bool) {
		return codec.RawString(`{"$ref":"` + canary.URL + `/whole.json","properties":` + properties + `}`), true
	}})
	resp := server.do(http.MethodPost, request("1", "tools/call", params+","), with(modern("tools/call", "x"), "Mcp-Param-Region", "eu"))
	require.Contains(t, read(t, resp), `"id":1,"result"`)
	require.Zero(t, asked.Load(), "H-11")
}

// The streams of a session are asked for with the token that there is then, in a header and not in the URL (rules I-02, I-11).
func TestTokenOfStreams(t *testing.T) {
	var n atomic.Int32
	s := newScript(withSteps(legacyServer, map[string][]step{"GET": {streamOf("id: 7\nretry: 1\ndata:\n\n"), streamOf(": x\n\n", "1h")}}))
	o := new(streamable.DialOptions)
	o.Token = func(context.Context) (string, error) { return "token" + strconv.Itoa(int(n.Add(1))), nil }
	c := mustDial(t, s, nil, o)
	require.Eventually(t, func() bool { return len(s.requests("GET")) == 2 }, waitLong, tick)
	require.NoError(t, c.Close())
	require.Equal(t, "7", s.requests("GET")[1].Header.Get("Last-Event-ID"), "it is resumed")
	require.Len(t, s.requests("DELETE"), 1)
	seen := map[string]bool{}
	for _, x := range s.requests("") {
		token := x.Header.Get("Authorization")
		require.Regexp(t, `^Bearer token\d+$`, token, x.What)
		require.False(t, seen[token], "%s has the token of another request", x.What)
		seen[token] = true
		require.Equal(t, "/mcp", x.URL)
	}
}
