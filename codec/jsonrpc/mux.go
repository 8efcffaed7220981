package jsonrpc

import (
	"context"
	"fmt"
)

// Mux is a Handler that routes messages by their method, which must be equal byte for byte. The zero Mux is ready for
// use. Register everything before the first message: a Mux that serves is safe for concurrent use, but must not
// change any more.
type Mux struct {
	handlers map[string]Handler
	fallback Handler
}

// Handle registers h for method. It panics if h is nil or method has a handler already.
func (x *Mux) Handle(method string, h Handler) {
	if h == nil {
		panic(fmt.Sprintf("jsonrpc: nil handler for method %q", method))
	}
	if _, dup := x.handlers[method]; dup {
		panic(fmt.Sprintf("jsonrpc: method %q is registered twice", method))
	}
	if x.handlers == nil {
		x.handlers = make(map[string]Handler)
	}
	x.handlers[method] = h
}

// HandleFunc registers f for method, as Handle does.
func (x *Mux) HandleFunc(method string, f func(ctx context.Context, w ResponseWriter, m *Message)) {
	if f == nil {
		panic(fmt.Sprintf("jsonrpc: nil handler for method %q", method))
	}
	x.Handle(method, HandlerFunc(f))
}

// HandleFallback registers h for all methods that have no handler of their own. Without it, NotFound serves them. It
// panics if h is nil or there is a fallback already.
func (x *Mux) HandleFallback(h Handler) {
	if h == nil {
		panic("jsonrpc: nil fallback handler")
	}
	if x.fallback != nil {
		panic("jsonrpc: the fallback handler is registered twice")
	}
	x.fallback = h
}

// ServeMessage calls the handler of m's method.
func (x *Mux) ServeMessage(ctx context.Context, w ResponseWriter, m *Message) {
	h, ok := x.handlers[m.Method]
	switch {
	case ok:
		h.ServeMessage(ctx, w, m)
	case x.fallback != nil:
		x.fallback.ServeMessage(ctx, w, m)
	default:
		NotFound(ctx, w, m)
	}
}

// NotFound answers a request with CodeMethodNotFound and drops everything else: an unknown notification is
// never answered (rule A-16).
func NotFound(_ context.Context, w ResponseWriter, m *Message) {
	if m.Kind == Request {
		// The name comes from the peer: quoted, and cut.
		_ = w.Error(Errorf(CodeMethodNotFound, "method not found: %.64q", m.Method)) // a failed write ends the connection
	}
}

// Chain puts middleware around h. The first is the outermost: it sees a message first and an answer last.
func Chain(h Handler, middleware ...func(Handler) Handler) Handler {
	for i := len(middleware) - 1; i >= 0; i-- {
		h = middleware[i](h)
	}
	return h
}
