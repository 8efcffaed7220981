package contract

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// stream is a byte stream of messages from the peer, and the role of reading it.
type stream struct {
	c      *conn
	src    io.Reader
	frames framing
	out    *coalescer // holds answers back for a while; nil if the sink does not
	onEnd  func(error)
	read   func() // run, made once: a go statement with arguments allocates

	word  atomic.Uint64
	watch watch
	cur   atomic.Pointer[handle] // the request that is on offer with the turn

	// What follows belongs to who has the role.
	b     *block
	from  int // b.mem[from:to] is to be read
	to    int
	slab  []handle
	spare *request
}

// framing finds the first message in buf: frame, and how many bytes it takes up with what frames it. An empty
// frame is none. n is 0 if there is no whole one.
type framing func(buf []byte) (frame []byte, n int)

// lines is the framing of stdio.
func lines(buf []byte) (frame []byte, n int) {
	i := bytes.IndexByte(buf, '\n')
	if i < 0 {
		return nil, 0
	}
	return buf[:i], i + 1
}

const (
	firstBlock = 8 << 10 // bytes
	minRead    = 512     // room, or what is unread moves to where there is more
)

func newStream(c *conn, src io.Reader, frames framing, onEnd func(error)) *stream {
	s := &stream{c: c, src: src, frames: frames, onEnd: onEnd}
	s.watch.alarm, s.watch.stop = make(chan struct{}, 1), make(chan struct{})
	s.b, s.read = newBlock(c.pool, firstBlock), s.run
	return s
}

func (s *stream) start() {
	go s.monitor()
	go s.read()
}

// run reads until the stream ends or the role is taken. Whoever starts it has the role, and gives it away.
func (s *stream) run() {
	n := s.word.Load() >> 1
	if !s.flush(&n) { // what the loser has left unwritten
		return
	}
	for {
		frame, size := s.frames(s.b.mem[s.from:s.to])
		switch {
		case size == 0:
			if !s.flush(&n) {
				return
			}
			if err := s.fill(); err != nil {
				s.end(err)
				return
			}
			continue
		case len(frame) == 0:
			s.from += size
			continue
		}
		if !s.message(frame, size, &n) {
			return
		}
	}
}

// maxHeld is how many answers wait at most for others, to be written with them.
const maxHeld = 4

// message handles one message, which takes up size bytes. It reports false if the role was taken meanwhile.
func (s *stream) message(frame []byte, size int, n *uint64) bool {
	c, r := s.c, s.spare
	if r == nil {
		r = c.request(s.b)
	} else {
		s.spare, r.b, r.out = nil, s.b.hold(), c.out
	}
	err := jsonrpc.Scan(frame, &r.m)
	// The handler of a notification may take its time, and nobody can relieve it: answers do not wait for it. If
	// the role is taken while they are written, the taker reads the notification again.
	if err == nil && r.m.Kind == jsonrpc.Notification && !s.flush(n) {
		c.recycle(r)
		return false
	}
	s.from += size
	if err != nil {
		return s.refuse(r, err, n)
	}
	r.m.SetInfo(&c.info)
	switch r.m.Kind {
	case jsonrpc.Response:
		c.deliver(&r.m, s.b)
	case jsonrpc.Notification:
		c.note(cut(&s.slab, r))
	default:
		return s.serve(r, n)
	}
	s.keep(r)
	return true
}

// serve runs the handler of a request in the reader's place.
func (s *stream) serve(r *request, n *uint64) bool {
	c, h := s.c, cut(&s.slab, r)
	c.mu.Lock()
	twice, full := c.inflight[r.m.ID] != nil, len(c.taken) >= c.opts.Limits.InFlight
	c.mu.Unlock()
	switch {
	case twice:
		return s.refuse(r, errSameID, n)
	case full:
		return s.refuse(r, errBusy, n)
	}
	r.turn = turn{s, *n}
	_, more := s.frames(s.b.mem[s.from:s.to])
	s.offer(*n, h)
	c.endIfClosed(h)
	c.serve(h)
	if s.out != nil {
		held := maxHeld
		if more == 0 {
			held = 1
		}
		_ = s.out.flush(held, false) // a failed write ends the connection
	}
	if !s.reclaim(n) {
		c.recycle(r)
		return false
	}
	s.keep(r)
	return true
}

