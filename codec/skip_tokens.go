package codec

import (
	"encoding/binary"

	"github.com/mcpwire/mcpwire/codec/internal/scan"
)

const (
	// minTokens is from how many bytes of input on skipTokens pays.
	minTokens = 64
	// maxTokenDepth is how deep skipTokens goes: a word has so many bits.
	maxTokenDepth = 64
)

// skipTokens reads over the object or array that d stands at, with all the checks of skip. It gives up and reports false if anything is wrong
// there or a little after it, or unusual: skipPlain has to look then, and to say what is wrong and where. It goes from token to token, as
// a kernel finds them, and knows of each what may come next.
func (d *Decoder) skipTokens() bool {
	if len(d.src)-d.pos < minTokens || !scan.FindsTokens() {
		return false
	}
	var (
		tokens = &d.tokens
		src    = d.src
		room   = min(d.limit-d.depth, maxTokenDepth)
		depth  = 0
		kinds  = uint64(0) // a bit for each level, the lowest for the innermost: is it an object?
		want   = wantTop
		lines  = false
		size   = firstWindow(len(src) - d.pos)
	)
	tokens.Begin()
	for base := d.pos; base < len(src); size = scan.Window {
		n, ok := tokens.Find(src, base, size)
		if !ok {
			return false
		}
		for i := 0; i < n; {
			if want == wantKey || want == wantKeyOrEnd {
				// Most members are a string, or else a scalar.
				switch w := binary.LittleEndian.Uint32(tokens.First[i:]); {
				case w == stringMember && i+4 <= n:
					want = wantKey
					i += 4
					continue
				case w&0xffff != member || i+2 > n:
				case w>>24 == ',' && tokenClass[w>>16&0xff] == classScalar && i+4 <= n:
					if scalarLen(src[base+int(tokens.At[i+2]):]) == 0 {
						return false
					}
					want = wantKey
					i += 4
					continue
				default:
					want = wantMember
					i += 2
					continue
				}
			}
			c, at := tokens.First[i], int(tokens.At[i])
			i++
			next := grammar[want|tokenClass[c]]
			want = next &^ doWhat
			switch next & doWhat {
			case 0:
			case doOpen:
				if depth++; depth > room {
					return false
				}
				kinds <<= 1
				if want == wantKeyOrEnd {
					kinds |= 1
				}
			case doClose:
				if depth--; depth == 0 {
					d.lines = d.lines || lines || tokens.Line < at
					d.pos = base + at + 1
					return true
				}
				kinds >>= 1
				if want = wantEndOfArray; kinds&1 != 0 {
					want = wantEndOfObject
				}
			case doScalar:
				if scalarLen(src[base+at:]) == 0 {
					return false
				}
			default:
				return false
			}
		}
		lines = lines || tokens.Line < scan.Window
		if base += size; n == 0 {
			base = d.skim(base)
		}
	}
	return false
}

// firstWindow returns how much to look at first, if so much of the input is left: many values are small, but then what is left often is so too.
func firstWindow(left int) int {
	if left <= scan.Window {
		return scan.Window
	}
	return scan.SmallWindow
}

// scalarLen returns the length of the number or literal at the start of s; 0 if it is none, or something else follows at once.
func scalarLen(s []byte) (n int) {
	if literal := literals[s[0]&15]; literal != "" && s[0] >= 'a' {
		if n = len(literal); len(s) < n || string(s[:n]) != literal {
			return 0
		}
	} else {
		var ok bool
		if n, ok = numberLen(s); !ok {
			return 0
		}
	}
	if n < len(s) && !endsScalar[s[n]] {
		return 0
	}
	return n
}

// The first bytes of the tokens of a member, and of one with a string and a comma behind it.
const (
	member       = '"' | ':'<<8
	stringMember = member | '"'<<16 | ','<<24
)

// What skipTokens may want, in the upper four bits.
const (
	wantTop uint8 = iota << 4
	wantKeyOrEnd
	wantKey
	wantColon
	wantMember
	wantEndOfObject // or a comma
	wantElementOrEnd
	wantElement
	wantEndOfArray // or a comma
)

// What skipTokens has to do before that, in the lower four.
const (
	doOpen uint8 = iota + 1
	doClose
	doScalar
	doWhat = 15
)

// Classes of tokens by their first bytes.
const (
	classWrong uint8 = iota
	classString
	classColon
	classComma
	classObject
	classObjectEnd
	classArray
	classArrayEnd
	classScalar
)

var tokenClass = func() (t [256]uint8) {
	for _, c := range "-0123456789tfn" {
		t[c] = classScalar
	}
	t['"'], t[':'], t[','] = classString, classColon, classComma
	t['{'], t['}'], t['['], t[']'] = classObject, classObjectEnd, classArray, classArrayEnd
	return t
}()

// grammar holds for what is wanted and the class of what is there what to do and what is wanted then (RFC 8259, sections 4 and 5).
var grammar = func() (t [256]uint8) {
	for i := range t {
		t[i] = doWhat
	}
	value := func(want, then uint8) {
		t[want|classString], t[want|classScalar] = then, then|doScalar
		t[want|classObject], t[want|classArray] = wantKeyOrEnd|doOpen, wantElementOrEnd|doOpen
	}
	t[wantTop|classObject], t[wantTop|classArray] = wantKeyOrEnd|doOpen, wantElementOrEnd|doOpen
	t[wantKeyOrEnd|classString], t[wantKeyOrEnd|classObjectEnd] = wantColon, doClose
	t[wantKey|classString] = wantColon
	t[wantColon|classColon] = wantMember
	value(wantMember, wantEndOfObject)
	t[wantEndOfObject|classComma], t[wantEndOfObject|classObjectEnd] = wantKey, doClose
	value(wantElementOrEnd, wantEndOfArray)
	t[wantElementOrEnd|classArrayEnd] = doClose
	value(wantElement, wantEndOfArray)
	t[wantEndOfArray|classComma], t[wantEndOfArray|classArrayEnd] = wantElement, doClose
	return t
}()

// endsScalar are the bytes that may follow a number or a literal.
var endsScalar = func() (t [256]bool) {
	for _, c := range ",}] \t\r\n" {
		t[c] = true
	}
	return t
}()
