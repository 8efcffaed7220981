//go:build !purego

package scan

// nesting is what a block of closingAVX2 has to know of the one before. Only the kernel looks at it.
//
//nolint:unused // see above
type nesting struct {
	escaped  uint64 // 1 if its first byte is escaped by a backslash
	inString uint64 // all ones if it begins in a string
	depth    uint64 // how many brackets are open
}

// The kernels return the index after the bracket that closes the one at the start of the text, or 0. n is not 0. closingAVX2 wants whole
// blocks and may begin within the text.

//go:noescape
func closingAVX2(src *byte, n int, c *nesting) int

//go:noescape
func closingAVX512(src *byte, n int) int

func closing(s []byte) int {
	if level == AVX512 {
		return closingAVX512(&s[0], len(s))
	}
	var c nesting
	whole := len(s) &^ (block - 1)
	if whole > 0 {
		if n := closingAVX2(&s[0], whole, &c); n > 0 {
			return n
		}
	}
	// The bytes behind the text are no brackets.
	var last [block]byte
	copy(last[:], s[whole:])
	if n := closingAVX2(&last[0], block, &c); n > 0 {
		return whole + n
	}
	return 0
}
