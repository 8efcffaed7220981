package streamable

import (
	"net/http"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpserve"
)

// Values of headers, shared by all responses: nobody changes them.
var (
	typeJSON   = []string{"application/json"}
	typeEvents = []string{"text/event-stream"}
	noCache    = []string{"no-cache, no-transform"}
	noStore    = []string{"no-store"}
	no         = []string{"no"}
	retryLater = [2]string{"Retry-After", "5"} // seconds
)

const (
	allowAll  = "GET, POST, DELETE"
	allowPost = "POST"
)

// write answers a request that is refused.
func (h *Handler) write(w http.ResponseWriter, refusal *httpserve.Refusal) {
	if h.opts.Observer != nil {
		h.opts.Observe(transport.Observation{Event: transport.BadMessage, Transport: "streamable", Err: refusal.Err()})
	}
	refusal.Write(w)
}

// refuse answers a request with an HTTP status and a JSON-RPC error (rules D-06, E-26).
func (h *Handler) refuse(w http.ResponseWriter, status int, id jsonrpc.ID, e *jsonrpc.Error) {
	h.write(w, &httpserve.Refusal{Status: status, ID: id, Error: e})
}

// later refuses a request that may be welcome some other time.
func (h *Handler) later(w http.ResponseWriter, status int, id jsonrpc.ID, e *jsonrpc.Error) {
	h.write(w, &httpserve.Refusal{Status: status, ID: id, Error: e, Header: retryLater})
}

// invalid returns the error for a request that breaks a rule of HTTP.
func invalid(message string) *jsonrpc.Error {
	return jsonrpc.NewError(jsonrpc.CodeInvalidRequest, message, nil)
}
