package jsonschema

import "strings"

// kind is the JSON type of a node.
type kind uint8

const (
	kindNull kind = iota
	kindBool
	kindNumber
	kindString
	kindArray
	kindObject
)

// String renders k with its article, for messages.
func (k kind) String() string {
	switch k {
	case kindNull:
		return "null"
	case kindBool:
		return "a boolean"
	case kindNumber:
		return "a number"
	case kindString:
		return "a string"
	case kindArray:
		return "an array"
	default:
		return "an object"
	}
}

// node is one JSON value with its place in the file.
type node struct {
	kind    kind
	off     int      // of the value's first byte
	text    string   // a string's content; the source text of a number or literal
	members []member // of an object, in file order
	elems   []*node  // of an array

	index map[string]int // members by name, once there are many
}

// member is one member of an object; off is the place of its name.
type member struct {
	name string
	off  int
	val  *node
}

// indexFrom is the number of members from which a map beats a linear search.
const indexFrom = 16

// find returns the member with that name, or nil.
func (n *node) find(name string) *member {
	if n.index != nil {
		if i, ok := n.index[name]; ok {
			return &n.members[i]
		}
		return nil
	}
	for i := range n.members {
		if n.members[i].name == name {
			return &n.members[i]
		}
	}
	return nil
}

// add appends a member, whose name the caller has found to be new.
func (n *node) add(m member) {
	n.members = append(n.members, m)
	switch {
	case n.index != nil:
		n.index[m.name] = len(n.members) - 1
	case len(n.members) >= indexFrom:
		n.index = make(map[string]int, 2*len(n.members))
		for i := range n.members {
			n.index[n.members[i].name] = i
		}
	}
}

// isTrue reports whether n is the literal true.
func (n *node) isTrue() bool { return n.kind == kindBool && n.text == "true" }

// appendCompact appends n as JSON text without whitespace. Numbers keep their source text;
// strings are escaped in one way only, so that equal strings have equal text.
func (n *node) appendCompact(dst []byte) []byte {
	switch n.kind {
	case kindString:
		return appendQuoted(dst, n.text)
	case kindArray:
		dst = append(dst, '[')
		for i, e := range n.elems {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.appendCompact(dst)
		}
		return append(dst, ']')
	case kindObject:
		dst = append(dst, '{')
		for i := range n.members {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(appendQuoted(dst, n.members[i].name), ':')
			dst = n.members[i].val.appendCompact(dst)
		}
		return append(dst, '}')
	default:
		return append(dst, n.text...)
	}
}

func appendQuoted(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// pointerTo extends a JSON Pointer by the name of a member.
func pointerTo(pointer, name string) string {
	return pointer + "/" + escapePointer(name)
}

func escapePointer(name string) string {
	if !strings.ContainsAny(name, "~/") {
		return name
	}
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
