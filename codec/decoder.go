package codec

import (
	"sync"
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/codec/internal/bytesconv"
	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

// GenV1 is what generated code refers to, so that a runtime that does not fit it fails to compile.
const GenV1 = true

// Appender is a value that writes itself as JSON: it appends to dst and returns the longer
// slice, or dst at its old length and an error.
type Appender interface {
	AppendJSON(dst []byte) ([]byte, error)
}

// Decodable is a value that reads itself from the next value of a Decoder. It resets itself
// first and may then borrow the Decoder's input and memory.
type Decodable interface {
	DecodeJSON(d *Decoder) error
}

// Decoder reads one JSON document from memory. It owns the memory that decoded values borrow
// besides the input: an arena for strings with escapes and slabs for slices and union
// variants. Both are kept from one document to the next, so that a Decoder in use
// allocates nothing.
//
// What was decoded is good until Reset or Release, or until the input changes. A Decoder is
// for one goroutine at a time. Its methods for single tokens are for generated code;
// after the first error they all do nothing, and Err returns it.
type Decoder struct {
	src    []byte
	pos    int
	keyPos int // where the last key's quote is
	depth  int
	limit  int // of depth
	flags  flags
	lines  bool // a raw CR or LF was seen
	err    *Error
	ahead  int // bytes that were read ahead of their decoding
	arena  []byte
	input  []byte // a copy of the document, for ResetCopy
	known  knownText
	tokens scan.Tokens
	slabs  slabs
	extras []members // what is free of it is zero
	texts  []byte    // strings that had escapes, of a value that is to own its memory
}

// Reset makes d read src, which it borrows. What d decoded before is no longer good.
func (d *Decoder) Reset(src []byte, opts ...Option) {
	d.src, d.pos, d.depth, d.err, d.lines = src, 0, 0, nil, false
	d.limit, d.flags, d.ahead = DefaultMaxDepth, 0, 0
	d.known = knownText{}
	for _, o := range opts {
		d.flags |= o.set
		if o.depth > 0 {
			d.limit = o.depth
		}
	}
	d.arena = d.arena[:0]
	d.dropExtras()
	d.slabs.rewind()
}

// ResetRaw makes d read r. If r was checked before, grammar and UTF-8 are not checked again.
func (d *Decoder) ResetRaw(r Raw, opts ...Option) {
	d.Reset(r.b, opts...)
	if r.Checked() {
		d.flags |= flagTrusted
		if r.st&(rawLines|rawDeep) == 0 && d.limit >= DefaultMaxDepth {
			d.flags |= flagLeap
		}
	}
}

// Decode decodes the document into v and checks that nothing but white space follows. v borrows the
// input and d.
func (d *Decoder) Decode(v Decodable) error {
	if err := v.DecodeJSON(d); err != nil {
		return err
	}
	return d.End()
}

// Err returns the first error, or nil.
func (d *Decoder) Err() error {
	if d.err == nil {
		return nil
	}
	return d.err
}

// End checks that nothing but white space is left and returns the first error.
func (d *Decoder) End() error {
	if d.err == nil && d.pos < len(d.src) {
		if d.next(); d.pos < len(d.src) {
			d.syntax("data after the value")
		}
	}
	return d.Err()
}

// Offset returns how many bytes of the input were read.
func (d *Decoder) Offset() int { return d.pos }

// LineBreaks reports whether a raw CR or LF was read, which in valid JSON can only be white space.
func (d *Decoder) LineBreaks() bool { return d.lines }

const (
	maxKeptArena = 2 << 20 // bytes of arena that a pooled Decoder keeps
	maxKeptSlabs = 2 << 20 // bytes of slabs, all types together

	maxKeptExtras = 4 << 10 // objects with unknown members, of 40 bytes each
)

var decoders = sync.Pool{New: func() any { return new(Decoder) }}

// GetDecoder returns a Decoder from a pool. It must be Reset before use and Released after.
func GetDecoder() *Decoder { return decoders.Get().(*Decoder) }

// Release gives d back to the pool: what it decoded is no longer good, and d must not be used
// again. It lets go of the input and of everything decoded, and of an arena or slabs that
// have grown beyond 2 MiB.
func (d *Decoder) Release() {
	d.Clear()
	decoders.Put(d)
}

// Clear lets go of what Release does, but leaves d to the caller, who may Reset it for another document.
func (d *Decoder) Clear() {
	d.src, d.texts, d.err = nil, nil, nil
	if cap(d.arena) > maxKeptArena {
		d.arena = nil
	}
	if cap(d.input) > maxKeptArena {
		d.input = nil
	}
	if d.dropExtras(); cap(d.extras) > maxKeptExtras {
		d.extras = nil
	}
	d.slabs.scrub(maxKeptSlabs)
}

// Unmarshal decodes src into v, which then owns its memory: src is copied once and may change
// afterwards. Strings share that copy, or up to 4 KiB with others if they had escapes: who keeps one of them, of a large document,
// should clone it.
func Unmarshal(src []byte, v Decodable, opts ...Option) error {
	return unmarshal(Raw{b: src}, v, opts)
}

// UnmarshalRaw is Unmarshal for a Raw. One that was checked before is not checked again.
func UnmarshalRaw(r Raw, v Decodable, opts ...Option) error {
	return unmarshal(r, v, opts)
}

// unmarshal decodes a copy of r, which v keeps. The Decoder is a pooled one that gives away what it allocates.
func unmarshal(r Raw, v Decodable, opts []Option) error {
	d := GetDecoder()
	d.ResetRaw(r.Clone(), opts...)
	d.flags |= flagOwn
	err := d.Decode(v)
	d.Release()
	return err
}

// Valid checks that src is one JSON document in UTF-8 within the depth limit. Every other way to
// read gives the same verdict on the same bytes, wherever in a document they stand.
func Valid(src []byte, opts ...Option) error {
	var d Decoder
	d.Reset(src, opts...)
	d.Skip()
	return d.End()
}

// fail records the first error and moves to the end of the input, where everything that follows
// finds nothing to read.
func (d *Decoder) fail(at int, err error) {
	if d.err == nil {
		d.err = &Error{Offset: at, Err: err}
	}
	d.pos = len(d.src)
}

func (d *Decoder) syntax(detail string) { d.fail(d.pos, because(ErrSyntax, detail)) }

// Fail records err at the current position; generated code and hand-written DecodeJSON methods use it.
func (d *Decoder) Fail(err error) error {
	d.fail(d.pos, err)
	return d.Err()
}

// unexpected fails with what was wanted and what is there.
func (d *Decoder) unexpected(want string) {
	if d.pos >= len(d.src) {
		d.fail(d.pos, because(ErrSyntax, "the input ends where "+want+" should be"))
		return
	}
	k := kindOf(d.src[d.pos])
	if k == KindInvalid {
		d.fail(d.pos, because(ErrSyntax, quoteByte(d.src[d.pos])+" where "+want+" should be"))
		return
	}
	// The value may be bad as well; grammar comes before kind.
	at := d.pos
	d.Skip()
	d.fail(at, because(ErrType, k.String()+" where "+want+" should be"))
}

func quoteByte(c byte) string {
	if c >= utf8.RuneSelf || c < ' ' {
		const hex = "0123456789abcdef"
		return "byte 0x" + string([]byte{hex[c>>4], hex[c&15]})
	}
	return "'" + string(rune(c)) + "'"
}

// peek returns the next byte, which is not consumed and may be white space; 0 at the end. It is inlined where next would be a
// call: what is not above a space is then for space.
func (d *Decoder) peek() byte { return at(d.src, d.pos) }

// next skips white space and returns the byte after it, which is not consumed; 0 at the end.
func (d *Decoder) next() byte {
	if c := d.peek(); c > ' ' {
		return c
	}
	return d.space()
}

func (d *Decoder) space() byte {
	for ; d.pos < len(d.src); d.pos++ {
		switch c := d.src[d.pos]; c {
		case ' ', '\t':
		case '\n', '\r':
			d.lines = true
		case 0:
			d.syntax("byte 0x00 between tokens")
			return 0
		default:
			return c
		}
	}
	return 0
}

// Kind returns the kind of the next value without consuming it.
func (d *Decoder) Kind() Kind {
	if k := kindOf(d.peek()); k != KindInvalid {
		return k
	}
	return kindOf(d.next())
}

// Null consumes the next value if it is null and reports whether it was.
func (d *Decoder) Null() bool {
	c := d.peek()
	return (c <= ' ' || c == 'n') && d.null()
}

func (d *Decoder) null() bool { return d.next() == 'n' && d.literal("null") }

// NotNull prepares o for the next value: if that is null, o becomes null and NotNull returns
// nil; else o is set and NotNull returns the place to decode into.
func NotNull[T any](d *Decoder, o *Opt[T]) *T {
	if d.Null() {
		o.SetNull()
		return nil
	}
	return o.Ptr()
}

// literal consumes the literal s at the current position.
func (d *Decoder) literal(s string) bool {
	if len(d.src)-d.pos >= len(s) && string(d.src[d.pos:d.pos+len(s)]) == s {
		d.pos += len(s)
		return true
	}
	d.syntax("not a literal: true, false and null are")
	return false
}

// Literal consumes text, one or more whole tokens, if it stands right here, and reports whether it did.
func (d *Decoder) Literal(text string) bool {
	if len(d.src)-d.pos < len(text) || string(d.src[d.pos:d.pos+len(text)]) != text {
		return false
	}
	d.pos += len(text)
	return true
}

// Advance consumes n bytes, which must be whole tokens of the input: the caller has looked at it.
func (d *Decoder) Advance(n int) { d.pos += n }

// Skip reads over the next value and checks it.
func (d *Decoder) Skip() { d.skip() }

// Raw returns the next value as text, borrowed and checked.
func (d *Decoder) Raw() Raw {
	d.next()
	start, lines := d.pos, d.lines
	d.lines = false
	d.skip()
	r := d.raw(start)
	d.lines = d.lines || lines
	return r
}

// raw returns what was read since start, a value; zero after an error. d.lines may say that it holds line breaks when it does not: that costs a
// look for nothing.
func (d *Decoder) raw(start int) Raw {
	if d.err != nil {
		return Raw{}
	}
	st := rawChecked
	if d.lines {
		st |= rawLines
	}
	if d.limit > DefaultMaxDepth {
		st |= rawDeep
	}
	return Raw{b: d.src[start:d.pos:d.pos], st: st}
}

// RawObject is Raw for a value that must be an object; null is accepted too and kept.
func (d *Decoder) RawObject() Raw { return d.rawOf(KindObject, "an object") }

// RawArray is Raw for a value that must be an array; null is accepted too and kept.
func (d *Decoder) RawArray() Raw { return d.rawOf(KindArray, "an array") }

func (d *Decoder) rawOf(k Kind, want string) Raw {
	if got := d.Kind(); got != k && got != KindNull {
		d.unexpected(want)
		return Raw{}
	}
	return d.Raw()
}

// Mark is a place in the input to come back to.
type Mark struct {
	pos, depth int
	lines      bool
}

// Mark returns the current place.
func (d *Decoder) Mark() Mark { return Mark{d.pos, d.depth, d.lines} }

// Rewind goes back to m, unless there was an error.
func (d *Decoder) Rewind(m Mark) {
	if d.err == nil {
		d.pos, d.depth, d.lines = m.pos, m.depth, m.lines
	}
}

// RawSince returns what was read since m, which must be one whole value that began there: for a reader that looks
// into a value and keeps it as well. It is borrowed, and zero after an error.
func (d *Decoder) RawSince(m Mark) Raw { return d.raw(m.pos) }

// str views b, which is part of the input or the arena, as a string.
func (d *Decoder) str(b []byte) string { return bytesconv.String(b) }
