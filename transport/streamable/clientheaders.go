package streamable

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

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
	base := c.headers(o.Revision).post
	modern := o.Revision.Modern() && o.Method != ""
	if !modern {
		if len(o.Header) == 0 {
			return base, nil
		}
		h := maps.Clone(base)
		addHeader(h, o.Header)
		return h, nil
	}
	name, params, err := namesOf(o)
	if err != nil {
		return nil, err
	}
	mirrored := c.d.tools.of(o.Method, name)
	plain := len(o.Header) == 0 && len(mirrored) == 0
	if h := c.usual.find(o.Method, name); plain && h != nil {
		return h, nil
	}
	h := maps.Clone(base)
	addHeader(h, o.Header)
	h[outMethod] = []string{strings.Clone(o.Method)} // rule E-07
	if name.ok {
		h[outName] = []string{httpheader.Encode(strings.Clone(name.text))}
	}
	if plain {
		c.usual.keep(o.Method, name, h)
	}
	return h, mirror(h, mirrored, params)
}

// usualHeaders are headers of modern requests without anything particular, by method and name. They are shared.
type usualHeaders struct {
	mu   sync.RWMutex
	list map[usualKey]http.Header
}

type usualKey struct {
	method string
	name   named
}

// maxUsual is how many of them are kept, and maxUsualName how long a name is then at most, in bytes.
const (
	maxUsual     = 256
	maxUsualName = 128
)

func (u *usualHeaders) find(method string, name named) http.Header {
	u.mu.RLock()
	defer u.mu.RUnlock()
	return u.list[usualKey{method, name}]
}

func (u *usualHeaders) keep(method string, name named, h http.Header) {
	if len(name.text) > maxUsualName || len(method) > maxUsualName {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.list == nil || len(u.list) >= maxUsual {
		u.list = map[usualKey]http.Header{}
	}
	name.text = strings.Clone(name.text)
	u.list[usualKey{strings.Clone(method), name}] = h
}

// memberOf returns the member of the params that Mcp-Name mirrors; "" for none (rules E-08, K-09).
func memberOf(method string) string {
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

// named is what Mcp-Name says. The text may be borrowed.
type named struct {
	text string
	ok   bool
}

// namesOf reads what the params of a message say that is repeated in a header. What is no string has none: the server will say so.
func namesOf(o *transport.Outbound) (name named, params codec.Raw, err error) {
	member := memberOf(o.Method)
	if member == "" || len(o.Params) == 0 {
		return named{}, codec.Raw{}, nil
	}
	params = codec.MakeRaw(o.Params)
	value, err := peek.Member(params, member)
	if err != nil {
		return named{}, params, transport.NewError(transport.Unknown, "the params of "+o.Method, err)
	}
	if value.Is(codec.KindString) {
		var d codec.Decoder
		d.ResetRaw(value)
		name = named{d.String(), true}
	}
	return name, params, nil
}
