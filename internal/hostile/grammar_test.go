package hostile_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/internal/builds"
)

// valid are documents by the rule of RFC 8259 that allows them.
var valid = map[string][]string{
	"literals (section 3)": {`true`, `false`, `null`, ` true`, "null\n"},
	"white space (2)":      {" \t\r\n{ \"a\" : [ 1 , 2 ] } \r\n", "[\n]", "{\t}"},
	"objects (4)":          {`{}`, `{"a":1}`, `{"":0}`, `{"a":1,"a":2}`, `{"a":{"b":{}}}`, `{"\u0061":1}`, `{"a\u0000":1}`, `{"é":1}`},
	"arrays (5)":           {`[]`, `[1]`, `[1,"a",null,true,{}]`, `[[],[[]]]`, `[[]   ]`, `["",""]`},
	"integers (6)":         {`0`, `-0`, `1`, `-1`, `123`, `9007199254740993`, `-9223372036854775808`, `18446744073709551616`, `1` + strings.Repeat("0", 400)},
	"fractions (6)":        {`0.0`, `-0.0`, `1.5`, `0.1e1`, `1e1`, `1E1`, `1e+1`, `1E-1`, `1.25e-300`, `0e1`, `0e+1`, `123.456e78`, `1.0000000000000000000000000001`},
	"strings (7)":          {`""`, `"a"`, `"\"\\\/\b\f\n\r\t"`, `"\u0000"`, `"\u00e9"`, `"\uD834\uDD1E"`, `"\ud834\udd1e"`, `"\uFFFF"`, `" "`, "\"\x7f\"", `"/"`},
	"UTF-8 (8.1)":          {`"é"`, `"世界"`, `"😀"`, "\"\u2028\u2029\"", "\"\xf4\x8f\xbf\xbf\"", "\"\xef\xbf\xbf\"", "\"\xc2\x80\"", "\"\xe0\xa0\x80\""},
	"lone surrogates (8.2, the grammar allows them)": {`"\ud800"`, `"\udc00"`, `"\ud800\ud800"`, `"\udc00\ud800"`, `"\ud800x"`, `"\ud800\n"`},
}

