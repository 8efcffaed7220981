package codec_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

// readMembers reads a value of d from the top, its members and elements as Raws. Each comes twice: as it is, and on one line.
func readMembers(t testing.TB, d *codec.Decoder) (got []string) {
	t.Helper()
	note := func() {
		r := d.Raw()
		if d.Err() != nil {
			return
		}
		line, err := codec.AppendRaw(nil, r)
		require.NoError(t, err)
		require.NotContains(t, string(line), "\n")
		got = append(got, r.String(), string(line))
	}
	switch d.Kind() {
	case codec.KindObject:
		for key, ok := d.FirstKey(); ok; key, ok = d.NextKey(key) {
			got = append(got, key)
			note()
		}
	case codec.KindArray:
		for i, ok := 0, d.FirstElem(); ok; i, ok = i+1, d.NextElem(i) {
			note()
		}
	default:
		note()
	}
	if err := d.End(); err != nil {
		got = append(got, err.Error())
	}
	return got
}

// What was checked before reads as if it had not been, whatever the limits are that it was checked with and is read with.
func checkTrusted(t testing.TB, doc []byte) {
	t.Helper()
	limits := [][]codec.Option{nil, {codec.MaxDepth(2)}, {codec.MaxDepth(4000)}}
	for _, checked := range limits {
		raw, err := codec.ParseRaw(doc, checked...)
		if err != nil {
			continue
		}
		for _, read := range limits {
			var trusting, plain codec.Decoder
			trusting.ResetRaw(raw, read...)
			plain.Reset(raw.Bytes(), read...)
			require.Equal(t, readMembers(t, &plain), readMembers(t, &trusting), "%q", doc)
		}
	}
}

func deepDocuments() (docs [][]byte) {
	for _, n := range []int{1, 2, 3, 63, 64, 65, 999, 1000, 1001, 3999, 4000, 4001} {
		deep := strings.Repeat("[", n) + strings.Repeat("]", n)
		docs = append(docs, []byte(deep), []byte(`{"a":`+deep+`,"b":"]"}`))
	}
	return docs
}

func TestTrusted(t *testing.T) {
	for l := range scan.Best() + 1 {
		undo := scan.SetLevel(l)
		rng := rand.New(rand.NewPCG(31, 32))
		for range 4000 {
			checkTrusted(t, document(rng))
		}
		for _, doc := range deepDocuments() {
			checkTrusted(t, doc)
		}
		undo()
	}
}

func FuzzTrusted(f *testing.F) {
	rng := rand.New(rand.NewPCG(33, 34))
	for range 40 {
		f.Add(document(rng))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		for l := range scan.Best() + 1 {
			undo := scan.SetLevel(l)
			checkTrusted(t, doc)
			undo()
		}
	})
}
