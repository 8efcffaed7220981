package streamable_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// What the body says of a modern request is in its headers too (rules E-05 to E-09, K-09).
func TestMirroredHeaders(t *testing.T) {
	any200 := result(`{"resultType":"complete"}`)
	for _, row := range []struct {
		rule, method, params string
		name                 []string
		fails                bool
	}{
		{"E-08 tools/call", "tools/call", `{"name":"echo"}`, []string{"echo"}, false},
		{"E-08 prompts/get", "prompts/get", `{"arguments":{"name":"x"},"name":"p"}`, []string{"p"}, false},
		{"E-08 resources/read", "resources/read", `{"uri":"file:///path/to/file%20name.txt"}`, []string{"file:///path/to/file%20name.txt"}, false},
		{"K-09 tasks/get", "tasks/get", `{"taskId":"t 1"}`, []string{"t 1"}, false},
		{"K-09 tasks/update", "tasks/update", `{"taskId":"t"}`, []string{"t"}, false},
		{"K-09 tasks/cancel", "tasks/cancel", `{"taskId":"t"}`, []string{"t"}, false},
		{"E-08 others have none", "tools/list", `{"name":"x"}`, nil, false},
		{"E-22 not ASCII", "tools/call", `{"name":"世界"}`, []string{"=?base64?5LiW55WM?="}, false},
		{"E-21 spaces at the ends", "tools/call", `{"name":" x"}`, []string{"=?base64?IHg=?="}, false},
		{"H-09 line breaks", "tools/call", `{"name":"a\r\nX-Evil: 1"}`, []string{"=?base64?YQ0KWC1FdmlsOiAx?="}, false},
		{"E-23 what looks encoded", "tools/call", `{"name":"=?base64?eA==?="}`, []string{"=?base64?PT9iYXNlNjQ/ZUE9PT89?="}, false},
		{"E-08 an escape in the key", "tools/call", `{"n\u0061me":"echo"}`, []string{"echo"}, false},
		{"E-08 no name", "tools/call", `{}`, nil, false},
		{"E-08 a name of another type", "tools/call", `{"name":1}`, nil, false},
		{"S3 two names", "tools/call", `{"name":"a","name":"b"}`, nil, true},
	} {
		t.Run(row.rule, func(t *testing.T) {
			s := newScript(withSteps(modernServer, map[string][]step{"POST " + row.method: {any200}}))
			c := mustDial(t, s, nil, nil)
			_, err := do(t, c, row.method, row.params)
			require.Equal(t, row.fails, err != nil, "%v", err)
			if row.fails {
				require.Empty(t, s.requests("POST "+row.method))
				return
			}
			x := s.requests("POST " + row.method)[0]
			require.Equal(t, []string{row.method}, x.Header["Mcp-Method"], "E-07")
			require.Equal(t, []string{"2026-07-28"}, x.Header["Mcp-Protocol-Version"], "E-05")
			require.Contains(t, x.Params, `"io.modelcontextprotocol/protocolVersion":"2026-07-28"`, "E-06")
			require.Equal(t, row.name, x.Header["Mcp-Name"], "E-08")
			require.Empty(t, x.Header["X-Evil"])
		})
	}
}

// Headers of the user's are sent along, but cannot replace those that have a meaning.
func TestOwnHeaders(t *testing.T) {
	for name, steps := range map[string]map[string][]step{"legacy": legacyServer, "modern": modernServer} {
		t.Run(name, func(t *testing.T) {
			s := newScript(withSteps(steps, map[string][]step{"POST notifications/x": {accepted}}))
			o := new(streamable.DialOptions)
			o.Header = http.Header{
				"x-key": {"1", "2"}, "Mcp-Method": {"evil"}, "mcp-session-id": {"evil"}, "Accept": {"evil"}, "Content-Length": {"7"}, "Authorization": {"Basic x"},
			}
			c := mustDial(t, s, nil, o)
			_, err := doCall(t.Context(), c, "tools/call", callEcho, func(callTool *jsonrpc.Call) {
				callTool.Header = map[string][]string{"X-Call": {"c"}, "X-Key": {"3"}, "MCP-Protocol-Version": {"evil"}, "mcp-name": {"evil"}, "Host": {"evil"}, "Mcp-Param-Region": {"eu"}}
			})
			require.NoError(t, err)
			require.NoError(t, c.Notify(t.Context(), "notifications/x", nil))
			require.NoError(t, c.Close())
			for _, x := range s.requests("") {
				require.NotContains(t, fmt.Sprint(x.Header), "evil", x.What)
				require.Equal(t, []string{"Basic x"}, x.Header["Authorization"], x.What)
				if x.What != callTool {
					require.Equal(t, []string{"1", "2"}, x.Header["X-Key"], x.What)
					require.Empty(t, x.Header["X-Call"], x.What)
					continue
				}
				require.Equal(t, []string{"3"}, x.Header["X-Key"])
				require.Equal(t, []string{"c"}, x.Header["X-Call"])
				require.Equal(t, []string{"eu"}, x.Header["Mcp-Param-Region"], "E-62")
			}
			if name == "modern" {
				require.Equal(t, []string{"notifications/x"}, s.requests("POST notifications/x")[0].Header["Mcp-Method"], "E-38")
			}
		})
	}
}

