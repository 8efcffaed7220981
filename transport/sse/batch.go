package sse

import (
	"context"
	"errors"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// batch is where the answers to the requests of a batch go: they are sent together, when the last one is there (rules ). What else
// is sent because of them goes its own way.
type batch struct {
	queue *transport.Queue

	mu      sync.Mutex
	open    int    // requests that are being handled, and who has begun them
	answers []byte // an array without its end
}

var errInBatch = jsonrpc.NewError(jsonrpc.CodeInvalidRequest, "invalid request: initialize in a batch", nil)

// scan takes the messages of a batch apart, and returns those that are to be handled. Those that are none are answered.
func (x *batch) scan(list []*transport.Incoming) (good []*transport.Incoming) {
	for _, in := range list {
		m := in.Message()
		err := in.Scan()
		if err == nil && m.Method == "initialize" { // rule A-24
			err = errInBatch
		}
		if err == nil {
			good = append(good, in)
			continue
		}
		var e *jsonrpc.Error
		if errors.As(err, &e) && m.Kind != jsonrpc.Notification && m.Kind != jsonrpc.Response {
			if b, err := jsonrpc.AppendError(x.Begin(), m.ID, e); err == nil {
				x.answers = b
			}
			x.Abort()
		}
		in.Release()
	}
	return good
}

// Begin implements transport.Sink.
func (x *batch) Begin() []byte {
	x.mu.Lock()
	if len(x.answers) == 0 {
		return append(x.answers, '[')
	}
	return append(x.answers, ',')
}

// Abort implements transport.Sink.
func (x *batch) Abort() { x.mu.Unlock() }

// Send implements transport.Sink.
func (x *batch) Send(ctx context.Context, b []byte, o transport.Outgoing) error {
	if o.Answer {
		x.answers = b
		x.mu.Unlock()
		return nil
	}
	message := append([]byte(nil), b[len(x.answers)+1:]...)
	x.mu.Unlock()
	return x.queue.Post(ctx, message, o)
}

// enter is called for each request that will be handled.
func (x *batch) enter() {
	x.mu.Lock()
	x.open++
	x.mu.Unlock()
}

// leave is called when the handler of a request has returned. The last one sends the answers, if there are any.
func (x *batch) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.open--; x.open > 0 || len(x.answers) == 0 {
		return
	}
	_ = x.queue.Post(context.Background(), append(x.answers, ']'), transport.Outgoing{Answer: true}) // after an error, the session has ended
}
