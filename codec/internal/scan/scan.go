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

// ASCII returns the length of the run of plain ASCII at the start of s: the index of
// the first quote, backslash, control character or non-ASCII byte, or len(s).
func ASCII(s []byte) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		w := binary.LittleEndian.Uint64(s[i:])
		if m := stops(w) | w&highs; m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= 0x80 {
			return i
		}
	}
	return i
}

// Text returns the length of the run at the start of s that needs no escape in JSON:
// the index of the first quote, backslash or control character, or len(s). high
// reports whether the run may hold non-ASCII bytes, which are then not checked yet.
func Text(s []byte) (n int, high bool) {
	i, seen := 0, uint64(0)
	for ; i+8 <= len(s); i += 8 {
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

// CopyText copies bytes from src to dst up to the first quote, backslash or control
// character, or until either ends, and returns their number and whether non-ASCII bytes may be among
// them. It may write up to 7 bytes of dst past that.
func CopyText(dst, src []byte) (n int, high bool) {
	i, seen := 0, uint64(0)
	for i+8 <= len(src) && i+8 <= len(dst) {
		w := binary.LittleEndian.Uint64(src[i:])
		binary.LittleEndian.PutUint64(dst[i:], w)
		if m := stops(w); m != 0 {
			k := bits.TrailingZeros64(m) >> 3
			seen |= w & (1<<(8*k) - 1)
			return i + k, seen&highs != 0
		}
		seen |= w
		i += 8
	}
	var tail byte
	for ; i < len(src) && i < len(dst); i++ {
		c := src[i]
		if c < 0x20 || c == '"' || c == '\\' {
			break
		}
		dst[i] = c
		tail |= c
	}
	return i, seen&highs != 0 || tail >= 0x80
}
