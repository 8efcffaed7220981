// Package scan holds the byte scans of the codec: where a run of plain string
// bytes ends. The portable forms look at 8 bytes at a time; each has a plain twin in the
// tests that it is compared with.
package scan

import (
	"encoding/binary"
	"math/bits"
)

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// stops marks, in the high bit of its byte, the first byte of w that is a quote, a
// backslash or a control character. Marks above the first may be wrong (a borrow
// spreads upwards), so only the lowest one counts.
func stops(w uint64) uint64 {
	q := w ^ ones*'"'
	b := w ^ ones*'\\'
	return ((q-ones)&^q | (b-ones)&^b | (w-ones*0x20)&^w) & highs
}

// shortText is how many bytes Text looks at by itself before it tries wider steps.
const shortText = 32

// Text returns the length of the run at the start of s that needs no escape in JSON:
// the index of the first quote, backslash or control character, or len(s). high
// reports whether the run may hold non-ASCII bytes, which are then not checked yet.
func Text(s []byte) (n int, high bool) {
	i, seen := 0, uint64(0)
	for ; i+8 <= len(s); i += 8 {
		if i == shortText {
			k, h := textBlocks(s[i:])
			if h {
				seen |= highs
			}
			if i += k; i+8 > len(s) {
				break
			}
		}
		w := binary.LittleEndian.Uint64(s[i:])
		if m := stops(w); m != 0 {
			k := bits.TrailingZeros64(m) >> 3
			seen |= w & (1<<(8*k) - 1)
			return i + k, seen&highs != 0
		}
		seen |= w
	}
	var tail byte
	for ; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c == '"' || c == '\\' {
			break
		}
		tail |= c
	}
	return i, seen&highs != 0 || tail >= 0x80
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
		m, k := stops(w)|w&highs, stops(v)|v&highs
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
