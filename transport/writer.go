package transport

import (
	"context"
	"io"
	"sync"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/pool"
)

// writer writes messages to a byte stream, one to a line. Answers that the reader will flush are held back for others
// to come; whoever writes takes along all that has gathered. It holds no buffer while nothing waits.
//
// The reader writes itself, and can be relieved of its role while it does. Everybody else hands over what the stream does not
// take at once to a goroutine, so that the wait for an answer, and not the wait for a pipe, is what a deadline ends.
type writer struct {
	w      io.Writer
	try    func([]byte) (int, error) // writes what there is room for, at once; nil if w cannot
	inline bool                      // w may block its callers: the process's own stdout, whose reader is who started us
	p      *peer
	before string // stands in front of each message
	after  string // and behind it: the line break, for a stream of lines
	// end, if not nil, stands behind each message instead of after, and may depend on it.
	end      func(dst, message []byte) []byte
	lasting  bool // a failed write ends the use of w only: another may be attached
	volatile bool // without w, nothing is kept
	maxBytes int  // that wait, before senders have to
	maxCount int  // of messages, likewise
	fail     func(error)
	drain    func() // the goroutine, made once: a go statement with arguments allocates
	// finishWrite is the goroutine that finishes what tryOnce has begun, and left what there is to write.
	finishWrite func()
	left        struct {
		b   []byte
		cur pool.Buffer
		n   int
	}
	wake func() // tells the monitor that a write begins

	writes  atomic.Uint32 // counts beginnings and ends: odd while somebody writes
	crowded atomic.Bool   // not even an answer may be begun
	due     atomic.Bool   // as many answers are held as may be, or as many bytes

	mu      sync.Mutex
	buf     []byte
	cur     pool.Buffer // buf's
	hint    int         // the size to begin with
	usual   int         // bytes of a message with what stands around it, and a little: the largest of late, up to maxHint
	count   int         // messages in buf
	held    int         // answers in buf that nobody has flushed
	writing bool
	paused  bool // there is no w
	// attached counts what w has been, for a Queue.
	attached uint
	freed    chan struct{} // closed when something is taken out or was written, if somebody waits
	err      error
}

const (
	firstOut     = 4 << 10  // bytes
	maxHeld      = 8        // answers that wait at most for others, to be written with them
	maxHeldBytes = 32 << 10 // likewise
	usualSlack   = 64       // bytes by which messages of one kind differ
	maxGrowth    = 1 << 20  // bytes that a queue grows by at a time, for more messages than the next one
)

func newWriter(w io.Writer, p *peer, fail func(error), wake func()) *writer {
	l := p.opts.Limits
	o := &writer{w: w, p: p, after: "\n", maxBytes: l.QueueBytes, maxCount: l.QueueMessages, fail: fail, wake: wake, hint: firstOut}
	o.try = tryWriter(w)
	o.drain, o.finishWrite = o.drainAll, o.rest
	return o
}

func (o *writer) begin(k rank) ([]byte, bool) {
	o.mu.Lock()
	if k != urgent && o.err == nil && o.full(k) {
		o.mu.Unlock()
		return nil, false
	}
	o.need()
	return append(o.buf, o.before...), true
}

func (o *writer) room(ctx context.Context, k rank) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.err == nil && o.full(k) {
		if err := o.wait(ctx); err != nil {
			return err
		}
	}
	return o.err
}

// need makes sure that there is a buffer with room for one more message of the usual size: what append makes when there is none comes from
// no pool. The lock is held.
func (o *writer) need() {
	switch old, buf := o.cur, o.buf; {
	case old.IsZero():
		o.cur = o.p.pool.Get(max(o.hint, o.usual))
		o.buf = o.cur.Bytes()
	case cap(buf)-len(buf) < o.usual:
		o.cur = o.p.pool.Get(len(buf) + max(o.usual, min(cap(buf), maxGrowth)))
		o.buf = append(o.cur.Bytes(), buf...)
		o.release(old, buf)
	}
}

func (o *writer) abort() {
	o.dropEmpty()
	o.mu.Unlock()
}

// dropEmpty gives back a buffer that holds nothing.
func (o *writer) dropEmpty() {
	if len(o.buf) == 0 && !o.cur.IsZero() {
		o.release(o.cur, o.buf)
		o.cur, o.buf = pool.Buffer{}, nil
	}
}

func (o *writer) release(cur pool.Buffer, buf []byte) {
	cur.Set(buf[:0])
	cur.Release()
}

