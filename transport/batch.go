package transport

import (
	"bytes"
	"context"
	"errors"
	"sync"

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
	if !s.flush(n) { // a notification may be among them, and nobody can relieve it
		p.recycle(r)
		return false
	}
	x := &batch{p: p, out: s.out, open: 1}
	b := s.b.Hold()
	s.keep(r)
	for _, element := range list {
		p.element(x, b, element, &s.slab)
	}
	x.leave() // the last one to leave sends the answers
	b.Drop()
	return true
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
func (p *peer) element(x *batch, b *block.Block, frame []byte, slab *[]handle) {
	r := p.request(b)
	r.out = x
	err := jsonrpc.Scan(frame, &r.m)
	if err == nil && r.m.Kind != jsonrpc.Response {
		if err = p.admitInBatch(r); err == nil && r.m.Kind == jsonrpc.Request {
			x.serve(p.cut(slab, r))
			return
		}
	}
	switch {
	case err != nil:
		p.observe(Observation{Event: BadMessage, Method: r.m.Method, Err: err})
		var e *jsonrpc.Error
		if errors.As(err, &e) && p.answers(&r.m, e) {
			x.enter()
			p.sendError(x, r.m.ID, e, turn{})
			x.leave()
		} else {
			p.loseBad(&r.m, err)
		}
	case r.m.Kind == jsonrpc.Response:
		p.deliver(&r.m, b, nil)
	default:
		r.out = x.out
		p.note(p.cut(slab, r))
	}
	p.recycle(r)
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
	p   *peer
	out sink

	mu   sync.Mutex
	open int // requests that are being handled, and the reader
	buf  []byte
}

// serve handles a request of the batch.
func (x *batch) serve(h *handle) {
	p := x.p
	x.enter()
	p.mu.Lock()
	p.track(h)
	p.busy++
	p.mu.Unlock()
	go func() {
		p.endIfClosed(h)
		p.serve(h)
		x.leave()
		p.recycle(h.r)
		p.leave()
	}()
}

func (x *batch) enter() {
	x.mu.Lock()
	x.open++
	x.mu.Unlock()
}

// leave is called at the end of each request, and by the reader. The last one sends the answers, if there are any: a batch of
// notifications has none.
func (x *batch) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.open--; x.open > 0 || len(x.buf) == 0 {
		return
	}
	_ = x.out.send(context.Background(), append(append(x.out.begin(), x.buf...), ']'), turn{}, true) // a failed write ends the stream
	x.buf = nil
}

func (x *batch) begin() []byte {
	x.mu.Lock()
	if len(x.buf) == 0 {
		return append(x.buf, '[')
	}
	return append(x.buf, ',')
}

func (x *batch) abort() { x.mu.Unlock() }

func (x *batch) send(ctx context.Context, buf []byte, t turn, final bool) error {
	if final {
		x.buf = buf
		x.mu.Unlock()
		return nil
	}
	message := bytes.Clone(buf[len(x.buf)+1:])
	x.mu.Unlock()
	return x.out.send(ctx, append(x.out.begin(), message...), t, false)
}
