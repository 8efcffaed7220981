package scan

import (
	"math/rand/v2"
	"testing"
)

// plainClosing is the plain twin of Closing, for any text that begins with a bracket. Quotes and backslashes after a backslash are none, wherever
// they stand.
func plainClosing(s []byte) int {
	depth, inString, escaped := 0, false, false
	for i, c := range s {
		if escaped && (c == '"' || c == '\\') {
			escaped = false
			continue
		}
		escaped = c == '\\'
		switch {
		case c == '"':
			inString = !inString
		case inString:
		case c == '{', c == '[':
			depth++
		case c == '}', c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return 0
}

func checkClosing(t testing.TB, text []byte, low bool) {
	t.Helper()
	if !findsClosing() || len(text) < 3 {
		return
	}
	src, _ := fenced(t, append([]byte{'{'}, text...), 0, low)
	if got, want := Closing(src), plainClosing(src); got != want {
		t.Fatalf("level %d: Closing(%q) = %d, want %d", level, src, got, want)
	}
}

// brackets are put between the pieces of sample, of which some are whole strings then.
var brackets = []string{"{", "}", "[", "]", `{"a":`, `"}`, `["`, `"]`, `""`, `"\\"`, `"\""`, `"[{"`, `"\\\"]"`, ",", "[[[[[[[[[[[[[[[[[[[[", "}}}}}}}}}}}}}}}}}}}}}}}}"}

func nested(rng *rand.Rand, n int) (out []byte) {
	for len(out) < n {
		if rng.IntN(3) == 0 {
			out = append(out, sample(rng, rng.IntN(90))...)
		}
		out = append(out, brackets[rng.IntN(len(brackets))]...)
	}
	return out
}

func TestClosingAgreesWithTwin(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for i := range 60000 {
			checkClosing(t, nested(rng, rng.IntN(400)), i%2 == 0)
		}
	})
}

func FuzzClosing(f *testing.F) {
	rng := rand.New(rand.NewPCG(7, 8))
	for n := range 40 {
		f.Add(nested(rng, 10*n), n%2 == 0)
	}
	f.Fuzz(func(t *testing.T, text []byte, low bool) {
		if len(text) > guardSize/2 {
			return
		}
		for l := range Best() + 1 {
			undo := SetLevel(l)
			checkClosing(t, text, low)
			undo()
		}
	})
}
