package sse

import "bytes"

// breaks finds the line breaks of a text one after the other. It remembers how far it has looked for each kind, so that it looks at
// no byte twice, whatever the text: not at one without LFs for each of its CRs, nor at a long line for each piece of it that arrives.
//
// The zero breaks is for the beginning of a text.
type breaks struct {
	lf int // text has no LF between the position and here; if there is one here, it is the next
	cr int // likewise, but never looked for beyond lf
}

// next returns the index of the first CR or LF at or behind pos, -1 if there is none. pos never decreases; text may have grown.
func (b *breaks) next(text []byte, pos int) int {
	b.lf = find(text, '\n', max(b.lf, pos), len(text))
	b.cr = find(text, '\r', max(b.cr, pos), b.lf)
	switch {
	case b.cr < b.lf:
		return b.cr
	case b.lf < len(text):
		return b.lf
	}
	return -1
}

// find returns the index of the first c in text[from:to], to if there is none.
func find(text []byte, c byte, from, to int) int {
	if from >= to || text[from] == c {
		return min(from, to)
	}
	if i := bytes.IndexByte(text[from:to], c); i >= 0 {
		return from + i
	}
	return to
}

// move tells that the text has moved towards its beginning by n bytes.
func (b *breaks) move(n int) {
	b.lf -= n
	b.cr -= n
}
