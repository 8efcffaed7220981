package scan

import "unicode/utf8"

// Window is how many bytes Find looks at in one go, and SmallWindow is how many it may look at first, as many values are small.
const (
	Window      = 3 * block
	SmallWindow = block
)

// Tokens finds the tokens of JSON text, a window after the other: where punctuation and scalar values begin. Of strings there is the
// quote at the start alone. A string right behind a number or a literal is not found: whoever reads those sees that they do not end.
type Tokens struct {
	// First has the first bytes of the tokens that were found, At their indices in the window. What is behind those means nothing.
	First, At [Window + block]uint8
	// Line is the index of the first line break between tokens of the window, or Window if there is none.
	Line int

	carry carryOver
}

// carryOver is what a block has to know of the one before. Only the kernels look at most of it.
//
//nolint:unused // see above
type carryOver struct {
	escaped  uint64 // 1 if its first byte is escaped by a backslash
	inString uint64 // all ones if it begins in a string
	scalar   uint64 // 1 if it follows a byte of a number or a literal
	hex      uint64 // which of its first bytes have to be hexadecimal digits
	high     uint64 // not 0 if there are non-ASCII bytes in the block before
}

// FindsTokens reports whether Find works. At level Portable there is no faster way than to read token by token.
func FindsTokens() bool { return level != Portable }

// Begin makes t ready for another text.
func (t *Tokens) Begin() { t.carry = carryOver{} }

// Find looks at the next window: size bytes of s from index i on, or what there is. It returns how many tokens there are, and whether
// it saw nothing wrong: strings are whole as far as it has read, with right escapes, no control characters and in UTF-8, and between tokens is
// no other control character than JSON has. If ok is false, what is wrong may be anywhere in the window.
func (t *Tokens) Find(s []byte, i, size int) (n int, ok bool) {
	return t.find(s, i, min(len(s)-i, size))
}

// Skim is for windows in the middle of a long string: it returns from where on to look next, if what is before index i has been
// looked at. That is i, or where Body stops in the string, or the end of s if the string does not end, or is not UTF-8. If begins is set, it looks whether
// all of that is plain, and reports so if it comes to the end of the string without having seen a backslash.
func (t *Tokens) Skim(s []byte, i int, begins bool) (next int, plain bool) {
	c := &t.carry
	if c.inString == 0 || c.escaped|c.hex != 0 || i >= len(s) {
		return i, false
	}
	from := i
	for k := i - 1; k >= i-3 && s[k] >= utf8.RuneSelf; k-- { // a character that goes on
		if s[k] >= 0xc0 {
			from = k
		}
	}
	n, sure := 0, true
	if begins {
		n, sure = Text(s[from:])
		plain = from+n < len(s) && s[from+n] == '"'
	}
	if !plain {
		more, too := Body(s[from+n:])
		n, sure = n+more, sure && too
	}
	if from+n >= len(s) || !sure && !utf8.Valid(s[from:from+n]) {
		return len(s), false
	}
	if from+n <= i {
		return i, false
	}
	c.high = 0
	return from + n, plain
}
