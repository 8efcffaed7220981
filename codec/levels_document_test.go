package codec_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

var (
	scalarTexts = []string{
		`1`, `-12.5e3`, `0`, `true`, `false`, `null`, `""`, `"a"`, `"{[:,]}"`, `"\\"`, `"\\\""`, `"\n\t\/"`, `"é世界"`, `"\u00e9\ud83d\ude00"`, `"\ud83d"`,
		`"a string of plain text that goes over the end of a block, however long blocks are"`, `"` + strings.Repeat("0123456789", 60) + `"`,
	}
	nameTexts = []string{
		`"key"`, `"key"`, `""`, `"a"`, `"ab:"`, `"1234567"`, `"12345678"`, `"123456789012345"`, `"1234567890123456"`, `"a name that is longer than short ones"`, `"k\u0065y"`, `"\""`, `"é"`,
	}
	spaceTexts = []string{"", "", "", "", " ", "\n", "\r\n\t", strings.Repeat(" ", 70)}
	// wrongTexts make a document wrong, mostly.
	wrongTexts = []string{
		`"`, `\`, `x`, `01`, `1.`, `tru`, `nullx`, `1"a"`, `"a"b`, "\x00", "\x1f", `"\x"`, `"\u12"`, "\"\n\"", `\"`, "\"\xff\"", "\xe4\xb8", "\"\xe4\xb8\"", "\f",
		`"":`, `:""`, `{`, `}`, `[`, `]`, `:`, `,`, ` `, "\n", `{"a":`, strings.Repeat("[", 70), strings.Repeat("[", 70) + strings.Repeat("]", 70),
	}
)

func pick(rng *rand.Rand, from []string) string { return from[rng.IntN(len(from))] }

// appendValue appends some JSON value.
func appendValue(rng *rand.Rand, dst []byte, spaces []string, depth int) []byte {
	kind := rng.IntN(4)
	if depth == 0 || kind < 2 {
		return append(dst, pick(rng, scalarTexts)...)
	}
	dst = append(dst, "{["[kind-2])
	for i := range rng.IntN(6) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, pick(rng, spaces)...)
		if kind == 2 {
			dst = append(append(dst, pick(rng, nameTexts)...), pick(rng, spaces)...)
			dst = append(append(dst, ':'), pick(rng, spaces)...)
		}
		dst = append(appendValue(rng, dst, spaces, depth-1), pick(rng, spaces)...)
	}
	return append(dst, "}]"[kind-2])
}

// document returns a document that is right or has something wrong in it.
func document(rng *rand.Rand) []byte {
	doc := appendValue(rng, nil, spaceTexts[:1+rng.IntN(len(spaceTexts))], 1+rng.IntN(6))
	at := rng.IntN(len(doc) + 1)
	switch rng.IntN(4) {
	case 0:
		doc = slices.Insert(doc, at, []byte(pick(rng, wrongTexts))...)
	case 1:
		doc = doc[:at]
	}
	return doc
}

// readDocument is all that a document gives, by itself and inside of another one.
func readDocument(doc []byte) (got []string) {
	note := func(d *codec.Decoder, r codec.Raw) {
		got = append(got, r.String(), strconv.Itoa(d.Offset()), strconv.FormatBool(d.LineBreaks()))
	}
	inside := append(append([]byte(`{"a":"b","c":`), doc...), `,"d":"é"}`...)
	for _, src := range [][]byte{doc, inside} {
		var d codec.Decoder
		d.Reset(src)
		note(&d, d.Raw())
		got = append(got, fmt.Sprint(d.End(), codec.Valid(src), codec.Valid(src, codec.MaxDepth(3))))
	}
	var d codec.Decoder
	d.Reset(inside)
	for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
		note(&d, d.Raw())
	}
	return append(got, fmt.Sprint(d.End()))
}

// checkDocument holds the levels to each other, and to encoding/json.
func checkDocument(t *testing.T, doc []byte) {
	t.Helper()
	undo := scan.SetLevel(scan.Portable)
	want := readDocument(doc)
	undo()
	for l := range scan.Best() + 1 {
		undo := scan.SetLevel(l)
		require.Equal(t, want, readDocument(doc), "level %d: %q", l, doc)
		var d codec.Decoder
		d.Reset(doc)
		readTexts(&d, nil)
		require.Equal(t, codec.Valid(doc) == nil, d.End() == nil, "member by member, level %d: %q", l, doc)
		undo()
	}
	if len(doc) < 9000 { // encoding/json has its own limit of depth
		require.Equal(t, json.Valid(doc) && utf8.Valid(doc), codec.Valid(doc, codec.MaxDepth(10000)) == nil, "%q", doc)
	}
}

// Not parallel: it sets the level.
func TestLevelsAgreeOnDocuments(t *testing.T) {
	rng := rand.New(rand.NewPCG(17, 18))
	for range 8000 {
		checkDocument(t, document(rng))
	}
}

func FuzzLevelsOfDocuments(f *testing.F) {
	rng := rand.New(rand.NewPCG(19, 20))
	for range 100 {
		f.Add(document(rng))
	}
	for _, s := range wrongTexts {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) { checkDocument(t, doc) })
}
