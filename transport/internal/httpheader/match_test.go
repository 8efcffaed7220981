package httpheader_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule   string
		header []string
		json   string
		want   error
	}{
		{"E-24: encoded", []string{"=?base64?SGVsbG8=?="}, `"Hello"`, nil},
		{"E-24: bad padding", []string{"=?base64?SGVsbG8?="}, `"Hello"`, httpheader.ErrMalformed},
		{"E-24: bad characters", []string{"=?base64?SGVs!!!bG8=?="}, `"Hello"`, httpheader.ErrMalformed},
		{"E-24: a literal that looks like Base64", []string{"SGVsbG8="}, `"SGVsbG8="`, nil},
		{"E-24: a literal without end marker", []string{"=?base64?SGVsbG8="}, `"=?base64?SGVsbG8="`, nil},
		{"E-28: the same string", []string{"a"}, `"a"`, nil},
		{"E-28: another string", []string{"a"}, `"b"`, httpheader.ErrMismatch},
		{"E-28: in another case", []string{"A"}, `"a"`, httpheader.ErrMismatch},
		{"E-28: the header is missing", nil, `"test-value"`, httpheader.ErrMissing},
		{"E-28: no argument, no header", nil, ``, nil},
		{"E-28: null, no header", nil, ` null`, nil},
		{"E-28: a header without an argument", []string{"a"}, ``, httpheader.ErrUnexpected},
		{"E-28: an empty header for null", []string{""}, `null`, httpheader.ErrUnexpected},
		{"E-25, T-20: empty", []string{""}, `""`, nil},
		{"E-25, T-20: empty, and missing", nil, `""`, httpheader.ErrMissing},
		{"T-21: two lines", []string{"a", "a"}, `"a"`, httpheader.ErrDuplicate},
		{"T-21: two lines of a number", []string{"1", "1"}, `1`, httpheader.ErrDuplicate},
		{"T-21: two lines for nothing", []string{"a", "b"}, ``, httpheader.ErrUnexpected},
		{"T-19: spaces around are dropped", []string{" a\t"}, `"a"`, nil},
		{"T-19: spaces in the value are not", []string{"=?base64?IGE=?="}, `" a"`, nil},
		{"T-19: a boolean", []string{"true"}, `true`, nil},
		{"T-19: the other boolean", []string{"true"}, `false`, httpheader.ErrMismatch},
		{"T-19: a boolean in another case", []string{"False"}, `false`, httpheader.ErrMismatch},
		{"T-19: a string that looks like a boolean", []string{"true"}, `"true"`, nil},
		{"E-29: an integer", []string{"42"}, `42`, nil},
		{"E-29: a fraction of zero in the body", []string{"42"}, `42.0`, nil},
		{"E-29: a fraction of zero in the header", []string{"42.0"}, `42`, nil},
		{"T-19: an exponent", []string{"42"}, `4.2e1`, nil},
		{"E-29: encoded", []string{"=?base64?NDI=?="}, `42`, nil},
		{"E-29: another integer", []string{"43"}, `42`, httpheader.ErrMismatch},
		{"E-29: a fraction", []string{"42.5"}, `42`, httpheader.ErrMismatch},
		{"E-29: close, and not the same", []string{"9007199254740990"}, `9007199254740991`, httpheader.ErrMismatch},
		{"E-29: not a number", []string{"forty-two"}, `42`, httpheader.ErrMismatch},
		{"E-29: nothing", []string{""}, `42`, httpheader.ErrMismatch},
		{"E-29: a string of JSON", []string{`"42"`}, `42`, httpheader.ErrMismatch},
		{"E-29: hexadecimal", []string{"0x2a"}, `42`, httpheader.ErrMismatch},
		{"E-29: a sign", []string{"+42"}, `42`, httpheader.ErrMismatch},
		{"E-29: a leading zero", []string{"042"}, `42`, httpheader.ErrMismatch},
		{"E-29: more behind it", []string{"42 43"}, `42`, httpheader.ErrMismatch},
		{"E-29: malformed", []string{"4\x012"}, `42`, httpheader.ErrMalformed},
		{"E-29: missing", nil, `42`, httpheader.ErrMissing},
		{"T-19: out of range", []string{"9007199254740992"}, `9007199254740992`, httpheader.ErrNotMirrored},
		{"T-19: a string of digits is compared as a string", []string{"42.0"}, `"42"`, httpheader.ErrMismatch},
		{"E-13: a number", []string{"3.5"}, `3.5`, httpheader.ErrNotMirrored},
		{"E-13: an object", []string{"{}"}, `{}`, httpheader.ErrNotMirrored},
		{"E-13: an array", []string{"[]"}, `[]`, httpheader.ErrNotMirrored},
	} {
		require.Equal(t, row.want, httpheader.Match(row.header, raw(t, row.json)), row.rule)
	}
	require.Error(t, httpheader.Match([]string{"a"}, codec.MakeRaw([]byte(`"a`))))
}

