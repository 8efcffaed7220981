package scan

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

// checkText compares Text and Body with their twins at the current level. What is UTF-8 need not be known to be at the portable level.
func checkText(t testing.TB, text []byte, low bool) {
	t.Helper()
	src, _ := fenced(t, text, 0, low)
	n, sure := Text(src)
	if want := plainText(src); n != want {
		t.Fatalf("level %d: Text of %q is %d, want %d", level, text, n, want)
	}
	checkSure(t, src[:n], sure)

	n, sure = Body(src)
	want := plainBody(src)
	if n != want && !(n < want && (level == Portable || len(src)-n < minText) && src[n] == '\\') {
		t.Fatalf("level %d: Body of %q is %d, want %d", level, text, n, want)
	}
	checkSure(t, src[:n], sure)

	if ok := Valid(src); ok != utf8.Valid(src) {
		t.Fatalf("level %d: Valid says %v of %q", level, ok, text)
	}
}

func checkSure(t testing.TB, s []byte, sure bool) {
	t.Helper()
	ascii := true
	for _, c := range s {
		ascii = ascii && c < utf8.RuneSelf
	}
	ok := utf8.Valid(s)
	if sure && !ok || ascii && !sure || ok && !sure && level > Portable && len(s) >= minText {
		t.Fatalf("level %d: whether %q is UTF-8: sure is %v", level, s, sure)
	}
}

func TestTextAgreesWithTwin(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		i := 0
		eachCase(func(s []byte) {
			i++
			checkText(t, s, i&1 != 0)
		})
		rng := rand.New(rand.NewPCG(11, 12))
		for range 20000 {
			i++
			checkText(t, sample(rng, rng.IntN(1200)), i&1 != 0)
		}
	})
}

// A byte that matters, at all places of a long plain text.
func TestTextOfLongPlainText(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		text := bytes.Repeat([]byte("a"), 900)
		for i := range text {
			for _, c := range special {
				text[i] = c
				checkText(t, text[:600+i%300], i&1 != 0)
			}
			text[i] = 'a'
		}
	})
}

// All two-byte and many longer sequences, at places around the ends of blocks.
func TestValidOfSequences(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		third := []byte{'a', 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff}
		var buf [200]byte
		for i := range buf {
			buf[i] = 'a'
		}
		check := func(at int, seq ...byte) {
			s := buf[:at+len(seq)+at%5]
			copy(s[at:], seq)
			if got, want := Valid(s), utf8.Valid(s); got != want {
				t.Fatalf("level %d: Valid(%q) is %v", level, s, got)
			}
			if n, sure := Text(s); sure != utf8.Valid(s[:n]) && level > Portable && len(s) >= minText {
				t.Fatalf("level %d: Text(%q) is %d, %v", level, s, n, sure)
			}
			for i := range seq {
				s[at+i] = 'a'
			}
		}
		for lead := 0x80; lead < 0x100; lead++ {
			for next := range 0x100 {
				for _, at := range []int{32, 62, 63, 127} {
					check(at, byte(lead), byte(next))
				}
				if next >= 0x80 && next < 0xc0 {
					for _, c := range third {
						for _, d := range third {
							check(60+(lead+next)%9, byte(lead), byte(next), c, d)
						}
					}
				}
			}
		}
	})
}

// Characters that are torn apart by blocks of plain text, so that a kernel that does not look there may not take them for whole.
func TestValidOfTornCharacters(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for _, char := range []string{"é", "世", "\U0001f600"} {
			for at := range 130 {
				for _, between := range []int{1, 63, 64, 65, 128, 192} {
					for k := 1; k < len(char); k++ {
						plain := bytes.Repeat([]byte("a"), at+between)
						text := append(append(append(plain[:at:at], char[:k]...), plain[at:]...), char[k:]...)
						checkText(t, text, at&1 != 0)
					}
				}
			}
		}
	})
}

func FuzzText(f *testing.F) {
	seedFuzz(f)
	f.Fuzz(func(t *testing.T, b []byte, _ uint16, asPieces bool) {
		text := fromFuzz(b, asPieces)
		if len(text) > guardSize {
			t.Skip()
		}
		for l := range Best() + 1 {
			undo := SetLevel(l)
			checkText(t, text, false)
			checkText(t, text, true)
			undo()
		}
	})
}
