// Package scan holds the byte scans of the codec: where a string ends, whether it is UTF-8, and its escapes, both ways.
//
// Each scan has a portable form, which looks at 8 bytes at a time, and kernels for AVX2, AVX-512 and NEON, which look at 64. The tests
// compare all of them with plain twins that go byte by byte.
package scan

import (
	"encoding/binary"
	"math/bits"
)

const (
	ones = 0x0101010101010101
	// Highs are the high bits of eight bytes, none of which ASCII has.
	Highs = 0x8080808080808080
)

// Stops marks, in the high bit of its byte, the first byte of w that is a quote, a
// backslash or a control character. Marks above the first may be wrong (a borrow
// spreads upwards), so only the lowest one counts.
func Stops(w uint64) uint64 {
	q := w ^ ones*'"'
	b := w ^ ones*'\\'
	return ((q-ones)&^q | (b-ones)&^b | (w-ones*0x20)&^w) & Highs
}

// maxPlain is up to where Plain looks: longer strings are left to Text, which takes wider steps.
const maxPlain = 128

// Plain returns the index after the closing quote of the string whose text starts at index i, if it is plain ASCII and
// not long; 0 if it is not. It looks at 16 bytes at a time: most strings are shorter, and a loop that nearly always ends in its first round
// costs no mispredicted branch.
func Plain(s []byte, i int) int {
	for end := min(len(s), i+maxPlain); i+16 <= end; i += 16 {
		w := binary.LittleEndian.Uint64(s[i:])
		v := binary.LittleEndian.Uint64(s[i+8:])
		m, k := Stops(w)|w&Highs, Stops(v)|v&Highs
		if m|k == 0 {
			continue
		}
		n := 0
		if m == 0 {
			m, n = k, 8
		}
		if i += n + bits.TrailingZeros64(m)>>3; s[i] == '"' {
			return i + 1
		}
		return 0
	}
	for end := min(len(s), i+16); i < end; i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x80 {
			if c == '"' {
				return i + 1
			}
			return 0
		}
	}
	return 0
}
