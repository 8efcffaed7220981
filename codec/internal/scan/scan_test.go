package scan

import "testing"

// special are the bytes at the borders of what the scans tell apart.
var special = []byte{0, 1, 8, 0x0b, 0x1f, 0x20, '!', '"', '#', '[', '\\', ']', 'n', 'u', 0x7f, 0x80, 0xa2, 0xdc, 0xff}

// eachCase calls f with slices of many lengths that hold one or two special bytes at every position, at several
// offsets from the start of their memory.
func eachCase(f func(s []byte)) {
	mem := make([]byte, 256)
	for n := range 200 {
		if n > 72 && n%64 > 9 {
			continue
		}
		s := mem[n%9 : n%9+n]
		for i := range s {
			s[i] = 'a'
		}
		f(s)
		for i := range s {
			for k, c := range special {
				s[i] = c
				f(s)
				j := (i*7 + k) % n
				old := s[j]
				s[j] = special[(k+i)%len(special)]
				f(s)
				s[j] = old
			}
			s[i] = 'a'
		}
	}
}

func TestPlainAgreesWithTwin(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		eachCase(func(s []byte) { checkPlain(t, s, len(s)%2 == 0) })
	})
}

// checkPlain compares Plain with its twin, from the first places of the text on. What it says is plain when it gives up must be so.
func checkPlain(t testing.TB, text []byte, low bool) {
	t.Helper()
	s, _ := fenced(t, text, 0, low)
	for i := range min(len(s), 3) {
		got, want := Plain(s, i), plainPlain(s, i)
		if got < 0 && (want == 0 || want > i+maxPlain) {
			if stop := ^got; stop < i || stop > len(s) || plainPlain(append(s[i:stop:stop], '"'), 0) != stop-i+1 {
				t.Fatalf("level %d: Plain(%q, %d) = %d", level, s, i, got)
			}
		} else if got != want {
			t.Fatalf("level %d: Plain(%q, %d) = %d, want %d", level, s, i, got, want)
		}
	}
}
