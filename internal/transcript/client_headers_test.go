package transcript_test

import (
	"net/http"
	"slices"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// join begins to use a session.
func (x *exchanges) join(id string) {
	x.usual = http.Header{"Mcp-Session-Id": {id}, "Mcp-Protocol-Version": {x.s.rev.String()}}
}

// header returns what a client sends with a request in the session, changed by set.
func (x *exchanges) header(method, body string, set [][2]string) (http.Header, error) {
	h := http.Header{"Accept": {"text/event-stream"}}
	if method == http.MethodPost {
		h = http.Header{"Content-Type": {"application/json"}, "Accept": {"application/json, text/event-stream"}}
	}
	more := x.usual
	if m := modernOf(body); m != nil {
		more = m
	}
	for name, values := range more {
		h[name] = values
	}
	set = slices.Concat(x.always, set)
	for i, s := range set {
		value, err := x.s.vars.fill(s[1])
		name := http.CanonicalHeaderKey(s[0])
		switch {
		case err != nil:
			return nil, err
		case value == absent:
			h.Del(name)
		case i >= len(x.always) && slices.ContainsFunc(set[len(x.always):i], func(s [2]string) bool { return http.CanonicalHeaderKey(s[0]) == name }):
			h[name] = append(h[name], value)
		default:
			h[name] = []string{value}
		}
	}
	return h, nil
}

// mirrored are the params that a header has too, by method (rule E-08).
var mirrored = map[string]string{"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}

// modernOf returns the headers that go with a request of a modern revision; nil if it is none.
func modernOf(body string) http.Header {
	var m jsonrpc.Message
	if jsonrpc.Scan([]byte(body), &m) != nil {
		return nil
	}
	v, _ := decode(orNull(m.Params.String()))
	params, _ := v.(map[string]any)
	meta, _ := params["_meta"].(map[string]any)
	version, ok := meta["io.modelcontextprotocol/protocolVersion"].(string)
	if !ok {
		return nil
	}
	h := http.Header{"Mcp-Protocol-Version": {version}, "Mcp-Method": {m.Method}}
	if name, ok := params[mirrored[m.Method]].(string); ok {
		h["Mcp-Name"] = []string{name}
	}
	return h
}

func orNull(s string) string {
	if s == "" {
		return "null"
	}
	return s
}

// isOneRequest reports whether a body has a request that has to be answered.
func isOneRequest(body string) bool {
	var m jsonrpc.Message
	return jsonrpc.Scan([]byte(body), &m) == nil && m.Kind == jsonrpc.Request
}
