//go:build !purego

package scan

import "golang.org/x/sys/cpu"

// The levels above Portable.
const (
	AVX2   = Portable + 1 + iota // with BMI1, BMI2, POPCNT, PCLMULQDQ
	AVX512                       // with BW, VL, VBMI, VBMI2
)

var levelNames = [...]string{"portable", "AVX2", "AVX512"}

// minBlocks is for the last bytes of a text, which come in words of four.
const minBlocks = 4

var best = func() Level {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasBMI1 || !x.HasBMI2 || !x.HasPOPCNT || !x.HasPCLMULQDQ:
		return Portable
	case !x.HasAVX512F || !x.HasAVX512BW || !x.HasAVX512VL || !x.HasAVX512VBMI || !x.HasAVX512VBMI2:
		return AVX2
	}
	return AVX512
}()

// The kernels take a destination with room for so many bytes, and n bytes at src. They write and read nothing outside of those, and
// return how many bytes they wrote and read; high is whether non-ASCII bytes are among those they read, sure whether those are UTF-8. Those
// with AVX2 want minBlocks bytes at least, and tokensAVX2 whole blocks.

//go:noescape
func unescapeAVX2(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

//go:noescape
func unescapeAVX512(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

//go:noescape
func escapeAVX2(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

//go:noescape
func escapeAVX512(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

//go:noescape
func textAVX2(src *byte, n int, over bool) (read int, sure bool)

//go:noescape
func textAVX512(src *byte, n int, over bool) (read int, sure bool)

//go:noescape
func utf8AVX2(src *byte, n int) bool

//go:noescape
func utf8AVX512(src *byte, n int) bool

//go:noescape
func tokensAVX2(src *byte, n int, first, at *byte, c *carryOver) (found, line int, ok bool)

//go:noescape
func tokensAVX512(src *byte, n int, first, at *byte, c *carryOver) (found, line int, ok bool)

// textBlocks is Text, or Body if over is set. s has minBlocks bytes at least.
func textBlocks(s []byte, over bool) (n int, sure bool) {
	if level == AVX512 {
		return textAVX512(&s[0], len(s), over)
	}
	return textAVX2(&s[0], len(s), over)
}

// utf8Blocks is Valid. s has minBlocks bytes at least.
func utf8Blocks(s []byte) bool {
	if level == AVX512 {
		return utf8AVX512(&s[0], len(s))
	}
	return utf8AVX2(&s[0], len(s))
}

// unescapeBlocks is unescapeWords for long texts. It also stops when fewer than block bytes of dst are left. src has minBlocks bytes at least.
func unescapeBlocks(dst, src []byte) (wrote, read int, high bool) {
	if level == AVX512 {
		return unescapeAVX512(&dst[0], len(dst), &src[0], len(src))
	}
	return unescapeAVX2(&dst[0], len(dst), &src[0], len(src))
}

// escapeBlocks is escapeWords for long texts. It stops when fewer than Room bytes of dst are left, and at a control character
// that has no short escape. src has minBlocks bytes at least.
func escapeBlocks(dst, src []byte) (wrote, read int, high bool) {
	if level == AVX512 {
		return escapeAVX512(&dst[0], len(dst), &src[0], len(src))
	}
	return escapeAVX2(&dst[0], len(dst), &src[0], len(src))
}

func (t *Tokens) find(s []byte, i, size int) (n int, ok bool) {
	if level == AVX512 {
		n, t.Line, ok = tokensAVX512(&s[i], size, &t.First[0], &t.At[0], &t.carry)
		return n, ok
	}
	return t.findBlocks(s, i, size)
}

func tokensBlocks(src *byte, n int, first, at *byte, c *carryOver) (found, line int, ok bool) {
	return tokensAVX2(src, n, first, at, c)
}
