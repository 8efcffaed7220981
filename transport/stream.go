package transport

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/block"
)

// stream is a byte stream with a message to a line, and the role of reading it (rule B-03).
type stream struct {
	p    *peer
	src  io.Reader
	out  *writer
	shut func() error // closes the byte stream
	// onEnd tells why nothing can be read or written any more, given what Read or Write has returned.
	onEnd func(error) error
	read  func() // run, made once: a go statement with arguments allocates

	word    atomic.Uint64
	watch   watch
	cur     atomic.Pointer[handle] // the request that is on offer with the turn
	slow    *time.Timer            // runs while a message is incomplete
	reading atomic.Bool            // the reader is in Read, or about to be
	parked  chan struct{}          // closed when the reader handles nothing any more

	// What follows belongs to who has the role.
	b       *block.Block
	from    int // b.Mem[from:to] is to be read
	to      int
	scanned int // b.Mem[from:scanned] has no line break
	partial bool
	begun   bool // the first bytes were seen
	skip    *skipper
	slab    []handle
	spare   *request
	refused bool // something was, since the queue was looked at
}

const (
	firstBlock = 8 << 10   // bytes
	maxBlock   = 128 << 10 // kept when it is empty
	minRead    = 512       // room, or what is unread moves to where there is more
)

func newStream(p *peer, s Stream) *stream {
	x := &stream{p: p, src: s.In, shut: s.Close, onEnd: s.OnEnd, parked: make(chan struct{})}
	x.watch.alarm, x.watch.stop = make(chan struct{}, 1), make(chan struct{})
	x.read = x.run
	x.out = newWriter(s.Out, p, x.broken, x.watch.wake)
	x.out.inline = s.Inline
	x.slow = time.AfterFunc(time.Hour, func() {
		x.fail(NewError(Timeout, "reading a message to its end", nil))
	})
	x.slow.Stop()
	return x
}

func (s *stream) start() {
	s.b = block.New(s.p.pool, firstBlock)
	go s.monitor()
	go s.read()
}

// fail ends the stream for a reason of ours. The byte stream is closed, so that the reader ends too.
func (s *stream) fail(err error) {
	s.p.end(err)
	s.out.close(err)
	s.shutdown()
}

// broken is fail after a write. That the peer is gone shows there as well as in a read, and may show there first.
func (s *stream) broken(err error) {
	if s.onEnd != nil {
		err = s.onEnd(err)
	}
	s.fail(s.p.endCause(err))
}

// shutdown closes the byte stream, once.
func (s *stream) shutdown() {
	s.p.shutting.Do(func() {
		if s.shut != nil {
			s.p.shutErr = s.shut()
		}
	})
}

// stuck is called by the monitor when a write has lasted too long.
func (s *stream) stuck() {
	go s.fail(NewError(Timeout, "writing: the peer does not read", nil)) // the monitor has more to watch
}

// run is the reader. Whoever starts it has the role, and gives it away.
func (s *stream) run() {
	n := s.word.Load() >> 1
	err := s.loop(&n)
	if err == nil || !s.last(err, &n) {
		s.p.leave()
		return
	}
	s.end(err)
}

// loop reads until the stream ends, which is the error, or the role is taken.
func (s *stream) loop(n *uint64) error {
	if !s.flush(n) { // what the loser has left unwritten
		return nil
	}
	for {
		frame, size := s.line()
		if size == 0 {
			s.giveUp()
			if !s.flush(n) {
				return nil
			}
			if err := s.fill(); err != nil {
				return err
			}
			continue
		}
		if s.p.done.isEnded() {
			return s.drain()
		}
		if s.partial {
			s.partial = false
			s.slow.Stop()
		}
		if len(frame) == 0 {
			s.advance(size)
			continue
		}
		if !s.message(frame, size, n) {
			return nil
		}
	}
}

// line finds the first line of what is to be read: without its end, and how many bytes it takes up with it. size is 0
// if there is no whole one.
func (s *stream) line() (frame []byte, size int) {
	if s.skip != nil {
		return s.skipped()
	}
	if !s.whole() {
		return nil, 0
	}
	return s.trim(s.b.Mem[s.from:s.scanned]), s.scanned + 1 - s.from
}

// whole reports whether there is a whole line to read. It looks at no byte twice, however often it is asked.
func (s *stream) whole() bool {
	i := bytes.IndexByte(s.b.Mem[s.scanned:s.to], '\n')
	if i < 0 {
		s.scanned = s.to
		return false
	}
	s.scanned += i
	return true
}

// trim takes off what may stand around a message (rule B-05); nothing is left of a blank line.
func (s *stream) trim(frame []byte) []byte {
	if !s.begun {
		s.begun = true
		frame = bytes.TrimPrefix(frame, []byte("\xef\xbb\xbf"))
	}
	if n := len(frame); n > 0 && frame[n-1] == '\r' {
		frame = frame[:n-1]
	}
	if len(frame) > 0 && frame[0] <= ' ' {
		frame = bytes.TrimLeft(frame, " \t\r")
	}
	return frame
}

