//go:build !purego

//nolint:unused // these are the tables that the kernels read
package scan

// Classes of bytes that the kernels tell apart, as bits.
const (
	classQuote = 1 << iota
	classControl
	classBackslash
	classHigh // non-ASCII
)

// The classes that a byte can be of by its upper and by its lower half; it is of those that both allow.
var (
	classUpper = [16]byte{
		0: classControl, 1: classControl, 2: classQuote, 5: classBackslash,
		8: classHigh, 9: classHigh, 10: classHigh, 11: classHigh, 12: classHigh, 13: classHigh, 14: classHigh, 15: classHigh,
	}
	classLower = func() (t [16]byte) {
		for i := range t {
			t[i] = classControl | classHigh
		}
		t['"'&15] |= classQuote
		t['\\'&15] |= classBackslash
		return t
	}()
)

// Classes of bytes in JSON text, likewise.
const (
	tokenQuote = 1 << iota
	tokenControl
	tokenBackslash
	tokenHigh
	tokenSpace
	tokenComma
	tokenColon
	tokenBracket
)

var (
	tokenUpper = [16]byte{
		0: tokenControl, 1: tokenControl, 2: tokenQuote | tokenSpace | tokenComma, 3: tokenColon,
		5: tokenBracket | tokenBackslash, 7: tokenBracket,
		8: tokenHigh, 9: tokenHigh, 10: tokenHigh, 11: tokenHigh, 12: tokenHigh, 13: tokenHigh, 14: tokenHigh, 15: tokenHigh,
	}
	tokenLower = func() (t [16]byte) {
		for i := range t {
			t[i] = tokenControl | tokenHigh
		}
		t['"'&15] |= tokenQuote
		t['\\'&15] |= tokenBackslash | tokenComma
		t[' '&15] |= tokenSpace
		t[':'&15] |= tokenColon
		t['['&15] |= tokenBracket
		t[']'&15] |= tokenBracket
		return t
	}()
)

// Hexadecimal digits, likewise: one bit for digits, one for letters.
var (
	hexUpper = [16]byte{3: 1, 4: 2, 6: 2}
	hexLower = [16]byte{0: 1, 1: 3, 2: 3, 3: 3, 4: 3, 5: 3, 6: 3, 7: 1, 8: 1, 9: 1}
)

// shortEscapes has what to add to a control character for the letter of its short escape.
var shortEscapes = [16]byte{'\b': 'b' - '\b', '\t': 't' - '\t', '\n': 'n' - '\n', '\f': 'f' - '\f', '\r': 'r' - '\r'}

// Where a third or a fourth byte is due after one with this upper half.
var (
	utf8Third  = [16]byte{0xe: 0x80, 0xf: 0x80}
	utf8Fourth = [16]byte{0xf: 0x80}
)

// laneBits has the bit that stands for a byte of a vector in a mask, laneCount its index.
var laneBits, laneCount = func() (bits, count [16]byte) {
	for i := range bits {
		bits[i], count[i] = 1<<(i&7), byte(i)
	}
	return bits, count
}()

// laneBytes has for each of 64 bytes the byte of a mask with its bit.
var laneBytes = func() (t [64]byte) {
	for i := range t {
		t[i] = byte(i >> 3)
	}
	return t
}()
