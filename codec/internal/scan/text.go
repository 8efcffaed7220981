package scan

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// minText is from how many bytes on the kernels pay.
const minText = 16

// Text returns the length of the run at the start of s that needs no escape in JSON: the index of the first quote, backslash or control
// character, or len(s). sure reports that the run is UTF-8; if it is false, that is still to be checked.
func Text(s []byte) (n int, sure bool) {
	if len(s) >= minText && level != Portable {
		return textBlocks(s, false)
	}
	i, seen := 0, uint64(0)
	for ; i+8 <= len(s); i += 8 {
		w := binary.LittleEndian.Uint64(s[i:])
		if m := Stops(w); m != 0 {
			k := bits.TrailingZeros64(m) >> 3
			seen |= w & (1<<(8*k) - 1)
			return i + k, seen&Highs == 0
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
	return i, seen&Highs == 0 && tail < utf8.RuneSelf
}

// Body is Text for text in JSON: it passes over escapes of two bytes, and stops at the backslash of others. It may stop at every
// backslash.
func Body(s []byte) (n int, sure bool) {
	if level != Portable && len(s) >= minText {
		return textBlocks(s, true)
	}
	return Text(s)
}

// Valid reports whether s is UTF-8.
func Valid(s []byte) bool {
	if level != Portable && len(s) >= minText {
		return utf8Blocks(s)
	}
	return utf8.Valid(s)
}
