package codec

import (
	"encoding/binary"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/codec/internal/bytesconv"
	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

// maxShort is up to how many bytes a string is short.
const maxShort = 24

// AppendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD, one for each.
func AppendString(dst []byte, s string) []byte {
	b := bytesconv.Bytes(s)
	n := len(dst)
	if 8 <= len(b) && len(b) <= maxShort && len(b)+2 <= cap(dst)-n {
		// Most strings are short: they are copied while they are looked at, the last eight bytes first.
		out := dst[n+1 : n+1+len(b)]
		at := len(b) - 8
		w := binary.LittleEndian.Uint64(b[at:])
		binary.LittleEndian.PutUint64(out[at:], w)
		stops, seen := scan.Stops(w), w
		for i := 0; i < at; i += 8 {
			w = binary.LittleEndian.Uint64(b[i:])
			binary.LittleEndian.PutUint64(out[i:], w)
			stops |= scan.Stops(w)
			seen |= w
		}
		switch {
		case stops != 0:
			return appendEscaped(dst, b, 0, true)
		case seen&scan.Highs != 0 && !scan.Valid(b):
			return appendRepaired(dst, b)
		}
		dst = dst[:n+len(b)+2]
		dst[n], dst[len(dst)-1] = '"', '"'
		return dst
	}
	if scan.Fused(len(b)) && cap(dst)-n > len(b)+scan.Room {
		return appendEscaped(dst, b, 0, true)
	}
	plain, sure := scan.Text(b)
	if plain == len(b) && (sure || utf8.Valid(b)) {
		dst = append(dst, '"')
		dst = append(dst, b...)
		return append(dst, '"')
	}
	return appendEscaped(dst, b, plain, sure)
}

// AppendText is AppendString for a named string type.
func AppendText[T ~string](dst []byte, s T) []byte { return AppendString(dst, string(s)) }

// appendEscaped appends b, of which the first n bytes need no escape. sure says whether those are known to be UTF-8; b may not be.
func appendEscaped(dst, b []byte, n int, sure bool) []byte {
	start := len(dst)
	dst = append(dst, '"')
	dst = append(dst, b[:n]...)
	for rest := b[n:]; len(rest) > 0; {
		if room := min(escapeBlock, 2*len(rest)) + scan.Slack; cap(dst)-len(dst) < room {
			dst = grownBytes(dst, room)
		}
		wrote, read, high := scan.Escape(dst[len(dst):cap(dst)], rest)
		dst, rest, sure = dst[:len(dst)+wrote], rest[read:], sure && !high
	}
	if !sure && !scan.Valid(b) {
		return appendRepaired(dst[:start], b)
	}
	return append(dst, '"')
}

// escapeBlock is how many bytes of room are made at a time.
const escapeBlock = 4096

// grownBytes returns dst with room for n more bytes.
func grownBytes(dst []byte, n int) []byte {
	g := make([]byte, len(dst), max(2*cap(dst), len(dst)+n))
	copy(g, dst)
	return g
}

func mustEscape(c byte) bool { return c < 0x20 || c == '"' || c == '\\' }

// appendRepaired is the slow form for text that is not UTF-8.
func appendRepaired(dst, b []byte) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(b); {
		if c := b[i]; c < utf8.RuneSelf {
			if mustEscape(c) {
				dst = appendEscape(dst, c)
			} else {
				dst = append(dst, c)
			}
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		dst = utf8.AppendRune(dst, r)
		i += n
	}
	return append(dst, '"')
}

// appendEscape appends the escape of c, the short one where JSON has one.
func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	case '\b':
		return append(dst, '\\', 'b')
	case '\f':
		return append(dst, '\\', 'f')
	}
	const hex = "0123456789abcdef"
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
}

// AppendKey appends a comma, s as a member name, and a colon.
func AppendKey(dst []byte, s string) []byte {
	return append(AppendString(append(dst, ','), s), ':')
}

// AppendInt appends v in decimal.
func AppendInt(dst []byte, v int64) []byte { return strconv.AppendInt(dst, v, 10) }

// AppendBool appends true or false.
func AppendBool(dst []byte, v bool) []byte { return strconv.AppendBool(dst, v) }

// AppendFloat appends the shortest decimal that reads back as v: plain between 1e-6 and 1e21, else with an
// exponent, as ECMAScript and encoding/json do. NaN and the infinities are ErrRange.
func AppendFloat(dst []byte, v float64) ([]byte, error) {
	if i := int64(v); float64(i) == v && i > -1e15 && i < 1e15 && (i != 0 || !math.Signbit(v)) {
		return strconv.AppendInt(dst, i, 10), nil
	}
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return dst, because(ErrRange, strconv.FormatFloat(v, 'g', -1, 64)+" has no JSON form")
	}
	if a := math.Abs(v); a != 0 && (a < 1e-6 || a >= 1e21) {
		n := len(dst)
		dst = strconv.AppendFloat(dst, v, 'e', -1, 64)
		// e-09 becomes e-9.
		if k := len(dst); k-n >= 4 && dst[k-4] == 'e' && dst[k-3] == '-' && dst[k-2] == '0' {
			dst[k-2] = dst[k-1]
			dst = dst[:k-1]
		}
		return dst, nil
	}
	return strconv.AppendFloat(dst, v, 'f', -1, 64), nil
}

// AppendTexts appends an array of strings; [] for a nil one.
func AppendTexts[T ~string](dst []byte, s []T) []byte {
	dst = append(dst, '[')
	for i := range s {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = AppendString(dst, string(s[i]))
	}
	return append(dst, ']')
}
