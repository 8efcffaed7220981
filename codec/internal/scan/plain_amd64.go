//go:build !purego

package scan

// plainBlock is how many bytes plainAVX2 takes at a time.
const plainBlock = 32

// The kernels return the index of the first of n bytes at src that is a quote, a backslash, a control character or not ASCII, or n. n is not 0,
// and for plainAVX2 a multiple of plainBlock.

//go:noescape
func plainAVX2(src *byte, n int) int

//go:noescape
func plainAVX512(src *byte, n int) int

// plainBlocks returns the index from which on Plain has to look, if it has looked up to index i: that is where a byte stops it, or near end.
func plainBlocks(s []byte, i, end int) int {
	if level == AVX512 {
		return i + plainAVX512(&s[i], end-i)
	}
	if n := (end - i) &^ (plainBlock - 1); n > 0 {
		return i + plainAVX2(&s[i], n)
	}
	return i
}
