package jsonschema

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a string literal and returns its content.
func (r *jsonReader) string() (string, *Error) {
	start := r.i
	r.i++
	var b strings.Builder // stays empty while there is no escape
	from := r.i
	for r.i < len(r.text) {
		switch c := r.text[r.i]; {
		case c == '"':
			rest := r.text[from:r.i]
			r.i++
			if b.Len() == 0 {
				return rest, nil
			}
			b.WriteString(rest)
			return b.String(), nil
		case c == '\\':
			b.WriteString(r.text[from:r.i])
			if err := r.escape(&b); err != nil {
				return "", err
			}
			from = r.i
		case c < 0x20:
			return "", r.fail(r.i, "write it as an escape", "control character 0x%02x in a string", c)
		case c < utf8.RuneSelf:
			r.i++
		default:
			n, err := r.rune()
			if err != nil {
				return "", err
			}
			r.i += n
		}
	}
	return "", r.fail(start, "", "a string that does not end")
}

// rune returns the length of the UTF-8 sequence at the reader's place.
func (r *jsonReader) rune() (int, *Error) {
	c, size := utf8.DecodeRuneInString(r.text[r.i:])
	if c == utf8.RuneError && size <= 1 {
		return 0, r.fail(r.i, "save the file as UTF-8", "byte 0x%02x is not valid UTF-8", r.text[r.i])
	}
	return size, nil
}

func (r *jsonReader) escape(b *strings.Builder) *Error {
	at := r.i
	r.i++
	if r.i == len(r.text) {
		return r.fail(at, "", "a string that does not end")
	}
	c := r.text[r.i]
	r.i++
	switch c {
	case '"', '\\', '/':
		b.WriteByte(c)
	case 'b':
		b.WriteByte('\b')
	case 'f':
		b.WriteByte('\f')
	case 'n':
		b.WriteByte('\n')
	case 'r':
		b.WriteByte('\r')
	case 't':
		b.WriteByte('\t')
	case 'u':
		return r.unicodeEscape(b, at)
	default:
		return r.fail(at, "a backslash itself is written twice", "an escape that JSON does not have")
	}
	return nil
}

func (r *jsonReader) unicodeEscape(b *strings.Builder, at int) *Error {
	c, ok := r.hex4()
	if !ok {
		return r.fail(at, "", "\\u without four hexadecimal digits")
	}
	if utf16.IsSurrogate(c) {
		var low rune
		if strings.HasPrefix(r.text[r.i:], `\u`) {
			r.i += 2
			low, _ = r.hex4()
		}
		if c = utf16.DecodeRune(c, low); c == utf8.RuneError {
			return r.fail(at, "write both halves, or the character itself", "half of a surrogate pair")
		}
	}
	b.WriteRune(c)
	return nil
}

func (r *jsonReader) hex4() (rune, bool) {
	if len(r.text)-r.i < 4 {
		return 0, false
	}
	v, err := strconv.ParseUint(r.text[r.i:r.i+4], 16, 16)
	r.i += 4
	return rune(v), err == nil
}
