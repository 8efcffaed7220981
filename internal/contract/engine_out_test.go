package contract

import (
	"context"
	"io"
	"sync"

	"github.com/mcpwire/mcpwire/transport"
)

// coalescer writes messages to a byte stream, one to a line. Answers that the reader will flush are held back for others
// to come; whoever writes takes along all that has gathered.
type coalescer struct {
	w     io.Writer
	limit int // of bytes that wait, before writers have to
	fail  func(error)

	mu      sync.Mutex
	room    sync.Cond
	buf     []byte
	spare   []byte
	held    int // answers in buf that nobody has flushed
	writing bool
	err     error
}

// maxOut is the room that an idle coalescer keeps.
const maxOut = 64 << 10

func newCoalescer(w io.Writer, limit int, fail func(error)) *coalescer {
	o := &coalescer{w: w, limit: limit, fail: fail}
	o.room.L = &o.mu
	return o
}

func (o *coalescer) begin() []byte {
	o.mu.Lock()
	return o.buf
}

func (o *coalescer) abort() { o.mu.Unlock() }

func (o *coalescer) send(_ context.Context, buf []byte, t turn, final bool) error {
	o.buf = append(buf, '\n')
	// The role is looked at with the lock held: who takes it from the reader flushes afterwards, and waits for the lock.
	stay := final && t.held()
	if stay {
		o.held++
	}
	err := o.err
	o.mu.Unlock()
	if stay || err != nil {
		return err
	}
	return o.flush(0, true)
}

func (o *coalescer) pending() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.held > 0
}

// flush writes what is there, if at least held answers were held back. With wait, it waits for room too; a
// reader must not, or both peers could wait for each other's reader.
func (o *coalescer) flush(held int, wait bool) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held < held {
		return o.err
	}
	for !o.writing && len(o.buf) > 0 && o.err == nil {
		o.write()
	}
	for wait && o.writing && len(o.buf) > o.limit && o.err == nil {
		o.room.Wait()
	}
	return o.err
}

// write writes all that is there, with the lock released.
func (o *coalescer) write() {
	b := o.buf
	o.buf, o.spare, o.held, o.writing = o.spare[:0], nil, 0, true
	o.mu.Unlock()
	_, err := o.w.Write(b)
	o.mu.Lock()
	o.writing = false
	if cap(b) <= maxOut {
		o.spare = b[:0]
	}
	if err != nil {
		o.err = transport.NewError(transport.Closed, "writing", err)
		o.mu.Unlock()
		o.fail(o.err)
		o.mu.Lock()
	}
	o.room.Broadcast()
}
