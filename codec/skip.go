package codec

// skip reads over the next value with a loop, not by recursion: nesting costs a bit, not a stack frame. The
// value gets the same checks as in every other mode.
func (d *Decoder) skip() {
	var (
		small [DefaultMaxDepth/64 + 1]uint64 // a bit for each level: is it an object?
		stack = small[:]
		base  = d.depth
	)
	if room := d.limit - base; room > len(small)*64 {
		stack = make([]uint64, room/64+1)
	}
value:
	switch c := d.next(); c {
	case '"':
		d.skipString()
	case '{', '[':
		d.pos++
		if d.depth++; d.depth > d.limit {
			d.fail(d.pos-1, ErrDepth)
			return
		}
		lvl := uint(d.depth - base - 1)
		if c == '[' {
			stack[lvl>>6] &^= 1 << (lvl & 63)
			if d.next() == ']' {
				goto closed
			}
			goto value
		}
		stack[lvl>>6] |= 1 << (lvl & 63)
		if d.next() == '}' {
			goto closed
		}
		goto key
	case 't':
		d.literal("true")
	case 'f':
		d.literal("false")
	case 'n':
		d.literal("null")
	default:
		if c != '-' && c-'0' > 9 {
			d.unexpected("a value")
			return
		}
		d.skipNumber()
	}
after:
	if d.err != nil || d.depth == base {
		return
	}
	{
		lvl := uint(d.depth - base - 1)
		object := stack[lvl>>6]>>(lvl&63)&1 != 0
		switch c := d.next(); {
		case c == ',':
			d.pos++
			if object {
				goto key
			}
			goto value
		case c == '}' && object, c == ']' && !object:
			goto closed
		case object:
			d.missingSeparator("',' or '}' after a member")
		default:
			d.missingSeparator("',' or ']' after an element")
		}
		return
	}
key:
	if d.next() != '"' {
		d.missingSeparator("a member name")
		return
	}
	d.skipString()
	if d.next() != ':' {
		d.missingSeparator("':' after a member name")
		return
	}
	d.pos++
	goto value
closed:
	d.pos++
	d.depth--
	goto after
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
