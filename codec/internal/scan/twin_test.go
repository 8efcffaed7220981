package scan

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// The plain twins say byte by byte what the scans have to find.

// eachLevel runs f with every level that the machine has. Not for parallel tests.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	for l := range Best() + 1 {
		t.Run(l.String(), func(t *testing.T) {
			defer SetLevel(l)()
			f(t)
		})
	}
}

// longPlain is longer than what any kernel takes at a time.
var longPlain = strings.Repeat("0123456789abcdef", 20)

// pieces are what sample puts together.
var pieces = []string{
	"a", "b", longPlain, "plain", "01234567", "abcdefghijklmnopqrstuvwxyzABCDEF", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
	`\n`, `\"`, `\\`, `\/`, `\t`, `\r`, `\b`, `\f`, "\n", "\t", "\r", "\b", "\f", " ", "  ", "é", "世", "世界", "\U0001f600", "\u2028", "\x7f",
	// From here on rare.
	`"`, `\`, `\\\`, `\x`, `\u0041`, `\ud83d\ude00`, `\u00e9\u00e8`, "\x00", "\x01", "\x1b", "\x1f", "\\\x01", "\\é", "\\\xee", "\\\xff",
	"\x80", "\xbf", "\xc0\x80", "\xc1", "\xc2", "\xe0\x9f\xbf", "\xe4\xb8", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\x80\x80", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5", "\xff",
	"\xf4\x8f\xbf\xbf", "\xef\xbf\xbf", "\xee\x80\x80", "\xed\x9f\xbf", "\xdf\xbf", "\xe0\xa0\x80",
}

const commonPieces = 28

// sample returns up to n bytes and a little, with a rare piece now and then. Some samples are dense, some not.
func sample(rng *rand.Rand, n int) (out []byte) {
	common, rare := 1+rng.IntN(commonPieces), rng.IntN(60)
	for len(out) < n {
		switch {
		case rng.IntN(60) < rare/8:
			out = append(out, pieces[rng.IntN(len(pieces))]...)
		case rng.IntN(4) == 0:
			out = append(out, pieces[rng.IntN(commonPieces)]...)
		default:
			out = append(out, pieces[rng.IntN(common)]...)
		}
	}
	return out[:n]
}

// fromFuzz makes a text of what a fuzzer gives: as it is, or a piece for each byte.
func fromFuzz(b []byte, asPieces bool) (out []byte) {
	if !asPieces {
		return b
	}
	for _, c := range b {
		out = append(out, pieces[int(c)%len(pieces)]...)
	}
	return out
}

// seedFuzz adds texts of all pieces, and some samples.
func seedFuzz(f *testing.F) {
	f.Helper()
	rng := rand.New(rand.NewPCG(3, 4))
	for n := range 40 {
		f.Add(sample(rng, 5*n), uint16(10*n), false)
		f.Add(sample(rng, n), uint16(1000), true)
	}
}

// plainText is the plain twin of Text.
func plainText(s []byte) (n int) {
	for n < len(s) && s[n] >= 0x20 && s[n] != '"' && s[n] != '\\' {
		n++
	}
	return n
}

// plainBody is the plain twin of Body.
func plainBody(s []byte) (n int) {
	_, n, _ = plainUnescape(s)
	return n
}

// plainPlain is the plain twin of Plain.
func plainPlain(s []byte, i int) int {
	for k := i; k < len(s); k++ {
		switch c := s[k]; {
		case c == '"':
			return k + 1
		case c < 0x20, c == '\\', c >= 0x80:
			return 0
		}
	}
	return 0
}

// plainEscape is the plain twin of Escape, for room without end.
func plainEscape(s []byte) (out []byte, high bool) {
	for _, c := range s {
		high = high || c >= utf8.RuneSelf
		switch {
		case escapes[c] == 0:
			out = append(out, c)
		case escapes[c] == 'u':
			out = fmt.Appendf(out, `\u%04x`, c)
		default:
			out = append(out, '\\', escapes[c])
		}
	}
	return out, high
}

// plainUnescape is the plain twin of Unescape: it returns the decoded text and where it stops.
func plainUnescape(src []byte) (out []byte, read int, high bool) {
	for read < len(src) {
		c := src[read]
		switch {
		case c == '\\' && read+1 < len(src) && unescaped[src[read+1]] != 0:
			out = append(out, unescaped[src[read+1]])
			read += 2
			continue
		case c == '"' || c == '\\' || c < 0x20:
			return out, read, high
		}
		high = high || c >= utf8.RuneSelf
		out = append(out, c)
		read++
	}
	return out, read, high
}
