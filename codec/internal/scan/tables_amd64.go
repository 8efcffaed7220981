//go:build !purego

//nolint:unused // these are the tables that the kernels read
package scan

// leading is ones, then zeros: from 4n bytes before the middle on, it marks the first n of 16 words. A word more is for REST.
var leading = func() (t [33]int32) {
	for i := range 16 {
		t[i] = -1
	}
	return t
}()

// With saturation, subtracting the first two leaves the high bit where a third or a fourth byte is due.
var utf8Third, utf8Fourth, utf8Cont = fill16(0xe0 - 0x80), fill16(0xf0 - 0x80), fill16(0x80)

func fill16(c byte) (t [16]byte) {
	for i := range t {
		t[i] = c
	}
	return t
}
