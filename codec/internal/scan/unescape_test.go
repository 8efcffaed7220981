package scan

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// checkUnescape compares Unescape with its twin at the current level. It may stop earlier than the twin, when one side comes to
// its end.
func checkUnescape(t testing.TB, text []byte, room int, low bool) {
	t.Helper()
	src, dst := fenced(t, text, room, low)
	wrote, read, high := Unescape(dst, src, low)
	_, end, _ := plainUnescape(src)
	want, stop, wantHigh := plainUnescape(src[:read])
	if read > end || stop != read || !bytes.Equal(dst[:wrote], want) || high != wantHigh {
		t.Fatalf("level %d: Unescape of %q with %d bytes of room: read %d of %d, wrote %q, %v, want %q, %v",
			level, text, room, read, end, dst[:wrote], high, want, wantHigh)
	}
	near := Slack
	if level > Portable {
		near = Room
	}
	if read < end && len(src)-read >= near && room-wrote >= near {
		t.Fatalf("level %d: Unescape of %q stops at %d, not at %d, with %d bytes of %d written", level, text, read, end, wrote, room)
	}
}

func TestUnescapeAgreesWithTwin(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		i := 0
		eachCase(func(s []byte) {
			i++
			checkUnescape(t, s, len(s)+Room, i&1 != 0)
		})
		rng := rand.New(rand.NewPCG(1, 2))
		for range 20000 {
			i++
			text := sample(rng, rng.IntN(400))
			checkUnescape(t, text, rng.IntN(len(text)+Room), i&1 != 0)
		}
	})
}

// At every level, runs of backslashes of all lengths at all places, with all that can follow them.
func TestUnescapeOfRuns(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		for before := range 70 {
			for run := range 70 {
				text := append(bytes.Repeat([]byte("a"), before), bytes.Repeat([]byte(`\`), run)...)
				for _, c := range "n\"u\x01é" {
					checkUnescape(t, append(append(text, string(c)...), `tail","x":"`...), 400, run&1 != 0)
				}
			}
		}
	})
}

func FuzzUnescape(f *testing.F) {
	seedFuzz(f)
	f.Fuzz(func(t *testing.T, b []byte, room uint16, asPieces bool) {
		text := fromFuzz(b, asPieces)
		if len(text)+Room > guardSize {
			t.Skip()
		}
		for l := range Best() + 1 {
			undo := SetLevel(l)
			checkUnescape(t, text, int(room), false)
			checkUnescape(t, text, len(text)+Room, true)
			undo()
		}
	})
}
