package scan

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// plainText is the plain twin of Text.
func plainText(s []byte) (n int, high bool) {
	for n < len(s) && s[n] >= 0x20 && s[n] != '"' && s[n] != '\\' {
		high = high || s[n] >= 0x80
		n++
	}
	return n, high
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

// special are the bytes at the borders of what the scans tell apart.
var special = []byte{0, 1, 0x1f, 0x20, '!', '"', '#', '[', '\\', ']', 0x7f, 0x80, 0xa2, 0xdc, 0xff}

// eachCase calls f with slices of every length up to 200 that hold one or two special bytes at every position, at several
// offsets from the start of their memory.
func eachCase(f func(s []byte)) {
	mem := make([]byte, 256)
	for n := range 200 {
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

func TestTextAgreesWithTwin(t *testing.T) {
	t.Parallel()
	eachCase(func(s []byte) {
		n, high := Text(s)
		want, wantHigh := plainText(s)
		if n != want || high != wantHigh {
			t.Fatalf("Text(%q) = %d, %v, want %d, %v", s, n, high, want, wantHigh)
		}
	})
}

func TestPlainAgreesWithTwin(t *testing.T) {
	t.Parallel()
	eachCase(func(s []byte) {
		for i := range min(len(s), 3) {
			got, want := Plain(s, i), plainPlain(s, i)
			if got != want && !(got == 0 && want > i+maxPlain) {
				t.Fatalf("Plain(%q, %d) = %d, want %d", s, i, got, want)
			}
		}
	})
}

// plainEscape is the plain twin of Escape, for room without end.
func plainEscape(s []byte) (out []byte) {
	for _, c := range s {
		switch {
		case escapes[c] == 0:
			out = append(out, c)
		case escapes[c] == 'u':
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			out = append(out, '\\', escapes[c])
		}
	}
	return out
}

func TestEscapeAgreesWithTwin(t *testing.T) {
	t.Parallel()
	eachCase(func(s []byte) {
		want := plainEscape(s)
		dst := make([]byte, len(want)+Slack)
		wrote, read := Escape(dst, s)
		if read != len(s) || string(want) != string(dst[:wrote]) { // require would take most of the time
			t.Fatalf("Escape(%q) = %q, and has read %d bytes; want %q", s, dst[:wrote], read, want)
		}
	})
}

// With little room, Escape stops early, and what it reports fits together.
func TestEscapeStopsForRoom(t *testing.T) {
	t.Parallel()
	src := []byte("ab\x01cd\"ef\\gh\nijklmnopqrstuvwxyz\x02\x03\x04\x05\x06\x07\x08\x09")
	for room := range 120 {
		dst := make([]byte, room)
		wrote, read := Escape(dst, src)
		require.LessOrEqual(t, wrote, room)
		require.Equal(t, string(plainEscape(src[:read])), string(dst[:wrote]))
		if room >= len(plainEscape(src))+Slack {
			require.Equal(t, len(src), read)
		}
	}
}

// plainUnescape is the plain twin of Unescape: it returns the decoded text and where it stops.
func plainUnescape(src []byte) (out []byte, read int, high bool) {
	for read+Slack <= len(src) {
		c := src[read]
		switch {
		case c == '\\' && unescaped[src[read+1]] != 0:
			out = append(out, unescaped[src[read+1]])
			read += 2
			continue
		case c == '"' || c == '\\' || c < 0x20:
			return out, read, high
		}
		high = high || c >= 0x80
		out = append(out, c)
		read++
	}
	return out, read, high
}

func TestUnescapeAgreesWithTwin(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "bc", "defghijk", `\n`, `\"`, `\\`, `\/`, "é", "世界", `\u0041`, `"`, "\x01", `\x`, `\`}
	for range 20000 {
		var src []byte
		for range rng.IntN(40) {
			k := rng.IntN(len(pieces) + 30)
			src = append(src, pieces[min(k, len(pieces)-1)%9]...)
			if k < len(pieces) {
				src = append(src, pieces[k]...)
			}
		}
		dst := make([]byte, len(src)+2*Slack)
		wrote, read, high := Unescape(dst, src)
		// The twin goes byte by byte and so may stop later at the end of src; up to read both say the same.
		full, stop, wantHigh := plainUnescape(append(src[:read:read], make([]byte, Slack)...))
		require.Equal(t, read, stop, "%q", src)
		require.Equal(t, string(full), string(dst[:wrote]), "%q", src)
		require.Equal(t, wantHigh, high, "%q", src)
	}
}