// send queues what was appended, and makes it be written. It waits for nobody, unless the writer is inline, and not even then in the handler of
// a notification.
func (o *writer) send(_ context.Context, buf []byte, t turn, final bool) error {
	size := o.append(buf)
	// The role is looked at with the lock held: who takes it from the reader flushes afterwards, and waits for the lock.
	stay := final && t.held()
	if stay {
		o.heldBack()
	}
	err := o.err
	if err != nil {
		o.discard()
	} else if !stay {
		err = o.push(!t.noting)
	}
	o.mu.Unlock()
	if err == nil {
		o.observe(size)
	}
	return err
}

// hold is send for the reader, while its role is not on offer: it flushes afterwards.
func (o *writer) hold(buf []byte) {
	size := o.append(buf)
	if o.heldBack(); o.err != nil {
		o.discard()
	}
	o.mu.Unlock()
	o.observe(size)
}

// heldBack counts what was appended as held back. The lock is held.
func (o *writer) heldBack() {
	if o.held++; o.held >= maxHeld || len(o.buf) >= maxHeldBytes {
		o.due.Store(true)
	}
}

// append takes a message into the queue, and returns its size. The lock is held.
func (o *writer) append(buf []byte) int {
	had := len(o.buf)
	size := len(buf) - had - len(o.before)
	o.buf = o.endOf(buf)
	o.usual = min(max(len(o.buf)-had+usualSlack, o.usual-o.usual/8), maxHint)
	if o.count++; o.full(answer) {
		o.crowded.Store(true)
	}
	return size
}

// observe is called without the lock: an Observer may do anything.
func (o *writer) observe(size int) {
	if o.p.opts.Observer != nil {
		o.p.observe(Observation{Event: MessageOut, Bytes: size})
	}
}

// endOf appends what stands behind the message at the end of buf.
func (o *writer) endOf(buf []byte) []byte {
	if o.end == nil {
		return append(buf, o.after...)
	}
	return o.end(buf, buf[len(o.buf)+len(o.before):])
}

// discard drops all that waits: nobody will write it.
func (o *writer) discard() {
	o.buf, o.count, o.held = o.buf[:0], 0, 0
	o.due.Store(false)
	o.dropEmpty()
	o.roomy()
}

// roomy is called when nothing waits any more.
func (o *writer) roomy() {
	if o.crowded.Load() {
		o.crowded.Store(false)
	}
	o.signal()
}

func (o *writer) pending() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.held > 0
}

// full reports whether as much waits as may before another message is begun. What is dropped anyway does not wait.
func (o *writer) full(k rank) bool {
	if o.paused && o.volatile {
		return false
	}
	return len(o.buf) >= int(k)*o.maxBytes || o.count >= int(k)*o.maxCount
}

// push makes what waits be written, without waiting for it, unless the writer is inline and the caller may wait. The lock is held, and
// released in between.
func (o *writer) push(mayWait bool) error {
	switch {
	case o.paused && o.volatile:
		o.discard()
	case o.writing || o.paused || len(o.buf) == 0:
	case o.try != nil:
		o.tryOnce()
	case o.inline && mayWait:
		o.writeAll()
	default:
		o.start()
	}
	return o.err
}

// offer queues the message that f appends, if there is room for it; it waits for nothing.
func (o *writer) offer(f func([]byte) []byte) bool {
	size, ok := o.enqueue(f)
	if ok {
		o.kick(size)
	}
	return ok
}

// enqueue is the first half of offer: if it reports true, the lock is held, and kick does the rest.
func (o *writer) enqueue(f func([]byte) []byte) (size int, ok bool) {
	buf, ok := o.begin(ordinary)
	if !ok {
		return 0, false
	}
	if o.err != nil {
		o.abort()
		return 0, false
	}
	return o.append(f(buf)), true
}

// kick sees to it that what waits is written, and releases the lock.
func (o *writer) kick(size int) {
	if o.paused && o.volatile {
		o.discard()
	} else if !o.writing && !o.paused {
		if o.try != nil {
			o.tryOnce()
		} else {
			o.start()
		}
	}
	o.mu.Unlock()
	o.observe(size)
}

// start leaves the writing to the goroutine.
func (o *writer) start() {
	o.writing = true
	o.begun()
	go o.drain()
}

// begun and ended keep count for the monitor.
func (o *writer) begun() {
	o.writes.Add(1)
	o.wake()
}

func (o *writer) ended() { o.writes.Add(1) }

// drainAll is the goroutine: it writes until nothing waits. writing is set.
func (o *writer) drainAll() {
	o.mu.Lock()
	o.ended()
	o.writing = false
	o.writeAll()
	o.signal() // if there was nothing to write any more, somebody may wait for this goroutine
	o.mu.Unlock()
}

// flush is for the reader: it writes what waits. It does not wait for other writers, or both peers could wait for each other's reader.
func (o *writer) flush() {
	o.mu.Lock()
	if !o.writing && len(o.buf) > 0 {
		if o.try != nil {
			o.tryOnce()
		} else {
			o.writeAll()
		}
	}
	o.mu.Unlock()
}

