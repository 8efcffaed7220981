//go:build !purego

package scan

// keep8 holds for each set of bytes among eight, as a mask, where the bytes of the set come from when they move together.
//
//nolint:unused // read by unescapeAVX2
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

// hashedLetters and hashedValues are unescaped by the hash that unescapeAVX2 computes.
//
//nolint:unused // read by unescapeAVX2
var hashedLetters, hashedValues = func() (letters, values [16]byte) {
	for c, v := range unescaped {
		if v != 0 {
			h := (c>>2 + c>>3) & 15
			letters[h], values[h] = byte(c), v
		}
	}
	return letters, values
}()

// open8 holds for each set of bytes among eight where bytes come from when one more is put before each of the set, which
// is byte 8.
//
//nolint:unused // read by escapeAVX2
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
