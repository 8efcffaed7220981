package pool

import (
	"fmt"
	"sync/atomic"
)

// header is the memory behind handles. Its generation goes up with each Release, which makes the handles of before stale.
type header struct {
	gen   atomic.Uint64
	pool  *Pool
	b     []byte
	debug debugHeader
}

// Buffer is a handle of a byte buffer. It is a small value: copies stand for the same buffer, and once one of them is
// released, all are stale. The zero Buffer is none.
//
// A Buffer is for one goroutine at a time. Every method but IsZero panics if the handle is stale or zero.
type Buffer struct {
	h   *header
	gen uint64
}

// IsZero reports whether b is no buffer at all.
func (b Buffer) IsZero() bool { return b.h == nil }

// check panics unless b is live.
func (b Buffer) check(what string) {
	if b.h == nil {
		panic("pool: " + what + " of a zero Buffer")
	}
	if b.h.gen.Load() != b.gen {
		b.stale(what)
	}
}

func (b Buffer) stale(what string) {
	panic(fmt.Sprintf("pool %q: %s of a Buffer that was released%s", b.h.pool.name, what, b.h.debugReleased()))
}

// Bytes returns the content. The slice is good until Release; appending to it may use the room that Cap tells.
func (b Buffer) Bytes() []byte {
	b.check("Bytes")
	return b.h.b
}

// Len returns the length of the content in bytes.
func (b Buffer) Len() int {
	b.check("Len")
	return len(b.h.b)
}

// Cap returns how long the content can be without new memory, in bytes.
func (b Buffer) Cap() int {
	b.check("Cap")
	return cap(b.h.b)
}

// Set makes s the content: a slice of b's own memory, or what append made of one. The Buffer then owns s, whatever memory that
// is in.
func (b Buffer) Set(s []byte) {
	b.check("Set")
	b.h.b = s
}

// Grow makes room for n more bytes behind the content, which it keeps. Slices that Bytes returned before may then be
// of memory that the Buffer has left.
func (b Buffer) Grow(n int) {
	b.check("Grow")
	have := b.h.b
	if n <= cap(have)-len(have) {
		return
	}
	want := len(have) + n
	if class := b.h.pool.classFor(want); class >= 0 {
		want = b.h.pool.classes[class]
	}
	grown := make([]byte, len(have), want)
	copy(grown, have)
	b.h.b = grown
}

// Release gives the buffer back. All handles of it are then stale.
func (b Buffer) Release() {
	if b.h == nil {
		panic("pool: Release of a zero Buffer")
	}
	if !b.h.gen.CompareAndSwap(b.gen, b.gen+1) {
		b.stale("Release")
	}
	b.h.pool.take(b.h)
}
