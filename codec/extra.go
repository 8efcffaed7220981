package codec

import (
	"bytes"
	"iter"
	"slices"
	"unicode/utf8"
)

const (
	extraDirty uint8 = 1 << iota // changed by Set: names are checked when it is encoded
	extraLines                   // holds a raw CR or LF
)

// Extra holds the members of an object that its type does not know, as JSON text, so
// that they come out again as they came in. The zero Extra holds none.
//
// An Extra from the decoder borrows the decoder's input and memory.
type Extra struct {
	m *members // every object of every type has an Extra, and hardly one has members in it
}

// members are what an Extra holds. Copies of an Extra share them: whoever changes an Extra gives it members of its own.
type members struct {
	b       []byte // without braces: "x":1,"y":{}
	missing uint64 // required members that were not in the input; see SetMissing
	st      uint8
}

// text returns the members as Bytes does, with their capacity.
func (e *Extra) text() []byte {
	if e.m == nil {
		return nil
	}
	return e.m.b
}

// set gives e members of its own, with b for the text and st added to what is known of it.
func (e *Extra) set(b []byte, st uint8) {
	m := new(members)
	if e.m != nil {
		*m = *e.m
	}
	m.b = b
	m.st |= st
	e.m = m
}

// IsZero reports whether e holds no members.
func (e Extra) IsZero() bool { return len(e.text()) == 0 }

// Bytes returns the members as JSON text without braces. It is shared with e and must not be changed.
func (e Extra) Bytes() []byte { return slices.Clip(e.text()) }

// Equal reports whether e and f hold the same text.
func (e Extra) Equal(f Extra) bool { return bytes.Equal(e.text(), f.text()) }

// Clone returns an Extra with text of its own.
func (e Extra) Clone() Extra {
	if e.m != nil {
		e.set(bytes.Clone(e.m.b), 0)
	}
	return e
}

// All yields the members in their order. Keys are unescaped. Keys and values are copies, good for as long as they are held.
func (e Extra) All() iter.Seq2[string, Raw] {
	return func(yield func(string, Raw) bool) {
		e.scan(func(key string, v Raw, _, _ int) bool { return yield(key, v) })
	}
}

// scan calls f with each member and the offsets in the text at which it starts and ends, commas left out.
func (e Extra) scan(f func(key string, v Raw, start, end int) bool) {
	text := e.text()
	if len(text) == 0 {
		return
	}
	doc := make([]byte, 0, len(text)+2)
	doc = append(append(append(doc, '{'), text...), '}')
	var d Decoder
	d.Reset(doc)
	d.flags |= flagTrusted
	d.limit = maxMaxDepth + 1 // whatever the members came in with
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		start := d.keyPos - 1
		v := d.Raw()
		if d.err != nil || !f(key, v, start, d.pos-1) {
			return
		}
	}
}

// Get returns the value of the last member named key.
func (e Extra) Get(key string) (v Raw, ok bool) {
	for k, r := range e.All() {
		if k == key {
			v, ok = r, true
		}
	}
	return v, ok
}

// Set adds a member, or replaces all of that name. It copies. A name that the type itself knows is an
// error when the object is encoded.
func (e *Extra) Set(key string, v Raw) error {
	r := v
	if !r.Checked() {
		var err error
		if r, err = ParseRaw(v.b); err != nil {
			return At(err, key)
		}
	}
	if !utf8.ValidString(key) {
		key = string([]rune(key)) // the name as it will be written
	}
	e.Delete(key)
	text := e.text()
	b := make([]byte, 0, len(text)+len(key)+len(r.b)+4)
	b = append(b, text...)
	if len(b) > 0 {
		b = append(b, ',')
	}
	b = AppendString(b, key)
	b = append(b, ':')
	b, err := AppendRaw(b, r)
	if err != nil {
		return At(err, key)
	}
	e.set(b, extraDirty)
	return nil
}

// Delete removes all members named key and reports whether there were any.
func (e *Extra) Delete(key string) bool {
	var out []byte
	text, found := e.text(), false
	e.scan(func(k string, _ Raw, start, end int) bool {
		if k == key {
			found = true
			return true
		}
		if len(out) > 0 {
			out = append(out, ',')
		}
		out = append(out, text[start:end]...)
		return true
	})
	if found {
		e.set(out, 0)
	}
	return found
}

// SetMissing remembers which required members the input lacked: bit i of mask stands for the i-th plain
// required member of the type. Validate asks Missing. Generated decoders call Decoder.Missing, which takes the memory from the Decoder.
func (e *Extra) SetMissing(mask uint64) {
	if e.m == nil && mask == 0 {
		return
	}
	e.set(e.text(), 0)
	e.m.missing = mask
}

// Missing reports whether the input lacked required member number i.
func (e *Extra) Missing(i int) bool { return e.m != nil && e.m.missing>>i&1 != 0 }

// AppendExtra ends an object that was written to dst from index start on, each member with
// a comma in front: it adds e's members, makes the first comma the opening brace, and closes it.
// known are the member names of the type, which e must not hold.
func AppendExtra(dst []byte, start int, e *Extra, known []string) ([]byte, error) {
	if text := e.text(); len(text) > 0 {
		if e.m.st&extraDirty != 0 {
			if err := e.check(known); err != nil {
				return dst[:start], err
			}
		}
		dst = append(dst, ',')
		if e.m.st&extraLines == 0 {
			dst = append(dst, text...)
		} else {
			dst = appendOneLine(dst, text)
		}
	}
	return CloseObject(dst, start), nil
}

// CloseObject ends an object as AppendExtra does, for one without unknown members.
func CloseObject(dst []byte, start int) []byte {
	if len(dst) == start {
		return append(dst, '{', '}')
	}
	dst[start] = '{'
	return append(dst, '}')
}

// check refuses names that the type knows: they would come twice.
func (e *Extra) check(known []string) error {
	for k := range e.All() {
		for _, n := range known {
			if k == n {
				return At(because(ErrDuplicate, "Extra holds a member that the type knows"), k)
			}
		}
	}
	return nil
}
