// Package scan holds the byte scans of the codec: where a string ends, whether it is UTF-8, and its escapes, both ways.
//
// Each scan has a portable form, which looks at 8 bytes at a time, and kernels for AVX2, AVX-512 and NEON, which look at 64. The tests
// compare all of them with plain twins that go byte by byte.
package scan

const (
	ones = 0x0101010101010101
	// Highs are the high bits of eight bytes, none of which ASCII has.
	Highs = 0x8080808080808080
)

// Stops marks, in the high bit of its byte, the first byte of w that is a quote, a
// backslash or a control character. Marks above the first may be wrong (a borrow
// spreads upwards), so only the lowest one counts.
func Stops(w uint64) uint64 {
	q := w ^ ones*'"'
	b := w ^ ones*'\\'
	return ((q-ones)&^q | (b-ones)&^b | (w-ones*0x20)&^w) & Highs
}
