package httpheader_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// Both ways: what the value is encoded as, and that it is decoded from that.
var encodings = []struct{ rule, value, header string }{
	{"E-20: a string as it is", "us-west1", "us-west1"},
	{"E-20: a URI as it is", "file:///path/to/file%20name.txt", "file:///path/to/file%20name.txt"},
	{"E-21: a space inside is plain", "us west 1", "us west 1"},
	{"E-21: all of printable ASCII is plain", "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~", "!\"#$%&'()*+,-./09:;<=>?@AZ[\\]^_`az{|}~"},
	{"E-21: a space in front is not", " us-west1", "=?base64?IHVzLXdlc3Qx?="},
	{"E-21: nor one behind", "us-west1 ", "=?base64?dXMtd2VzdDEg?="},
	{"E-21: nor one alone", " ", "=?base64?IA==?="},
	{"E-21: nor DEL", "a\x7f", "=?base64?YX8=?="},
	{"E-22: not ASCII", "Hello, \u4e16\u754c", "=?base64?SGVsbG8sIOS4lueVjA==?="},
	{"E-22: LF", "line1\nline2", "=?base64?bGluZTEKbGluZTI=?="},
	{"E-22: CRLF", "line1\r\nline2", "=?base64?bGluZTENCmxpbmUy?="},
	{"E-22: NUL", "\x00", "=?base64?AA==?="},
	{"T-18: a tab in front", "\tindented", "=?base64?CWluZGVudGVk?="},
	{"T-18: a tab inside", "a\tb", "=?base64?YQli?="},
	{"E-23: what looks encoded", "=?base64?SGVsbG8=?=", "=?base64?PT9iYXNlNjQ/U0dWc2JHOD0/PQ==?="},
	{"E-23: both markers, and nothing between", "=?base64??=", "=?base64?PT9iYXNlNjQ/Pz0=?="},
	{"E-23: both markers in one", "=?base64?=", "=?base64?PT9iYXNlNjQ/PQ==?="},
	{"E-24: no end marker", "=?base64?SGVsbG8=", "=?base64?SGVsbG8="},
	{"E-24: no marker in front", "SGVsbG8=?=", "SGVsbG8=?="},
	{"E-24: Base64 without markers", "SGVsbG8=", "SGVsbG8="},
	{"E-24: a marker in upper case", "=?BASE64?SGVsbG8=?=", "=?BASE64?SGVsbG8=?="},
	{"E-25: nothing", "", ""},
}

func TestEncode(t *testing.T) {
	t.Parallel()
	for _, row := range encodings {
		require.Equal(t, row.header, httpheader.Encode(row.value), row.rule)
		got, err := httpheader.Decode(row.header)
		require.NoError(t, err, row.rule)
		require.Equal(t, row.value, got, row.rule)
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule, header, want string
		bad                bool
	}{
		{rule: "E-24: encoded without need", header: "=?base64?SGVsbG8=?=", want: "Hello"},
		{rule: "E-24: an empty value", header: "=?base64??=", want: ""},
		{rule: "E-24: markers that share a character are none", header: "=?base64?=", want: "=?base64?="},
		{rule: "E-24: padding is missing", header: "=?base64?SGVsbG8?=", bad: true},
		{rule: "E-24: too much padding", header: "=?base64?SGVsbG8==?=", bad: true},
		{rule: "E-24: characters that are not Base64", header: "=?base64?SGVs!!!bG8=?=", bad: true},
		{rule: "E-24: the alphabet for URLs", header: "=?base64?-_8=?=", bad: true},
		{rule: "E-24: bits that count for nothing", header: "=?base64?SGVsbG9=?=", bad: true},
		{rule: "E-24: white space inside", header: "=?base64?SGVs bG8=?=", bad: true},
		{rule: "E-22: bytes that are not UTF-8", header: "=?base64?/w==?=", bad: true},
		{rule: "spaces around do not count", header: " \t a b\t ", want: "a b"},
		{rule: "nor around encoded ones", header: "  =?base64?IA==?= ", want: " "},
		{rule: "T-18: a tab inside is accepted", header: "a\tb", want: "a\tb"},
		{rule: "E-27: a control character", header: "a\x01b", bad: true},
		{rule: "E-27: LF, also in Base64", header: "=?base64?SGVs\nbG8=?=", bad: true},
		{rule: "E-27: DEL", header: "\x7f", bad: true},
		{rule: "H-09: raw UTF-8", header: "\u00e4", bad: true},
		{rule: "H-09: a raw byte", header: "\xe4", bad: true},
	} {
		got, err := httpheader.Decode(row.header)
		if row.bad {
			require.ErrorIs(t, err, httpheader.ErrMalformed, row.rule)
			continue
		}
		require.NoError(t, err, row.rule)
		require.Equal(t, row.want, got, row.rule)
	}
}

