package codec_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

// stringPieces are what strings in documents are made of, right and wrong ones.
var stringPieces = []string{
	"a", "bc", "0123456789", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "é", "世界", "\U0001f600",
	`\n`, `\"`, `\\`, `\/`, `\t`, `\u0041`, `\u00e9\u4e16\u754c`, `\ud83d\ude00`,
	// From here on wrong, or at least odd.
	`\ud83d`, `\ude00`, `\ud83dx`, `\x`, `\u12g4`, `\`, `"`, "\x00", "\n", "\x1f", "\\\n", "\x80", "\xc3", "\xe4\xb8", "\xed\xa0\x80", "\xf0\x9f\x98", "\xff",
}

const rightPieces = 15

// stringText returns what may stand between quotes; with wrong pieces, if any, near a random place.
func stringText(rng *rand.Rand, pieces int) (s []byte) {
	odd := -1
	if rng.IntN(2) == 0 {
		odd = rng.IntN(pieces + 1)
	}
	kinds := 1 + rng.IntN(rightPieces)
	for i := range pieces {
		if i == odd {
			s = append(s, stringPieces[rightPieces+rng.IntN(len(stringPieces)-rightPieces)]...)
		}
		s = append(s, stringPieces[rng.IntN(kinds)]...)
	}
	return s
}

// readings is all that a document of one string gives: each way to read it, with its error.
func readings(doc []byte) string {
	var d codec.Decoder
	report := func(got string, err error) string { return fmt.Sprintf("%q %v\n", got, err) }
	d.Reset(doc)
	all := report(d.String(), d.End())
	d.Reset(doc, codec.Strict())
	all += report(d.String(), d.End())
	d.Reset(doc)
	all += report(d.Raw().String(), d.End())
	all += report("", codec.Valid(append([]byte(`{"x":[`), append(doc, `]}`...)...)))
	return all
}

// checkLevels holds the levels to each other, and to encoding/json.
func checkLevels(t *testing.T, text []byte) {
	t.Helper()
	doc := append(append([]byte{'"'}, text...), '"')
	undo := scan.SetLevel(scan.Portable)
	read, wrote := readings(doc), string(codec.AppendString(nil, string(text)))
	undo()
	for l := range scan.Best() + 1 {
		undo := scan.SetLevel(l)
		require.Equal(t, read, readings(doc), "level %d: %q", l, doc)
		for _, room := range []int{0, len(text) + 1, len(text) + 2, len(text) + scan.Room/2, 7*len(text) + 2*scan.Room} {
			require.Equal(t, wrote, string(codec.AppendString(make([]byte, 0, room), string(text))), "level %d: %q", l, text)
		}
		undo()
	}
	var back string
	require.NoError(t, json.Unmarshal([]byte(wrote), &back))
	require.Equal(t, string([]rune(string(text))), back)

	var want string
	err := json.Unmarshal(doc, &want)
	require.Equal(t, err == nil && utf8.Valid(doc), codec.Valid(doc) == nil, "%q: %v", doc, err)
	if err == nil && utf8.Valid(doc) {
		var d codec.Decoder
		d.Reset(doc)
		require.Equal(t, want, d.String())
	}
}

// Not parallel: it sets the level.
func TestLevelsAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for i := range 6000 {
		checkLevels(t, stringText(rng, i%60))
	}
}

func FuzzLevels(f *testing.F) {
	rng := rand.New(rand.NewPCG(9, 10))
	for i := range 50 {
		f.Add(stringText(rng, i))
	}
	f.Fuzz(func(t *testing.T, text []byte) { checkLevels(t, text) })
}
