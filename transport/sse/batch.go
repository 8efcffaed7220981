package sse

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// batch is where the answers to the requests of a batch go: they are sent together, when the last one is there (rules ). What else
// is sent because of them goes its own way.
type batch struct {
	*transport.Answers
	queue *transport.Queue
	open  atomic.Int32 // requests that are being handled, and who has begun them
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
			x.Refuse(m.ID, e)
		}
		in.Release()
	}
	return good
}

// enter is called for each request that will be handled.
func (x *batch) enter() { x.open.Add(1) }

// leave is called when the handler of a request has returned. The last one sends the answers, if there are any.
func (x *batch) leave() {
	if x.open.Add(-1) > 0 {
		return
	}
	if answers := x.Take(); answers != nil {
		_ = x.queue.Post(context.Background(), answers, transport.Outgoing{Answer: true}) // after an error, the session has ended
	}
}
