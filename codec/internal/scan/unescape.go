package scan

import (
	"encoding/binary"
	"math/bits"
)

// Slack is how many bytes of dst Unescape and Escape want to have to spare; with Room of them they can be fast to the end.
const (
	Slack = 16
	Room  = 2 * block
)

// block is how many bytes the kernels take at a time. They want minBlocks bytes at least.
const block = 64

// unescaped maps the letter of a two-byte escape to what it stands for; 0 for a letter that is none.
var unescaped = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// Unescaped returns what the escape of a backslash and the letter c stands for; 0 if there is none.
func Unescaped(c byte) byte { return unescaped[c] }

// shortUnescape is how many bytes Unescape looks at in small steps if it is told to.
const shortUnescape = 16

// Unescape copies the text of a JSON string from src to dst, two-byte escapes decoded. It stops at everything
// else that is not plain text (a quote, a control character, an escape with \u or a wrong one) and when either side comes
// to its end: less than Room bytes of dst, less than Slack bytes of src. It returns how many bytes it wrote and read, and whether non-ASCII
// bytes are among those it read. It may write beyond what it reports. soon says that it will probably stop soon: it then begins with small steps.
func Unescape(dst, src []byte, soon bool) (wrote, read int, high bool) {
	if level == Portable || len(dst) < Room || len(src) < minBlocks {
		return unescapeWords(dst, src)
	}
	if soon {
		wrote, read, high = unescapeWords(dst, src[:min(len(src), shortUnescape+Slack)])
		if read < shortUnescape || len(dst)-wrote < block || len(src)-read < minBlocks {
			return wrote, read, high
		}
	}
	w, r, h := unescapeBlocks(dst[wrote:], src[read:])
	return wrote + w, read + r, high || h
}

// unescapeWords is Unescape in portable code.
func unescapeWords(dst, src []byte) (wrote, read int, high bool) {
	seen := uint64(0)
	for read+Slack <= len(src) && wrote+Slack <= len(dst) {
		w := binary.LittleEndian.Uint64(src[read:])
		binary.LittleEndian.PutUint64(dst[wrote:], w)
		m := Stops(w)
		if m == 0 {
			seen |= w
			read += 8
			wrote += 8
			continue
		}
		k := bits.TrailingZeros64(m) >> 3
		seen |= w & (1<<(8*k) - 1)
		read += k
		wrote += k
		if src[read] != '\\' {
			break
		}
		u := unescaped[src[read+1]]
		if u == 0 {
			break
		}
		dst[wrote] = u
		wrote++
		read += 2
	}
	return wrote, read, seen&Highs != 0
}
