package streamable

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// batch serves a POST whose body is an array, which only revision 2025-03-26 has (rules ). It takes in.
func (h *Handler) batch(o *reply, in *transport.Incoming, who transport.Identity) {
	v := revisionOf(o.r)
	if len(o.r.Header[headerSession]) == 0 || v.rev.Modern() {
		h.bad(o, in, jsonrpc.ErrBatch)
		return
	}
	s := h.find(o.w, o.r, who, noID, v)
	if s == nil {
		in.Release()
		return
	}
	defer s.release()
	if s.Revision() != jsonrpc.Rev20250326 {
		h.bad(o, in, jsonrpc.ErrBatch)
		return
	}
	list, err := h.e.Split(in)
	if err != nil {
		h.bad(o, in, err)
		return
	}
	b := &batchReply{o: o, answers: h.e.NewAnswers(len(list), o.post)}
	requests, mixed := b.scan(list)
	if mixed { // rule A-25
		for _, x := range list {
			x.Release()
		}
		h.refuse(o.w, http.StatusBadRequest, noID, invalid("a batch with requests and responses"))
		return
	}
	o.batch = true
	o.session = s
	o.ready(noID, nil)
	b.serve(who.Context, s, list)
	answers := b.answers.Take()
	if !requests && answers == nil {
		o.end()
		accepted(o.w)
		return
	}
	o.finishBatch(answers)
}

// batchReply is the reply to a batch. The answers to its requests are one JSON array, unless the response is an event stream.
type batchReply struct {
	o       *reply
	answers *transport.Answers
	bad     []error // what is wrong with a message of the list; nil for nothing
}

// scan scans the messages, and reports whether requests are among them, and whether responses are too.
func (b *batchReply) scan(list []*transport.Incoming) (requests, mixed bool) {
	responses := false
	for _, x := range list {
		err := x.Scan()
		m := x.Message()
		if err == nil && m.Kind == jsonrpc.Request && m.Method == methodInitialize {
			err = invalid("invalid request: initialize in a batch") // rule A-24
		}
		b.bad = append(b.bad, err)
		requests = requests || m.Kind == jsonrpc.Request
		responses = responses || m.Kind == jsonrpc.Response
	}
	return requests, requests && responses
}

// serve hands the messages on, requests each on a goroutine of its own, and returns when all are handled.
func (b *batchReply) serve(ctx context.Context, s *httpSession, list []*transport.Incoming) {
	var wg sync.WaitGroup
	for i, x := range list {
		m := x.Message()
		x.SetSender(b.o.r.Header, "")
		switch {
		case b.bad[i] != nil:
			b.refuse(m, b.bad[i])
			x.Release()
		case m.Kind == jsonrpc.Request:
			wg.Go(func() { _ = s.Receive(ctx, x, b.answers) }) // requests are always answered
		default:
			_ = s.Receive(ctx, x, s.q) // nobody wants to hear of it
		}
	}
	wg.Wait()
}

// refuse answers one message of the batch (rule A-29).
func (b *batchReply) refuse(m *jsonrpc.Message, err error) {
	var e *jsonrpc.Error
	if m.Kind == jsonrpc.Response || !errors.As(err, &e) {
		return
	}
	b.answers.Refuse(m.ID, e)
}

// post sends what the requests of a batch send besides their answers.
func (o *reply) post(ctx context.Context, message []byte, m transport.Outgoing) error {
	return o.Send(ctx, append(o.Begin(), message...), m)
}

// finishBatch sends the answers; nil if all requests were cancelled.
func (o *reply) finishBatch(answers []byte) {
	defer o.finish()
	if answers == nil {
		return
	}
	ctx, m := context.Background(), transport.Outgoing{Answer: true} // the client is gone if sending fails
	buf := o.Begin()
	if o.phase != events {
		_ = o.Send(ctx, append(buf, answers...), m)
		return
	}
	o.Abort()
	for text, err := range jsonrpc.ScanBatch(answers) {
		if err == nil { // they are our own
			_ = o.post(ctx, text, m)
		}
	}
}
