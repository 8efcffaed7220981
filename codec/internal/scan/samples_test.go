package scan

import (
	"flag"
	"math/rand/v2"
	"testing"
)

// A fuzzer looks for new ways through the code, of which kernels have few; what they get wrong lies in values and in places. So many more
// texts are tried than a fuzzer can: make samples tries 25 million with each kernel.
var (
	samples     = flag.Int("scan.samples", 5000, "how many random texts each kernel is compared with its twin on, at every level")
	samplesSeed = flag.Uint64("scan.seed", 1, "where the random texts begin")
)

func TestSamples(t *testing.T) {
	for name, check := range map[string]func(rng *rand.Rand, text []byte, low bool){
		"text": func(_ *rand.Rand, text []byte, low bool) { checkText(t, text, low) },
		"escape": func(rng *rand.Rand, text []byte, low bool) {
			room := 6*len(text) + Slack
			if rng.IntN(4) == 0 {
				room = rng.IntN(room)
			}
			checkEscape(t, text, room, low)
		},
		"unescape": func(rng *rand.Rand, text []byte, low bool) {
			room := len(text) + Room
			if rng.IntN(4) == 0 {
				room = rng.IntN(room)
			}
			checkUnescape(t, text, room, low)
		},
		"tokens":  func(_ *rand.Rand, text []byte, low bool) { checkTokens(t, text, low) },
		"closing": func(_ *rand.Rand, text []byte, low bool) { checkClosing(t, text, low) },
		"plain":   func(_ *rand.Rand, text []byte, low bool) { checkPlain(t, text, low) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Logf("%d texts from seed %d on", *samples, *samplesSeed)
			rng := rand.New(rand.NewPCG(*samplesSeed, uint64(len(name))))
			for i := range *samples {
				text := randomText(rng, (name == "tokens" || name == "closing") && i%4 != 0)
				for l := range Best() + 1 {
					undo := SetLevel(l)
					check(rng, text, i&1 != 0)
					undo()
				}
			}
		})
	}
}

// randomText is a sample, often short, that has lost, got or changed a byte or two as often as not.
func randomText(rng *rand.Rand, json bool) (text []byte) {
	size := rng.IntN(100)
	if rng.IntN(4) == 0 {
		size = rng.IntN(600)
	}
	if json {
		text = sampleJSON(rng, size/6)
	} else {
		text = sample(rng, size)
	}
	for range rng.IntN(4) {
		if len(text) == 0 {
			break
		}
		switch at := rng.IntN(len(text)); rng.IntN(4) {
		case 0:
			text[at] = byte(rng.Uint32())
		case 1:
			text[at] ^= 1 << rng.IntN(8)
		case 2:
			text = append(text[:at], text[at+1:]...)
		case 3:
			text = append(text[:at+1], text[at:]...)
		}
	}
	return text
}
