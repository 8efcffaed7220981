package codec

import (
	"encoding/binary"
	"math/bits"

	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

// FirstKey consumes the opening brace of an object and its first key with the colon. It
// returns false for an empty object, which is then consumed, and after an error.
//
//	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
//		switch key { ... }
//	}
//	return d.Err()
func (d *Decoder) FirstKey() (key string, ok bool) {
	if d.peek() != '{' && d.next() != '{' {
		d.unexpected("an object")
		return "", false
	}
	d.pos++
	if d.depth++; d.depth > d.limit {
		d.fail(d.pos-1, ErrDepth)
		return "", false
	}
	if d.peek() != '"' && d.next() == '}' {
		d.pos++
		d.depth--
		return "", false
	}
	return d.key()
}

// NextKey consumes the comma and the next key of an object, or its closing brace, and then returns
// false. prev is the key before; if its value could not be read, NextKey puts it in front of the error's
// JSON Pointer.
func (d *Decoder) NextKey(prev string) (key string, ok bool) {
	c := d.peek()
	if c <= ' ' {
		c = d.space()
	}
	switch c {
	case ',':
		d.pos++
		if name := d.shortName(); name != "" {
			return name, true
		}
		return d.key()
	case '}':
		d.pos++
		d.depth--
	default:
		d.badMember(prev)
	}
	return "", false
}

// shortName consumes a name and its colon if it is plain ASCII, has from 1 to 15 bytes, and no white space around it; if not it consumes nothing and returns
// "". Nearly all names are so.
func (d *Decoder) shortName() string {
	i := d.pos
	if len(d.src)-i < maxShortName+3 {
		return ""
	}
	b := (*[maxShortName + 3]byte)(d.src[i : i+maxShortName+3])
	m := scan.NotPlain(binary.LittleEndian.Uint64(b[1:]))
	n := bits.TrailingZeros64(m) / 8
	if m == 0 {
		n = 8 + bits.TrailingZeros64(scan.NotPlain(binary.LittleEndian.Uint64(b[9:])))/8
	}
	if n == 0 || n > maxShortName || b[0] != '"' || b[n+1] != '"' || b[n+2] != ':' {
		return ""
	}
	d.keyPos, d.pos = i, i+n+3
	return d.str(d.src[i+1 : i+1+n])
}

// maxShortName is how many bytes a short name has at most.
const maxShortName = 15

func (d *Decoder) badMember(prev string) {
	if d.err != nil {
		d.err.under(prev)
		return
	}
	d.missingSeparator("',' or '}' after a member")
}

func (d *Decoder) missingSeparator(want string) {
	if d.pos >= len(d.src) {
		d.syntax("the input ends where " + want + " should be")
		return
	}
	d.syntax(quoteByte(d.src[d.pos]) + " where " + want + " should be")
}

// key consumes a key and its colon.
func (d *Decoder) key() (string, bool) {
	if d.peek() != '"' && d.next() != '"' {
		d.missingSeparator("a member name")
		return "", false
	}
	d.keyPos = d.pos
	start := d.pos + 1
	end := scan.Plain(d.src, start)
	if end > 0 && at(d.src, end) == ':' {
		d.pos = end + 1
		return d.str(d.src[start : end-1]), true
	}
	return d.keySlow(end)
}

// keySlow is key for any text and with white space before the colon. d stands at the quote, and end is what scan.Plain says of the name.
func (d *Decoder) keySlow(end int) (key string, ok bool) {
	if end > 0 {
		key = d.str(d.src[d.pos+1 : end-1])
		d.pos = end
	} else if key = d.stringSlow(^end); d.err != nil {
		return "", false
	}
	if d.next() != ':' {
		d.missingSeparator("':' after a member name")
		return "", false
	}
	d.pos++
	return key, true
}

// Once fails if a member whose bit is set in seen comes again, and sets the bit.
func (d *Decoder) Once(seen *uint64, bit uint64) {
	if *seen&bit != 0 {
		d.duplicate()
	}
	*seen |= bit
}

func (d *Decoder) duplicate() { d.fail(d.keyPos, ErrDuplicate) }

// Unknown reads the value of a member that the type does not know and keeps it in e, drops it or
// refuses it, as the options say. run is the type's own variable, 0 at first: where the last member it kept
// ended, or -1 once they are in the arena. Members that stand together in the input stay one borrowed piece of it.
func (d *Decoder) Unknown(e *Extra, run *int) {
	if d.flags&(flagDrop|flagReject) != 0 {
		if d.flags&flagReject != 0 {
			d.fail(d.keyPos, ErrUnknown)
			return
		}
		d.skip()
		return
	}
	start, lines := d.keyPos, d.lines
	d.lines = false
	d.skip()
	if d.err != nil {
		return
	}
	m := d.membersOf(e)
	if *run > 0 && d.comma(*run, start) {
		start = *run - len(m.b) // the run grows; what is between is one comma
	} else if *run != 0 {
		d.join(m, start)
		start, *run = -1, -1
	}
	if start >= 0 {
		m.b, *run = d.src[start:d.pos:d.pos], d.pos
	}
	if d.lines {
		m.st |= extraLines
	}
	d.lines = d.lines || lines
}

// Missing is e.SetMissing with memory that belongs to d, as the rest of what d decodes.
func (d *Decoder) Missing(e *Extra, mask uint64) {
	if mask != 0 {
		d.setMissing(e, mask)
	}
}

//go:noinline // hardly ever called, by every type
func (d *Decoder) setMissing(e *Extra, mask uint64) { d.membersOf(e).missing = mask }

// membersOf returns e's members, to be changed: e is being decoded, and nobody shares them yet.
func (d *Decoder) membersOf(e *Extra) *members {
	if e.m == nil {
		e.m = d.newMembers()
	}
	return e.m
}

// newMembers is Alloc for them, without a search among the slabs.
func (d *Decoder) newMembers() *members {
	if d.flags&flagOwn != 0 {
		return new(members)
	}
	n := len(d.extras)
	if n == cap(d.extras) { // what was handed out stays where it is
		d.extras, n = make([]members, 0, max(firstExtras, 2*n)), 0
	}
	d.extras = d.extras[:n+1]
	return &d.extras[n]
}

// firstExtras is for how many objects there is room at first.
const firstExtras = 8

// dropExtras makes all memory of newMembers free again.
func (d *Decoder) dropExtras() {
	clear(d.extras)
	d.extras = d.extras[:0]
}

// comma reports whether input[from:to] is one comma and white space, so that two members with it between
// them can stay one piece.
func (d *Decoder) comma(from, to int) bool {
	commas := 0
	for _, c := range d.src[from:to] {
		switch c {
		case ',':
			commas++
		case '\n', '\r':
			d.lines = true
		case ' ', '\t':
		default:
			return false
		}
	}
	return commas == 1
}

// join puts the text of m and the one that starts at start together in the arena. The text there has room to grow, twice
// what it needs at first: other strings take the arena's end meanwhile, and copying the text for each member would be quadratic. A value
// that is to own its memory has the text on the heap.
func (d *Decoder) join(m *members, start int) {
	member := d.src[start:d.pos]
	n := len(m.b)
	if d.flags&flagOwn == 0 && cap(m.b)-n <= len(member) {
		size := 2 * (n + 1 + len(member))
		at := len(d.arena)
		if cap(d.arena)-at < size {
			d.growArena(at, size)
		}
		d.arena = d.arena[:at+size]
		m.b = append(d.arena[at:at:at+size], m.b...)
	}
	m.b = append(append(m.b, ','), member...)
}

// FirstElem consumes the opening bracket of an array. It returns false for an empty array, which is
// then consumed, and after an error.
//
//	for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) { ... }
func (d *Decoder) FirstElem() bool {
	if d.peek() != '[' && d.next() != '[' {
		d.unexpected("an array")
		return false
	}
	d.pos++
	if d.depth++; d.depth > d.limit {
		d.fail(d.pos-1, ErrDepth)
		return false
	}
	if d.next() == ']' {
		d.pos++
		d.depth--
		return false
	}
	return d.err == nil
}

// NextElem consumes the comma before the next element, or the closing bracket, and then returns false.
// i is the index of the element before; if that could not be read, it goes in front of the error's JSON Pointer.
func (d *Decoder) NextElem(i int) bool {
	c := d.peek()
	if c <= ' ' {
		c = d.space()
	}
	switch c {
	case ',':
		d.pos++
		return true
	case ']':
		d.pos++
		d.depth--
	default:
		d.badElem(i)
	}
	return false
}

func (d *Decoder) badElem(i int) {
	if d.err != nil {
		d.err = AtIndex(d.err, i).(*Error) //nolint:errorlint,forcetypeassert // AtIndex returns its own type
		return
	}
	d.missingSeparator("',' or ']' after an element")
}

// Probe is a question about an object: is there a member at Path (names from the object down), and, if
// Equals is not empty, is it that string?
type Probe struct {
	Path   []string
	Equals string
}

// Probe answers up to 64 questions about the object that comes next, which is not consumed: bit i is
// set if tests[i] holds. A value that is no object answers nothing.
func (d *Decoder) Probe(tests []Probe) uint64 {
	m := d.Mark()
	var found uint64
	if d.Kind() == KindObject {
		found = d.probe(tests, 0, ^uint64(0)>>(64-len(tests)))
	}
	d.lookedAhead(m)
	return found
}

// probe looks at one object for the tests in live, whose paths agree with the way here up to level.
func (d *Decoder) probe(tests []Probe, level int, live uint64) (found uint64) {
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		var deeper, strs uint64
		for i := range tests {
			t := &tests[i]
			if live>>i&1 == 0 || level >= len(t.Path) || t.Path[level] != key {
				continue
			}
			switch {
			case level+1 < len(t.Path):
				deeper |= 1 << i
			case t.Equals == "":
				found |= 1 << i
			default:
				strs |= 1 << i
			}
		}
		switch k := d.Kind(); {
		case strs != 0 && k == KindString:
			s := d.String()
			for i := range tests {
				if strs>>i&1 != 0 && tests[i].Equals == s {
					found |= 1 << i
				}
			}
		case deeper != 0 && k == KindObject:
			found |= d.probe(tests, level+1, deeper)
		default:
			d.skip()
		}
	}
	return found
}

// Tag returns the string at member name of the object that comes next, which is not consumed; "" and
// false if it is absent or no string.
func (d *Decoder) Tag(name string) (tag string, ok bool) {
	m := d.Mark()
	if d.Kind() != KindObject {
		d.unexpected("an object")
		return "", false
	}
	for key, more := d.FirstKey(); more; key, more = d.NextKey(key) {
		if key == name {
			if d.Kind() == KindString {
				tag, ok = d.String(), d.err == nil
			}
			break
		}
		d.skip()
	}
	d.lookedAhead(m)
	return tag, ok
}

// A union whose tag comes late is read twice, and unions inside of unions more often: with the depth, that would
// grow to the square of the input. What is looked at ahead is therefore bounded, as a multiple of the input and at least some.
const (
	maxAhead = 32
	minAhead = 16 << 20 // bytes
)

// lookedAhead goes back to m, where looking for a tag began.
func (d *Decoder) lookedAhead(m Mark) {
	if d.ahead += d.pos - m.pos; d.ahead > maxAhead*len(d.src)+minAhead {
		d.fail(m.pos, because(ErrDepth, "too many unions inside of each other with their tags at the end"))
	}
	d.Rewind(m)
}
