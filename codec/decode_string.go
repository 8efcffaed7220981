package codec

import (
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

// String consumes a string. The result borrows the input, or d's arena if it had escapes.
func (d *Decoder) String() string {
	if d.peek() != '"' && d.next() != '"' {
		d.unexpected("a string")
		return ""
	}
	start := d.pos + 1
	end := scan.Plain(d.src, start)
	if end > 0 {
		d.pos = end
		return d.str(d.src[start : end-1])
	}
	return d.stringSlow(^end)
}

// PlainString is String for a string at whose quote d stands that is plain ASCII without escapes and not long. Of another one it consumes nothing
// and reports false.
func (d *Decoder) PlainString() (s string, ok bool) {
	start := d.pos + 1
	end := scan.Plain(d.src, start)
	if end < 0 {
		return "", false
	}
	d.pos = end
	return d.str(d.src[start : end-1]), true
}

// stringSlow reads a string, at whose quote d stands, that may hold anything from index at on: up to there it is plain ASCII.
func (d *Decoder) stringSlow(at int) string {
	start := d.pos + 1
	if d.knows(start) {
		d.pos = d.known.to + 1
		return d.str(d.src[start:d.known.to])
	}
	if at < len(d.src) && d.src[at] == '\\' {
		return d.unescape(start, at, true)
	}
	n, sure := scan.Text(d.src[at:])
	end := at + n
	if end < len(d.src) && d.src[end] == '"' {
		if !sure && !d.utf8(at, end) {
			return ""
		}
		d.pos = end + 1
		return d.str(d.src[start:end])
	}
	return d.unescape(start, end, sure)
}

// utf8 checks that input[start:end] is UTF-8, and fails at the first bad byte if it is not.
func (d *Decoder) utf8(start, end int) bool {
	if d.flags&flagTrusted != 0 || scan.Valid(d.src[start:end]) {
		return true
	}
	for i := start; i < end; {
		r, n := utf8.DecodeRune(d.src[i:end])
		if r == utf8.RuneError && n == 1 {
			d.fail(i, ErrUTF8)
			break
		}
		i += n
	}
	return false
}

// unescapeBlock is how many bytes of arena are made ready at a time.
const unescapeBlock = 2048

// unescape decodes a string into the arena. It starts at start; up to at there is plain text, and sure says whether that is known
// to be UTF-8.
func (d *Decoder) unescape(start, at int, sure bool) string {
	first := len(d.arena)
	d.room(first, at, at-start+min(unescapeBlock, len(d.src)-at))
	d.arena = append(d.arena, d.src[start:at]...)
	for unicode := false; at < len(d.src); { // where one escape has \u, most have
		d.room(first, at, min(unescapeBlock, len(d.src)-at))
		if !unicodeEscape(d.src, at) {
			free := d.arena[len(d.arena):cap(d.arena)]
			wrote, read, high := scan.Unescape(free, d.src[at:], unicode)
			d.arena = d.arena[:len(d.arena)+wrote]
			sure = sure && !high
			if at += read; at == len(d.src) {
				break
			}
		}
		// What stopped the scan: the end of the string, a rare escape, the last bytes of the input, a full arena.
		switch c := d.src[at]; {
		case c == '"':
			if !sure && !d.utf8(start, at) {
				return ""
			}
			d.pos = at + 1
			if d.flags&flagOwn != 0 {
				return d.ownText(first)
			}
			return d.str(d.arena[first:len(d.arena):len(d.arena)])
		case c == '\\':
			n, err := d.escape(at)
			if err != nil {
				d.fail(at, err)
				return ""
			}
			at += n
			unicode = true
		case c < 0x20:
			d.fail(at, because(ErrSyntax, "control character "+quoteByte(c)+" in a string"))
			return ""
		default:
			for ; at < len(d.src) && !mustEscape(d.src[at]); at++ {
				d.arena = append(d.arena, d.src[at])
				sure = sure && d.src[at] < utf8.RuneSelf
			}
		}
	}
	d.fail(at, because(ErrSyntax, "the input ends in a string"))
	return ""
}

// ownText moves the string that starts at index first of the arena to memory that d gives away. The first has its own, later ones
// share pieces that double.
func (d *Decoder) ownText(first int) string {
	text := d.arena[first:]
	d.arena = d.arena[:first]
	n := len(d.texts)
	switch size := min(2*cap(d.texts), maxTexts); {
	case len(text) <= cap(d.texts)-n:
	case len(text) < size:
		d.texts, n = make([]byte, 0, size), 0
	default:
		d.texts, n = nil, 0 // which append makes as long as the text is
	}
	d.texts = append(d.texts, text...)
	return d.str(d.texts[n:])
}

// maxTexts is how long pieces are at most that strings share, in bytes: one string that is kept keeps all of them.
const maxTexts = 4 << 10

// room makes sure that the arena has room for n more bytes and what the scan wants to have to spare, so that nothing of
// the string that began at index first has to move when it is appended to. at is where in the input the string goes on.
func (d *Decoder) room(first, at, n int) {
	if n += scan.Room; cap(d.arena)-len(d.arena) < n {
		if len(d.src)-at > unescapeBlock { // one long string should not move again and again
			n = max(n, d.bodyLen(at)+scan.Room)
		}
		d.growArena(first, n)
	}
}

// bodyLen returns how many bytes of the input from index at on are in the string there, before its end or what is wrong in it.
func (d *Decoder) bodyLen(at int) int {
	for i := at; i < len(d.src); i += 2 {
		n, _ := scan.Body(d.src[i:])
		if i += n; i >= len(d.src) || d.src[i] != '\\' {
			return i - at
		}
	}
	return len(d.src) - at
}

// growArena makes room for n more bytes. Strings that were decoded before stay where they are, in the old
// arena: only the one in the making, from first on, moves.
func (d *Decoder) growArena(first, n int) {
	grown := make([]byte, len(d.arena), max(2*cap(d.arena), len(d.arena)+n))
	copy(grown[first:], d.arena[first:])
	d.arena = grown
}

// escape decodes the escape sequence at index at of the input into the arena and returns its length. A high
// surrogate takes its low half along.
func (d *Decoder) escape(at int) (int, error) {
	if at+1 >= len(d.src) {
		return 0, because(ErrSyntax, "the input ends in an escape")
	}
	c := d.src[at+1]
	if c != 'u' {
		u := scan.Unescaped(c)
		if u == 0 {
			return 0, because(ErrSyntax, "escape \\"+quoteByte(c))
		}
		d.arena = append(d.arena, u)
		return 2, nil
	}
	r, ok := hex4(d.src, at+2)
	if !ok {
		return 0, because(ErrSyntax, "\\u without four hexadecimal digits")
	}
	if r < 0xd800 || r > 0xdfff {
		d.arena = utf8.AppendRune(d.arena, r)
		return 6, nil
	}
	if low, ok := lowHalf(d.src, at+6); ok && r < 0xdc00 {
		d.arena = utf8.AppendRune(d.arena, (r-0xd800)<<10+(low-0xdc00)+0x10000)
		return 12, nil
	}
	if d.flags&flagStrict != 0 {
		return 0, ErrSurrogate
	}
	d.arena = utf8.AppendRune(d.arena, utf8.RuneError)
	return 6, nil
}

// unicodeEscape reports whether there is an escape with \u at index at.
func unicodeEscape(src []byte, at int) bool {
	return at+1 < len(src) && src[at] == '\\' && src[at+1] == 'u'
}

// lowHalf reads a \u escape of a low surrogate at index at.
func lowHalf(src []byte, at int) (rune, bool) {
	if !unicodeEscape(src, at) {
		return 0, false
	}
	r, ok := hex4(src, at+2)
	return r, ok && r >= 0xdc00 && r <= 0xdfff
}

// hex4 reads four hexadecimal digits at index at.
func hex4(src []byte, at int) (r rune, ok bool) {
	if len(src)-at < 4 {
		return 0, false
	}
	s := src[at : at+4 : at+4]
	r = rune(hexValue[s[0]])<<12 | rune(hexValue[s[1]])<<8 | rune(hexValue[s[2]])<<4 | rune(hexValue[s[3]])
	return r, r >= 0
}

// hexValue maps a hexadecimal digit to its value; -1 for what is none, which makes all that it is put together with negative.
var hexValue = func() (t [256]int8) {
	for c := range t {
		t[c] = -1
	}
	for v := range int8(16) {
		t["0123456789abcdef"[v]], t["0123456789ABCDEF"[v]] = v, v
	}
	return t
}()

// skipString reads over the string at whose quote d stands, checking escapes and UTF-8. Up to index at it is plain ASCII.
func (d *Decoder) skipString(at int) {
	if d.knows(d.pos + 1) {
		d.pos = d.known.to + 1
		return
	}
	start, sure := at, true
	if len(d.src)-at > minKnown {
		var n int
		n, sure = scan.Text(d.src[at:])
		if at += n; at < len(d.src) && d.src[at] == '"' {
			if sure || d.utf8(start, at) {
				d.remember(d.pos+1, at)
				d.pos = at + 1
			}
			return
		}
	}
	for {
		n, s := scan.Body(d.src[at:])
		at += n
		sure = sure && s
		if at >= len(d.src) {
			d.fail(at, because(ErrSyntax, "the input ends in a string"))
			return
		}
		switch c := d.src[at]; {
		case c == '"':
			if sure || d.utf8(start, at) {
				d.pos = at + 1
			}
			return
		case c != '\\':
			d.fail(at, because(ErrSyntax, "control character "+quoteByte(c)+" in a string"))
			return
		case at+1 >= len(d.src):
			d.fail(at, because(ErrSyntax, "the input ends in an escape"))
			return
		case d.src[at+1] == 'u':
			if _, ok := hex4(d.src, at+2); !ok {
				d.fail(at, because(ErrSyntax, "\\u without four hexadecimal digits"))
				return
			}
			for at += 6; unicodeEscape(d.src, at); at += 6 { // where there is one, there are more
				if _, ok := hex4(d.src, at+2); !ok {
					break
				}
			}
		case scan.Unescaped(d.src[at+1]) == 0:
			d.fail(at, because(ErrSyntax, "escape \\"+quoteByte(d.src[at+1])))
			return
		default:
			at += 2
		}
	}
}

// OptString consumes a string or null.
func (d *Decoder) OptString(o *Opt[string]) {
	if d.Null() {
		o.SetNull()
		return
	}
	o.Set(d.String())
}

// Text consumes a string into a named string type, such as an enum.
func Text[T ~string](d *Decoder, v *T) { *v = T(d.String()) }

// OptText consumes a string or null into a named string type.
func OptText[T ~string](d *Decoder, o *Opt[T]) {
	if d.Null() {
		o.SetNull()
		return
	}
	o.Set(T(d.String()))
}

// Const consumes a string that must be want.
func (d *Decoder) Const(want string) {
	if d.peek() <= ' ' {
		d.space()
	}
	at := d.pos
	if got := d.String(); got != want && d.err == nil {
		d.fail(at, because(ErrConst, "not "+want))
	}
}