// tools makes a list of them.
func toolList(list ...string) step {
	return result(`{"resultType":"complete","tools":[` + strings.Join(list, " ,\n ") + `],"ttlMs":0,"cacheScope":"private"}`)
}

func tool(name, properties string) string {
	return `{"name":"` + name + `","inputSchema":{"type":"object","properties":` + properties + `}}`
}

const annotated = `{
	"region":{"type":"string","x-mcp-header":"Region"},
	"priority":{"x-mcp-header":"Priority","type":"integer"},
	"verbose":{"type":"boolean","x-mcp-header":"Verbose"},
	"method":{"type":"string","x-mcp-header":"Method"},
	"query":{"type":"string"},
	"deep":{"type":"object","properties":{"er":{"type":"string","x-mcp-header":"Deep"}}}
}`

// Arguments that the tool's schema names are sent in headers (rules E-11, E-17, E-20 to E-25).
func TestParamHeaders(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule, arguments string
		want            map[string]string // without Mcp-Param-
	}{
		{"E-20 strings, integers and booleans", `{"region":"us-west1","priority":42,"verbose":false,"query":"SELECT 1"}`, map[string]string{"Region": "us-west1", "Priority": "42", "Verbose": "false"}},
		{"E-17 absent and null", `{"region":null,"query":"x"}`, map[string]string{}},
		{"E-17 no arguments", ``, map[string]string{}},
		{"E-17 null arguments", `null`, map[string]string{}},
		{"E-14 nested", `{"deep":{"er":"x"}}`, map[string]string{"Deep": "x"}},
		{"E-17 nested in something else", `{"deep":["er"]}`, map[string]string{}},
		{"E-12 a header called Method", `{"method":"m"}`, map[string]string{"Method": "m"}},
		{"E-25 empty", `{"region":""}`, map[string]string{"Region": ""}},
		{"E-22 not ASCII", `{"region":"Hello, 世界"}`, map[string]string{"Region": "=?base64?SGVsbG8sIOS4lueVjA==?="}},
		{"E-21 padded", `{"region":" padded "}`, map[string]string{"Region": "=?base64?IHBhZGRlZCA=?="}},
		{"E-21 a tab", `{"region":"\tindented"}`, map[string]string{"Region": "=?base64?CWluZGVudGVk?="}},
		{"H-09 line breaks", `{"region":"line1\r\nline2"}`, map[string]string{"Region": "=?base64?bGluZTENCmxpbmUy?="}},
		{"T-19 42.0", `{"priority":42.0}`, map[string]string{"Priority": "42"}},
		{"T-19 4.2e1", `{"priority":4.2e1}`, map[string]string{"Priority": "42"}},
		{"E-13 too large", `{"priority":9007199254740993}`, map[string]string{}},
		{"E-13 a fraction", `{"priority":1.5}`, map[string]string{}},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			s := newScript(withSteps(modernServer, map[string][]step{"POST tools/list": {toolList(tool("t", annotated), tool("other", `{}`))}}))
			c := mustDial(t, s, nil, nil)
			_, err := do(t, c, "tools/list", "")
			require.NoError(t, err)
			params := `{"name":"t"}`
			if row.arguments != "" {
				params = `{"arguments":` + row.arguments + `,"name":"t"}`
			}
			_, err = do(t, c, "tools/call", params)
			require.NoError(t, err)
			require.Equal(t, row.want, paramsOf(s.requests(callTool)[0]))
			_, err = do(t, c, "tools/call", `{"name":"other","arguments":{"region":"x"}}`)
			require.NoError(t, err)
			require.Empty(t, paramsOf(s.requests(callTool)[1]))
		})
	}
}