func (s *stream) advance(size int) {
	s.from += size
	s.scanned = s.from
}

// message handles one message, which takes up size bytes. It reports false if the role was taken meanwhile.
func (s *stream) message(frame []byte, size int, n *uint64) bool {
	p, r := s.p, s.spare
	if len(frame) > p.opts.Limits.Message {
		return s.tooLong(frame, size, n)
	}
	if r == nil {
		r = p.request(s.b)
	} else {
		s.spare, r.b = nil, s.b.Hold()
	}
	r.out = s.out
	err := jsonrpc.Scan(frame, &r.m)
	isBatch := errors.Is(err, jsonrpc.ErrBatch)
	// The handler of a notification may take its time, and nobody can relieve it: answers do not wait for it, and not for a
	// batch, which may have one. If the role is taken while they are written, the taker reads the message again.
	if (isBatch || err == nil && r.m.Kind == jsonrpc.Notification) && !s.flush(n) {
		p.recycle(r)
		return false
	}
	s.advance(size)
	if p.opts.Observer != nil {
		p.observe(Observation{Event: MessageIn, Method: r.m.Method, Bytes: len(frame)})
	}
	switch {
	case isBatch:
		return s.batch(r, frame, n)
	case err != nil:
		return s.refuse(r, err, n)
	}
	switch r.m.Kind {
	case jsonrpc.Response:
		p.deliver(&r.m, s.b, nil)
	case jsonrpc.Notification:
		if err := p.classify(r); err != nil {
			return s.refuse(r, err, n)
		}
		s.note(r)
	default:
		return s.serve(r, n)
	}
	s.keep(r)
	return true
}

// serve runs the handler of a request in the reader's place.
func (s *stream) serve(r *request, n *uint64) bool {
	p := s.p
	if err := p.admit(r); err != nil {
		return s.refuse(r, err, n)
	}
	h := cut(&s.slab, r)
	r.turn = turn{s: s, n: *n}
	more := s.whole()
	s.offer(*n, h)
	p.endIfClosed(h)
	returned := false
	defer func() {
		if !returned {
			go s.resume(r, *n)
		}
	}()
	s.handle(h, r.turn)
	returned = true
	if !more || s.out.due.Load() {
		s.out.flush()
	}
	if !s.reclaim(n) {
		p.recycle(r)
		return false
	}
	s.keep(r)
	return true
}

// handle runs the handler of a request, once there is room for answers: a peer that does not read is not served any further. The reader does
// not wait for that. Of two peers that call each other, one would have to be the first to read.
func (s *stream) handle(h *handle, t turn) {
	if s.out.crowded.Load() {
		t.leave()
		if err := s.out.room(h, answer); err != nil { // nobody waits for an answer any more
			h.r.settleNow(err)
			h.finish()
			return
		}
	}
	s.p.serve(h)
}

// resume is the rest of serve and of run, if a handler has ended the reader's goroutine, as a failed test in a handler does.
func (s *stream) resume(r *request, n uint64) {
	s.out.flush()
	if !s.reclaim(&n) {
		s.p.recycle(r)
		s.p.leave()
		return
	}
	s.keep(r)
	s.run()
}

// note runs the handler of a notification. Nobody can relieve the reader while it does.
func (s *stream) note(r *request) {
	returned := false
	defer func() {
		if !returned { // as in serve
			s.keep(r)
			go s.read()
		}
	}()
	s.p.note(cut(&s.slab, r))
	returned = true
}

// keep takes back a request that nobody else can know of, because the role was not taken.
func (s *stream) keep(r *request) {
	r.b.Drop()
	r.reset()
	s.spare = r
}

// refuse answers a message that is not handled, or fails the call that it was to answer.
func (s *stream) refuse(r *request, err error, n *uint64) bool {
	p := s.p
	p.observe(Observation{Event: BadMessage, Method: r.m.Method, Err: err})
	var e *jsonrpc.Error
	if errors.As(err, &e) && p.answers(&r.m, e) {
		s.holdError(r.m.ID, e)
	} else {
		p.loseBad(&r.m, err)
	}
	s.keep(r)
	return s.flush(n)
}

// holdError has an error written by the next flush.
func (s *stream) holdError(id jsonrpc.ID, e *jsonrpc.Error) {
	buf, _ := s.out.begin(urgent)
	buf, err := jsonrpc.AppendError(buf, id, e)
	if err != nil {
		s.out.abort()
		return
	}
	s.hold(buf)
}

// hold has what was begun written by the next flush. It is for what no handler answers.
func (s *stream) hold(buf []byte) {
	s.out.hold(buf)
	s.refused = true
}

