package codec

import (
	"bytes"
	"iter"
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
	b       []byte // members without braces: "x":1,"y":{}
	missing uint64 // required members that were not in the input; see SetMissing
	st      uint8
}

// IsZero reports whether e holds no members.
func (e Extra) IsZero() bool { return len(e.b) == 0 }

// Bytes returns the members as JSON text without braces. It is shared with e and must not be changed.
func (e Extra) Bytes() []byte { return e.b[:len(e.b):len(e.b)] }

// Equal reports whether e and f hold the same text.
func (e Extra) Equal(f Extra) bool { return bytes.Equal(e.b, f.b) }

// Clone returns an Extra with text of its own.
func (e Extra) Clone() Extra {
	e.b = bytes.Clone(e.b)
	return e
}

// All yields the members in their order. Keys are unescaped. Keys and values are copies, good for as long as they are held.
func (e Extra) All() iter.Seq2[string, Raw] {
	return func(yield func(string, Raw) bool) {
		e.scan(func(key string, v Raw, _, _ int) bool { return yield(key, v) })
	}
}

// scan calls f with each member and the offsets in e.b at which it starts and ends, commas left out.
func (e Extra) scan(f func(key string, v Raw, start, end int) bool) {
	if len(e.b) == 0 {
		return
	}
	doc := make([]byte, 0, len(e.b)+2)
	doc = append(append(append(doc, '{'), e.b...), '}')
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
	b := make([]byte, 0, len(e.b)+len(key)+len(r.b)+4)
	b = append(b, e.b...)
	if len(b) > 0 {
		b = append(b, ',')
	}
	b = AppendString(b, key)
	b = append(b, ':')
	b, err := AppendRaw(b, r)
	if err != nil {
		return At(err, key)
	}
	e.b, e.st = b, e.st|extraDirty
	return nil
}

// Delete removes all members named key and reports whether there were any.
func (e *Extra) Delete(key string) bool {
	var out []byte
	found := false
	e.scan(func(k string, _ Raw, start, end int) bool {
		if k == key {
			found = true
			return true
		}
		if len(out) > 0 {
			out = append(out, ',')
		}
		out = append(out, e.b[start:end]...)
		return true
	})
	if found {
		e.b = out
	}
	return found
}

// SetMissing remembers which required members the input lacked: bit i of mask stands for the i-th plain
// required member of the type. Decoders call it, Validate asks Missing.
func (e *Extra) SetMissing(mask uint64) { e.missing = mask }

// Missing reports whether the input lacked required member number i.
func (e *Extra) Missing(i int) bool { return e.missing>>i&1 != 0 }

// AppendExtra ends an object that was written to dst from index start on, each member with
// a comma in front: it adds e's members, makes the first comma the opening brace, and closes it.
// known are the member names of the type, which e must not hold.
func AppendExtra(dst []byte, start int, e *Extra, known []string) ([]byte, error) {
	if len(e.b) > 0 {
		if e.st&extraDirty != 0 {
			if err := e.check(known); err != nil {
				return dst[:start], err
			}
		}
		dst = append(dst, ',')
		if e.st&extraLines == 0 {
			dst = append(dst, e.b...)
		} else {
			dst = appendOneLine(dst, e.b)
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