func paramsOf(x *seen) map[string]string {
	got := map[string]string{}
	for name, values := range x.Header {
		if rest, ok := strings.CutPrefix(name, "Mcp-Param-"); ok {
			got[rest] = strings.Join(values, "|")
		}
	}
	return got
}

// Tools whose annotations are not valid do not get to the application (rules E-12 to E-16).
func TestInvalidTools(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"type":"object","properties":{"a":`, 300) + `{"type":"string","x-mcp-header":"D"}` + strings.Repeat(`}}`, 300)
	for _, row := range []struct {
		rule, properties string
		good             bool
	}{
		{"E-12 empty", `{"a":{"type":"string","x-mcp-header":""}}`, false},
		{"E-12 a space", `{"a":{"type":"string","x-mcp-header":"a b"}}`, false},
		{"E-12 a colon", `{"a":{"type":"string","x-mcp-header":"a:b"}}`, false},
		{"E-12 not ASCII", `{"a":{"type":"string","x-mcp-header":"Région"}}`, false},
		{"E-12 a tab", `{"a":{"type":"string","x-mcp-header":"a\tb"}}`, false},
		{"E-12 not a string", `{"a":{"type":"string","x-mcp-header":1}}`, false},
		{"E-12 twice", `{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"A"}}`, false},
		{"E-12 twice in another case", `{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"object","properties":{"c":{"type":"string","x-mcp-header":"a"}}}}`, false},
		{"A-19 twice in one place", `{"a":{"type":"string","x-mcp-header":"A","x-mcp-header":"B"}}`, false},
		{"E-12 escaped", `{"a":{"type":"string","x-mcp-\u0068eader":"a b"}}`, false},
		{"E-13 an object", `{"a":{"type":"object","x-mcp-header":"A"}}`, false},
		{"E-13 an array", `{"a":{"type":"array","x-mcp-header":"A"}}`, false},
		{"E-13 null", `{"a":{"type":"null","x-mcp-header":"A"}}`, false},
		{"E-13 a number", `{"a":{"type":"number","x-mcp-header":"A"}}`, false},
		{"E-13 no type", `{"a":{"x-mcp-header":"A"}}`, false},
		{"E-13 several types", `{"a":{"type":["string","null"],"x-mcp-header":"A"}}`, false},
		{"E-14 below items", `{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}`, false},
		{"E-14 below oneOf", `{"a":{"oneOf":[{"type":"string","x-mcp-header":"A"}]}}`, false},
		{"E-14 properties below oneOf", `{"a":{"oneOf":[{"properties":{"b":{"type":"string","x-mcp-header":"A"}}}]}}`, false},
		{"E-14 below $defs", `{"a":{"$defs":{"d":{"type":"string","x-mcp-header":"A"}}}}`, false},
		{"E-14 below patternProperties", `{"a":{"patternProperties":{".":{"type":"string","x-mcp-header":"A"}}}}`, false},
		{"E-14 below if", `{"a":{"if":{"x-mcp-header":"A"}}}`, false},
		{"E-14 deep", `{"a":` + deep + `}`, true},
		{"E-14 a property of that name", `{"x-mcp-header":{"type":"string"}}`, true},
		{"E-14 in a value", `{"a":{"type":"object","default":{"x-mcp-header":"A"},"examples":[{"x-mcp-header":""}]}}`, true},
		{"E-12 all token characters", "{\"a\":{\"type\":\"string\",\"x-mcp-header\":\"!#$%&'*+-.^_`|~aZ0\"}}", true},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			valid := tool("valid", annotated)
			for i, list := range [][]string{{tool("x", row.properties), valid}, {valid, tool("x", row.properties)}, {tool("x", row.properties)}} {
				s := newScript(withSteps(modernServer, map[string][]step{"POST tools/list": {toolList(list...)}}))
				o := new(streamable.DialOptions)
				watch := new(observed)
				o.Observer = watch
				c := mustDial(t, s, nil, o)
				got, err := do(t, c, "tools/list", "")
				require.NoError(t, err)
				var want []string
				for _, text := range list {
					if row.good || text == valid {
						want = append(want, text)
					}
				}
				require.JSONEq(t, `{"resultType":"complete","tools":[`+strings.Join(want, ",")+`],"ttlMs":0,"cacheScope":"private"}`, got, i)
				dropped := watch.of(transport.ToolDropped)
				if row.good {
					require.Empty(t, dropped)
					continue
				}
				require.Len(t, dropped, 1)
				require.ErrorContains(t, dropped[0].Err, `tool "x": `, "E-16")
			}
		})
	}
}

