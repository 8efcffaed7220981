//go:build !purego

//nolint:unused // these are the tables that the kernels read
package scan

// Classes of bytes, as bits. The kernels for strings know the first four.
const (
	classQuote = 1 << iota
	classControl
	classBackslash
	classHigh // non-ASCII
	classSpace
	classComma
	classColon
	classBracket
)

var (
	classTables = classed(`"`, span(0, 0x1f), `\`, span(0x80, 0xff))
	tokenTables = classed(`"`, span(0, 0x1f), `\`, span(0x80, 0xff), " ", ",", ":", "[]{}")
	hexTables   = classed("0123456789", "abcdefABCDEF")
)

// classed returns the classes that a byte can be of by its upper half, and those by its lower half, of which it is of those that are in both; and
// laneBits. Of each class there must be all bytes whose halves occur in it.
func classed(classes ...string) (t [3][16]byte) {
	for i, class := range classes {
		for _, c := range []byte(class) {
			t[0][c>>4] |= 1 << i
			t[1][c&15] |= 1 << i
		}
	}
	t[2] = laneBits
	return t
}

func span(first, last byte) string {
	s := []byte{first}
	for s[len(s)-1] != last {
		s = append(s, s[len(s)-1]+1)
	}
	return string(s)
}

// shortEscapes has what to add to a control character for the letter of its short escape.
var shortEscapes = [16]byte{'\b': 'b' - '\b', '\t': 't' - '\t', '\n': 'n' - '\n', '\f': 'f' - '\f', '\r': 'r' - '\r'}

// utf8Tables are those of the check for UTF-8: by the upper and the lower half of the byte before and the upper half of a byte, what cannot be;
// by the upper halves of the bytes two and three before, whether a third or a fourth byte is due.
var utf8Tables = [5][16]byte{utf8High, utf8Low, utf8Next, {0xe: 0x80, 0xf: 0x80}, {0xf: 0x80}}

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