// keep takes back a request that nobody else can know of, because the role was not taken.
func (s *stream) keep(r *request) {
	r.b.drop()
	r.reset()
	s.spare = r
}

// refuse answers a message that is not handled.
func (s *stream) refuse(r *request, err error, n *uint64) bool {
	s.c.opts.Observe(transport.Observation{Event: transport.BadMessage, Err: err})
	var e *jsonrpc.Error
	if errors.As(err, &e) && r.m.Kind != jsonrpc.Response {
		s.offer(*n, nil)
		if buf, err := jsonrpc.AppendError(s.c.out.begin(), r.m.ID, e); err != nil {
			s.c.out.abort()
		} else {
			_ = s.c.out.send(context.Background(), buf, turn{s, *n}, true) // a failed write ends the connection
		}
		if s.out != nil {
			_ = s.out.flush(maxHeld, false) // likewise
		}
		if !s.reclaim(n) {
			s.c.recycle(r)
			return false
		}
	}
	s.keep(r)
	return true
}

// flush writes what was held back. It reports false if the role was taken meanwhile.
func (s *stream) flush(n *uint64) bool {
	if s.out == nil || !s.out.pending() {
		return true
	}
	s.offer(*n, nil)
	_ = s.out.flush(1, false) // a failed write ends the connection
	return s.reclaim(n)
}

// fill reads more. A block that others refer to is left to them: what is in it must not move.
func (s *stream) fill() error {
	if s.from == s.to && s.b.alone() {
		s.from, s.to = 0, 0
	}
	if len(s.b.mem)-s.to < minRead {
		size := len(s.b.mem)
		if s.to-s.from > size/2 {
			size *= 2
		}
		if limit := s.c.opts.Limits.Message; s.to-s.from > limit {
			return transport.TooLarge("message", -1, int64(limit))
		}
		if size == len(s.b.mem) && s.b.alone() {
			s.to = copy(s.b.mem, s.b.mem[s.from:s.to])
		} else {
			old := s.b
			s.b = newBlock(s.c.pool, size)
			s.to = copy(s.b.mem, old.mem[s.from:s.to])
			old.drop()
		}
		s.from = 0
	}
	n, err := s.src.Read(s.b.mem[s.to:])
	s.to += n
	if n > 0 {
		return nil
	}
	return err
}

// end is called by the last reader.
func (s *stream) end(err error) {
	close(s.watch.stop)
	s.b.drop()
	s.b = nil
	s.onEnd(err)
}

// methodCancelled is looked after by the engine; handlers do not see it.
const methodCancelled = "notifications/cancelled"

// serve calls the handler.
func (c *conn) serve(h *handle) {
	defer h.finish()
	defer func() {
		if p := recover(); p != nil {
			c.opts.Observe(transport.Observation{Event: transport.HandlerPanic, Method: h.r.m.Method})
		}
	}()
	c.handler.ServeMessage(h, h, &h.r.m)
}

// note handles a notification; the next message has to wait until it returns.
func (c *conn) note(h *handle) {
	if h.r.m.Method != methodCancelled {
		c.noting.Store(h)
		c.endIfClosed(h)
		c.serve(h)
		return
	}
	var p cancelledParams
	d := codec.GetDecoder()
	defer d.Release()
	if err := h.r.m.DecodeParams(d, &p); err != nil {
		return // rule G-08: a cancellation that cannot be read is ignored
	}
	c.mu.Lock()
	target := c.inflight[p.RequestID]
	c.mu.Unlock()
	if target != nil {
		target.cancel(true)
	}
}
