//go:build !purego

package scan

// NEON is the level above Portable. All processors have it.
const NEON = Portable + 1

const best = NEON

var levelNames = [...]string{"Go", "NEON"}

const (
	minBlocks = 16         // for the last bytes of a text, which come in vectors
	minFused  = 64 * block // from how many bytes on one pass that copies is fewer instructions than a look and a copy
)

// The kernels take a destination with room for so many bytes, and minBlocks bytes or more at src, of which there are n. They write and read
// nothing outside of those, and return how many bytes they wrote and read; high is whether non-ASCII bytes are among those they read, sure
// whether those are UTF-8. What tokensNEON is given may be shorter, if the text that it is the end of is not.

//go:noescape
func unescapeNEON(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

//go:noescape
func escapeNEON(dst *byte, room int, src *byte, n int) (wrote, read int, high bool)

//go:noescape
func textNEON(src *byte, n int, over bool) (read int, sure bool)

//go:noescape
func utf8NEON(src *byte, n int) bool

//go:noescape
func tokensNEON(src *byte, n int, first, at *byte, c *carryOver) (found, line int, ok bool)

// textBlocks is Text, or Body if over is set. s has minText bytes at least.
func textBlocks(s []byte, over bool) (n int, sure bool) { return textNEON(&s[0], len(s), over) }

// utf8Blocks is Valid. s has minText bytes at least.
func utf8Blocks(s []byte) bool { return utf8NEON(&s[0], len(s)) }

// unescapeBlocks is unescapeWords for long texts. It also stops when fewer than block bytes of dst are left. src has minBlocks bytes at least.
func unescapeBlocks(dst, src []byte) (wrote, read int, high bool) {
	return unescapeNEON(&dst[0], len(dst), &src[0], len(src))
}

// escapeBlocks is escapeWords for long texts. It stops when fewer than Room bytes of dst are left, and at a control character
// that has no short escape. src has minBlocks bytes at least.
func escapeBlocks(dst, src []byte) (wrote, read int, high bool) {
	return escapeNEON(&dst[0], len(dst), &src[0], len(src))
}

func (t *Tokens) find(s []byte, i, size int) (n int, ok bool) {
	if i+size < minBlocks {
		return t.findShort(s, i, size)
	}
	n, t.Line, ok = tokensNEON(&s[i], size, &t.First[0], &t.At[0], &t.carry)
	return n, ok
}

// findShort is find where the text ends before the kernel has enough to read.
func (t *Tokens) findShort(s []byte, i, size int) (n int, ok bool) {
	var text [minBlocks]byte
	for k := copy(text[:], s[i:i+size]); k < len(text); k++ {
		text[k] = ' '
	}
	n, t.Line, ok = tokensNEON(&text[0], len(text), &t.First[0], &t.At[0], &t.carry)
	return n, ok
}
