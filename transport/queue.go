package transport

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
)

// Queue is a Sink for a stream that messages go out on one after the other, such as the event stream of a session. What waits is
// bounded by Limits.QueueMessages and Limits.QueueBytes: the engine waits for room before it begins a message, and what a Hub publishes is dropped
// instead. It holds no buffer while nothing waits, and no goroutine while nothing is written.
//
// A Queue without a writer keeps what is sent, within its bounds, until there is one.
type Queue struct {
	e *Endpoint
	o *QueueOptions
	w atomic.Pointer[writer] // nil until something is sent, or a writer attached: most sessions are idle

	mu  sync.Mutex // held while w is made
	err error      // of Close
}

// QueueOptions are the options of a Queue.
type QueueOptions struct {
	// Before and After stand around each message on the stream, such as "data: " and two line breaks.
	Before, After string
	// End, if not nil, appends what stands behind a message instead of After; message is what it is, without Before. It is called once for
	// each message, one at a time in the order in which they go out, and must not use the Queue.
	End func(dst, message []byte) []byte
	// Volatile drops what is sent while there is no writer, after End has seen it.
	Volatile bool
	// Failed is called when a write has failed. The Queue then has no writer any more; what was being written is lost.
	Failed func(err error)
	// Inline lets whoever sends write, and wait for the peer, instead of another goroutine.
	Inline bool
}

// NewQueue returns a Queue without a writer, with the limits, the pool and the Observer of e.
func (e *Endpoint) NewQueue(o QueueOptions) *Queue { return e.NewQueueOf(&o) }

// NewQueueOf is NewQueue with options that any number of Queues may share, and that must not be changed.
func (e *Endpoint) NewQueueOf(o *QueueOptions) *Queue { return &Queue{e: e, o: o} }

// use returns the writer.
func (q *Queue) use() *writer {
	if w := q.w.Load(); w != nil {
		return w
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if w := q.w.Load(); w != nil {
		return w
	}
	o, l := q.o, q.e.opts.Limits
	w := &writer{
		p: q.e.none, before: o.Before, after: o.After, end: o.End, lasting: true, volatile: o.Volatile, inline: o.Inline, paused: true,
		maxBytes: l.QueueBytes, maxCount: l.QueueMessages, fail: o.Failed, wake: func() {}, hint: firstParams, err: q.err,
	}
	if w.fail == nil {
		w.fail = func(error) {}
	}
	w.drain = w.drainAll
	q.w.Store(w)
	return w
}

// Attach makes w the writer. It writes what waits, and what is sent from then on, on goroutines of its own, one at a time;
// a write that lasts too long is w's to end. A writer that was attached before is not used any more once Attach returns,
// unless a write to it goes on: that is waited for, within ctx.
func (q *Queue) Attach(ctx context.Context, w io.Writer) error {
	_, err := q.AttachIf(ctx, w, func() bool { return true })
	return err
}

// AttachIf is Attach if ok says so, which is called while nothing can be sent, and must not use the Queue. It reports whether it did.
func (q *Queue) AttachIf(ctx context.Context, w io.Writer, ok func() bool) (bool, error) {
	o := q.use()
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := q.detach(ctx); err != nil {
		return false, err
	}
	if o.err != nil || !ok() {
		return false, o.err
	}
	o.w, o.paused = w, false
	o.attached++
	if len(o.buf) > 0 {
		o.start()
	}
	return true, nil
}

// Detach takes the writer away, and waits, within ctx, until it is not used any more.
func (q *Queue) Detach(ctx context.Context) error {
	w := q.use()
	w.mu.Lock()
	defer w.mu.Unlock()
	return q.detach(ctx)
}

// Release is Detach if w is the writer, and else does nothing. It waits as long as a write to w lasts.
func (q *Queue) Release(w io.Writer) {
	o := q.use()
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.w == w {
		if !o.writing {
			o.w, o.paused = nil, true
			o.signal()
			return
		}
		o.paused = true
		_ = o.waitSignal(context.Background()) // never ends
	}
}

// detach is Detach. The lock is held, and released while it waits.
func (q *Queue) detach(ctx context.Context) error {
	w := q.use()
	w.paused = true
	for w.writing {
		if err := w.waitSignal(ctx); err != nil {
			return err
		}
	}
	w.w = nil
	w.signal()
	return nil
}

// Begin implements Sink. It does not look at how much waits: TryBegin does, and Post.
func (q *Queue) Begin() []byte {
	buf, _ := q.use().begin(urgent)
	return buf
}

// TryBegin implements Bounded.
func (q *Queue) TryBegin(final bool) ([]byte, bool) { return q.use().begin(rankOf(final)) }

// Room implements Bounded. Without a writer, it fails with Overloaded instead of waiting.
func (q *Queue) Room(ctx context.Context, final bool) error {
	w := q.w.Load()
	if w == nil {
		return nil
	}
	return w.room(ctx, rankOf(final))
}

// Abort implements Sink.
func (q *Queue) Abort() { q.use().abort() }

// Send implements Sink. It does not wait for the message to be written, unless the Queue is Inline.
func (q *Queue) Send(ctx context.Context, buf []byte, o Outgoing) error {
	return q.use().send(ctx, buf, turn{}, o.Answer)
}

// Post sends a message, as soon as there is room for it. The message is copied.
func (q *Queue) Post(ctx context.Context, message []byte, o Outgoing) error {
	for {
		if buf, ok := q.TryBegin(o.Answer); ok {
			return q.Send(ctx, append(buf, message...), o)
		}
		if err := q.Room(ctx, o.Answer); err != nil {
			return err
		}
	}
}

// Offer implements Offerer.
func (q *Queue) Offer(f func(dst []byte) []byte) bool { return q.use().offer(f) }

// Comment queues text as it is, without what stands around messages, unless something waits or is being written: the peer then hears
// of us anyway.
func (q *Queue) Comment(text string) {
	w := q.use()
	buf, _ := w.begin(urgent)
	defer w.mu.Unlock()
	if w.err != nil || w.paused || w.writing || len(w.buf) > 0 {
		w.dropEmpty()
		return
	}
	buf = append(buf[:0], text...)
	w.buf = buf
	w.start()
}

// Put queues the text that f appends as it is, without what stands around messages, if there is any. f is called in any case, while
// nothing can be sent.
func (q *Queue) Put(f func(dst []byte) []byte) {
	w := q.use()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.need()
	w.buf = f(w.buf)
	switch {
	case w.err != nil || w.paused && w.volatile:
		w.discard()
	case len(w.buf) == 0:
		w.dropEmpty()
	case !w.writing && !w.paused:
		w.start()
	}
}

// attached returns which of the writers that were attached there is, counted from 1; 0 if there is none.
func (q *Queue) attached() uint {
	w := q.w.Load()
	if w == nil {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.paused {
		return 0
	}
	return w.attached
}

// Flush waits until everything is written, within ctx; without a writer it does not wait.
func (q *Queue) Flush(ctx context.Context) {
	if w := q.w.Load(); w != nil {
		w.idle(ctx)
	}
}

// empty reports whether nothing waits that Flush would wait for.
func (q *Queue) empty() bool {
	w := q.w.Load()
	if w == nil {
		return true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.err != nil || !w.writing && (w.paused || len(w.buf) == 0)
}

// Close makes the Queue refuse what is sent later with err, and drops what waits.
func (q *Queue) Close(err error) {
	q.mu.Lock()
	w := q.w.Load()
	q.err = err
	q.mu.Unlock()
	if w != nil {
		w.close(err)
	}
}
