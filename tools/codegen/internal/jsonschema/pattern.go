package jsonschema

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// patternError is why a pattern cannot be used.
type patternError struct{ msg, hint string }

const (
	hintRE2    = "Go's regular expressions are RE2, which has no lookaround and no backreferences; rewrite the pattern"
	hintRepeat = "RE2 repeats at most 1000 times; use minLength and maxLength"
	hintSyntax = "correct the pattern"
)

// translatePattern rewrites a regular expression of ECMA-262 for RE2 where the two differ in
// spelling only, and checks the result. The sets of \s and \b stay those of RE2, which know ASCII only.
func translatePattern(pattern string) (string, *patternError) {
	t := &patternReader{in: pattern}
	if err := t.run(); err != nil {
		return "", err
	}
	out := t.out.String()
	if _, err := syntax.Parse(out, syntax.Perl); err != nil {
		return "", explainSyntax(err)
	}
	return out, nil
}

func explainSyntax(err error) *patternError {
	var e *syntax.Error
	if !errors.As(err, &e) {
		return &patternError{err.Error(), hintSyntax}
	}
	hint := hintSyntax
	switch e.Code {
	case syntax.ErrInvalidRepeatSize, syntax.ErrLarge:
		hint = hintRepeat
	case syntax.ErrInvalidPerlOp:
		hint = hintRE2
	case syntax.ErrInvalidCharRange:
		if strings.HasPrefix(strings.ToLower(e.Expr), `\p`) {
			hint = `RE2 knows categories and scripts, such as \p{L} and \p{Greek}`
		}
	}
	return &patternError{fmt.Sprintf("%s: %s", e.Code, e.Expr), hint}
}

// patternReader copies a pattern and rewrites on the way.
type patternReader struct {
	in      string
	i       int
	out     strings.Builder
	inClass bool
}

func (t *patternReader) run() *patternError {
	for t.i < len(t.in) {
		var err *patternError
		switch rest := t.in[t.i:]; {
		case rest[0] == '\\':
			err = t.escape()
		case t.inClass:
			t.class(rest)
		case strings.HasPrefix(rest, "[^]"):
			t.put(3, `(?s:.)`)
		case strings.HasPrefix(rest, "[]"):
			t.put(2, `[^\x00-\x{10FFFF}]`)
		case strings.HasPrefix(rest, "[^"):
			t.inClass = true
			t.put(2, "[^")
		case rest[0] == '[':
			t.inClass = true
			t.put(1, "[")
		case strings.HasPrefix(rest, "(?"):
			err = t.group(rest)
		default:
			t.put(1, rest[:1])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// put skips n bytes of the input and writes s.
func (t *patternReader) put(n int, s string) {
	t.i += n
	t.out.WriteString(s)
}

// class copies one byte of a character class. A bracket inside is a literal in ECMA-262,
// but could begin a class of POSIX in RE2.
func (t *patternReader) class(rest string) {
	switch rest[0] {
	case '[':
		t.put(1, `\[`)
	case ']':
		t.inClass = false
		t.put(1, "]")
	default:
		t.put(1, rest[:1])
	}
}

func (t *patternReader) group(rest string) *patternError {
	for _, g := range [...]struct{ open, name string }{
		{"(?=", "lookahead"}, {"(?!", "negative lookahead"},
		{"(?<=", "lookbehind"}, {"(?<!", "negative lookbehind"},
	} {
		if strings.HasPrefix(rest, g.open) {
			return &patternError{fmt.Sprintf("%s %s", g.name, g.open), hintRE2}
		}
	}
	t.put(2, "(?")
	return nil
}

func (t *patternReader) escape() *patternError {
	rest := t.in[t.i:]
	if len(rest) == 1 {
		return &patternError{"a backslash at the end", hintSyntax}
	}
	switch c := rest[1]; {
	case c == 'u':
		return t.unicode(rest)
	case c == 'c':
		return t.control(rest)
	case c == 'p' || c == 'P':
		t.property(rest)
	case c == 'b' && t.inClass:
		t.put(2, `\x08`)
	case c == 'k' || c >= '1' && c <= '9':
		return &patternError{"backreference " + rest[:2], hintRE2}
	case c == '0':
		t.put(2, `\x00`)
	case strings.IndexByte("dDwWsSbBfnrtvxAz", c) >= 0:
		t.put(2, rest[:2])
	case c == 'Z':
		return &patternError{`ECMA-262 has no escape \Z`, "write $ for the end of the text"}
	case isLetter(c):
		return &patternError{"ECMA-262 has no escape " + rest[:2], hintSyntax}
	case c < utf8.RuneSelf:
		t.put(2, rest[:2])
	default:
		t.put(1, "") // a letter beyond ASCII needs no backslash
	}
	return nil
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// unicode rewrites \u00e9, a surrogate pair of two such escapes, and \u{1f600}.
func (t *patternReader) unicode(rest string) *patternError {
	if strings.HasPrefix(rest, `\u{`) {
		digits, _, ok := strings.Cut(rest[3:], "}")
		if v, err := strconv.ParseUint(digits, 16, 32); ok && err == nil && v <= utf8.MaxRune {
			t.put(len(digits)+4, runeEscape(rune(v)))
			return nil
		}
		return &patternError{`\u{ without a code point`, hintSyntax}
	}
	c, ok := unicodeEscape(rest)
	if !ok {
		return &patternError{`\u without four hexadecimal digits`, hintSyntax}
	}
	n := 6
	if utf16.IsSurrogate(c) {
		low, _ := unicodeEscape(rest[n:])
		n += 6
		if c = utf16.DecodeRune(c, low); c == utf8.RuneError {
			return &patternError{"half of a surrogate pair " + rest[:6], `write whole characters as \u{1f600}`}
		}
	}
	t.put(n, runeEscape(c))
	return nil
}

func unicodeEscape(s string) (rune, bool) {
	if len(s) < 6 || s[:2] != `\u` {
		return 0, false
	}
	v, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(v), err == nil
}

func runeEscape(c rune) string { return fmt.Sprintf(`\x{%x}`, c) }

// control rewrites \cA.
func (t *patternReader) control(rest string) *patternError {
	if len(rest) < 3 || !isLetter(rest[2]) {
		return &patternError{`\c without a letter`, hintSyntax}
	}
	t.put(3, runeEscape(rune(rest[2]&0x1f)))
	return nil
}

// property takes the name of the property out of \p{Script=Greek}: RE2 has only the value.
func (t *patternReader) property(rest string) {
	t.put(2, rest[:2])
	name, _, ok := strings.Cut(rest[2:], "}")
	if !ok || !strings.HasPrefix(name, "{") {
		return
	}
	key, value, ok := strings.Cut(name[1:], "=")
	if !ok {
		return
	}
	switch key {
	case "Script", "sc", "Script_Extensions", "scx", "General_Category", "gc":
		t.put(len(name), "{"+value)
	}
}
