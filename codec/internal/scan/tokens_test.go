package scan

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"
)

// plainTokens is the plain twin of Tokens for a whole text: where tokens are, the first line break between them, whether nothing is wrong, and
// whether it ends in a string.
func plainTokens(s []byte) (at []int, line int, ok, inString bool) {
	line, ok = -1, utf8.Valid(s)
	scalar := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '\\' {
			n := plainEscapeLen(s[i:])
			if ok = ok && n > 0; !ok {
				return at, line, false, inString
			}
			if !inString && !scalar {
				at = append(at, i)
			}
			scalar = !inString
			i += n - 1
			continue
		}
		switch {
		case inString:
			ok = ok && c >= 0x20
			inString = c != '"'
		case c == '"':
			if !scalar {
				at = append(at, i)
			}
			inString, scalar = true, false
		case strings.IndexByte("{}[]:,", c) >= 0:
			at = append(at, i)
			scalar = false
		case c <= 0x20:
			ok = ok && strings.IndexByte(" \t\n\r", c) >= 0
			if line < 0 && (c == '\n' || c == '\r') {
				line = i
			}
			scalar = false
		default:
			if !scalar {
				at = append(at, i)
			}
			scalar = true
		}
	}
	return at, line, ok, inString
}

// plainEscapeLen returns the length of the escape at the start of s, cut off at its end; 0 if it is wrong.
func plainEscapeLen(s []byte) int {
	if len(s) < 2 {
		return len(s)
	}
	if s[1] != 'u' {
		if unescaped[s[1]] == 0 {
			return 0
		}
		return 2
	}
	n := 2
	for ; n < min(6, len(s)); n++ {
		if strings.IndexByte("0123456789abcdefABCDEF", s[n]) < 0 {
			return 0
		}
	}
	return n
}

// checkTokens compares Tokens with its twin. What the twin finds wrong must be found. A text that is cut off in a character or an
// escape is wrong for one of them.
func checkTokens(t testing.TB, text []byte, low bool) {
	t.Helper()
	if len(text) == 0 || !FindsTokens() {
		return
	}
	src, _ := fenced(t, text, 0, low)
	want, wantLine, wantOK, wantOpen := plainTokens(src)
	var (
		got  []int
		line = -1
		ok   = true
		tk   Tokens
	)
	size := SmallWindow
	for i := 0; i < len(src) && ok; size = Window {
		var n int
		if n, ok = tk.Find(src, i, size); !ok {
			break
		}
		for k, o := range tk.At[:n] {
			got = append(got, i+int(o))
			if tk.First[k] != src[i+int(o)] {
				t.Fatalf("level %d: Tokens of %q: %q at %d", level, text, tk.First[k], i+int(o))
			}
		}
		if line < 0 && tk.Line < Window {
			line = i + tk.Line
		}
		if i += size; low {
			next, plain := tk.Skim(src, i, len(text)%2 == 0)
			if plain && (next <= i || src[next] != '"' || bytes.IndexByte(src[i:next], '\\') >= 0 || bytes.IndexByte(src[i:next], '"') >= 0) {
				t.Fatalf("level %d: Tokens of %q: plain from %d to %d", level, text, i, next)
			}
			if next == len(src) && i < len(src) {
				if wantOK && !wantOpen {
					t.Fatalf("level %d: Tokens finds that %q does not end, from %d of %d: %q", level, text, i, len(src), src[max(0, i-6):])
				}
				return
			}
			i = next
		}
	}
	if !ok {
		if wantOK && !bytes.Contains(text[max(0, len(text)-6):], []byte{'\\'}) {
			t.Fatalf("level %d: Tokens finds %q wrong", level, text)
		}
		return
	}
	if tail := text[max(0, len(text)-utf8.UTFMax):]; !wantOK && utf8.Valid(tail) && utf8.Valid(text) {
		t.Fatalf("level %d: Tokens finds nothing wrong with %q", level, text)
	}
	if !wantOK {
		return
	}
	if len(got) != len(want) || line != wantLine {
		t.Fatalf("level %d: Tokens of %q are %d, want %d; line %d, want %d", level, text, got, want, line, wantLine)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("level %d: Tokens of %q are %d, want %d", level, text, got, want)
		}
	}
}

// jsonPieces are what sampleJSON puts together: mostly JSON.
var jsonPieces = []string{
	`{`, `}`, `[`, `]`, `:`, `,`, `"a"`, `"name":`, `"long string of plain text that goes over the end of a block, whatever its size"`, `"\n\t"`, `"\\"`, `"\\\""`, `"é世界"`,
	`"\u00e9\ud83d\ude00"`, `1`, `-12.5e3`, `true`, `false`, `null`, ` `, `  `, "\n", "\t", "\r\n", `""`, `{}`, `[]`, `"{[:,]}"`,
	// From here on wrong.
	`"`, `\`, `x`, "\x00", "\x1f", `"\x"`, `"\u12"`, "\"\n\"", `"a"b`, `1"a"`, `\"`, "\"\xff\"", "\xe4\xb8", "\"\xe4\xb8\"",
}

func sampleJSON(rng *rand.Rand, n int) (out []byte) {
	wrong := rng.IntN(3) == 0
	for range n {
		k := rng.IntN(28)
		if wrong && rng.IntN(40) == 0 {
			k = 28 + rng.IntN(len(jsonPieces)-28)
		}
		out = append(out, jsonPieces[k]...)
	}
	return out
}

func TestTokensAgreeWithTwin(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(13, 14))
		for i := range 60000 {
			checkTokens(t, sampleJSON(rng, rng.IntN(60)), i&1 != 0)
			checkTokens(t, sample(rng, rng.IntN(400)), i&1 != 0)
		}
	})
}

// Escapes with \u that have one wrong digit, at all places of two blocks.
func TestTokensOfWrongDigits(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for at := range 130 {
			for k := range 5 {
				escape := []byte(`\u12aF`)
				if k < 4 {
					escape[2+k] = "g/:@"[k]
				}
				text := append(append([]byte{'"'}, bytes.Repeat([]byte("a"), at)...), escape...)
				checkTokens(t, append(text, `","b":[1,2,3]}`...), at&1 != 0)
			}
		}
	})
}

func FuzzTokens(f *testing.F) {
	rng := rand.New(rand.NewPCG(15, 16))
	for i := range 60 {
		f.Add(sampleJSON(rng, i), false)
		f.Add(sample(rng, i), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, asPieces bool) {
		text := b
		if asPieces {
			text = nil
			for _, c := range b {
				text = append(text, jsonPieces[int(c)%len(jsonPieces)]...)
			}
		}
		if len(text) > guardSize {
			t.Skip()
		}
		for l := range Best() + 1 {
			undo := SetLevel(l)
			checkTokens(t, text, false)
			checkTokens(t, text, true)
			undo()
		}
	})
}