// writeAll writes all that waits and what comes meanwhile, with the lock released while it does.
func (o *writer) writeAll() {
	for !o.writing && !o.paused && len(o.buf) > 0 && o.err == nil {
		b, cur := o.take()
		w := o.w
		o.begun()
		o.mu.Unlock()
		err := o.write(w, b)
		o.mu.Lock()
		o.finish(b, cur, err)
	}
}

// tryOnce writes what the stream takes at once, and leaves the rest to the goroutine.
func (o *writer) tryOnce() {
	b, cur := o.take()
	o.writes.Add(1) // it does not wait: there is nothing to watch
	o.mu.Unlock()
	n, err := o.try(b)
	o.mu.Lock()
	if err != nil || n == len(b) {
		o.finish(b, cur, err)
		if o.err == nil && len(o.buf) > 0 && !o.writing {
			o.start()
		}
		return
	}
	o.wake() // the write goes on
	o.left.b, o.left.cur, o.left.n = b, cur, n
	go o.finishWrite()
}

// rest writes what tryOnce has left, and then all else that waits.
func (o *writer) rest() {
	b, cur, n := o.left.b, o.left.cur, o.left.n
	o.left.b, o.left.cur = nil, pool.Buffer{}
	err := o.write(o.w, b[n:])
	o.mu.Lock()
	o.finish(b, cur, err)
	o.writeAll()
	o.mu.Unlock()
}

// maxWrite is how many bytes a peer has to read within Timeouts.Write: one that reads slowly is none that does not read.
const maxWrite = 256 << 10

// write writes all of b to w, piece by piece.
func (o *writer) write(w io.Writer, b []byte) error {
	for {
		piece := b[:min(len(b), maxWrite)]
		n, err := w.Write(piece)
		switch {
		case err != nil:
			return err
		case n < len(piece): // such a Writer has broken its contract
			return io.ErrShortWrite
		}
		if b = b[n:]; len(b) == 0 {
			return nil
		}
		o.writes.Add(2) // it still lasts, and has got on
	}
}

// take takes what waits out of the queue, to write it.
func (o *writer) take() ([]byte, pool.Buffer) {
	b, cur := o.buf, o.cur
	o.buf, o.cur, o.count, o.held, o.writing = nil, pool.Buffer{}, 0, 0, true
	o.due.Store(false)
	o.roomy()
	return b, cur
}

// finish is called after a write with the lock held.
func (o *writer) finish(b []byte, cur pool.Buffer, err error) {
	o.ended()
	o.writing = false
	o.hint = max(firstOut, len(b), o.hint-o.hint/8)
	if o.hint > maxHint {
		o.hint = maxHint
	}
	o.release(cur, b)
	switch {
	case err == nil:
	case o.lasting:
		o.paused = true
		if o.volatile {
			o.discard()
		}
		o.mu.Unlock()
		o.fail(err)
		o.mu.Lock()
	default:
		o.broken(err)
	}
	o.signal()
}

// maxHint bounds what is asked of the pool before it is needed, in bytes.
const maxHint = 256 << 10

// broken ends the stream, as nothing can be written any more. Finding out why may take a moment, which no sender has to wait
// for; nobody else tries to write meanwhile. The lock is held.
func (o *writer) broken(err error) {
	if o.err == nil {
		o.writing = true
		go o.fail(NewError(Closed, "writing", err))
	}
}

// close makes later sends fail with err.
func (o *writer) close(err error) {
	o.mu.Lock()
	if o.err == nil {
		o.err = err
		o.discard()
	}
	o.signal()
	o.mu.Unlock()
}

func (o *writer) signal() {
	if o.freed != nil {
		close(o.freed)
		o.freed = nil
	}
}

// wait waits until something was taken out of the queue, or written. The lock is held, and released while it waits.
func (o *writer) wait(ctx context.Context) error {
	if !o.writing { // held answers only: whoever waits has to write
		if o.paused {
			return errQueueFull // nobody knows when that ends
		}
		o.start()
	}
	return o.waitSignal(ctx)
}

func (o *writer) waitSignal(ctx context.Context) error {
	if o.freed == nil {
		o.freed = make(chan struct{})
	}
	freed := o.freed
	o.mu.Unlock()
	defer o.mu.Lock()
	select {
	case <-freed:
		return nil
	case <-ctx.Done():
		return FromContext(ctx, "waiting for room to send")
	}
}

// idle waits until everything is written, or ctx ends, or writing has failed.
func (o *writer) idle(ctx context.Context) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.err == nil && (o.writing || len(o.buf) > 0 && !o.paused) {
		if !o.writing {
			o.start()
		}
		if o.waitSignal(ctx) != nil {
			return
		}
	}
}
