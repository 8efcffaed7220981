package streamable_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// with returns headers with others added.
func with(h header, more ...string) header {
	out := header{}
	for k, v := range h {
		out[k] = v
	}
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

// What has no session, and gets its answer from the status alone.
func TestStatus(t *testing.T) {
	s := newServer(t, tools(), &streamable.HandlerOptions{Options: transport.Options{Limits: transport.Limits{Message: 4 << 10}}})
	list := request("1", "tools/list", "")
	listing := modern("tools/list", "")
	const noMeta = `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}`
	for _, row := range []struct {
		rule, method, body string
		h                  header
		status             int
		want               string
	}{
		{"E-39 a result", "POST", list, listing, 200, `"resultType":"complete"`},
		{"A-07 the id as it came", "POST", request("1.0", "tools/list", ""), listing, 200, `"id":1.0,`},
		{"S5 no Content-Type", "POST", list, with(listing, "Content-Type", "-"), 415, "-32600"},
		{"S5 text", "POST", "not even JSON", with(listing, "Content-Type", "text/plain"), 415, "-32600"},
		{"S5 alike", "POST", list, with(listing, "Content-Type", "application/jsonx"), 415, "-32600"},
		{"S5 two in one", "POST", list, with(listing, "Content-Type", "text/plain;application/json"), 415, "-32600"},
		{"S5 charset", "POST", list, with(listing, "Content-Type", "application/json; charset=utf-8"), 200, "complete"},
		{"S17 Content-Encoding", "POST", list, with(listing, "Content-Encoding", "gzip"), 415, "-32600"},
		{"S17 identity", "POST", list, with(listing, "Content-Encoding", "identity"), 200, "complete"},
		{"D-03 Accept neither", "POST", list, with(listing, "Accept", "text/html"), 406, "-32600"},
		{"D-03 Accept absent", "POST", list, with(listing, "Accept", "-"), 200, "complete"},
		{"D-03 Accept JSON", "POST", list, with(listing, "Accept", "application/*"), 200, "complete"},
		{"E-01 E-48 GET", "GET", "", nil, 405, ""},
		{"E-01 E-48 DELETE", "DELETE", "", nil, 405, ""},
		{"E-48 PUT", "PUT", list, listing, 405, ""},
		{"S5 upgrade", "GET", "", header{"Connection": "Upgrade", "Upgrade": "websocket"}, 405, ""},
		{"A-02 no JSON", "POST", "{", listing, 400, "-32700"},
		{"A-02 no body", "POST", "", listing, 400, "-32700"},
		{"A-02 invalid UTF-8", "POST", strings.Replace(list, "tools/list", "tools/\xff", 1), listing, 400, "-32700"},
		{"A-19 duplicate key", "POST", `{"jsonrpc":"2.0","id":7,"method":"a","method":"b"}`, listing, 400, `"id":7,"error":{"code":-32600`},
		{"S1 case of keys", "POST", `{"jsonrpc":"2.0","id":7,"Method":"a"}`, listing, 400, "-32600"},
		{"A-04 null id", "POST", `{"jsonrpc":"2.0","id":null,"method":"a"}`, listing, 400, "-32600"},
		{"A-27 array", "POST", "[" + list + "]", listing, 400, "-32600"},
		{"A-54 response", "POST", `{"jsonrpc":"2.0","id":1,"result":{}}`, header{"MCP-Protocol-Version": "2026-07-28"}, 400, "-32600"},
		{"S13 too large", "POST", call("1", strings.Repeat("x", 5<<10)), listing, 413, "-32600"},

		{"E-32 A-43 no _meta", "POST", noMeta, listing, 400, `"id":1,"error":{"code":-32602`},
		{"A-43 no version", "POST", strings.Replace(noMeta, "{}", `{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}`, 1), listing, 400, "-32602"},
		{"A-43 no capabilities", "POST", strings.Replace(noMeta, "{}", `{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}`, 1), listing, 400, "-32602"},
		{"A-19 two _meta", "POST", strings.Replace(list, `"params":{`, `"params":{"_meta":{},`, 1), listing, 400, "-32602"},
		{"E-30 version", "POST", strings.Replace(list, "2026-07-28", "v999.0.0", 1), with(listing, "MCP-Protocol-Version", "v999.0.0"), 400, `-32022,"message":"unsupported protocol version","data":{"requested":"v999.0.0","supported":["2026-07-28"]}`},
		{"E-06 version differs", "POST", strings.Replace(list, "2026-07-28", "v999.0.0", 1), listing, 400, "-32020"},
		{"E-26 E-05 no version header", "POST", list, with(listing, "MCP-Protocol-Version", "-"), 400, "-32020"},
		{"T-21 two version headers", "POST", list, with(listing, "MCP-Protocol-Version", "2026-07-28\n2026-07-28"), 400, "-32020"},
		{"E-26 E-07 no method header", "POST", list, with(listing, "Mcp-Method", "-"), 400, `"id":1,"error":{"code":-32020`},
		{"E-07 another method", "POST", list, with(listing, "Mcp-Method", "prompts/list"), 400, "-32020"},
		{"E-10 case of the method", "POST", list, with(listing, "Mcp-Method", "TOOLS/LIST"), 400, "-32020"},
		{"T-21 two methods", "POST", list, with(listing, "Mcp-Method", "tools/list\ntools/list"), 400, "-32020"},
		{"E-08 name", "POST", call("1", "x"), modern("tools/call", "x"), 200, "complete"},
		{"E-26 E-08 no name", "POST", call("1", "x"), modern("tools/call", ""), 400, "-32020"},
		{"E-26 E-08 another name", "POST", call("1", "x"), modern("tools/call", "y"), 400, "-32020"},
		{"E-08 no name in the body", "POST", request("1", "tools/call", ""), modern("tools/call", "y"), 400, "-32020"},
		{"E-08 uri", "POST", request("1", "resources/read", `"uri":"a:b",`), modern("resources/read", "a:c"), 400, "-32020"},
		{"K-09 taskId", "POST", request("1", "tasks/get", `"taskId":"t",`), modern("tasks/get", "u"), 400, "-32020"},
		{"E-10 white space", "POST", call("1", "x"), modern("tools/call", "  x  "), 200, "complete"},
		{"E-24 Base64", "POST", call("1", "x\u00e9"), modern("tools/call", "=?base64?eMOp?="), 200, "complete"},
		{"E-24 bad Base64", "POST", call("1", "x"), modern("tools/call", "=?base64?eA?="), 400, "-32020"},
		{"E-24 no suffix", "POST", call("1", "=?base64?eA"), modern("tools/call", "=?base64?eA"), 200, "complete"},
		{"H-09 bytes above ASCII", "POST", call("1", "x\u00e9"), modern("tools/call", "x\u00e9"), 400, "-32020"},
		{"T-21 two names", "POST", call("1", "x"), modern("tools/call", "x\nx"), 400, "-32020"},
		{"S3 two names in the body", "POST", request("1", "tools/call", `"name":"x","name":"y",`), modern("tools/call", "x"), 400, "-32602"},
		{"E-31 method", "POST", request("1", "unknown/method", ""), modern("unknown/method", ""), 404, "-32601"},
		{"F-25 initialize", "POST", request("1", "initialize", ""), modern("initialize", ""), 404, "-32601"},
		{"F-25 G-21 ping", "POST", request("1", "ping", ""), modern("ping", ""), 404, "-32601"},
		{"E-32 capability", "POST", call("1", "refuse:-32021"), modern("tools/call", "refuse:-32021"), 400, "-32021"},
		{"E-34 params", "POST", call("1", "refuse:-32602"), modern("tools/call", "refuse:-32602"), 200, "-32602"},
		{"E-34 another error", "POST", call("1", "refuse:5"), modern("tools/call", "refuse:5"), 200, `"code":5`},
		{"H-20 text of errors", "POST", call("1", "fail"), modern("tools/call", "fail"), 200, `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"internal error"}}`},
		{"H-20 text of panics", "POST", call("1", "panic"), modern("tools/call", "panic"), 200, `{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"internal error"}}`},
		{"E-46 Last-Event-ID, E-49 Mcp-Session-Id", "POST", list, with(listing, "Last-Event-ID", "5", "Mcp-Session-Id", "none"), 200, "complete"},
		{"E-37 T-22 notification", "POST", `{"jsonrpc":"2.0","method":"x"}`, header{"MCP-Protocol-Version": "2026-07-28"}, 202, ""},
		{"E-37 notification in an unknown revision", "POST", `{"jsonrpc":"2.0","method":"x"}`, header{"MCP-Protocol-Version": "v999.0.0"}, 400, `{"jsonrpc":"2.0","error":`},
		{"T-22 notification with other headers", "POST", `{"jsonrpc":"2.0","method":"x"}`, with(listing, "Mcp-Name", "x"), 202, ""},

		{"D-53 no session", "POST", noMeta, nil, 400, `"id":1,"error":{"code":-32600`},
		{"D-53 no session, header", "POST", noMeta, header{"MCP-Protocol-Version": "2025-06-18"}, 400, "-32600"},
		{"D-06 D-53 notification", "POST", `{"jsonrpc":"2.0","method":"notifications/initialized"}`, nil, 400, "-32600"},
		{"D-06 D-53 response", "POST", `{"jsonrpc":"2.0","id":1,"result":{}}`, nil, 400, "-32600"},
		{"A-27 batch without a session", "POST", "[" + noMeta + "]", nil, 400, "-32600"},
		{"D-52 session", "POST", noMeta, header{"Mcp-Session-Id": "none"}, 404, "-32600"},
		{"D-52 GET", "GET", "", header{"Mcp-Session-Id": "none"}, 404, "-32600"},
		{"D-52 DELETE", "DELETE", "", header{"Mcp-Session-Id": "none"}, 404, "-32600"},
		{"S25 chosen by the client", "POST", initialize("2025-11-25"), header{"Mcp-Session-Id": "mine"}, 404, "-32600"},
		{"D-27 GET without Accept", "GET", "", header{"Mcp-Session-Id": "none", "Accept": "application/json"}, 406, "-32600"},
	} {
		t.Run(row.rule, func(t *testing.T) {
			resp := s.do(row.method, row.body, row.h)
			body := read(t, resp)
			require.Equal(t, row.status, resp.StatusCode, body)
			require.Contains(t, body, row.want)
			require.Empty(t, resp.Header.Get("Mcp-Session-Id"))
			require.Empty(t, resp.Header.Get("Access-Control-Allow-Origin"))
			switch {
			case row.want == "":
				require.Empty(t, body)
			default:
				require.Equal(t, "application/json", resp.Header.Get("Content-Type"))
			}
			if row.status == http.StatusMethodNotAllowed {
				require.Contains(t, resp.Header.Get("Allow"), "POST")
			}
		})
	}
}
