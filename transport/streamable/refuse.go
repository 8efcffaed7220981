package streamable

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// Values of headers, shared by all responses: nobody changes them.
var (
	typeJSON   = []string{"application/json"}
	typeEvents = []string{"text/event-stream"}
	noCache    = []string{"no-cache, no-transform"}
	noStore    = []string{"no-store"}
	no         = []string{"no"}
	closes     = []string{"close"}
	retryLater = []string{"5"} // seconds
	allowAll   = []string{"GET, POST, DELETE"}
	allowPost  = []string{"POST"}
)

// refuse answers a request with an HTTP status and a JSON-RPC error (rules D-06, E-26).
func (h *Handler) refuse(w http.ResponseWriter, status int, id jsonrpc.ID, e *jsonrpc.Error) {
	if h.opts.Observer != nil {
		h.opts.Observe(transport.Observation{
			Event: transport.BadMessage, Transport: "streamable", Err: transport.FromStatus(transport.Rejected, "refused", status, e),
		})
	}
	body, err := jsonrpc.AppendError(nil, id, e)
	if err != nil {
		return // it has no data
	}
	w.Header()["Content-Type"] = typeJSON
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client is gone if that fails
}

// invalid returns the error for a request that breaks a rule of HTTP.
func invalid(message string) *jsonrpc.Error {
	return jsonrpc.NewError(jsonrpc.CodeInvalidRequest, message, nil)
}

// unavailable asks the client to come later.
func (h *Handler) unavailable(w http.ResponseWriter, why string) {
	w.Header()["Retry-After"] = retryLater
	h.refuse(w, http.StatusServiceUnavailable, jsonrpc.ID{}, jsonrpc.NewError(jsonrpc.CodeInternalError, why, nil))
}

func notAllowed(w http.ResponseWriter, allow []string) {
	w.Header()["Allow"] = allow
	w.WriteHeader(http.StatusMethodNotAllowed)
}

// challenge refuses a request that Authorize has not let in.
func (h *Handler) challenge(w http.ResponseWriter, err error) {
	var e *AuthError
	if !errors.As(err, &e) {
		e = &AuthError{Err: err}
	}
	status := e.Status
	if status < 400 || status > 499 {
		status = http.StatusUnauthorized
	}
	metadata := e.ResourceMetadata
	if metadata == "" {
		metadata = h.set.ResourceMetadata
	}
	if status == http.StatusUnauthorized || status == http.StatusForbidden {
		w.Header()["Www-Authenticate"] = []string{bearer(e.Code, e.Scope, metadata)}
	}
	if h.opts.Observer != nil {
		h.opts.Observe(transport.Observation{
			Event: transport.BadMessage, Transport: "streamable", Err: transport.FromStatus(transport.Rejected, "refused", status, err),
		})
	}
	w.WriteHeader(status)
}

// bearer returns a challenge.
func bearer(code, scope, metadata string) string {
	var b strings.Builder
	b.WriteString("Bearer")
	sep := " "
	for _, p := range [...]struct{ name, value string }{{"error", code}, {"scope", scope}, {"resource_metadata", metadata}} {
		if p.value == "" {
			continue
		}
		b.WriteString(sep + p.name + `="` + quotable.Replace(p.value) + `"`)
		sep = ", "
	}
	return b.String()
}

// quotable makes a text fit into a quoted string; line breaks would end the header.
var quotable = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", " ", "\n", " ")

// tooLarge refuses a body that is over the limit. What is left of it is not read, and so the connection ends.
func (h *Handler) tooLarge(w http.ResponseWriter) {
	w.Header()["Connection"] = closes
	h.refuse(w, http.StatusRequestEntityTooLarge, jsonrpc.ID{},
		invalid("the message is too large: the limit is "+strconv.Itoa(h.opts.Limits.Message)+" bytes"))
}