func TestMatchString(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule   string
		header []string
		name   string
		want   error
	}{
		{"E-08: the same name", []string{"tool"}, "tool", nil},
		{"E-08: a URI", []string{"https://example.com/resource?id=123"}, "https://example.com/resource?id=123", nil},
		{"E-08: spaces around are dropped", []string{"  tool  "}, "tool", nil},
		{"E-09: encoded", []string{"=?base64?w6Q=?="}, "\u00e4", nil},
		{"E-26: another", []string{"wrong_tool_name"}, "tool", httpheader.ErrMismatch},
		{"E-26: missing", nil, "tool", httpheader.ErrMissing},
		{"E-26: malformed", []string{"t\u00f6ol"}, "t\u00f6ol", httpheader.ErrMalformed},
		{"T-21: two lines", []string{"tool", "tool"}, "tool", httpheader.ErrDuplicate},
		{"T-21: two names in a line", []string{"tool, tool"}, "tool", httpheader.ErrMismatch},
	} {
		require.Equal(t, row.want, httpheader.MatchString(row.header, row.name), row.rule)
	}
}

func TestIsVerbatim(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule   string
		header []string
		json   string
		want   bool
	}{
		{"E-08: a plain name", []string{"tool"}, `"tool"`, true},
		{"E-08: a URI", []string{"https://example.com/a?id=1"}, `"https://example.com/a?id=1"`, true},
		{"E-25: empty", []string{""}, `""`, true},
		{"E-08: another", []string{"tool"}, `"took"`, false},
		{"E-08: longer", []string{"tool"}, `"tools"`, false},
		{"E-08: no string", []string{"ul"}, `null`, false},
		{"E-08: absent", []string{""}, ``, false},
		{"E-26: missing", nil, `"tool"`, false},
		{"T-21: two lines", []string{"tool", "tool"}, `"tool"`, false},
		{"E-24: the same text, that stands for another", []string{"=?base64?SGVsbG8=?="}, `"=?base64?SGVsbG8=?="`, false},
		{"E-28: an escape", []string{`a\u0062`}, `"a\u0062"`, false},
		{"T-19: spaces are looked at in another way", []string{" a"}, `" a"`, false},
		{"H-09: raw UTF-8", []string{"\u00e4"}, "\"\u00e4\"", false},
	} {
		require.Equal(t, row.want, httpheader.IsVerbatim(row.header, []byte(row.json)), row.rule)
	}
}

func TestMatchToken(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		rule   string
		header []string
		want   error
	}{
		{"E-07: the same", []string{"tools/list"}, nil},
		{"E-07: spaces around are dropped", []string{"\ttools/list "}, nil},
		{"E-10: in another case", []string{"TOOLS/LIST"}, httpheader.ErrMismatch},
		{"E-26: another", []string{"prompts/list"}, httpheader.ErrMismatch},
		{"E-26: missing", nil, httpheader.ErrMissing},
		{"E-26: empty", []string{""}, httpheader.ErrMismatch},
		{"E-09: it has no encoding", []string{"=?base64?dG9vbHMvbGlzdA==?="}, httpheader.ErrMismatch},
		{"T-21: two lines", []string{"tools/list", "tools/list"}, httpheader.ErrDuplicate},
	} {
		require.Equal(t, row.want, httpheader.MatchToken(row.header, "tools/list"), row.rule)
	}
}

func TestValidSessionID(t *testing.T) {
	t.Parallel()
	for id, want := range map[string]bool{
		"": false, "a": true, "!~": true, "3f2c-77": true, "a b": false, "a\t": false, "a\x7f": false, "\u00e4": false, "\x00": false, "a\n": false,
	} {
		require.Equal(t, want, httpheader.ValidSessionID(id), "D-50: %q", id)
	}
}
