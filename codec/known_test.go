package codec_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

// longDocument returns an object with a long string, or several, in which something may be odd or wrong.
func longDocument(rng *rand.Rand) []byte {
	var b strings.Builder
	b.WriteString(`{"` + strings.Repeat("k", rng.IntN(200)) + `":[1`)
	for range 1 + rng.IntN(3) {
		b.WriteString(pick(rng, []string{`,"`, ` , "`, `,{"a":"`, `,[["`, `,1"`, `,"x""`}))
		body := strings.Repeat("0123456789abcdef", []int{1, 20, 255, 256, 257, 400, 5000}[rng.IntN(7)])
		if rng.IntN(2) == 0 {
			at := rng.IntN(len(body))
			body = body[:at] + stringPieces[rng.IntN(len(stringPieces))] + body[at:]
		}
		b.WriteString(body + pick(rng, []string{`"`, `"`, `"}`, `"]]`, ``}))
	}
	return []byte(b.String() + `],"t":true}`)
}

// readTexts reads all of a value, its strings as texts.
func readTexts(d *codec.Decoder, got []string) []string {
	switch d.Kind() {
	case codec.KindObject:
		for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
			got = readTexts(d, append(got, key))
		}
	case codec.KindArray:
		for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
			got = readTexts(d, got)
		}
	case codec.KindString:
		got = append(got, d.String())
	default:
		got = append(got, d.Raw().String())
	}
	return got
}

// A Decoder that knows of a long string reads as one that does not, and so does one that has read over it itself.
func checkKnown(t testing.TB, doc []byte) (known bool) {
	t.Helper()
	var plain, over, knowing, again codec.Decoder
	plain.Reset(doc)
	want, wantErr := readTexts(&plain, nil), plain.End()

	over.Reset(doc)
	over.Skip()
	from, to := over.LongText()
	if to > 0 {
		require.NotContains(t, string(doc[from:to]), `\`)
	}
	knowing.Reset(doc)
	knowing.KnowText(from, to)
	again.Reset(doc)
	mark := again.Mark()
	again.Skip()
	again.Rewind(mark)
	for _, d := range []*codec.Decoder{&knowing, &again} {
		if over.End() != nil && d == &again {
			continue // nothing is read after an error
		}
		got := readTexts(d, nil)
		require.Equal(t, wantErr, d.End(), "%.200q", doc)
		if wantErr == nil {
			require.Equal(t, want, got)
		}
	}
	return to > 0
}

func TestKnownText(t *testing.T) {
	for l := range scan.Best() + 1 {
		undo := scan.SetLevel(l)
		rng := rand.New(rand.NewPCG(41, 42))
		known := 0
		for range 4000 {
			if checkKnown(t, longDocument(rng)) {
				known++
			}
		}
		require.Positive(t, known)
		undo()
	}
}

// What is told and cannot be is ignored.
func TestKnowTextOutside(t *testing.T) {
	t.Parallel()
	for _, at := range [][2]int{{0, 0}, {-5, 3}, {0, 2}, {2, 1}, {1, 3}, {1, 4}, {1, 400}, {2, 2}} {
		var d codec.Decoder
		d.Reset([]byte(`"ab"`))
		d.KnowText(at[0], at[1])
		require.Equal(t, "ab", d.String())
		require.NoError(t, d.End())
	}
}

func FuzzKnownText(f *testing.F) {
	rng := rand.New(rand.NewPCG(43, 44))
	for range 40 {
		f.Add(longDocument(rng))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		for l := range scan.Best() + 1 {
			undo := scan.SetLevel(l)
			checkKnown(t, doc)
			undo()
		}
	})
}