// flush writes what was held back. It reports false if the role was taken meanwhile.
//
// If something was refused, it waits for room before more is read: a peer that sends what is refused and does not read is not
// listened to any further. What is not refused is bounded by how many requests may be in flight.
func (s *stream) flush(n *uint64) bool {
	if s.out.pending() {
		s.offer(*n, nil)
		s.out.flush()
		if !s.reclaim(n) {
			return false
		}
	}
	if s.refused {
		s.refused = false
		_ = s.out.room(context.Background(), answer) // after an error, the stream ends
	}
	return true
}

// fill reads more. A block that others refer to is left to them: what is in it must not move.
func (s *stream) fill() error {
	if s.from == s.to {
		s.rewind()
	}
	s.makeRoom()
	if (s.to > s.from || s.skip != nil) && !s.partial {
		s.partial = true
		s.slow.Reset(s.p.opts.Timeouts.ReadMessage)
	}
	s.reading.Store(true)
	if s.p.done.isEnded() { // looked at after that: whoever ends the session looks at them in the other order
		return s.drain()
	}
	n, err := s.src.Read(s.b.Mem[s.to:])
	s.reading.Store(false)
	s.to += n
	if n > 0 {
		return nil
	}
	return err
}

// drain reads on after the end of the session and drops what comes: a peer that has more to write before it ends is not kept
// from that by a full pipe. It returns why nothing can be read any more.
func (s *stream) drain() error {
	close(s.parked)
	s.slow.Stop()
	s.b.Drop()
	s.b = block.New(s.p.pool, firstBlock)
	s.from, s.to, s.scanned = 0, 0, 0
	for {
		_, err := s.src.Read(s.b.Mem)
		select {
		case <-s.p.gone.wait():
			return io.EOF // it was left behind
		default:
		}
		if err != nil {
			return err
		}
	}
}

// rewind begins the block anew, when all of it is read. A large one goes back to the pool, or is left to who has something in it: what
// comes next would only keep it longer.
func (s *stream) rewind() {
	switch {
	case len(s.b.Mem) > maxBlock:
		s.b.Drop()
		s.b = block.New(s.p.pool, firstBlock)
	case !s.b.Alone():
		return
	}
	s.from, s.to, s.scanned = 0, 0, 0
}

// makeRoom makes sure that there is room to read into, up to the limit of a message.
func (s *stream) makeRoom() {
	if len(s.b.Mem)-s.to >= minRead {
		return
	}
	have, size := s.to-s.from, len(s.b.Mem)
	switch {
	case have > size/2:
		if size *= 2; size > 1<<20 { // fewer pieces are left to the garbage collector
			size *= 2
		}
		if limit := s.p.opts.Limits.Message; size >= limit { // or the last step would be a small one, to another buffer of that size
			size = limit + 2*minRead
		}
		size = max(size, have+minRead)
	case size > maxBlock && have <= firstBlock/2: // it was for a message that somebody still has
		size = firstBlock
	}
	if size <= len(s.b.Mem) && s.b.Alone() {
		copy(s.b.Mem, s.b.Mem[s.from:s.to])
	} else {
		old := s.b
		s.b = block.New(s.p.pool, size)
		copy(s.b.Mem, old.Mem[s.from:s.to])
		old.Drop()
	}
	s.scanned -= s.from
	s.from, s.to = 0, have
}

// last handles what stands without a line break before the end of the stream: it is a message too (rule B-05). It reports
// false if the role was taken meanwhile; the taker finds nothing left to read.
func (s *stream) last(err error, n *uint64) bool {
	s.slow.Stop()
	if s.skip != nil || s.to == s.from || !errors.Is(err, io.EOF) {
		return true
	}
	frame, size := s.trim(s.b.Mem[s.from:s.to]), s.to-s.from
	if s.p.client && codec.Valid(frame) != nil { // torn: why the stream has ended is what its call is to hear
		s.p.observe(Observation{Event: BadMessage, Bytes: len(frame), Err: io.ErrUnexpectedEOF})
		return true
	}
	return len(frame) == 0 || s.message(frame, size, n) && s.flush(n)
}

// end is called by the last reader.
func (s *stream) end(err error) {
	s.b.Drop()
	s.b = nil
	if s.onEnd != nil && s.p.ended() == nil {
		err = s.onEnd(err)
	}
	s.p.finish(err)
}

// methods that the engine looks after, or that it has to know.
const (
	methodInitialize  = "initialize"
	methodInitialized = "notifications/initialized"
	methodDiscover    = "server/discover"
	methodListen      = "subscriptions/listen"
	methodSubscribe   = "resources/subscribe"
	methodUnsubscribe = "resources/unsubscribe"
	methodPing        = "ping"
	methodCancelled   = "notifications/cancelled"
	methodProgress    = "notifications/progress"
	methodMessage     = "notifications/message"
)
