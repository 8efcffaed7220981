package scan

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// checkEscape compares Escape with its twin at the current level: what it wrote is what the twin makes of what it read, and it
// reads all if there is room.
func checkEscape(t testing.TB, text []byte, room int, low bool) {
	t.Helper()
	src, dst := fenced(t, text, room, low)
	wrote, read, high := Escape(dst, src)
	want, wantHigh := plainEscape(src[:read])
	if !bytes.Equal(dst[:wrote], want) || high != wantHigh {
		t.Fatalf("level %d: Escape of %q with %d bytes of room: read %d, wrote %q, %v, want %q, %v", level, text, room, read, dst[:wrote], high, want, wantHigh)
	}
	if read < len(src) && room-wrote >= Slack {
		t.Fatalf("level %d: Escape of %q stops at %d with %d bytes of %d written", level, text, read, wrote, room)
	}
}

func TestEscapeAgreesWithTwin(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		i := 0
		eachCase(func(s []byte) {
			i++
			checkEscape(t, s, 6*len(s)+Slack, i&1 != 0)
		})
	})
}

// With little room, Escape stops early, and what it reports fits together.
func TestEscapeStopsForRoom(t *testing.T) {
	eachLevel(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(5, 6))
		for room := range 600 {
			for range 10 {
				checkEscape(t, sample(rng, rng.IntN(1200)), 2*room, false)
			}
		}
	})
}

func FuzzEscape(f *testing.F) {
	seedFuzz(f)
	f.Fuzz(func(t *testing.T, b []byte, room uint16, asPieces bool) {
		text := fromFuzz(b, asPieces)
		if len(text) > guardSize {
			t.Skip()
		}
		for l := range Best() + 1 {
			undo := SetLevel(l)
			checkEscape(t, text, int(room), false)
			checkEscape(t, text, min(6*len(text)+Slack, guardSize), true)
			undo()
		}
	})
}
