package transport

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/block"
)

// Batches exist in revision 2025-03-26 only (rules, B-11). They are rare, and so each of their requests is
// handled on a goroutine of its own.

// batch handles a line that is an array. It reports false if the role of the reader was taken meanwhile.
func (s *stream) batch(r *request, frame []byte, n *uint64) bool {
	p := s.p
	info := p.info.Load()
	if info == nil || info.Revision != jsonrpc.Rev20250326 {
		return s.refuse(r, jsonrpc.ErrBatch, n)
	}
	list, err := elements(frame, p.opts.Limits.Batch)
	if err != nil {
		return s.refuse(r, err, n)
	}
	x := &batch{p: p}
	x.init(p.opts.Limits, len(list))
	x.open.Store(1)
	b, returned := s.b.Hold(), false
	defer func() {
		b.Drop()
		if !returned { // a handler of a notification has ended the goroutine
			x.finish()
			go s.read()
		}
	}()
	s.keep(r)
	for _, element := range list {
		s.element(x, b, element)
	}
	returned = true
	if answers := x.leave(); len(answers) > 0 {
		buf, _ := s.out.begin(urgent)
		s.hold(append(buf, answers...))
	}
	return s.flush(n)
}

// elements takes a batch apart.
func elements(frame []byte, limit int) ([][]byte, error) {
	var list [][]byte
	for element, err := range jsonrpc.ScanBatch(frame) {
		if err != nil {
			return nil, err
		}
		if len(list) == limit {
			return nil, jsonrpc.Errorf(jsonrpc.CodeInvalidRequest, "invalid request: more than %d messages in a batch", limit)
		}
		list = append(list, element)
	}
	return list, nil
}

// element handles one message of a batch.
func (s *stream) element(x *batch, b *block.Block, frame []byte) {
	p := s.p
	r := p.request(b)
	r.out, r.batch = s.out, x
	err := jsonrpc.Scan(frame, &r.m)
	if err == nil && r.m.Kind != jsonrpc.Response {
		if err = p.admitInBatch(r); err == nil && r.m.Kind == jsonrpc.Request {
			x.serve(cut(&s.slab, r))
			return
		}
	}
	defer p.recycle(r)
	switch {
	case err != nil:
		p.observe(Observation{Event: BadMessage, Method: r.m.Method, Err: err})
		var e *jsonrpc.Error
		if errors.As(err, &e) && p.answers(&r.m, e) {
			x.refuse(r.m.ID, e)
		} else {
			p.loseBad(&r.m, err)
		}
	case r.m.Kind == jsonrpc.Response:
		p.deliver(&r.m, b, nil)
	default:
		p.note(cut(&s.slab, r))
	}
}

var errInitializeInBatch = jsonrpc.NewError(jsonrpc.CodeInvalidRequest, "invalid request: initialize in a batch", nil)

// admitInBatch is admit, or classify for a notification.
func (p *peer) admitInBatch(r *request) error {
	switch {
	case r.m.Kind == jsonrpc.Notification:
		return p.classify(r)
	case r.m.Method == methodInitialize:
		return errInitializeInBatch // rule A-24
	}
	if err := p.admit(r); err != nil {
		return err
	}
	if r.m.Info().Revision.Modern() {
		return jsonrpc.ErrBatch // rule A-27: it is no message of this session
	}
	return nil
}

// batch is where the answers to the requests of one batch go: they are sent together, when the last one is there. What
// else is sent goes its own way.
type batch struct {
	gathered
	p    *peer
	open atomic.Int32 // requests that are being handled, and the reader
}

// serve handles a request of the batch.
func (x *batch) serve(h *handle) {
	p := x.p
	x.open.Add(1)
	p.mu.Lock()
	p.track(h)
	p.busy++
	p.mu.Unlock()
	go func() {
		defer func() { // also if the handler ends the goroutine
			x.finish()
			p.recycle(h.r)
			p.leave()
		}()
		p.endIfClosed(h)
		p.stream.handle(h, turn{})
	}()
}

// finish is called at the end of each request.
func (x *batch) finish() {
	answers := x.leave()
	if len(answers) == 0 {
		return
	}
	out := x.p.out
	buf, err := begin(context.Background(), out, answer)
	if err != nil {
		return // the stream has ended
	}
	_ = out.send(context.Background(), append(buf, answers...), turn{}, false) // a failed write ends the stream
}

// leave is called at the end of each request, and by the reader. The last one has to send the answers that it returns, if there are
// any: a batch of notifications has none.
func (x *batch) leave() (answers []byte) {
	if x.open.Add(-1) > 0 {
		return nil
	}
	return x.take()
}

func (x *batch) begin(rank) ([]byte, bool) { return x.gathered.begin(), true }

// room has nothing to wait for: the answers are sent later.
func (x *batch) room(context.Context, rank) error { return nil }

func (x *batch) abort() { x.mu.Unlock() }

func (x *batch) send(_ context.Context, buf []byte, _ turn, _ bool) error {
	x.end(buf)
	return nil
}
