package codec

import "reflect"

// slabber is a slab of any element type.
type slabber interface {
	rewind()    // all memory is free again
	scrub() int // lets go of what the memory refers to; returns its size in bytes
}

// slab hands out zeroed elements and short slices of T from chunks that it keeps. Chunks never move, so
// pointers into them stay good until the memory is handed out again.
type slab[T any] struct {
	chunks [][]T
	cur    int // the chunk in use
	used   int // elements used of it
	top    int // highest chunk touched since the last scrub
	topLen int // elements touched of it
	size   int // of one element, in bytes
}

const (
	slabFirst = 8         // elements in the first chunk, unless more are asked for
	slabChunk = 256 << 10 // chunks stop doubling at this size in bytes
)

func (s *slab[T]) rewind() { s.touch(); s.cur, s.used = 0, 0 }

// touch notes how far the slab was used.
func (s *slab[T]) touch() {
	if s.cur > s.top {
		s.top, s.topLen = s.cur, 0
	}
	if s.cur == s.top {
		s.topLen = max(s.topLen, s.used)
	}
}

func (s *slab[T]) scrub() int {
	s.rewind()
	total := 0
	for i, c := range s.chunks {
		total += len(c) * s.size
		switch {
		case i < s.top:
			clear(c)
		case i == s.top:
			clear(c[:s.topLen])
		}
	}
	s.top, s.topLen = 0, 0
	return total
}

// one returns a zeroed element.
func (s *slab[T]) one() *T {
	if s.cur < len(s.chunks) {
		if c := s.chunks[s.cur]; s.used < len(c) {
			p := &c[s.used]
			s.used++
			*p = *new(T)
			return p
		}
	}
	return &s.alloc(1)[0]
}

// alloc returns room for n elements, zeroed.
func (s *slab[T]) alloc(n int) []T {
	for s.cur < len(s.chunks) {
		if c := s.chunks[s.cur]; len(c)-s.used >= n {
			r := c[s.used : s.used+n : s.used+n]
			s.used += n
			clear(r)
			return r
		}
		s.touch()
		if s.cur+1 == len(s.chunks) {
			break
		}
		s.cur, s.used = s.cur+1, 0
	}
	s.add(n)
	s.used = n
	return s.chunks[s.cur][:n:n]
}

// add makes a chunk with room for at least n elements, and goes to it.
func (s *slab[T]) add(n int) {
	s.size = int(reflect.TypeFor[T]().Size())
	size := slabFirst
	if k := len(s.chunks); k > 0 {
		size = 2 * len(s.chunks[k-1])
		if size*s.size > slabChunk {
			size = len(s.chunks[k-1])
		}
	}
	s.chunks = append(s.chunks, make([]T, max(size, n)))
	s.cur = len(s.chunks) - 1
}

// extend doubles r in place if it is the last piece handed out and there is room.
func (s *slab[T]) extend(r []T) ([]T, bool) {
	n := cap(r)
	if s.cur >= len(s.chunks) || n == 0 || s.used < n {
		return r, false
	}
	c := s.chunks[s.cur]
	if &c[s.used-n] != &r[:n][0] || len(c)-s.used < n {
		return r, false
	}
	clear(c[s.used : s.used+n])
	out := c[s.used-n : s.used-n+len(r) : s.used+n]
	s.used += n
	return out, true
}

// slabOf returns d's slab of T. A document has few types of elements, so a search beats a map.
func slabOf[T any](d *Decoder) *slab[T] {
	for _, s := range d.slabs {
		if t, ok := s.(*slab[T]); ok {
			return t
		}
	}
	t := new(slab[T])
	d.slabs = append(d.slabs, t)
	return t
}

// Alloc returns a zero T that belongs to d: it is good until d is Reset or Released.
func Alloc[T any](d *Decoder) *T {
	if d.flags&flagOwn != 0 {
		return new(T)
	}
	return slabOf[T](d).one()
}

// Push appends a zero T to s, in memory that belongs to d, and returns it in place. The pointer is good
// until the next Push to s.
func Push[T any](d *Decoder, s *[]T) *T {
	n := len(*s)
	if n == cap(*s) {
		grow(d, s)
	}
	*s = (*s)[:n+1]
	return &(*s)[n]
}

// grow makes room in s for at least one more element.
func grow[T any](d *Decoder, s *[]T) {
	n := len(*s)
	if d.flags&flagOwn != 0 {
		// One element is what most lists have; beyond that, doubling.
		r := make([]T, n, max(1, 2*n))
		copy(r, *s)
		*s = r
		return
	}
	sl := slabOf[T](d)
	if r, ok := sl.extend(*s); ok {
		*s = r
		return
	}
	r := sl.alloc(max(4, 2*n))
	copy(r, *s)
	*s = r[:n]
}

// Slab is where methods that add to a value, such as AddText, take memory from: a Decoder's slabs, or
// the heap if it is zero. All Slabs are equal.
type Slab struct{ d *Decoder }

// SlabOf returns a Slab whose memory belongs to d.
func SlabOf(d *Decoder) Slab { return Slab{d} }

// Equal reports true: where memory comes from is no part of a value.
func (Slab) Equal(Slab) bool { return true }

// New returns a zero T from s.
func New[T any](s Slab) *T {
	if s.d == nil {
		return new(T)
	}
	return Alloc[T](s.d)
}

// Append appends v to list in memory from s.
func Append[T any](s Slab, list []T, v T) []T {
	if s.d == nil {
		return append(list, v)
	}
	*Push(s.d, &list) = v
	return list
}

// DecodeSlice consumes an array into s, whose memory then belongs to d. null leaves s nil; an empty array
// makes it empty, but not nil.
func DecodeSlice[T any, P interface {
	*T
	Decodable
}](d *Decoder, s *[]T) {
	if d.Null() {
		return
	}
	*s = []T{}
	for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
		_ = P(Push(d, s)).DecodeJSON(d) // the error stays in d
	}
}

// DecodeSliceFunc is DecodeSlice for elements that read decodes.
func DecodeSliceFunc[T any](d *Decoder, s *[]T, read func(*Decoder, *T)) {
	if d.Null() {
		return
	}
	*s = []T{}
	for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
		read(d, Push(d, s))
	}
}

// DecodeMapFunc consumes an object into m, member by member in their order, a name that comes twice included. null
// leaves m nil.
func DecodeMapFunc[T any](d *Decoder, m *[]Member[T], read func(*Decoder, *T)) {
	if d.Null() {
		return
	}
	*m = []Member[T]{}
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		e := Push(d, m)
		e.Key = key
		read(d, &e.Value)
	}
}

// Texts consumes an array of strings.
func Texts[T ~string](d *Decoder, s *[]T) {
	if d.Null() {
		return
	}
	*s = []T{}
	for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
		*Push(d, s) = T(d.String())
	}
}
