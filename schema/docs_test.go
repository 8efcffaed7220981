package schema_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/schema"
)

// parseWithProse reads JSON without any of the reductions of package facts.
func parseWithProse(t *testing.T, src []byte) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal(src, &v))
	return v
}

type docRow struct{ key, text string }

// docRows returns the rows of docs.json in file order, which a Go map would lose.
func docRows(t *testing.T) []docRow {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(schema.Docs()))
	var rows []docRow
	tok, err := dec.Token()
	require.NoError(t, err)
	require.Equal(t, json.Delim('{'), tok)
	for dec.More() {
		key, err := dec.Token()
		require.NoError(t, err)
		var text string
		require.NoError(t, dec.Decode(&text), "row %v", key)
		rows = append(rows, docRow{key.(string), text})
	}
	_, err = dec.Token()
	require.NoError(t, err)
	_, err = dec.Token()
	require.Equal(t, io.EOF, err, "one object, nothing after it")
	return rows
}

var docKey = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*(\.\S+)?$`)

func TestDocsKeys(t *testing.T) {
	t.Parallel()
	rows := docRows(t)
	require.Greater(t, len(rows), 400)
	for i, row := range rows {
		require.Regexp(t, docKey, row.key)
		if i > 0 {
			require.Less(t, rows[i-1].key, row.key, "keys are sorted and occur once")
		}
	}
	for _, row := range rows {
		typ, _, isMember := strings.Cut(row.key, ".")
		if isMember {
			require.True(t, slices.ContainsFunc(rows, func(r docRow) bool { return r.key == typ }), "%s: its type has no row", row.key)
		}
	}
}

// The generator refuses such rows too; this test says so without running it.
func TestDocsTexts(t *testing.T) {
	t.Parallel()
	first := map[string]string{} // type and text -> the key that has it
	for _, row := range docRows(t) {
		typ, _, isMember := strings.Cut(row.key, ".")
		require.GreaterOrEqual(t, len(row.text), 20, row.key)
		require.Equal(t, strings.TrimSpace(row.text), row.text, row.key)
		require.True(t, strings.HasSuffix(row.text, "."), "%s: a sentence ends with a full stop", row.key)
		require.NotContains(t, row.text, "  ", row.key)
		if !isMember {
			require.True(t, strings.HasPrefix(row.text, row.key+" "), "%s: a type's text starts with its name", row.key)
		}
		require.NotEmpty(t, newWords(row.key, row.text), "%s: says only its own name", row.key)
		if other, twice := first[typ+"\x00"+row.text]; twice {
			t.Errorf("%s: the same text as %s", row.key, other)
		}
		first[typ+"\x00"+row.text] = row.key
	}
}

// The sentences are our own. testdata lists upstream's descriptions of all revisions, each as the first 16 hex
// digits of the SHA-256 of its lower-case ASCII letters and digits, so that their text need not be here.
func TestDocsAreNotUpstreams(t *testing.T) {
	t.Parallel()
	list, err := os.ReadFile("testdata/upstream_descriptions.txt")
	require.NoError(t, err)
	upstream := strings.Fields(string(list))
	require.Greater(t, len(upstream), 400)
	require.Equal(t, "ca5ba87c93d42f8a", fingerprint("Ab, 1: \u00e9!"), "printf ab1 | sha256sum")
	for _, row := range docRows(t) {
		require.NotContains(t, upstream, fingerprint(row.text), row.key)
	}
}

func fingerprint(text string) string {
	var kept []byte
	for _, c := range []byte(strings.ToLower(text)) {
		if 'a' <= c && c <= 'z' || '0' <= c && c <= '9' {
			kept = append(kept, c)
		}
	}
	sum := sha256.Sum256(kept)
	return hex.EncodeToString(sum[:])[:16]
}

// newWords returns the words of text that are neither in key nor articles and the like.
func newWords(key, text string) []string {
	const filler = " a an the of is are for to in this it its and or "
	var split strings.Builder
	for i, r := range key {
		if i > 0 && unicode.IsUpper(r) {
			split.WriteByte(' ')
		}
		split.WriteRune(r)
	}
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	known := strings.FieldsFunc(strings.ToLower(split.String()+" "+key), notLetter)
	var fresh []string
	for _, w := range strings.FieldsFunc(strings.ToLower(text), notLetter) {
		if !strings.Contains(filler, " "+w+" ") && !slices.Contains(known, w) {
			fresh = append(fresh, w)
		}
	}
	return fresh
}