// Legacy revisions know no annotations: they are what they are.
func TestLegacyToolsAreNotTouched(t *testing.T) {
	list := toolList(tool("x", `{"a":{"type":"number","x-mcp-header":"A"}}`), tool("t", annotated))
	s := newScript(withSteps(legacyServer, map[string][]step{"POST tools/list": {list}}))
	c := mustDial(t, s, nil, nil)
	got, err := do(t, c, "tools/list", "")
	require.NoError(t, err)
	require.Contains(t, got, `"x"`)
	_, err = do(t, c, "tools/call", `{"name":"t","arguments":{"region":"eu"}}`)
	require.NoError(t, err)
	require.Empty(t, paramsOf(s.requests(callTool)[0]))
}

// The last list counts, page by page (rules E-18, E-19).
func TestLatestSchema(t *testing.T) {
	page := func(next string, list ...string) step {
		return result(`{"resultType":"complete","tools":[` + strings.Join(list, ",") + `],"nextCursor":` + next + `}`)
	}
	region := `{"region":{"type":"string","x-mcp-header":"Region"}}`
	zone := `{"region":{"type":"string","x-mcp-header":"Zone"}}`
	s := newScript(withSteps(modernServer, map[string][]step{"POST tools/list": {
		page(`""`, tool("a", region)), page("null", tool("b", region)), toolList(tool("a", zone)), toolList(tool("a", `{}`)), toolList(tool("a", `{"region":{"x-mcp-header":1}}`)),
	}}))
	c := mustDial(t, s, nil, nil)
	for _, want := range []string{"map[]map[]", "map[Region:eu]map[]", "map[Region:eu]map[Region:eu]", "map[Zone:eu]map[Region:eu]", "map[]map[Region:eu]", "map[]map[Region:eu]"} {
		before := len(s.requests(callTool))
		for _, name := range []string{"a", "b"} {
			_, err := do(t, c, "tools/call", `{"name":"`+name+`","arguments":{"region":"eu"}}`)
			require.NoError(t, err)
		}
		calls := s.requests(callTool)[before:]
		require.Equal(t, want, fmt.Sprint(paramsOf(calls[0]))+fmt.Sprint(paramsOf(calls[1])))
		_, err := do(t, c, "tools/list", "")
		require.NoError(t, err)
	}
}

// A server that misses a header is asked for its tools, and gets the call once more (rule E-18).
func TestHeaderMismatch(t *testing.T) {
	t.Parallel()
	mismatch := failure(400, jsonrpc.CodeHeaderMismatch, "")
	list := "POST tools/list"
	first := result(`{"resultType":"complete","tools":[],"nextCursor":"2"}`)
	region := toolList(tool("t", `{"region":{"type":"string","x-mcp-header":"Region"}}`))
	for _, row := range []struct {
		rule  string
		calls []step
		lists []step
		whats []string
		fails func(*testing.T, error)
	}{
		{"E-18 the schema was not known", []step{mismatch, result(okResult)}, []step{first, region}, []string{callTool, list, list, callTool}, nil},
		{"E-18 as a stream", []step{streamOf(`data: {"jsonrpc":"2.0","id":ID,"error":{"code":-32020,"message":"m"}}` + "\n\n"), result(okResult)}, []step{region}, []string{callTool, list, callTool}, nil},
		{"E-18 once only", []step{mismatch}, []step{region}, []string{callTool, list, callTool}, wantCode(jsonrpc.CodeHeaderMismatch)},
		{"E-18 nothing new", []step{mismatch}, []step{toolList()}, []string{callTool, list}, wantCode(jsonrpc.CodeHeaderMismatch)},
		{"E-18 no list", []step{mismatch}, []step{status(500, "", "")}, []string{callTool, list}, wantCode(jsonrpc.CodeHeaderMismatch)},
		{"E-18 another error", []step{failure(400, -32602, "")}, nil, []string{callTool}, wantCode(-32602)},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			s := newScript(withSteps(modernServer, map[string][]step{callTool: row.calls, list: row.lists}))
			c := mustDial(t, s, nil, nil)
			got, err := do(t, c, "tools/call", `{"name":"t","arguments":{"region":"eu"}}`)
			require.Equal(t, append([]string{probe}, row.whats...), s.whats())
			if row.fails != nil {
				row.fails(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, okResult, got)
			require.Equal(t, map[string]string{"Region": "eu"}, paramsOf(s.requests(callTool)[1]))
			for _, x := range s.requests(list) {
				require.Equal(t, []string{"tools/list"}, x.Header["Mcp-Method"])
			}
		})
	}
}
