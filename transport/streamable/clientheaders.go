package streamable

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// The headers that a client sends, in the form that net/http has them.
const (
	outVersion   = "Mcp-Protocol-Version"
	outSession   = "Mcp-Session-Id"
	outMethod    = "Mcp-Method"
	outName      = "Mcp-Name"
	outParam     = "Mcp-Param-"
	outLastEvent = "Last-Event-Id"
)

// clientHeaders are those that the requests of one revision have in common. They are not changed once they are made.
type clientHeaders struct {
	rev  jsonrpc.Revision
	post http.Header
	get  http.Header // of GET and DELETE
}

// makeHeaders makes what all requests have in common.
func (d *dialer) makeHeaders() {
	d.plain = http.Header{}
	addHeader(d.plain, d.o.Header)
	d.plain["Accept"] = []string{httpheader.JSON + ", " + httpheader.Events}
	d.plain["Content-Type"] = []string{httpheader.JSON}
}

// addHeader adds what users want to send along.
func addHeader(to http.Header, from map[string][]string) {
	for name, values := range from {
		if !isReserved(name) {
			to[http.CanonicalHeaderKey(name)] = slices.Clone(values)
		}
	}
}

// isReserved reports whether a header belongs to MCP or to HTTP itself. What a gateway knows of mirrored parameters it may
// send on (rule E-62).
func isReserved(name string) bool {
	name = strings.ToLower(name)
	switch name {
	case "accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host", "keep-alive",
		"last-event-id", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade":
		return true
	}
	return strings.HasPrefix(name, "mcp-") && !strings.HasPrefix(name, "mcp-param-")
}

// headers returns what requests of a revision have in common; 0 for those that have none yet (trap T-07).
func (c *client) headers(v jsonrpc.Revision) *clientHeaders {
	x := c.heads.Load()
	if x != nil && x.rev == v {
		return x
	}
	x = &clientHeaders{rev: v, post: maps.Clone(c.d.plain)}
	if v != 0 {
		x.post[outVersion] = []string{v.String()}
	}
	if id := c.session.Load(); id != nil && !v.Modern() {
		x.post[outSession] = []string{*id}
	}
	x.get = maps.Clone(x.post)
	x.get["Accept"] = []string{httpheader.Events}
	delete(x.get, "Content-Type")
	c.heads.Store(x)
	return x
}

// revision returns the one that was spoken last.
func (c *client) revision() jsonrpc.Revision {
	if x := c.heads.Load(); x != nil {
		return x.rev
	}
	return 0
}

// header returns the header of a message. It may be shared, and must not be changed.
func (c *client) header(o *transport.Outbound) (http.Header, error) {
	h := c.headers(o.Revision).post
	modern := o.Revision.Modern()
	if !modern && len(o.Header) == 0 {
		return h, nil
	}
	h = maps.Clone(h)
	addHeader(h, o.Header)
	if !modern || o.Method == "" {
		return h, nil
	}
	h[outMethod] = []string{o.Method} // rule E-07
	return h, c.mirror(h, o)
}

// named returns the member of the params that Mcp-Name mirrors; "" for none (rules E-08, K-09).
func named(method string) string {
	switch method {
	case callToolsCall, "prompts/get":
		return "name"
	case "resources/read":
		return "uri"
	case "tasks/get", "tasks/update", "tasks/cancel":
		return "taskId"
	}
	return ""
}

// mirror adds the headers that repeat what the params say.
func (c *client) mirror(h http.Header, o *transport.Outbound) error {
	member := named(o.Method)
	if member == "" || len(o.Params) == 0 {
		return nil
	}
	params := codec.MakeRaw(o.Params)
	value, err := peek.Member(params, member)
	if err != nil {
		return transport.NewError(transport.Unknown, "the params of "+o.Method, err)
	}
	if !value.Is(codec.KindString) {
		return nil // the server will say so
	}
	var d codec.Decoder
	d.ResetRaw(value)
	name := strings.Clone(d.String())
	h[outName] = []string{httpheader.Encode(name)}
	if o.Method != callToolsCall {
		return nil
	}
	return c.d.tools.mirror(h, name, params)
}
