package codec

import (
	"bytes"
	"reflect"
)

// slabber is a slab of any element type.
type slabber interface {
	scrub() // is rewind, and lets go of what the memory refers to
}

// slab hands out zeroed elements and short slices of T from chunks that it keeps. Chunks never move, so
// pointers into them stay good until the memory is handed out again.
type slab[T any] struct {
	use    *slabUse
	chunks [][]T
}

// slabUse says what of a slab is in use. It is apart from the elements so that Reset need not know their type.
type slabUse struct {
	cur  int // the chunk in use; those before it are full
	used int // elements used of it

	// What was used since the last scrub is not zero: the chunks before top, and so many elements of that.
	top, topUsed int

	bytes int // of all chunks
}

const (
	slabFirst = 8         // elements in the first chunk, unless more are asked for
	slabChunk = 256 << 10 // chunks stop doubling at this size in bytes
)

// rewind makes all memory free again.
func (u *slabUse) rewind() {
	switch {
	case u.cur > u.top:
		u.top, u.topUsed = u.cur, u.used
	case u.cur == u.top:
		u.topUsed = max(u.topUsed, u.used)
	}
	u.cur, u.used = 0, 0
}

// dirty reports whether what comes next was used before.
func (u *slabUse) dirty() bool { return u.cur < u.top || u.cur == u.top && u.used < u.topUsed }

func (s *slab[T]) scrub() {
	s.use.rewind()
	if len(s.chunks) == 0 {
		return
	}
	for _, c := range s.chunks[:s.use.top] {
		clear(c)
	}
	clear(s.chunks[s.use.top][:s.use.topUsed])
	s.use.top, s.use.topUsed = 0, 0
}

// alloc returns room for n zeroed elements.
func (s *slab[T]) alloc(n int) []T {
	u := s.use
	for u.cur < len(s.chunks) {
		if c := s.chunks[u.cur]; len(c)-u.used >= n {
			r := c[u.used : u.used+n : u.used+n]
			if u.dirty() {
				clear(r)
			}
			u.used += n
			return r
		}
		if u.cur+1 == len(s.chunks) {
			break
		}
		s.next()
	}
	s.add(n)
	u.used = n
	return s.chunks[u.cur][:n:n]
}

// next goes on to the next chunk.
func (s *slab[T]) next() {
	u := s.use
	if u.cur >= u.top {
		u.top, u.topUsed = u.cur+1, 0
	}
	u.cur, u.used = u.cur+1, 0
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
		s.next()
	}
	length = max(length, n)
	s.chunks = append(s.chunks, make([]T, length))
	s.use.bytes += length * size
}

// extend returns r with room for at least one more element: in place if r is the last piece handed out, which then doubles.
func (s *slab[T]) extend(r []T) []T {
	n := cap(r)
	if s.last(r) && len(s.chunks[s.use.cur])-s.use.used >= n {
		s.alloc(n)
		end := s.use.used
		return s.chunks[s.use.cur][end-2*n : end-2*n+len(r) : end]
	}
	more := s.alloc(max(4, 2*n))
	return more[:copy(more, r)]
}

// last reports whether r is the last piece handed out.
func (s *slab[T]) last(r []T) bool {
	u, n := s.use, cap(r)
	return n > 0 && u.cur < len(s.chunks) && u.used >= n && &s.chunks[u.cur][u.used-n] == &r[:n][0]
}

// giveBack makes the memory of r free again if it was the last piece handed out.
func (s *slab[T]) giveBack(r []T) {
	if s.last(r) {
		clear(r[:cap(r)])
		s.use.used -= cap(r)
	}
}

// slabs are the slabs of a Decoder. One from the pool may have read many kinds of documents before, and has slabs that this one does not
// use: they come last, and cost nothing.
type slabs struct {
	all  []slabber
	uses []*slabUse // of each
	used int        // how many were used since the last scrub
}

func (s *slabs) rewind() {
	for _, u := range s.uses[:s.used] {
		u.rewind()
	}
}

// scrub is rewind, lets go of what the memory refers to, and of the slabs themselves if they have more than limit bytes.
func (s *slabs) scrub(limit int) {
	for _, x := range s.all[:s.used] {
		x.scrub()
	}
	s.used = 0
	size := 0
	for _, u := range s.uses {
		size += u.bytes
	}
	if size > limit {
		*s = slabs{}
	}
}

// use notes that slab number i, which is the first of the unused or behind it, is used now.
func (s *slabs) use(i int) {
	s.all[i], s.all[s.used] = s.all[s.used], s.all[i]
	s.uses[i], s.uses[s.used] = s.uses[s.used], s.uses[i]
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
	t := &slab[T]{use: new(slabUse)}
	d.slabs.all, d.slabs.uses = append(d.slabs.all, t), append(d.slabs.uses, t.use)
	d.slabs.use(len(d.slabs.all) - 1)
	return t
}

// Alloc returns a zero T that belongs to d: it is good until d is Reset or Released.
func Alloc[T any](d *Decoder) *T {
	if d.flags&flagOwn != 0 {
		return new(T)
	}
	return &slabOf[T](d).alloc(1)[0]
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
		*s = slabOf[T](d).extend(*s)
		return
	}
	// One element is what most lists have; beyond that, doubling.
	n := len(*s)
	r := make([]T, n, max(1, 2*n))
	copy(r, *s)
	*s = r
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
			*s = slabOf[T](d).extend(*s)
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
