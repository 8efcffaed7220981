package codec

import (
	"math"
	"strconv"

	"github.com/mcpwire/mcpwire/codec/internal/bytesconv"
)

// Bool consumes true or false.
func (d *Decoder) Bool() bool {
	c := d.peek()
	if c <= ' ' {
		c = d.space()
	}
	switch c {
	case 't':
		return d.literal("true")
	case 'f':
		d.literal("false")
	default:
		d.unexpected("a boolean")
	}
	return false
}

// OptBool consumes a boolean or null.
func (d *Decoder) OptBool(o *Opt[bool]) {
	if d.Null() {
		o.SetNull()
		return
	}
	o.Set(d.Bool())
}

// maxFastDigits is how many decimal digits always fit into an int64.
const maxFastDigits = 18

// Int consumes a number that is a whole one and fits into an int64, however it is written: 5, 5.0 and
// 50e-1 are all five. Another number is ErrRange.
func (d *Decoder) Int() int64 {
	c := d.peek()
	if c <= ' ' {
		c = d.space()
	}
	i, neg := d.pos, c == '-'
	if neg {
		i++
	}
	start, v := i, int64(0)
	for i < len(d.src) && d.src[i]-'0' < 10 && i-start <= maxFastDigits {
		v = v*10 + int64(d.src[i]-'0')
		i++
	}
	n := i - start
	if n == 0 || n > maxFastDigits || d.src[start] == '0' && n > 1 ||
		i < len(d.src) && (d.src[i] == '.' || d.src[i]|0x20 == 'e') {
		return d.intSlow()
	}
	d.pos = i
	if neg {
		return -v
	}
	return v
}

func (d *Decoder) intSlow() int64 {
	text, at := d.number()
	if d.err != nil {
		return 0
	}
	v, ok := parseInt(text)
	if !ok {
		d.fail(at, because(ErrRange, "not an integer of 64 bits"))
	}
	return v
}

// OptInt consumes an integer or null.
func (d *Decoder) OptInt(o *Opt[int64]) {
	if d.Null() {
		o.SetNull()
		return
	}
	o.Set(d.Int())
}

// ConstInt consumes an integer that must be want.
func (d *Decoder) ConstInt(want int64) {
	d.next()
	at := d.pos
	if got := d.Int(); got != want && d.err == nil {
		d.fail(at, because(ErrConst, "not "+strconv.FormatInt(want, 10)))
	}
}

// ConstBool consumes a boolean that must be want.
func (d *Decoder) ConstBool(want bool) {
	d.next()
	at := d.pos
	if got := d.Bool(); got != want && d.err == nil {
		d.fail(at, because(ErrConst, "not "+strconv.FormatBool(want)))
	}
}

// number consumes a number and returns its text and offset.
func (d *Decoder) number() (text []byte, at int) {
	c := d.peek()
	if c <= ' ' {
		c = d.space()
	}
	if c != '-' && c-'0' > 9 {
		d.unexpected("a number")
		return nil, 0
	}
	at = d.pos
	d.skipNumber()
	if d.err != nil {
		return nil, 0
	}
	return d.src[at:d.pos:d.pos], at
}

// Number consumes a number and returns its text, borrowed.
func (d *Decoder) Number() string {
	text, _ := d.number()
	return d.str(text)
}

// Float consumes a number and rounds it to the nearest float64. One too large for that is ErrRange; one too
// small is zero.
func (d *Decoder) Float() float64 {
	if d.peek() <= ' ' {
		d.space()
	}
	if v, n := smallFloat(d.src[d.pos:]); n > 0 {
		d.pos += n
		return v
	}
	text, at := d.number()
	if d.err != nil {
		return 0
	}
	v, err := strconv.ParseFloat(bytesconv.String(text), 64)
	if err != nil && math.IsInf(v, 0) {
		d.fail(at, because(ErrRange, "beyond float64"))
		return 0
	}
	return v
}

// OptFloat consumes a number or null.
func (d *Decoder) OptFloat(o *Opt[float64]) {
	if d.Null() {
		o.SetNull()
		return
	}
	o.Set(d.Float())
}

var pow10 = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15}

// smallFloat reads the number at the start of s if it has up to 15 digits and no exponent, and returns its length; 0 for another one, or what is no
// number. Both the digits and the power of ten are then exact in a float64, so that one division rounds correctly.
func smallFloat(s []byte) (v float64, n int) {
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	first, digits := i, int64(0)
	for ; i < len(s) && s[i]-'0' < 10; i++ {
		digits = digits*10 + int64(s[i]-'0')
		if i > 15 {
			return 0, 0
		}
	}
	if i == first || s[first] == '0' && i > first+1 {
		return 0, 0
	}
	power := 0
	if i < len(s) && s[i] == '.' {
		point := i + 1
		for i = point; i < len(s) && s[i]-'0' < 10; i++ {
			digits = digits*10 + int64(s[i]-'0')
			if i > 15 {
				return 0, 0
			}
		}
		if power = i - point; power == 0 {
			return 0, 0
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		return 0, 0
	}
	if v = float64(digits); power > 0 {
		v /= pow10[power]
	}
	if first > 0 {
		v = -v
	}
	return v, i
}

// parseInt converts the text of a valid number to an int64, if it is whole and fits. It takes time linear in
// the text, whatever the exponent says.
func parseInt(s []byte) (int64, bool) {
	neg := s[0] == '-'
	if neg {
		s = s[1:]
	}
	mant, exp := s, 0
	for i, c := range s {
		if c|0x20 == 'e' {
			mant = s[:i]
			exp = clampExp(s[i+1:])
			break
		}
	}
	var buf [24]byte
	sig := buf[:0] // significant digits, without leading zeros
	zeros := 0     // zeros that count only if another digit follows
	for _, c := range mant {
		switch {
		case c == '.':
			exp -= len(mant)
			// From here on each digit is one place less; counted at once below.
		case c == '0' && len(sig) == 0:
		case c == '0':
			zeros++
		default:
			if len(sig)+zeros+1 > len(buf) {
				return 0, false
			}
			for ; zeros > 0; zeros-- {
				sig = append(sig, '0')
			}
			sig = append(sig, c)
		}
	}
	if i := indexByte(mant, '.'); i >= 0 {
		exp += i + 1
	}
	if len(sig) == 0 {
		return 0, true
	}
	exp += zeros
	if exp < 0 || len(sig)+exp > 19 {
		return 0, false
	}
	for ; exp > 0; exp-- {
		sig = append(sig, '0')
	}
	v, err := strconv.ParseUint(string(sig), 10, 64)
	switch {
	case err != nil || v > 1<<63 || v == 1<<63 && !neg:
		return 0, false
	case neg:
		return -int64(v), true
	}
	return int64(v), true
}

func indexByte(s []byte, c byte) int {
	for i := range s {
		if s[i] == c {
			return i
		}
	}
	return -1
}

// maxExp is where exponents are cut: beyond it only zero survives, since the text of a number in memory is far
// shorter. Ten times as much still fits into an int of 32 bits.
const maxExp = 1 << 27

// clampExp reads an exponent, moved to the nearest of -maxExp and maxExp if it is beyond them.
func clampExp(s []byte) int {
	neg := s[0] == '-'
	if s[0] == '-' || s[0] == '+' {
		s = s[1:]
	}
	e := 0
	for _, c := range s {
		if e = e*10 + int(c-'0'); e > maxExp {
			e = maxExp
			break
		}
	}
	if neg {
		return -e
	}
	return e
}
