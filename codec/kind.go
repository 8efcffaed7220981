package codec

// Kind is the kind of a JSON value, as its first byte tells it.
type Kind uint8

// The kinds of JSON values.
const (
	KindInvalid Kind = iota
	KindNull
	KindBool
	KindNumber
	KindString
	KindArray
	KindObject
)

var kindNames = [...]string{"nothing", "null", "boolean", "number", "string", "array", "object"}

// String returns the kind's JSON name.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "unknown"
}

// kinds are the kinds of values by their first bytes.
var kinds = func() (t [256]Kind) {
	for _, c := range "-0123456789" {
		t[c] = KindNumber
	}
	t['"'], t['{'], t['['] = KindString, KindObject, KindArray
	t['t'], t['f'], t['n'] = KindBool, KindBool, KindNull
	return t
}()

func kindOf(c byte) Kind { return kinds[c] }
