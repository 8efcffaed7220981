//go:build !purego && (amd64 || arm64)

//nolint:unused // these are the tables that the kernels read
package scan

// keep8 holds for each set of bytes among eight, as a mask, where the bytes of the set come from when they move together.
var keep8 = func() (t [256][8]byte) {
	for set := range t {
		n := 0
		for i := range 8 {
			if set>>i&1 != 0 {
				t[set][n] = byte(i)
				n++
			}
		}
	}
	return t
}()

// hashedLetters and hashedValues are unescaped by the hash that the kernels without VBMI2 compute.
var hashedLetters, hashedValues = func() (letters, values [16]byte) {
	for c, v := range unescaped {
		if v != 0 {
			h := (c>>2 + c>>3) & 15
			letters[h], values[h] = byte(c), v
		}
	}
	return letters, values
}()

// punctuation is that of JSON by its lower four bits, with brackets as braces.
var punctuation = [16]byte{0xa: ':', 0xb: '{', 0xc: ',', 0xd: '}'}

// open8 holds for each set of bytes among eight where bytes come from when one more is put before each of the set, which
// is byte 8.
var open8 = func() (t [256][16]byte) {
	for set := range t {
		n := 0
		for i := range 8 {
			if set>>i&1 != 0 {
				t[set][n] = 8
				n++
			}
			t[set][n] = byte(i)
			n++
		}
	}
	return t
}()

// What two bytes in a row can be, of which none, in UTF-8: each table of 16 entries rules out what it can by four bits of them, and
// what none of the three rules out is wrong.
const (
	tooShort     = 1 << iota // a lead byte, then none that continues it
	tooLong                  // ASCII, then a byte that continues
	overlong3                // E0, then less than A0
	tooLarge                 // F4, then more than 8F; F5 and up
	surrogate                // ED, then A0 and up
	overlong2                // C0 and C1
	tooLarge1000             // F5 and up, then 80 to 8F
	twoConts                 // two bytes that continue: right if a third or fourth is due

	overlong4 = tooLarge1000 // F0, then less than 90
	carry     = tooShort | tooLong | twoConts
)

// The tables of the check for UTF-8: by the upper and the lower half of a byte, and by the upper half of the next one.
var (
	utf8High = [16]byte{
		tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong, tooLong,
		twoConts, twoConts, twoConts, twoConts,
		tooShort | overlong2, tooShort, tooShort | overlong3 | surrogate, tooShort | tooLarge | tooLarge1000 | overlong4,
	}
	utf8Low = [16]byte{
		carry | overlong3 | overlong2 | overlong4, carry | overlong2, carry, carry, carry | tooLarge,
		carry | tooLarge | tooLarge1000, carry | tooLarge | tooLarge1000, carry | tooLarge | tooLarge1000, carry | tooLarge | tooLarge1000,
		carry | tooLarge | tooLarge1000, carry | tooLarge | tooLarge1000, carry | tooLarge | tooLarge1000, carry | tooLarge | tooLarge1000,
		carry | tooLarge | tooLarge1000 | surrogate, carry | tooLarge | tooLarge1000, carry | tooLarge | tooLarge1000,
	}
	utf8Next = [16]byte{
		tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort, tooShort,
		tooLong | overlong2 | twoConts | overlong3 | tooLarge1000 | overlong4, tooLong | overlong2 | twoConts | overlong3 | tooLarge,
		tooLong | overlong2 | twoConts | surrogate | tooLarge, tooLong | overlong2 | twoConts | surrogate | tooLarge,
		tooShort, tooShort, tooShort, tooShort,
	}
)