// invalid are texts that are no document, by what is wrong.
var invalid = map[string][]string{
	"nothing":           {``, ` `, "\n\t", "\x00", "\ufeff", "\ufeff{}"},
	"literals":          {`tru`, `truE`, `True`, `nul`, `NULL`, `nan`, `NaN`, `Infinity`, `-Infinity`, `undefined`, `t`, `f`, `n`, `-n`, `truee`},
	"more than a value": {`1 2`, `{}{}`, `[]]`, `{}}`, `"a""b"`, `true,`, `1,`, `{} x`, `[1]//`, `null/**/`, `#1`, `1;`, "1\x00", `""x`},
	"objects": {`{`, `}`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{,}`, `{,"a":1}`, `{"a",}`, `{"a" "b"}`, `{"a":1 "b":2}`, `{"a"::1}`, `{a:1}`,
		`{'a':1}`, `{1:1}`, `{null:1}`, `{"a":}`, `{:1}`, `{"a":1,,"b":2}`, `{"a";1}`, `{"a":1]`, `{"a"=1}`, `{[]:1}`, `{"a":1/*x*/}`, `{"a":/**/1}`, `{"\uD8":1}`, "{\"\xff\":1}", "{\"a\x01\":1}"},
	"arrays":  {`[`, `]`, `[1`, `[1,`, `[1,]`, `[,1]`, `[,]`, `[1 2]`, `[1,,2]`, `[1}`, `[1;2]`, `[a]`, `[-]`, `["a" "b"]`, `[1,2`, `[[1]`, `[:]`, `["a":1]`, `[{}`, `[1]]`, "[1\x00]"},
	"numbers": {`01`, `-01`, `00`, `+1`, `.5`, `-.5`, `1.`, `1.e1`, `1e`, `1e+`, `1E-`, `-`, `--1`, `1-`, `1.2.3`, `1e1e1`, `1e1.5`, `0x1`, `0x`, `1_000`, `1,000`, `1a`, `0b1`, `١`, `1 .5`, `- 1`, `1.-5`, `0.`, `2.e+3`, `-a`, `1e٣`, `Inf`, `9.`, `1.5.`, `0e`, `0E+`},
	"strings": {`"`, `"a`, `"\`, `"\"`, `"\a"`, `"\'"`, `"\x00"`, `"\0"`, `"\u"`, `"\u1"`, `"\u12"`, `"\u123"`, `"\u123g"`, `"\U0041"`, `"\u00 1"`, `"\ud800\u"`, `"\ud800\u12"`,
		`'a'`, "`a`", "\"a\nb\"", "\"\t\"", "\"\x00\"", "\"\x1f\"", `"\é"`, "\"\\\n\"", `"a\`, `"\u+041"`},
	"UTF-8": {"\"\xff\"", "\"\xc0\x80\"", "\"\xc1\xbf\"", "\"\xe0\x80\x80\"", "\"\xed\xa0\x80\"", "\"\xed\xbf\xbf\"", "\"\xf0\x80\x80\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xf5\x80\x80\x80\"",
		"\"\x80\"", "\"\xbf\"", "\"\xc2\"", "\"\xe2\x82\"", "\"\xf0\x9f\x98\"", "\"a\xe9b\"", "\"" + strings.Repeat("a", 100) + "\xff\"", "\"\xe9\\n\"", "\"\\n\xe9\"", "\xff", "[1,\xff]", "{\"a\":1}\xff"},
	"white space": {"\v1", "\f1", "\u00a01", "\u20281", "\b1", "1\v", "[\f]", "\u2060[]"},
}

func TestInvalidIsRefusedInEveryMode(t *testing.T) {
	t.Parallel()
	for rule, rows := range invalid {
		for _, src := range rows {
			for _, m := range append(modes, typed...) {
				err := m.run([]byte(src))
				require.Error(t, err, "%s: %q: %s", rule, src, m.name)
				require.NotErrorIs(t, err, errModes, "%s: %q: %s", rule, src, m.name)
				if src == "" {
					continue // nothing to encode is not a matter of grammar
				}
				var e *codec.Error
				require.ErrorAs(t, err, &e, "%s: %q: %s", rule, src, m.name)
			}
		}
	}
}

func TestValidIsAcceptedInEveryMode(t *testing.T) {
	t.Parallel()
	for rule, rows := range valid {
		for _, src := range rows {
			require.True(t, json.Valid([]byte(src)), "%s: %q", rule, src)
			for _, m := range modes {
				require.NoError(t, m.run([]byte(src)), "%s: %q: %s", rule, src, m.name)
			}
			for _, m := range typed {
				// What is valid JSON is refused for its kind or its value, never for its grammar.
				err := m.run([]byte(src))
				for _, grammar := range []error{codec.ErrSyntax, codec.ErrUTF8, codec.ErrDepth, errModes} {
					require.NotErrorIs(t, err, grammar, "%s: %q: %s", rule, src, m.name)
				}
			}
		}
	}
}

// Scalars that fit a typed member are what encoding/json makes of them.
func TestTypedValues(t *testing.T) {
	t.Parallel()
	for _, rows := range valid {
		for _, src := range rows {
			var want string
			if src = strings.TrimSpace(src); src[0] != '"' || json.Unmarshal([]byte(src), &want) != nil {
				continue
			}
			var d codec.Decoder
			d.Reset([]byte(src))
			require.Equal(t, want, d.String(), src)
			require.NoError(t, d.End())
		}
	}
}

func TestDepth(t *testing.T) {
	t.Parallel()
	for _, m := range modes {
		for _, nest := range []struct{ open, inner, closed string }{{"[", "", "]"}, {`{"a":`, "1", "}"}, {`[{"a":`, "1", "}]"}} {
			per := len(strings.Trim(nest.open, `"a:`)) // levels of one unit
			fit := (codec.DefaultMaxDepth - m.deeper) / per
			at := func(n int) []byte {
				return []byte(strings.Repeat(nest.open, n) + nest.inner + strings.Repeat(nest.closed, n))
			}
			require.NoError(t, m.run(at(fit)), "%s: %d of %s", m.name, fit, nest.open)
			require.ErrorIs(t, m.run(at(fit+1)), codec.ErrDepth, "%s: %d of %s", m.name, fit+1, nest.open)
		}
	}
}

// The size of these inputs is what matters: time that grows with the square of it would be minutes.
func TestLargeInputsAreAnsweredAtOnce(t *testing.T) {
	t.Parallel()
	size := 4 << 20
	if !builds.Plain {
		size = 1 << 20 // in slow builds
	}
	fill := func(s string) []byte { return []byte(strings.Repeat(s, size/len(s))) }
	for name, src := range map[string][]byte{
		"brackets":        fill("["),
		"members":         fill(`{"a":`),
		"mixed":           fill(`[{"a":`),
		"backslashes":     around(`"`, fill(`\`), ``),
		"escapes":         around(`"`, fill(`\u0041`), `"`),
		"surrogates":      around(`"`, fill(`\ud800`), `"`),
		"digits":          fill("1"),
		"zeros":           around("0.", fill("0"), "1"),
		"exponent":        around("1e", fill("9"), ""),
		"white space":     fill(" "),
		"commas":          around("[", fill(","), "]"),
		"numbers":         around("[0", fill(",0"), "]"),
		"names":           around(`{"a":0`, fill(`,"a":0`), "}"),
		"quotes":          fill(`"`),
		"invalid UTF-8":   around(`"`, fill("\xff"), `"`),
		"late bad UTF-8":  around(`"`, fill("é"), "\xff\""),
		"empty arrays":    around("[[]", fill(",[]"), "]"),
		"nothing at all":  fill("\x00"),
		"half surrogates": around(`"`, fill(`\ud834\u0041`), `"`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := codec.Valid(src)
			for _, m := range modes {
				if (m.run(src) == nil) != (want == nil) && !errors.Is(want, codec.ErrDepth) {
					t.Errorf("%s: the verdict differs from Valid's: %v", m.name, want)
				}
			}
			for _, m := range typed {
				if m.run(src) == nil && want != nil {
					t.Errorf("%s accepts it", m.name)
				}
			}
		})
	}
}
