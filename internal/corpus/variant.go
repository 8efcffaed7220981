package corpus

import "math/rand/v2"

// variantMark stands between the name of a message and what was done to a copy.
const variantMark = "+"

// Shuffled returns a copy of m in which the members of every object, open JSON and the envelope included, come in
// another order. The value is the same.
func Shuffled(m Message) Message {
	rng := newRand(uint64(len(m.Data)))
	m.Name += variantMark + "shuffled"
	m.Data = appendShuffled(make([]byte, 0, len(m.Data)), m.Data, rng)
	return m
}

func appendShuffled(dst, src []byte, rng *rand.Rand) []byte {
	switch src[0] {
	case '{':
		members := splitObject(src)
		for i := range members {
			members[i].value = appendShuffled(nil, members[i].value, rng)
		}
		shuffle(members, rng)
		return appendObject(dst, members)
	case '[':
		dst = append(dst, '[')
		for i, element := range splitArray(src) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendShuffled(dst, element, rng)
		}
		return append(dst, ']')
	default:
		return append(dst, src...)
	}
}

// shuffle changes the order for certain: should the first member come out first again, it goes to the end.
func shuffle(members []member, rng *rand.Rand) {
	if len(members) < 2 {
		return
	}
	first := members[0]
	rng.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	if string(members[0].key) == string(first.key) {
		copy(members, members[1:])
		members[len(members)-1] = first
	}
}

// openJSON names the members whose value belongs to the user, not to the protocol: nothing is added inside.
var openJSON = map[string]bool{
	"_meta": true, "arguments": true, "input": true, "inputSchema": true, "outputSchema": true,
	"structuredContent": true, "data": true, "metadata": true, "experimental": true,
	"logging": true, "completions": true, "form": true, "url": true, "context": true,
}

// WithUnknown returns a copy of m with members that no protocol revision has: one in the envelope, and one or two in the payload and
// in every typed object below it. Open JSON stays as it is, and so does an error object, whose three members JSON-RPC fixes.
// Receivers have to ignore or keep the new members; nothing else changes.
func WithUnknown(m Message) Message {
	u := unknowns{payload: `"` + m.Kind.payloadKey() + `"`, fixed: m.Kind == Error}
	members := splitObject(m.Data)
	for i := range members {
		if string(members[i].key) == u.payload && !u.fixed {
			members[i].value = u.extend(members[i].value)
		}
	}
	members = insert(members, 1, unknownSmall)
	m.Name += variantMark + "unknown"
	m.Data = appendObject(make([]byte, 0, len(m.Data)+len(m.Data)/8), members)
	return m
}

var (
	unknownSmall = member{[]byte(`"x-example-hint"`), []byte(`"later"`)}
	unknownLarge = member{[]byte(`"x-example-data"`), []byte(`{"tags":["a\n","\u00e9"],"n":-1.5e3,"deep":{"list":[[],{},null,true]}}`)}
)

// unknowns adds members to typed objects and counts them, so that the place of the new members varies.
type unknowns struct {
	payload string
	fixed   bool
	objects int
}

func (u *unknowns) extend(src []byte) []byte {
	switch src[0] {
	case '{':
		return u.extendObject(src)
	case '[':
		dst := []byte{'['}
		for i, element := range splitArray(src) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(dst, u.extend(element)...)
		}
		return append(dst, ']')
	default:
		return src
	}
}

func (u *unknowns) extendObject(src []byte) []byte {
	u.objects++
	n := u.objects
	members := splitObject(src)
	for i, x := range members {
		if !openJSON[string(x.key[1:len(x.key)-1])] {
			members[i].value = u.extend(x.value)
		}
	}
	members = insert(members, n%(len(members)+1), unknownSmall)
	if n%4 == 1 {
		members = insert(members, (n*7)%(len(members)+1), unknownLarge)
	}
	return appendObject(nil, members)
}

func insert(members []member, at int, x member) []member {
	members = append(members, member{})
	copy(members[at+1:], members[at:])
	members[at] = x
	return members
}
