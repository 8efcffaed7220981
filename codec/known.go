package codec

import (
	"bytes"

	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

// minKnown is from how many bytes on a string is worth to be remembered: an image, for example.
const minKnown = 32 << 10

// knownText is where in the input there is a whole string that is UTF-8 and has no escapes: from its first byte to the quote after it.
type knownText struct{ from, to int }

// remember notes such a string. Only the longest is kept.
func (d *Decoder) remember(from, to int) {
	if n := to - from; n >= minKnown && n > d.known.to-d.known.from {
		d.known = knownText{from, to}
	}
}

// knows reports whether the string whose text begins at index from is the one that is remembered.
func (d *Decoder) knows(from int) bool { return d.known.from == from && d.known.to > from }

// LongText returns where in the input the longest string without escapes is that d has read over: from its first byte to the quote after it. It returns
// zeros if there is none that is worth it.
func (d *Decoder) LongText() (from, to int) { return d.known.from, d.known.to }

// KnowText tells d, which has just been Reset, of what LongText of another Decoder returned for the same bytes: that string is not looked at again. What is
// outside of the input is ignored.
func (d *Decoder) KnowText(from, to int) {
	if 0 < from && from < to && to < len(d.src) && d.src[from-1] == '"' && d.src[to] == '"' {
		d.known = knownText{from, to}
	}
}

// skim goes on in a string that is longer than a window, as Tokens.Skim does from index base on. The string is remembered if it turns out to be plain.
func (d *Decoder) skim(base int) int {
	quote := -1
	if len(d.src)-base > minKnown {
		quote = d.openingQuote(base)
	}
	next, plain := d.tokens.Skim(d.src, base, quote >= 0)
	if plain {
		d.remember(quote+1, next)
	}
	return next
}

// openingQuote returns the index of the quote at which the string begins that index base is in, if that is near and what is between them is plain; -1 if
// not.
func (d *Decoder) openingQuote(base int) int {
	near := max(base-2*scan.Window, 1)
	quote := near + bytes.LastIndexByte(d.src[near:base], '"')
	if quote < near || d.src[quote-1] == '\\' {
		return -1
	}
	if n, _ := scan.Text(d.src[quote+1 : base]); quote+1+n < base {
		return -1
	}
	return quote
}
