package transport

import (
	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// needs says which capability of the client a request of the server needs (rule F-09).
var needs = map[string]string{
	"sampling/createMessage": "sampling",
	"elicitation/create":     "elicitation",
	"roots/list":             "roots",
}

// mayCall says why a server cannot send a request to its client, if it cannot (rules B-13, F-05, F-09).
func (p *peer) mayCall(c *jsonrpc.Call) error {
	info := p.info.Load()
	if info == nil || !info.CanCall || !p.ready.Load() && c.Method != methodPing {
		return errCannotCall
	}
	need, ok := needs[c.Method]
	if !ok {
		return nil
	}
	has, err := peek.Member(info.Capabilities, need)
	if err != nil || has.IsZero() {
		return notDeclared("client", need, err)
	}
	detail, err := needsMore(c, has)
	if err != nil {
		return NewError(CannotCall, "the params or the client's capabilities", err)
	}
	if detail != "" {
		return notDeclared("client", need+"."+detail, nil)
	}
	return nil
}

// needsMore returns the part of a capability that a request needs and that has, the capability, lacks; "" for none.
func needsMore(c *jsonrpc.Call, has codec.Raw) (string, error) {
	switch c.Method {
	case "elicitation/create": // a client that names no mode has forms
		mode, err := peek.String(codec.MakeRaw(c.Params), "mode")
		if err != nil {
			return "", err
		}
		url, err := peek.Member(has, "url")
		if err != nil {
			return "", err
		}
		form, err := peek.Member(has, "form")
		switch {
		case err != nil:
			return "", err
		case mode == "url" && url.IsZero():
			return "url", nil
		case mode != "url" && form.IsZero() && !url.IsZero():
			return "form", nil
		}
	case "sampling/createMessage":
		for _, member := range []string{"tools", "toolChoice"} {
			wants, err := peek.Member(codec.MakeRaw(c.Params), member)
			if err != nil {
				return "", err
			}
			tools, err := peek.Member(has, "tools")
			if err != nil {
				return "", err
			}
			if !wants.IsZero() && tools.IsZero() {
				return "tools", nil
			}
		}
	}
	return "", nil
}

// offers says which capability of the server a request needs (rule F-09): a member of its capabilities, or a member of
// that one.
var offers = map[string][]string{
	"tools/list": {"tools"}, "tools/call": {"tools"},
	"prompts/list": {"prompts"}, "prompts/get": {"prompts"},
	"resources/list": {"resources"}, "resources/read": {"resources"}, "resources/templates/list": {"resources"},
	"resources/subscribe": {"resources", "subscribe"}, "resources/unsubscribe": {"resources", "subscribe"},
	"completion/complete": {"completions"}, "logging/setLevel": {"logging"},
	"tasks/get": {"tasks"}, "tasks/result": {"tasks"}, "tasks/list": {"tasks", "list"}, "tasks/cancel": {"tasks", "cancel"},
}

// mayAsk says why the client should not send a request, if it is strict. Revision 2024-11-05 has no capability
// for completions.
func (x *connection) mayAsk(o *ClientOptions, method string) error {
	path, ok := offers[method]
	if !ok || !o.StrictCapabilities || path[0] == "completions" && x.info.Load().Revision == jsonrpc.Rev20241105 {
		return nil
	}
	has := x.server.capabilities
	name := ""
	for _, member := range path {
		var err error
		if name += "." + member; has.IsZero() {
			return notDeclared("server", name[1:], nil)
		}
		if has, err = peek.Member(has, member); err != nil || has.IsZero() || has.String() == "false" {
			return notDeclared("server", name[1:], err)
		}
	}
	return nil
}

func notDeclared(who, capability string, cause error) *Error {
	return NewError(CannotCall, "the "+who+" has not declared the capability "+capability, cause)
}

// cancellable reports whether the peer is told that nobody waits for the answer any more. An initialize is never cancelled (rule F-11), for a
// server that is asked for modern revisions that may be too much already, and of a request that becomes a task
// nobody knows yet what to cancel (rule G-13).
func (cl *call) cancellable() bool {
	if cl.Method == methodInitialize || cl.Method == methodDiscover {
		return false
	}
	task, err := peek.Member(codec.MakeRaw(cl.Params), "task")
	return err != nil || task.IsZero() || cl.Revision != jsonrpc.Rev20251125
}
