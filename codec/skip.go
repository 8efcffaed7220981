package codec

import "github.com/mcpwire/mcpwire/codec/internal/scan"

// skip reads over the next value, which gets the same checks as in every other mode.
func (d *Decoder) skip() {
	c := d.peek()
	if c <= ' ' {
		c = d.space()
	}
	switch {
	case c == '"':
		if end := scan.Plain(d.src, d.pos+1); end > 0 {
			d.pos = end
		} else {
			d.skipString(^end)
		}
	case c|('{'^'[') != '{':
		d.skipScalar(c)
	case at(d.src, d.pos+1) == c+2 && d.depth < d.limit: // nothing in it; ASCII has the bracket that closes two after the other
		d.pos += 2
	case d.flags&flagLeap != 0 && d.leap():
	case !d.skipTokens():
		d.skipPlain()
	}
}

// leap reads over an object or array of which all is known to be right.
func (d *Decoder) leap() bool {
	n := scan.Closing(d.src[d.pos:])
	d.pos += n
	return n > 0
}

// skipScalar reads over a number or a literal. c is its first byte.
func (d *Decoder) skipScalar(c byte) {
	switch {
	case c == '-' || c-'0' <= 9:
		d.skipNumber()
	case c == 't' || c == 'f' || c == 'n':
		d.literal(literals[c&15])
	default:
		d.unexpected("a value")
	}
}

// skipPlain is skip for objects and arrays in portable code, with a loop, not by recursion: nesting costs a bit, not a stack frame. The input and the position
// are in local variables, and plain strings are read in place; what is rare leaves the loop by way of d.
func (d *Decoder) skipPlain() {
	var (
		small [DefaultMaxDepth/64 + 1]uint64 // a bit for each level: is it an object?
		stack = small[:]                     // longer when a larger MaxDepth is made use of
		src   = d.src
		pos   = d.pos
		depth = 0 // below d.depth
		room  = d.limit - d.depth
		isKey = false // the string to come is a member name
		c     byte
	)
value:
	if c = at(src, pos); c <= ' ' {
		c, pos = d.tokenAt(pos)
	}
	if c == '"' {
		goto str
	}
	switch c {
	case '{', '[':
		if depth++; depth > room {
			d.fail(pos, ErrDepth)
			return
		}
		pos++
		lvl, object := uint(depth-1), c == '{'
		if lvl>>6 >= uint(len(stack)) {
			stack = append(stack, 0)
		}
		stack[lvl>>6] &^= 1 << (lvl & 63)
		if object {
			stack[lvl>>6] |= 1 << (lvl & 63)
		}
		if c = at(src, pos); c <= ' ' {
			c, pos = d.tokenAt(pos)
		}
		switch {
		case object && c == '}', !object && c == ']':
			goto closed
		case object:
			goto key
		}
		goto value
	default:
		d.pos = pos
		if d.skipScalar(c); d.err != nil {
			return
		}
		pos = d.pos
	}
after:
	if depth == 0 {
		d.pos = pos
		return
	}
	{
		lvl := uint(depth - 1)
		object := stack[lvl>>6]>>(lvl&63)&1 != 0
		if c = at(src, pos); c <= ' ' {
			c, pos = d.tokenAt(pos)
		}
		switch {
		case c == ',' && !object:
			pos++
			goto value
		case c == ',':
			pos++
			if c = at(src, pos); c <= ' ' {
				c, pos = d.tokenAt(pos)
			}
			goto key
		case c == '}' && object, c == ']' && !object:
			goto closed
		}
		d.pos = pos
		if object {
			d.missingSeparator("',' or '}' after a member")
		} else {
			d.missingSeparator("',' or ']' after an element")
		}
		return
	}
key:
	if c != '"' {
		d.pos = pos
		d.missingSeparator("a member name")
		return
	}
	isKey = true
str:
	if n := scan.Plain(src, pos+1); n > 0 {
		pos = n
	} else {
		d.pos = pos
		if d.skipString(^n); d.err != nil {
			return
		}
		pos = d.pos
	}
	if !isKey {
		goto after
	}
	isKey = false
	if c = at(src, pos); c <= ' ' {
		c, pos = d.tokenAt(pos)
	}
	if c != ':' {
		d.pos = pos
		d.missingSeparator("':' after a member name")
		return
	}
	pos++
	goto value
closed:
	pos++
	depth--
	goto after
}

// literals are the literals by the low four bits of their first letter.
var literals = [16]string{'t' & 15: "true", 'f' & 15: "false", 'n' & 15: "null"}

// at returns the byte at index i; 0 beyond the end.
func at(s []byte, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// tokenAt skips white space from pos on and returns the byte after it and its index; 0 at the end of the input and after
// an error.
func (d *Decoder) tokenAt(pos int) (byte, int) {
	d.pos = pos
	c := d.space()
	return c, d.pos
}

// skipNumber reads over a number and checks its grammar.
func (d *Decoder) skipNumber() {
	n, ok := numberLen(d.src[d.pos:])
	if !ok {
		d.pos += n
		d.missingSeparator("a digit")
		return
	}
	d.pos += n
}

// numberLen returns the length of the number at the start of s (RFC 8259 section 6); if it is malformed, where.
func numberLen(s []byte) (n int, ok bool) {
	if n < len(s) && s[n] == '-' {
		n++
	}
	switch {
	case n >= len(s):
		return n, false
	case s[n] == '0':
		n++
	case s[n]-'1' < 9:
		n = digits(s, n)
	default:
		return n, false
	}
	if n < len(s) && s[n] == '.' {
		m := digits(s, n+1)
		if m == n+1 {
			return m, false
		}
		n = m
	}
	if n < len(s) && s[n]|0x20 == 'e' {
		n++
		if n < len(s) && (s[n] == '+' || s[n] == '-') {
			n++
		}
		m := digits(s, n)
		if m == n {
			return n, false
		}
		n = m
	}
	return n, true
}

// digits returns the index after the run of digits at index i.
func digits(s []byte, i int) int {
	for i < len(s) && s[i]-'0' < 10 {
		i++
	}
	return i
}
