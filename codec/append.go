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
const maxShort = 64

// spaces are eight spaces, which stop nothing.
const spaces = 0x2020202020202020

// AppendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD, one for each.
func AppendString(dst []byte, s string) []byte {
	b := bytesconv.Bytes(s)
	n := len(b)
	if n > maxShort || cap(dst)-len(dst) < maxShort+2 {
		return appendLong(dst, b)
	}
	// Most strings are short and plain: they are copied while they are looked at, by words, of which the last overlaps with the one before.
	end := len(dst) + 1 + n
	out := dst[len(dst)+1 : end : end]
	var stops uint64
	switch {
	case n >= 16:
		for i := 0; i+16 < n; i += 16 {
			stops |= copy16((*[16]byte)(out[i:i+16]), (*[16]byte)(b[i:i+16]))
		}
		stops |= copy16((*[16]byte)(out[n-16:]), (*[16]byte)(b[n-16:]))
	case n >= 8:
		w, v := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:])
		binary.LittleEndian.PutUint64(out, w)
		binary.LittleEndian.PutUint64(out[n-8:], v)
		stops = scan.NotPlain(w) | scan.NotPlain(v)
	case n >= 4:
		w, v := binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[n-4:])
		binary.LittleEndian.PutUint32(out, w)
		binary.LittleEndian.PutUint32(out[n-4:], v)
		stops = scan.NotPlain(uint64(w) | uint64(v)<<32)
	default:
		for i, c := range b {
			out[i] = c
			stops |= scan.NotPlain(spaces&^0xff | uint64(c))
		}
	}
	if stops != 0 {
		return appendEscaped(dst, b, 0, true)
	}
	dst = dst[:end+1]
	dst[end-1-n], dst[end] = '"', '"'
	return dst
}

// copy16 copies 16 bytes and returns marks as scan.NotPlain does.
func copy16(dst, src *[16]byte) uint64 {
	w, v := binary.LittleEndian.Uint64(src[:8]), binary.LittleEndian.Uint64(src[8:])
	binary.LittleEndian.PutUint64(dst[:8], w)
	binary.LittleEndian.PutUint64(dst[8:], v)
	return scan.NotPlain(w) | scan.NotPlain(v)
}

// appendLong is AppendString for any string.
func appendLong(dst, b []byte) []byte {
	if scan.Fused(len(b)) && cap(dst)-len(dst) > len(b)+scan.Room {
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
	if out, ok := appendShortFloat(dst, v); ok {
		return out, nil
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

// appendShortFloat appends v if it has up to four decimals and few digits before them. Decimals of up to 15 digits stand for different
// numbers, so that the one that is found is the shortest.
func appendShortFloat(dst []byte, v float64) ([]byte, bool) {
	const decimals = 4
	abs := math.Abs(v)
	if !(abs >= 1e-3 && abs < 1e9) {
		return dst, false
	}
	for n := 1; n <= decimals; n++ {
		scaled := uint64(abs*pow10[n] + 0.5)
		if float64(scaled)/pow10[n] != abs {
			continue
		}
		if v < 0 {
			dst = append(dst, '-')
		}
		unit := uint64(pow10[n])
		dst = strconv.AppendUint(dst, scaled/unit, 10)
		dst = append(dst, '.')
		for scaled %= unit; n > 0; n-- {
			unit /= 10
			dst = append(dst, '0'+byte(scaled/unit)) //nolint:gosec // one digit
			scaled %= unit
		}
		return dst, true
	}
	return dst, false
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
