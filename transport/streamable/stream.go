package streamable

import (
	"context"
	"strconv"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// usesQueue reports whether the response, once it is an event stream, is written by a Queue: others write to it, or it can be
// resumed.
func (o *reply) usesQueue() bool {
	return o.listens || !o.batch && o.session != nil && o.h.set.EventStore != nil && o.accept.Events
}

// Offer implements transport.Offerer, for subscriptions.
func (o *reply) Offer(f func(dst []byte) []byte) bool {
	o.mu.Lock() // the acknowledgement is on its way
	out := o.out
	o.mu.Unlock()
	return out != nil && out.q.Offer(f)
}

// moveOut makes the response an event stream that a Queue writes, and sends a message on it. mu is held, and released.
func (o *reply) moveOut(ctx context.Context, message []byte, m transport.Outgoing) error {
	if o.phase != open || o.w == nil {
		o.release()
		return errOver
	}
	out := o.startQueue()
	b := append(out.q.Begin(), message...)
	o.release()
	return out.send(ctx, b, m)
}

// startQueue makes the response an event stream that a Queue writes. mu is held.
func (o *reply) startQueue() *resumable {
	x := new(resumable)
	if o.listens {
		x.h = o.h
		x.q = o.h.e.NewQueueOf(&plainEvents)
	} else {
		s := o.session
		s.mu.Lock()
		s.counter++
		x.init(s, strconv.Itoa(s.counter), true)
		if s.streams == nil {
			s.streams = map[string]*resumable{}
		}
		s.streams[x.name] = x
		s.mu.Unlock()
	}
	o.startEvents()
	if o.conn == nil {
		o.conn = newConnection(o.w, o.h.opts.Timeouts.Write)
	}
	o.wrote(o.h.now())
	x.mu.Lock()
	x.conn, x.attached = o.conn, true
	over := x.over // the session has ended just now, and found no connection
	x.mu.Unlock()
	if over || x.s != nil && x.s.Ended() { // or did not find the stream either
		o.conn.end()
	}
	_ = x.q.Attach(context.Background(), o.conn) // nothing was attached before
	if x.s != nil {
		x.prime()
	}
	o.out = x
	return x
}

// finishQueue ends the response, when the handler has returned.
func (o *reply) finishQueue() {
	x := o.out
	if x.s != nil {
		if !x.answered.Load() { // cancelled: nothing follows (rule D-24)
			x.q.Put(func(dst []byte) []byte {
				x.append(nil, true)
				return dst
			})
		}
		x.s.mu.Lock()
		delete(x.s.streams, x.name)
		x.s.mu.Unlock()
	}
	x.flush()
	x.end()
	x.leave(o.conn)
	o.conn.leave()
	x.q.Close(errOver)
	o.mu.Lock()
	o.phase = ended
	o.disarm()
	o.mu.Unlock()
}

// CloseStream implements transport.StreamCloser.
func (o *reply) CloseStream(retry time.Duration) error {
	o.mu.Lock()
	if !o.apart || o.phase != open && o.out == nil {
		o.mu.Unlock()
		return transport.ErrCannotClose
	}
	if o.out == nil {
		if o.w == nil || !o.streams() {
			o.mu.Unlock()
			return transport.ErrCannotClose
		}
		o.startQueue()
	}
	x := o.out
	o.mu.Unlock()
	return x.closeConnection(retry)
}

// detach lets the HTTP exchange end, whatever becomes of the request.
func (o *reply) detach() {
	o.mu.Lock()
	o.w = nil
	if o.out == nil { // the client knows no id to come back with
		o.phase = ended
	}
	x := o.out
	o.mu.Unlock()
	if x != nil {
		x.leave(o.conn)
	}
	o.conn.leave()
}

// serveApart runs the handler on a goroutine of its own, so that the HTTP exchange can end before it: as CloseStream says, or as the
// client goes, who may come back for the rest. It takes in.
func (h *Handler) serveApart(o *reply, s *httpSession, in *transport.Incoming, who transport.Identity) {
	if h.set.EventStreams {
		o.mu.Lock()
		if o.phase == open && o.streams() {
			o.startQueue()
		}
		o.mu.Unlock()
	}
	done := make(chan struct{})
	s.hold()
	h.active.Add(1)
	go func() {
		defer h.leave()
		defer s.release()
		defer close(done)
		_ = s.Receive(who.Context, in, o) // requests are always answered
		o.finish()
	}()
	select {
	case <-done:
	case <-o.r.Context().Done():
	case <-o.conn.ended:
	}
	o.detach()
}
