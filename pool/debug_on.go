//go:build pooldebug

package pool

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Debug reports whether this is a build with the tag pooldebug.
const Debug = true

// poison fills released memory. It is neither JSON nor UTF-8.
const poison = 0xDB

// debugPool knows what is outstanding. It must not refer to headers: they would never become garbage.
type debugPool struct {
	mu   sync.Mutex
	next uint64
	live map[uint64]*Leak
}

type debugHeader struct {
	id       uint64
	cleanup  runtime.Cleanup
	released atomic.Pointer[string] // the stack of the last Release
}

// lost is what the cleanup of a header gets to know.
type lost struct {
	pool *Pool
	id   uint64
}

func (h *header) debugGet() {
	h.checkPoison()
	p := h.pool
	p.debug.mu.Lock()
	defer p.debug.mu.Unlock()
	if p.debug.live == nil {
		p.debug.live = map[uint64]*Leak{}
	}
	p.debug.next++
	h.debug.id = p.debug.next
	p.debug.live[h.debug.id] = &Leak{Size: cap(h.b), Stack: stack()}
	h.debug.cleanup = runtime.AddCleanup(h, func(l lost) {
		l.pool.debug.mu.Lock()
		defer l.pool.debug.mu.Unlock()
		if leak := l.pool.debug.live[l.id]; leak != nil {
			leak.Lost = true
		}
	}, lost{p, h.debug.id})
}

func (h *header) debugRelease() {
	h.debug.cleanup.Stop()
	at := stack()
	h.debug.released.Store(&at)
	all := h.b[:cap(h.b)]
	for i := range all {
		all[i] = poison
	}
	p := h.pool
	p.debug.mu.Lock()
	defer p.debug.mu.Unlock()
	delete(p.debug.live, h.debug.id)
}

// checkPoison panics if the memory was written to after its last Release.
func (h *header) checkPoison() {
	released := h.debug.released.Load()
	if released == nil {
		return
	}
	all := h.b[:cap(h.b)]
	for i, c := range all {
		if c != poison {
			panic(fmt.Sprintf("pool %q: byte %d of a buffer was written to after its Release at\n%s", h.pool.name, i, *released))
		}
	}
}

func (h *header) debugReleased() string {
	if at := h.debug.released.Load(); at != nil {
		return " at\n" + *at
	}
	return ""
}

// stack is where the caller of this package's exported function stands.
func stack() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	var b strings.Builder
	for {
		f, more := frames.Next()
		fmt.Fprintf(&b, "\t%s\n\t\t%s:%d\n", f.Function, f.File, f.Line)
		if !more {
			return b.String()
		}
	}
}

// Leaks returns the outstanding Buffers with the stacks of their Get, the oldest first; nil without the build tag
// pooldebug.
func (p *Pool) Leaks() []Leak {
	if p == nil {
		return nil
	}
	p.debug.mu.Lock()
	defer p.debug.mu.Unlock()
	ids := make([]uint64, 0, len(p.debug.live))
	for id := range p.debug.live {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	leaks := make([]Leak, 0, len(ids))
	for _, id := range ids {
		leaks = append(leaks, *p.debug.live[id])
	}
	return leaks
}
