package scan

import (
	"encoding/binary"
	"math/bits"
)

// Slack is how many bytes of dst Unescape and Escape want to have to spare.
const Slack = 16

// unescaped maps the letter of a two-byte escape to what it stands for; 0 for a letter that is none.
var unescaped = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// Unescaped returns what the escape of a backslash and the letter c stands for; 0 if there is none.
func Unescaped(c byte) byte { return unescaped[c] }

// Unescape copies the text of a JSON string from src to dst, two-byte escapes decoded. It stops at everything
// else that is not plain text (a quote, a control character, an escape with \u or a wrong one) and when either side has
// less than Slack bytes left. It returns how many bytes it wrote and read, and whether non-ASCII bytes may be
// among them. It may write beyond what it reports.
func Unescape(dst, src []byte) (wrote, read int, high bool) {
	seen := uint64(0)
	for read+Slack <= len(src) && wrote+Slack <= len(dst) {
		w := binary.LittleEndian.Uint64(src[read:])
		binary.LittleEndian.PutUint64(dst[wrote:], w)
		m := stops(w)
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
	return wrote, read, seen&highs != 0
}

// escapes holds for each byte that JSON wants escaped the letter after the backslash, 'u' if there is no short form.
var escapes = func() (t [256]byte) {
	for c := range 0x20 {
		t[c] = 'u'
	}
	t['"'], t['\\'], t['\b'], t['\f'], t['\n'], t['\r'], t['\t'] = '"', '\\', 'b', 'f', 'n', 'r', 't'
	return t
}()

const hex = "0123456789abcdef"

// Escape copies text from src to dst, with escapes where JSON wants them, until src ends or dst has less than Slack
// bytes left. It returns how many bytes it wrote and read. It may write beyond what it reports.
func Escape(dst, src []byte) (wrote, read int) {
	for read+8 <= len(src) && wrote+Slack <= len(dst) {
		w := binary.LittleEndian.Uint64(src[read:])
		binary.LittleEndian.PutUint64(dst[wrote:], w)
		m := stops(w)
		if m == 0 {
			read += 8
			wrote += 8
			continue
		}
		k := bits.TrailingZeros64(m) >> 3
		read += k
		wrote += escape(dst[wrote+k:], src[read]) + k
		read++
	}
	if read+8 <= len(src) {
		return wrote, read
	}
	for read < len(src) && wrote+Slack <= len(dst) {
		c := src[read]
		if escapes[c] == 0 {
			dst[wrote] = c
			wrote++
		} else {
			wrote += escape(dst[wrote:], c)
		}
		read++
	}
	return wrote, read
}

// escape writes the escape of c, which needs one, and returns its length.
func escape(dst []byte, c byte) int {
	_ = dst[5]
	dst[0], dst[1] = '\\', escapes[c]
	if dst[1] != 'u' {
		return 2
	}
	dst[2], dst[3], dst[4], dst[5] = '0', '0', hex[c>>4], hex[c&15]
	return 6
}
