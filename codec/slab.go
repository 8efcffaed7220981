package codec

import (
	"bytes"
	"reflect"
)

// slabber is a slab of any element type.
type slabber interface {
	rewind()    // all memory is free again
	scrub() int // rewinds and lets go of what the memory refers to; returns by how many bytes it has grown since the last time
}

// slab hands out zeroed elements and short slices of T from chunks that it keeps. Chunks never move, so
// pointers into them stay good until the memory is handed out again.
type slab[T any] struct {
	chunks [][]T
	cur    int // the chunk in use
	used   int // elements used of it
	top    int // highest chunk touched since the last scrub
	topLen int // elements touched of it
	grown  int // bytes of chunks made since the last scrub
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
	for _, c := range s.chunks[:min(s.top, len(s.chunks))] {
		clear(c)
	}
	if s.top < len(s.chunks) {
		clear(s.chunks[s.top][:s.topLen])
	}
	grown := s.grown
	s.top, s.topLen, s.grown = 0, 0, 0
	return grown
}

// one returns a zeroed element.
func (s *slab[T]) one() *T {
	if s.cur < len(s.chunks) {
		if c := s.chunks[s.cur]; s.used < len(c) {
			one := c[s.used : s.used+1]
			s.used++
			clear(one)
			return &one[0]
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
	size := int(reflect.TypeFor[T]().Size())
	length := slabFirst
	if k := len(s.chunks); k > 0 {
		length = 2 * len(s.chunks[k-1])
		if length*size > slabChunk {
			length = len(s.chunks[k-1])
		}
	}
	length = max(length, n)
	s.chunks = append(s.chunks, make([]T, length))
	s.cur = len(s.chunks) - 1
	s.grown += length * size
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

// giveBack makes the memory of r free again if it was the last piece handed out.
func (s *slab[T]) giveBack(r []T) {
	n := cap(r)
	if s.cur < len(s.chunks) && s.used >= n && &s.chunks[s.cur][s.used-n] == &r[:n][0] {
		s.touch()
		s.used -= n
	}
}

// slabs are the slabs of a Decoder. One from the pool may have read many kinds of documents before, and has slabs that this one does not
// use: they come last, and cost nothing.
type slabs struct {
	all  []slabber
	used int // how many were used since the last scrub
	kept int // bytes of all
}

func (s *slabs) rewind() {
	for _, x := range s.all[:s.used] {
		x.rewind()
	}
}

// scrub makes all memory free, lets go of what it refers to, and of the slabs themselves if they have grown beyond limit bytes.
func (s *slabs) scrub(limit int) {
	for _, x := range s.all[:s.used] {
		s.kept += x.scrub()
	}
	s.used = 0
	if s.kept > limit {
		*s = slabs{}
	}
}

// use notes that slab number i, which is the first of the unused or behind it, is used now.
func (s *slabs) use(i int) {
	s.all[i], s.all[s.used] = s.all[s.used], s.all[i]
	s.used++
}

// slabOf returns d's slab of T. A document has few types of elements, so a search beats a map.
func slabOf[T any](d *Decoder) *slab[T] {
	for i, s := range d.slabs.all {
		if t, ok := s.(*slab[T]); ok {
			if i >= d.slabs.used {
				d.slabs.use(i)
			}
			return t
		}
	}
	t := new(slab[T])
	d.slabs.all = append(d.slabs.all, t)
	d.slabs.use(len(d.slabs.all) - 1)
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
	if d.flags&flagOwn == 0 {
		growSlab(d, s)
		return
	}
	// One element is what most lists have; beyond that, doubling.
	n := len(*s)
	r := make([]T, n, max(1, 2*n))
	copy(r, *s)
	*s = r
}

// growSlab is grow in d's slabs.
func growSlab[T any](d *Decoder, s *[]T) {
	n := len(*s)
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

// The functions below read whole lists. Where the value is to own its memory, a list of one element, as most are, is allocated
// for it; longer ones are gathered in d's slabs, and then copied to memory that is as long as the list is.

// gather is Push for them.
func gather[T any](d *Decoder, s *[]T) *T {
	n := len(*s)
	if n == cap(*s) {
		if n == 0 && d.flags&flagOwn != 0 {
			*s = make([]T, 0, 1)
		} else {
			growSlab(d, s)
		}
	}
	*s = (*s)[:n+1]
	return &(*s)[n]
}

// gathered ends a list.
func gathered[T any](d *Decoder, s *[]T) {
	if d.flags&flagOwn != 0 && len(*s) > 1 {
		keep(d, s)
	}
}

// keep gives *s memory of its own, and back to the slab what it had there.
func keep[T any](d *Decoder, s *[]T) {
	own := make([]T, len(*s))
	copy(own, *s)
	slabOf[T](d).giveBack(*s)
	*s = own
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
		_ = P(gather(d, s)).DecodeJSON(d) // the error stays in d
	}
	gathered(d, s)
}

// DecodeSliceFunc is DecodeSlice for elements that read decodes.
func DecodeSliceFunc[T any](d *Decoder, s *[]T, read func(*Decoder, *T)) {
	if d.Null() {
		return
	}
	*s = []T{}
	for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
		read(d, gather(d, s))
	}
	gathered(d, s)
}

// DecodeMapFunc consumes an object into m, member by member in their order, a name that comes twice included. null
// leaves m nil.
func DecodeMapFunc[T any](d *Decoder, m *[]Member[T], read func(*Decoder, *T)) {
	if d.Null() {
		return
	}
	*m = []Member[T]{}
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		e := gather(d, m)
		e.Key = key
		read(d, &e.Value)
	}
	gathered(d, m)
}

// Texts consumes an array of strings.
func Texts[T ~string](d *Decoder, s *[]T) {
	if d.Null() {
		return
	}
	*s = []T{}
	if d.flags&flagOwn != 0 {
		*s = make([]T, 0, d.countTexts())
	}
	for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
		*Push(d, s) = T(d.String())
	}
}

// countTexts guesses how many strings the array at d has, by the quotes before the first bracket that could end it. Each
// string has two, so that a guess is never more than the text has room for.
func (d *Decoder) countTexts() int {
	text := d.src[min(d.pos, len(d.src)):]
	if end := bytes.IndexByte(text, ']'); end >= 0 {
		text = text[:end]
	}
	return bytes.Count(text, quote) / 2
}

var quote = []byte{'"'}
