package corpus

import (
	"math/rand/v2"
	"strconv"
	"strings"
)

// newRand returns the random source of one message. Each message has a stream of its own, so that a
// change to one leaves the bytes of the others alone.
func newRand(stream uint64) *rand.Rand {
	const seed = 0x6d637077697265
	return rand.New(rand.NewPCG(seed, stream))
}

// oneLine joins the lines of a literal that is broken up for reading. Leading tabs go, spaces stay.
func oneLine(s string) string {
	return strings.NewReplacer("\n", "", "\t", "").Replace(s)
}

// appendText appends s as a JSON string with the short escapes that most encoders write. Bytes outside
// ASCII stay as they are. It is independent of the project's codecs: the corpus must not come from what it tests.
func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := range len(s) {
		dst = appendEscaped(dst, s[i])
	}
	return append(dst, '"')
}

func appendEscaped(dst []byte, c byte) []byte {
	const hexDigits = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	if c < ' ' {
		return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
	}
	return append(dst, c)
}

// appendMember appends ,"key": and the string s. The comma is left out after an opening bracket.
func appendMember(dst []byte, key, s string) []byte {
	return appendText(appendKey(dst, key), s)
}

func appendRawMember(dst []byte, key, value string) []byte {
	return append(appendKey(dst, key), value...)
}

func appendIntMember(dst []byte, key string, n int64) []byte {
	return strconv.AppendInt(appendKey(dst, key), n, 10)
}

func appendKey(dst []byte, key string) []byte {
	return append(appendText(appendComma(dst), key), ':')
}

// appendComma separates from what is before, unless nothing is.
func appendComma(dst []byte) []byte {
	if last := dst[len(dst)-1]; last == '{' || last == '[' {
		return dst
	}
	return append(dst, ',')
}
