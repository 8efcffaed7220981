//go:build !purego

package scan

import "golang.org/x/sys/cpu"

// The levels above Portable.
const (
	AVX2   = Portable + 1 + iota // with BMI1, BMI2, POPCNT, PCLMULQDQ
	AVX512                       // with BW, VL, VBMI, VBMI2
)

var levelNames = [...]string{"Go", "AVX2", "AVX512"}

const (
	minBlocks = 4     // for the last bytes of a text, which come in words of four
	minFused  = block // from how many bytes on one pass that copies is better than a look and a copy
)

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
	t.Line, ok = Window, true
	whole := size &^ (block - 1)
	if whole > 0 {
		n, t.Line, ok = tokensAVX2(&s[i], whole, &t.First[0], &t.At[0], &t.carry)
	}
	if whole < size && ok {
		last, ok := t.findLast(s, i+whole, whole, t.First[n:], t.At[n:])
		return n + last, ok
	}
	return n, ok
}

// findLast finds the tokens from index i on, where less than a block is left. That is whole bytes after the start of the window.
func (t *Tokens) findLast(s []byte, i, whole int, first, at []uint8) (n int, ok bool) {
	// The block before is needed for characters that go on. After the rest come spaces.
	var last [2 * block]byte
	if from := i - block; from >= 0 {
		copy(last[:block], s[from:])
	}
	for k := block + copy(last[block:], s[i:]); k < len(last); k++ {
		last[k] = ' '
	}
	n, line, ok := tokensAVX2(&last[block], block, &first[0], &at[0], &t.carry)
	for k := range at[:n] {
		at[k] += uint8(whole) //nolint:gosec // less than Window
	}
	if t.Line == Window && line < Window {
		t.Line = line + whole
	}
	return n, ok
}
