package pool

import (
	"slices"
	"sync"
	"sync/atomic"
)

// DefaultClasses are the buffer sizes of a Pool whose Config names none, in bytes.
func DefaultClasses() []int {
	return []int{1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20}
}

// Config says how a Pool works. The zero Config is a good one.
type Config struct {
	// Name is for error texts and reports.
	Name string
	// Classes are the sizes of buffers that are kept, in bytes, in any order; those that are not positive are ignored. None
	// means DefaultClasses.
	Classes []int
	// Max is the capacity in bytes above which a buffer is not kept; 0 means the largest class.
	Max int
	// Disabled leaves every buffer to the garbage collector. The checks and counts are the same.
	Disabled bool
}

// Pool hands out Buffers. It is safe for concurrent use. A nil *Pool works as one with the zero Config and Disabled set,
// except that it counts nothing.
type Pool struct {
	name     string
	disabled bool
	max      int
	classes  []int
	kept     []sync.Pool // of *header, one for each class

	gets, misses, large, dropped, released atomic.Int64
	debug                                  debugPool
}

// New returns a Pool.
func New(c Config) *Pool {
	p := &Pool{name: c.Name, disabled: c.Disabled, max: c.Max}
	for _, size := range c.Classes {
		if size > 0 {
			p.classes = append(p.classes, size)
		}
	}
	if len(p.classes) == 0 {
		p.classes = DefaultClasses()
	}
	slices.Sort(p.classes)
	p.classes = slices.Compact(p.classes)
	if p.max <= 0 {
		p.max = p.classes[len(p.classes)-1]
	}
	p.kept = make([]sync.Pool, len(p.classes))
	return p
}

// unpooled serves nil Pools.
var unpooled = New(Config{Name: "nil", Disabled: true})

// Get returns an empty Buffer with room for at least n bytes. Its content beyond the length is what its last user left.
func (p *Pool) Get(n int) Buffer {
	if p == nil {
		p = unpooled
	}
	p.gets.Add(1)
	class := p.classFor(n)
	if class < 0 {
		p.large.Add(1)
		return p.fresh(max(n, 0))
	}
	if !p.disabled {
		if h, ok := p.kept[class].Get().(*header); ok {
			h.b = h.b[:0]
			return p.issue(h)
		}
	}
	return p.fresh(p.classes[class])
}

// fresh makes a Buffer of new memory.
func (p *Pool) fresh(size int) Buffer {
	p.misses.Add(1)
	return p.issue(&header{pool: p, b: make([]byte, 0, size)})
}

// issue returns the handle of h.
func (p *Pool) issue(h *header) Buffer {
	h.debugGet()
	return Buffer{h: h, gen: h.gen.Load()}
}

// classFor returns the smallest class with room for n bytes; -1 if there is none.
func (p *Pool) classFor(n int) int {
	for i, size := range p.classes {
		if n <= size {
			return i
		}
	}
	return -1
}

// take takes h, which is not live any more, back.
func (p *Pool) take(h *header) {
	p.released.Add(1)
	h.debugRelease()
	size := cap(h.b)
	class := -1
	for class+1 < len(p.classes) && p.classes[class+1] <= size {
		class++
	}
	if p.disabled || class < 0 || size > p.max || size >= 2*p.classes[len(p.classes)-1] {
		p.dropped.Add(1)
		h.b = nil
		return
	}
	p.kept[class].Put(h)
}

// Outstanding returns how many Buffers have been handed out and not released.
func (p *Pool) Outstanding() int {
	if p == nil {
		return 0
	}
	// In this order: a Get and Release between the two loads must not make the difference negative.
	released := p.released.Load()
	return int(p.gets.Load() - released)
}

// Stats are counts since the Pool was made. Taken while others use the Pool, they may be a little apart.
type Stats struct {
	Gets        int64 // Buffers handed out
	Misses      int64 // of these, how many needed new memory
	Large       int64 // of these, how many were larger than the largest class
	Releases    int64 // Buffers taken back
	Dropped     int64 // of these, how many were left to the garbage collector
	Outstanding int64 // Buffers not taken back yet
}

// Stats returns the counts; those of a nil Pool are zero.
func (p *Pool) Stats() Stats {
	if p == nil {
		return Stats{}
	}
	s := Stats{Releases: p.released.Load(), Dropped: p.dropped.Load(), Misses: p.misses.Load(), Large: p.large.Load()}
	s.Gets = p.gets.Load()
	s.Outstanding = s.Gets - s.Releases
	return s
}

// Name returns the name of the Config.
func (p *Pool) Name() string {
	if p == nil {
		return unpooled.name
	}
	return p.name
}
