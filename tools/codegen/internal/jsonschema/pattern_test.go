package jsonschema_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// patterns are regular expressions of ECMA-262, how RE2 writes them, and strings to tell whether they mean the same.
var patterns = []struct {
	pattern, want  string
	match, noMatch []string
}{
	{`^\d+\.\w\s$`, `^\d+\.\w\s$`, []string{"12.a "}, []string{"a.a "}},
	{`^a\/b\-c\_$`, `^a\/b\-c\_$`, []string{"a/b-c_"}, []string{"ab"}},
	{`^[\w\-.\/]+$`, `^[\w\-.\/]+$`, []string{"a-./"}, []string{"a b"}},
	{`^[\w-.]+$`, `^[\w-.]+$`, []string{"a-."}, []string{"+"}},
	{`^\u00e9$`, `^\x{e9}$`, []string{"é"}, []string{"e"}},
	{`^[\u4e00-\u9fff]$`, `^[\x{4e00}-\x{9fff}]$`, []string{"中"}, []string{"a"}},
	{`^\ud83d\ude00$`, `^\x{1f600}$`, []string{"😀"}, []string{"😁"}},
	{`^\u{1F600}$`, `^\x{1f600}$`, []string{"😀"}, []string{"😁"}},
	{`^\cJ\0$`, `^\x{a}\x00$`, []string{"\n\x00"}, []string{"J0"}},
	{`^[\b]$`, `^[\x08]$`, []string{"\b"}, []string{"b"}},
	{`\bx\b`, `\bx\b`, []string{"a x b"}, []string{"axb"}},
	{`^\v\f\x41$`, `^\v\f\x41$`, []string{"\v\fA"}, []string{"vfA"}},
	{`^[^]$`, `^(?s:.)$`, []string{"\n", "a"}, []string{"", "ab"}},
	{`^a[]|b$`, `^a[^\x00-\x{10FFFF}]|b$`, []string{"b"}, []string{"a", "a]"}},
	{`^[[:alpha:]]$`, `^[\[:alpha:]]$`, []string{":]", "[]", "a]"}, []string{"z", "b"}},
	{`^[^[]$`, `^[^\[]$`, []string{"]"}, []string{"["}},
	{`^[\]a]$`, `^[\]a]$`, []string{"]", "a"}, []string{"["}},
	{`^\p{Lu}\P{L}$`, `^\p{Lu}\P{L}$`, []string{"A1"}, []string{"aa"}},
	{`^\p{Script=Greek}$`, `^\p{Greek}$`, []string{"λ"}, []string{"l"}},
	{`^\p{gc=Nd}$`, `^\p{Nd}$`, []string{"1"}, []string{"a"}},
	{`^(?<year>\d{4})(?:-\d\d)?$`, `^(?<year>\d{4})(?:-\d\d)?$`, []string{"2024-01", "2024"}, []string{"24"}},
	{`^\é$`, `^é$`, []string{"é"}, []string{`\é`}},
	{`^a{,2}$`, `^a{,2}$`, []string{"a{,2}"}, []string{"aa"}},
	{`^(?i)abc$`, `^(?i)abc$`, []string{"ABC"}, []string{"AB"}},
	{`^$`, `^$`, []string{""}, []string{"\n"}},
}

func loadPattern(t *testing.T, pattern string, opts jsonschema.Options) (*jsonschema.Document, error) {
	t.Helper()
	src, err := json.Marshal(map[string]any{"pattern": pattern, "patternProperties": map[string]any{pattern: true}})
	require.NoError(t, err)
	return jsonschema.Load("p.json", src, opts)
}

func TestPattern(t *testing.T) {
	for _, tt := range patterns {
		t.Run(tt.pattern, func(t *testing.T) {
			doc, err := loadPattern(t, tt.pattern, jsonschema.Options{})
			require.NoError(t, err)
			require.Equal(t, tt.want, doc.Root.Pattern)
			require.Equal(t, tt.want, doc.Root.PatternProperties[0].Name)
			re, err := regexp.Compile(doc.Root.Pattern)
			require.NoError(t, err)
			for _, s := range tt.match {
				require.True(t, re.MatchString(s), "%q", s)
			}
			for _, s := range tt.noMatch {
				require.False(t, re.MatchString(s), "%q", s)
			}
		})
	}
}

func TestPatternRefused(t *testing.T) {
	for _, pattern := range []string{
		`(?=a)`, `(?!a)`, `(?<=a)`, `(?<!a)`, `(a)\1`, `\k<a>`, `\k`, `(`, `)`, `[a`, `*`, `a**`, `a*+`, `a{2,1}`,
		`a{1001}`, `((a{100}){100}){100}`, `\`, `\c`, `\c1`, `\u12`, `\u{110000}`, `\u{`, `\ud800`, `\udc00`, `\ud800\u0041`,
		`\x`, `\xg`, `\p`, `\p{`, `\p{L`, `\p{Nope}`, `\p{Script=`, `\p{Script=Nope}`, `\Q`, `\e`, `[\B]`, `[b-a]`,
	} {
		t.Run(pattern, func(t *testing.T) {
			_, err := loadPattern(t, pattern, jsonschema.Options{})
			require.ErrorContains(t, err, ": /pattern: the pattern ")
			requirePositioned(t, err)

			doc, err := loadPattern(t, pattern, jsonschema.Options{Lenient: true})
			require.NoError(t, err)
			require.Empty(t, doc.Root.Pattern)
			require.Empty(t, doc.Root.PatternProperties)
			require.Len(t, doc.Root.Unknown, 2)
			require.Equal(t, "pattern", doc.Root.Unknown[0].Name)
			require.Equal(t, "patternProperties", doc.Root.Unknown[1].Name)
		})
	}
}
