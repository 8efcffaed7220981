package httpserve

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// Refusal is how a request is refused: a status, and a JSON-RPC error as its body (rule D-06). It says nothing of what is inside.
type Refusal struct {
	Status int
	Error  *jsonrpc.Error // nil for no body
	ID     jsonrpc.ID     // of the message, if it could be read
	// Header is the name and value of a header that comes with the status; "" for none.
	Header [2]string
	// Close says that what is left of the request is not worth reading.
	Close bool
	// Cause is for the Observer.
	Cause error
}

// Refuse returns a Refusal of a request that breaks a rule of HTTP, or of the transport.
func Refuse(status int, text string) *Refusal {
	return &Refusal{Status: status, Error: jsonrpc.NewError(jsonrpc.CodeInvalidRequest, text, nil)}
}

// retryLater is what a client is told to wait, in seconds.
const retryLater = "5"

// Unavailable returns a Refusal for now.
func Unavailable(text string) *Refusal {
	return &Refusal{
		Status: http.StatusServiceUnavailable, Error: jsonrpc.NewError(jsonrpc.CodeInternalError, text, nil), Header: [2]string{"Retry-After", retryLater},
	}
}

// NotAllowed returns a Refusal of a method.
func NotAllowed(allow string) *Refusal {
	return &Refusal{Status: http.StatusMethodNotAllowed, Header: [2]string{"Allow", allow}}
}

// BadMessage returns a Refusal of a body that is no message: err is what jsonrpc.Scan says of it, m what it could read.
func BadMessage(m *jsonrpc.Message, err error) *Refusal {
	r := Refuse(http.StatusBadRequest, "invalid request")
	r.Cause = err
	var e *jsonrpc.Error
	if errors.As(err, &e) {
		r.Error = e
	}
	if m != nil && m.Kind != jsonrpc.Response {
		r.ID = m.ID.Clone()
	}
	return r
}

// TooLarge returns a Refusal of a body of more than limit bytes.
func TooLarge(limit int) *Refusal {
	r := Refuse(http.StatusRequestEntityTooLarge, "the message is too large: the limit is "+strconv.Itoa(limit)+" bytes")
	r.Close = true
	return r
}

// Challenge returns the Refusal for an error of an Authorize option (rules I-03 to I-06). metadata is the URL of the protected resource metadata,
// if err names none.
func Challenge(err error, metadata string) *Refusal {
	var e *transport.AuthError
	if !errors.As(err, &e) {
		e = new(transport.AuthError)
	}
	r := &Refusal{Status: e.Status, Cause: err}
	if r.Status < 400 || r.Status > 499 {
		r.Status = http.StatusUnauthorized
	}
	if e.ResourceMetadata != "" {
		metadata = e.ResourceMetadata
	}
	if r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden {
		r.Header = [2]string{"Www-Authenticate", bearer(e.Code, e.Scope, metadata)}
	}
	return r
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

// Err returns what an Observer is told.
func (r *Refusal) Err() error {
	cause := r.Cause
	if cause == nil && r.Error != nil {
		cause = r.Error
	}
	return transport.FromStatus(transport.Rejected, "refused", r.Status, cause)
}

// Write answers with r.
func (r *Refusal) Write(w http.ResponseWriter) {
	h := w.Header()
	if r.Header[0] != "" {
		h[r.Header[0]] = []string{r.Header[1]}
	}
	if r.Close {
		h.Set("Connection", "close")
	}
	if r.Error == nil {
		w.WriteHeader(r.Status)
		return
	}
	body, err := jsonrpc.AppendError(nil, r.ID, r.Error)
	if err != nil {
		body = nil // it has no data that could be wrong
	}
	h.Set("Content-Type", httpheader.JSON)
	w.WriteHeader(r.Status)
	_, _ = w.Write(body) // a client that has gone needs no answer
}
