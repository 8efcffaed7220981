package transport

import (
	"context"
	"io"
)

// Queue is a Sink for a stream that messages go out on one after the other, such as the event stream of a session. What waits is
// bounded by Limits.QueueMessages and Limits.QueueBytes: senders wait for room, and what a Hub publishes is dropped instead. It holds no buffer
// while nothing waits, and no goroutine while nothing is written.
//
// A Queue without a writer keeps what is sent, within its bounds, until there is one.
type Queue struct {
	w writer
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
func (e *Endpoint) NewQueue(o QueueOptions) *Queue {
	l := e.opts.Limits
	failed := o.Failed
	if failed == nil {
		failed = func(error) {}
	}
	q := &Queue{writer{
		p: e.none, before: o.Before, after: o.After, end: o.End, lasting: true, volatile: o.Volatile, inline: o.Inline, paused: true,
		maxBytes: l.QueueBytes, maxCount: l.QueueMessages, fail: failed, wake: func() {}, hint: firstParams,
	}}
	q.w.drain = q.w.drainAll
	return q
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
	q.w.mu.Lock()
	defer q.w.mu.Unlock()
	if err := q.detach(ctx); err != nil {
		return false, err
	}
	if q.w.err != nil || !ok() {
		return false, q.w.err
	}
	q.w.w, q.w.paused = w, false
	if len(q.w.buf) > 0 {
		q.w.start()
	}
	return true, nil
}

// Detach takes the writer away, and waits, within ctx, until it is not used any more.
func (q *Queue) Detach(ctx context.Context) error {
	q.w.mu.Lock()
	defer q.w.mu.Unlock()
	return q.detach(ctx)
}

// Release is Detach if w is the writer, and else does nothing. It waits as long as a write to w lasts.
func (q *Queue) Release(w io.Writer) {
	q.w.mu.Lock()
	defer q.w.mu.Unlock()
	for q.w.w == w {
		if !q.w.writing {
			q.w.w, q.w.paused = nil, true
			q.w.signal()
			return
		}
		q.w.paused = true
		_ = q.w.waitSignal(context.Background()) // never ends
	}
}

// detach is Detach. The lock is held, and released while it waits.
func (q *Queue) detach(ctx context.Context) error {
	q.w.paused = true
	for q.w.writing {
		if err := q.w.waitSignal(ctx); err != nil {
			return err
		}
	}
	q.w.w = nil
	q.w.signal()
	return nil
}

// Begin implements Sink.
func (q *Queue) Begin() []byte { return q.w.begin() }

// Abort implements Sink.
func (q *Queue) Abort() { q.w.abort() }

// Send implements Sink. It does not wait for the message to be written, unless the Queue is Inline, and waits for room if too much waits;
// without a writer, it then fails with Overloaded.
func (q *Queue) Send(ctx context.Context, buf []byte, o Outgoing) error {
	return q.w.send(ctx, buf, turn{}, o.Answer)
}

// Offer implements Offerer.
func (q *Queue) Offer(f func(dst []byte) []byte) bool { return q.w.offer(f) }

// Comment queues text as it is, without what stands around messages, unless something waits or is being written: the peer then hears
// of us anyway.
func (q *Queue) Comment(text string) {
	buf := q.w.begin()
	defer q.w.mu.Unlock()
	if q.w.err != nil || q.w.paused || q.w.writing || len(q.w.buf) > 0 {
		q.w.dropEmpty()
		return
	}
	buf = append(buf[:0], text...)
	q.w.buf = buf
	q.w.start()
}

// Put queues the text that f appends as it is, without what stands around messages, if there is any. f is called in any case, while
// nothing can be sent.
func (q *Queue) Put(f func(dst []byte) []byte) {
	q.w.mu.Lock()
	defer q.w.mu.Unlock()
	q.w.need()
	q.w.buf = f(q.w.buf)
	switch {
	case q.w.err != nil || q.w.paused && q.w.volatile:
		q.w.discard()
	case len(q.w.buf) == 0:
		q.w.dropEmpty()
	case !q.w.writing && !q.w.paused:
		q.w.start()
	}
}

// Flush waits until everything is written, within ctx; without a writer it does not wait.
func (q *Queue) Flush(ctx context.Context) { q.w.idle(ctx) }

// empty reports whether nothing waits that Flush would wait for.
func (q *Queue) empty() bool {
	q.w.mu.Lock()
	defer q.w.mu.Unlock()
	return q.w.err != nil || !q.w.writing && (q.w.paused || len(q.w.buf) == 0)
}

// Close makes the Queue refuse what is sent later with err, and drops what waits.
func (q *Queue) Close(err error) { q.w.close(err) }
