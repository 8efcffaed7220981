package scan

import (
	"encoding/binary"
	"math/bits"
)

// escapes holds for each byte that JSON wants escaped the letter after the backslash, 'u' if there is no short form.
var escapes = func() (t [256]byte) {
	for c := range 0x20 {
		t[c] = 'u'
	}
	t['"'], t['\\'], t['\b'], t['\f'], t['\n'], t['\r'], t['\t'] = '"', '\\', 'b', 'f', 'n', 'r', 't'
	return t
}()

const hex = "0123456789abcdef"

const (
	// minEscape is from how many bytes on wider steps pay.
	minEscape = 24
	// shortEscape is how many bytes Escape looks at by itself after a control character that has no short escape, so that a text
	// of many costs no call for each.
	shortEscape = 32
)

// Fused reports whether Escape is the fastest way to copy n bytes, even if none of them needs an escape. For short texts, and without
// kernels, it is faster to look first and copy then.
func Fused(n int) bool { return n >= minFused && level != Portable }

// Escape copies text from src to dst, with escapes where JSON wants them, until src ends or dst has less than Slack
// bytes left. It returns how many bytes it wrote and read, and whether non-ASCII bytes are among those it read. It may write
// beyond what it reports.
func Escape(dst, src []byte) (wrote, read int, high bool) {
	if level == Portable || len(src) < minEscape {
		return escapeWords(dst, src)
	}
	for {
		end := len(src)
		if end-read >= minEscape {
			if len(dst)-wrote >= Room {
				w, r, h := escapeBlocks(dst[wrote:], src[read:])
				wrote, read, high = wrote+w, read+r, high || h
			}
			end = min(end, read+shortEscape)
		}
		w, r, h := escapeWords(dst[wrote:], src[read:end])
		wrote, read, high = wrote+w, read+r, high || h
		if read < end || read == len(src) {
			return wrote, read, high
		}
	}
}

// escapeWords is Escape in portable code.
func escapeWords(dst, src []byte) (wrote, read int, high bool) {
	seen := uint64(0)
	for read+8 <= len(src) && wrote+Slack <= len(dst) {
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
		wrote += escape(dst[wrote+k:], src[read]) + k
		read++
	}
	if read+8 <= len(src) {
		return wrote, read, seen&Highs != 0
	}
	tail := byte(0)
	for read < len(src) && wrote+Slack <= len(dst) {
		c := src[read]
		if escapes[c] == 0 {
			dst[wrote] = c
			tail |= c
			wrote++
		} else {
			wrote += escape(dst[wrote:], c)
		}
		read++
	}
	return wrote, read, seen&Highs != 0 || tail >= 0x80
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
