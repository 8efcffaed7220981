package scan

import (
	"encoding/binary"
	"math/bits"
)

// maxPlain is up to where Plain looks: longer strings are left to Text, which takes wider steps.
const maxPlain = 256

// word is how many bytes are looked at as one number.
const word = 8

// Plain returns the index after the closing quote of the string whose text starts at index i, if it is plain ASCII and
// not long. If it is not, it returns the complement, which is negative, of an index up to which the text is plain ASCII.
//
// It looks at 16 bytes first: most strings are shorter, and a loop that nearly always ends in its first round costs no mispredicted branch.
func Plain(s []byte, i int) int {
	if len(s)-i < 2*word {
		return plainEnd(s, i)
	}
	b := (*[2 * word]byte)(s[i : i+2*word])
	w, v := binary.LittleEndian.Uint64(b[:word]), binary.LittleEndian.Uint64(b[word:])
	m, k := NotPlain(w), NotPlain(v)
	if m|k == 0 {
		return plainLong(s, i)
	}
	return closes(s, i, m, k)
}

// NotPlain marks, in the high bit of its byte, the first byte of w that is a quote, a backslash, a control character or not ASCII. Marks above
// the first may be wrong, as those of Stops.
func NotPlain(w uint64) uint64 {
	return (((w ^ ones*'"') - ones) | ((w ^ ones*'\\') - ones) | (w - ones*0x20) | w) & Highs
}

// closes returns what Plain does for the first byte that is marked. m and k are the marks of the two words from index i on.
func closes(s []byte, i int, m, k uint64) int {
	if m == 0 {
		m, i = k, i+word
	}
	i += bits.TrailingZeros64(m) >> 3
	switch {
	case i >= len(s):
		return ^len(s)
	case s[i] == '"':
		return i + 1
	}
	return ^i
}

// plainLong is Plain when the first two words are plain.
func plainLong(s []byte, i int) int {
	end := min(len(s), i+maxPlain)
	i += 2 * word
	if level != Portable && i < end {
		if i = plainBlocks(s, i, end); i < end && s[i] == '"' {
			return i + 1
		}
	}
	for ; i+2*word <= end; i += 2 * word {
		b := (*[2 * word]byte)(s[i : i+2*word])
		m, k := NotPlain(binary.LittleEndian.Uint64(b[:word])), NotPlain(binary.LittleEndian.Uint64(b[word:]))
		if m|k != 0 {
			return closes(s, i, m, k)
		}
	}
	if end < len(s) {
		return ^i
	}
	return plainEnd(s, i)
}

// plainEnd is Plain for less than two words, at the end of s. They are read together with what is before them.
func plainEnd(s []byte, i int) int {
	n := len(s) - i
	if len(s) < 2*word || n <= 0 {
		for ; i < len(s); i++ {
			if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x80 {
				if c == '"' {
					return i + 1
				}
				break
			}
		}
		return ^i
	}
	// The zeros behind the text are marked, and no quotes.
	w := binary.LittleEndian.Uint64(s[len(s)-word:])
	if n <= word {
		return closes(s, i, NotPlain(w>>(8*(word-n))), 1<<7)
	}
	return closes(s, i, NotPlain(binary.LittleEndian.Uint64(s[i:])), NotPlain(w>>(8*(2*word-n))))
}
