package sample

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"unicode/utf8"
)

// words are pieces of strings: plain, with escapes, with text of several bytes a letter, long.
var words = []string{
	"", "a", "plain text", "tab\tand\nbreak", `quote " and \ backslash`, "naïve café", "世界", "😀 emoji",
	"\u0001control", "/slash", "a string of more than thirty-two bytes, so that wide scans have work",
	"nul\x00", "\u2028line separator", "<html> & 'quotes'",
}

func (g *Sampler) word() string { return words[g.rng.IntN(len(words))] }

// quoted appends s as a JSON string, sometimes with more escapes than need be.
func quoted(dst []byte, s string) []byte {
	b, _ := json.Marshal(s) // a string has a JSON form
	return append(dst, b...)
}

// candidates are tried on patterns.
var candidates = []string{"", "a", "A", "0", "1", "a1", "A-1", "AB-12", "abc", "2025-01-01", "x_y", "https://example.com", "a.b", "a/b"}

func (g *Sampler) str(dst []byte, v *view) ([]byte, bool) {
	s := g.word()
	switch v.format {
	case "byte":
		s = base64.StdEncoding.EncodeToString([]byte(g.word()))
	case "uri":
		s = "https://example.com/" + strconv.Itoa(g.rng.IntN(1000))
	}
	for utf8.RuneCountInString(s) < v.minLength {
		s += "x"
	}
	if v.maxLength >= 0 && utf8.RuneCountInString(s) > v.maxLength {
		s = string([]rune(s)[:v.maxLength])
	}
	if v.pattern != "" {
		re, err := regexp.Compile(v.pattern)
		if err != nil {
			return dst, false
		}
		for _, c := range candidates {
			if n := len(c); re.MatchString(c) && n >= v.minLength && (v.maxLength < 0 || n <= v.maxLength) {
				return quoted(dst, c), true
			}
		}
		return dst, false
	}
	return quoted(dst, s), true
}

// integers are those at which something changes.
var integers = []int64{0, 1, -1, 7, 255, 1 << 31, -1 << 31, 1<<53 - 1, 1 << 53, 1<<53 + 1, math.MaxInt64, math.MinInt64}

func (g *Sampler) integer(dst []byte, v *view) ([]byte, bool) {
	for range 50 {
		n := integers[g.rng.IntN(len(integers))]
		if g.rng.IntN(2) == 0 {
			n = g.rng.Int64N(2000) - 500
		}
		if v.allows(float64(n)) && (!g.Safe && !v.inexact || n <= 1<<53 && n >= -1<<53) {
			return strconv.AppendInt(dst, n, 10), true
		}
	}
	if v.minimum != nil && *v.minimum == math.Trunc(*v.minimum) && v.allows(*v.minimum) {
		return strconv.AppendInt(dst, int64(*v.minimum), 10), true
	}
	return dst, false
}

func (g *Sampler) number(dst []byte, v *view) ([]byte, bool) {
	for range 50 {
		var n float64
		switch g.rng.IntN(4) {
		case 0:
			n = float64(g.rng.IntN(200) - 50)
		case 1:
			n = g.rng.Float64()
		case 2:
			n = g.rng.NormFloat64() * 1e6
		default:
			n = math.Ldexp(g.rng.Float64()-0.5, g.rng.IntN(200)-100)
		}
		if v.allows(n) {
			b, _ := json.Marshal(n) // finite numbers have a JSON form
			return append(dst, b...), true
		}
	}
	return dst, false
}

// open appends any JSON, some of it at the edges of what programs keep.
func (g *Sampler) open(dst []byte, depth int) []byte {
	n := 8
	if depth > 2 {
		n = 5
	}
	switch g.rng.IntN(n) {
	case 0:
		return append(dst, "null"...)
	case 1:
		return append(dst, "true"...)
	case 2:
		return append(dst, "12345678901234567890123"...)
	case 3:
		return append(dst, "-0.50e+2"...)
	case 5:
		dst = append(dst, `{"k":`...)
		dst = g.open(dst, depth+1)
		return append(dst, `,"k2":[]}`...)
	case 6:
		return append(dst, `{}`...)
	case 7:
		dst = append(dst, '[')
		dst = g.open(dst, depth+1)
		return append(dst, ']')
	}
	return quoted(dst, g.word())
}