func raw(t *testing.T, text string) (r codec.Raw) {
	t.Helper()
	if text == "" {
		return r
	}
	r, err := codec.ParseRaw([]byte(text))
	require.NoError(t, err)
	return r
}

func TestMirror(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule, json, want string
		none, bad        bool
	}{
		{rule: "E-17: absent", json: "", none: true},
		{rule: "E-17: null", json: " null ", none: true},
		{rule: "E-25, T-20: an empty string is there", json: `""`},
		{rule: "E-20: a string", json: `"us-west1"`, want: "us-west1"},
		{rule: "E-20: with escapes", json: `"\u0061\/"`, want: "a/"},
		{rule: "E-22: encoded", json: `"\u00e4"`, want: "=?base64?w6Q=?="},
		{rule: "E-20: true", json: `true`, want: "true"},
		{rule: "E-20: false", json: ` false`, want: "false"},
		{rule: "E-20: an integer", json: `42`, want: "42"},
		{rule: "E-20: a negative one", json: `-7`, want: "-7"},
		{rule: "T-19: an integer with a fraction", json: `42.0`, want: "42"},
		{rule: "T-19: an integer with an exponent", json: `4.2e1`, want: "42"},
		{rule: "T-19: negative zero", json: `-0`, want: "0"},
		{rule: "E-13: the largest integer", json: `9007199254740991`, want: "9007199254740991"},
		{rule: "E-13: one more", json: `9007199254740992`, bad: true},
		{rule: "E-13: the smallest", json: `-9007199254740991`, want: "-9007199254740991"},
		{rule: "E-13: one less", json: `-9007199254740992`, bad: true},
		{rule: "E-13: beyond 64 bits", json: `1e30`, bad: true},
		{rule: "E-13: a fraction", json: `3.5`, bad: true},
		{rule: "E-13: an object", json: `{}`, bad: true},
		{rule: "E-13: an array", json: `["a"]`, bad: true},
	} {
		got, ok, err := httpheader.Mirror(raw(t, row.json))
		if row.bad {
			require.ErrorIs(t, err, httpheader.ErrNotMirrored, row.rule)
			continue
		}
		require.NoError(t, err, row.rule)
		require.Equal(t, row.want, got, row.rule)
		require.Equal(t, !row.none, ok, row.rule)
		if ok {
			require.NoError(t, httpheader.Match([]string{got}, raw(t, row.json)), row.rule)
		}
	}
	_, _, err := httpheader.Mirror(codec.MakeRaw([]byte(`"a" "b"`)))
	require.Error(t, err)
	_, _, err = httpheader.Mirror(codec.MakeRaw([]byte("\"\xff\"")))
	require.Error(t, err)
}

// Whatever the value, a header can carry it, and it comes back. Whatever the header, what is decoded is UTF-8, and matches nothing else.
func FuzzValue(f *testing.F) {
	for _, row := range encodings {
		f.Add(row.value)
		f.Add(row.header)
		f.Add(" " + row.header + "\t")
	}
	f.Fuzz(func(t *testing.T, s string) {
		if utf8.ValidString(s) {
			header := httpheader.Encode(s)
			require.Empty(t, strings.Trim(header, printable), "%q", header)
			require.Equal(t, header, strings.Trim(header, " "))
			got, err := httpheader.Decode(header)
			require.NoError(t, err)
			require.Equal(t, s, got)
			require.NoError(t, httpheader.MatchString([]string{header}, s))
			require.ErrorIs(t, httpheader.MatchString([]string{header}, s+"x"), httpheader.ErrMismatch)
			quoted := codec.MakeRaw(codec.AppendString(nil, s))
			require.NoError(t, httpheader.Match([]string{header}, quoted))
			for _, h := range []string{header, s} { // what is verbatim matches
				if httpheader.IsVerbatim([]string{h}, quoted.Bytes()) {
					require.NoError(t, httpheader.MatchString([]string{h}, s))
				}
			}
			mirrored, ok, err := httpheader.Mirror(quoted)
			require.NoError(t, err)
			require.True(t, ok)
			require.Equal(t, header, mirrored)
		}
		// The other way, by the plain words of the rule.
		got, err := httpheader.Decode(s)
		inner := strings.Trim(s, " \t")
		want, bad := inner, strings.Trim(inner, printable+"\t") != "" || !onlyOf(inner, printable+"\t")
		if coded, ok := strings.CutPrefix(inner, "=?base64?"); ok && strings.HasSuffix(coded, "?=") && !bad {
			b, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSuffix(coded, "?="))
			want, bad = string(b), err != nil || !utf8.Valid(b)
		}
		require.Equal(t, bad, err != nil, "%q", s)
		if err == nil {
			require.Equal(t, want, got)
		}
	})
}

const printable = " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"

func onlyOf(s, set string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(set, r) }) < 0
}
