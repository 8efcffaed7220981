package jsonrpc

import (
	"context"
	"strings"
	"time"

	"github.com/mcpwire/mcpwire/codec"
)

// Handler answers messages. It is called for requests and notifications; a response goes to the Call that
// waits for it.
//
// m, and all that is decoded from it, is good until ServeMessage returns. Requests of one connection
// may be served at the same time; notifications are served in the order in which they came, each finished
// before a later message is dispatched. So a handler of a notification must not wait for the peer: a call back fails, and so does a
// notification for which there is no room; what has to wait belongs on a goroutine of its own, with a context of its own.
//
// ctx is cancelled when the peer cancels the request, when the connection or the server shuts down, and, in
// revisions where that is a cancellation, when the peer disconnects. It ends when ServeMessage returns, at the latest, and has no values from then on,
// nor have contexts that come from it, context.WithoutCancel included: what goes on after that takes along what it needs.
type Handler interface {
	ServeMessage(ctx context.Context, w ResponseWriter, m *Message)
}

// HandlerFunc is a function as a Handler.
type HandlerFunc func(ctx context.Context, w ResponseWriter, m *Message)

// ServeMessage calls f.
func (f HandlerFunc) ServeMessage(ctx context.Context, w ResponseWriter, m *Message) { f(ctx, w, m) }

// ResponseWriter answers one message. It is safe for concurrent use and dead once ServeMessage has
// returned: calls after that are refused. A request is answered once, by the first of
// Result, Error and Forward; a request without an answer gets -32603. An answer to a notification is
// dropped.
//
// An answer may be written after the method returns; if writing fails, the connection ends.
type ResponseWriter interface {
	// Caller notifies on the stream of this request, and calls the peer where Info.CanCall says so.
	Caller
	// Result answers with v, in the form of the peer's revision if v is a RevisionAppender. v is not
	// used after Result returns.
	Result(v codec.Appender) error
	// Error answers with e.
	Error(e *Error) error
	// Forward answers with the result or error of m as they are; only the id is this request's.
	Forward(m *Message) error
}

// RevisionAppender is an Appender that can leave out what a revision does not have and add what it requires.
type RevisionAppender interface {
	AppendJSONFor(dst []byte, r Revision) ([]byte, error)
}

// Caller sends requests and notifications to the peer. It is safe for concurrent use.
type Caller interface {
	// NewCall returns a Call of method, from a pool. It must be Released.
	NewCall(method string) *Call
	// Do sends c and waits for its reply, which is then in c.Reply. An error that the peer answered is
	// returned as *Error. When ctx ends, or c.Timeout passes, the call is cancelled and the error says which.
	Do(ctx context.Context, c *Call) error
	// Notify sends a notification, when there is room for it: it waits for that within ctx, but not in a handler of a notification,
	// where it fails instead. params may be nil and is not used after Notify returns.
	Notify(ctx context.Context, method string, params codec.Appender) error
}

// StreamCloser is implemented by a ResponseWriter that can close the connection under its stream while the request goes
// on (polling in 2025-11-25): the client comes back after retry and gets the rest.
type StreamCloser interface {
	CloseStream(retry time.Duration) error
}

// Call is one request to the peer. It belongs to the goroutine that made it, until Release.
type Call struct {
	Method string
	// Params is the JSON text of the parameters, appended to by the caller; empty sends none. It
	// starts with room in it and is reused.
	Params []byte
	// Revision is the peer's, as far as the transport knows it when it makes the Call: the form that params are
	// appended in. 0 if unknown: all that is set is appended.
	Revision Revision
	// Timeout bounds the wait; 0 takes the transport's default, negative means no bound but ctx. With OnProgress it begins anew with
	// each progress notification, up to a maximum of the transport's (MaxCall of its Timeouts) from the begin of the call; one that is
	// longer than that maximum counts once, from the begin.
	Timeout time.Duration
	// OnProgress is called with the params of each progress notification for this call, in order, before
	// Do returns; the Raw is good until it returns. The transport then adds a progress token. It must not block.
	OnProgress func(params codec.Raw)
	// Header is sent with the request by transports that have headers.
	Header map[string][]string
	// Reply is the response, borrowed until Release. The caller decodes it, on its own goroutine.
	Reply Message

	owner CallOwner
}

// CallOwner is the transport's part of a Call: it takes the Call back.
type CallOwner interface {
	ReleaseCall(c *Call)
}

// InitCall prepares c for a new request of method, keeping the memory of Params. Transports call it in NewCall.
func InitCall(c *Call, method string, owner CallOwner) {
	*c = Call{Method: method, Params: c.Params[:0], owner: owner}
}

// Owner returns what InitCall was given, so that a transport finds its own part of a Call; nil once the Call is
// released.
func (c *Call) Owner() CallOwner { return c.owner }

// Release gives c and its reply back. Neither may be used afterwards, nor what was decoded from the reply.
func (c *Call) Release() {
	if o := c.owner; o != nil {
		c.owner = nil
		o.ReleaseCall(c)
	}
}

// Forward fills c with the method and parameters of m, which are copied as they are. For gateways.
func (c *Call) Forward(m *Message) {
	c.Method = m.Method
	c.Params = append(c.Params[:0], m.Params.Bytes()...)
}

// Info is what a transport knows of the sender of a message. It is shared by messages and must not be changed.
type Info struct {
	Revision Revision
	// Session is nil where there is none: in stateless exchanges.
	Session Session
	// Principal is who the sender is, as the server's authorization said; "" if nobody was asked.
	Principal string
	// Capabilities is what the peer declared: with initialize, or with this request in modern revisions.
	Capabilities codec.Raw
	// LogLevel is the level from which on the peer wants log messages; "" for none asked.
	LogLevel string
	// CanCall reports whether the ResponseWriter may send requests to the peer.
	CanCall bool
	// Headers are the HTTP headers of the message; nil on other transports.
	Headers map[string][]string
}

// Header returns the first value of the header name, in any case; "" if there is none.
func (i *Info) Header(name string) string {
	if v := i.Headers[name]; len(v) > 0 {
		return v[0]
	}
	for k, v := range i.Headers {
		if len(v) > 0 && strings.EqualFold(k, name) {
			return v[0]
		}
	}
	return ""
}

// Session is a connection or session with one peer. It is safe for concurrent use.
type Session interface {
	Caller
	// ID is the session's id; a secret on HTTP.
	ID() string
	// Close ends the session: calls in flight fail, Done is closed.
	Close() error
	Done() <-chan struct{}
	// Value and SetValue keep the application's own data with the session.
	Value(key any) any
	SetValue(key, value any)
}
