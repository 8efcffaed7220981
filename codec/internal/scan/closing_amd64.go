//go:build !purego

package scan

const hasClosing = true

// minRest is how many bytes a text has at least of which the AVX2 kernels read the rest by themselves.
const minRest = 4

// The kernels return the index after the bracket that closes the one at the start of the text, or 0. n is not 0, and for closingAVX2 minRest at least.

//go:noescape
func closingAVX2(src *byte, n int) int

//go:noescape
func closingAVX512(src *byte, n int) int

func closing(s []byte) int {
	if level == AVX512 {
		return closingAVX512(&s[0], len(s))
	}
	if len(s) < minRest {
		return 0
	}
	return closingAVX2(&s[0], len(s))
}
