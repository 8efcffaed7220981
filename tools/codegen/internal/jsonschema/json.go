package jsonschema

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep arrays and objects may be nested.
const maxDepth = 1000

// jsonReader reads one JSON document by the grammar of RFC 8259. It is stricter than
// encoding/json where a schema would otherwise lose something unnoticed: a name that comes twice,
// invalid UTF-8 and half surrogate pairs are errors. It also keeps the order of members.
type jsonReader struct {
	src  *source
	text string
	i    int
	path []step // where the reader stands
}

// step is one level of the path: a member's name, or an index if name is nil.
type step struct {
	name  *string
	index int
}

// readJSON reads the whole of src. The first error ends it.
func readJSON(src *source) (*node, *Error) {
	r := &jsonReader{src: src, text: src.text}
	if strings.HasPrefix(r.text, "\ufeff") {
		return nil, r.fail(0, "save the file as UTF-8 without it", "the file starts with a byte order mark")
	}
	r.space()
	if r.i == len(r.text) {
		return nil, r.fail(r.i, "a schema is true, false or an object", "the file holds no JSON value")
	}
	n, err := r.value()
	if err != nil {
		return nil, err
	}
	r.space()
	if r.i < len(r.text) {
		return nil, r.fail(r.i, "a schema file holds one JSON value", "%s after the end of the document", r.here())
	}
	return n, nil
}

func (r *jsonReader) fail(off int, hint, format string, args ...any) *Error {
	return r.src.errorf(off, r.pointer(), hint, format, args...)
}

// pointer is built from the path only when there is an error.
func (r *jsonReader) pointer() string {
	var b strings.Builder
	for _, s := range r.path {
		b.WriteByte('/')
		if s.name != nil {
			b.WriteString(escapePointer(*s.name))
		} else {
			b.WriteString(strconv.Itoa(s.index))
		}
	}
	return b.String()
}

func (r *jsonReader) space() {
	for r.i < len(r.text) {
		switch r.text[r.i] {
		case ' ', '\t', '\n', '\r':
			r.i++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end.
func (r *jsonReader) peek() byte {
	if r.i < len(r.text) {
		return r.text[r.i]
	}
	return 0
}

// here names what stands at the reader's place.
func (r *jsonReader) here() string {
	if r.i >= len(r.text) {
		return "the end of the file"
	}
	c, size := utf8.DecodeRuneInString(r.text[r.i:])
	if c == utf8.RuneError && size <= 1 {
		return fmt.Sprintf("byte 0x%02x", r.text[r.i])
	}
	return strconv.QuoteRune(c)
}

// unexpected is the error for a byte that cannot stand here.
func (r *jsonReader) unexpected(want string) *Error {
	hint := ""
	switch c := r.peek(); {
	case c == '/' || c == '#':
		hint = "JSON has no comments"
	case c == '\'':
		hint = "JSON strings stand in double quotes"
	}
	return r.fail(r.i, hint, "%s where %s is expected", r.here(), want)
}

func (r *jsonReader) value() (*node, *Error) {
	n := &node{off: r.i}
	switch c := r.peek(); {
	case c == '{':
		return n, r.object(n)
	case c == '[':
		return n, r.array(n)
	case c == '"':
		s, err := r.string()
		n.kind, n.text = kindString, s
		return n, err
	case c == '-' || c >= '0' && c <= '9':
		n.kind = kindNumber
		err := r.number()
		n.text = r.text[n.off:r.i]
		return n, err
	}
	return n, r.literal(n)
}

func (r *jsonReader) literal(n *node) *Error {
	for _, lit := range [...]struct {
		text string
		kind kind
	}{{"true", kindBool}, {"false", kindBool}, {"null", kindNull}} {
		if strings.HasPrefix(r.text[r.i:], lit.text) {
			n.kind, n.text = lit.kind, lit.text
			r.i += len(lit.text)
			return nil
		}
	}
	return r.unexpected("a value")
}

func (r *jsonReader) enter(off int) *Error {
	if len(r.path) == maxDepth {
		return r.src.errorf(off, "", "", "arrays and objects are nested deeper than %d levels", maxDepth)
	}
	r.path = append(r.path, step{})
	r.i++
	r.space()
	return nil
}

func (r *jsonReader) leave() {
	r.path = r.path[:len(r.path)-1]
	r.i++
}

func (r *jsonReader) array(n *node) *Error {
	n.kind = kindArray
	if err := r.enter(n.off); err != nil {
		return err
	}
	top := len(r.path) - 1
	if r.peek() == ']' {
		r.leave()
		return nil
	}
	for {
		r.path[top] = step{index: len(n.elems)}
		e, err := r.value()
		if err != nil {
			return err
		}
		n.elems = append(n.elems, e)
		more, err := r.next(']')
		if err != nil || !more {
			return err
		}
	}
}

func (r *jsonReader) object(n *node) *Error {
	n.kind = kindObject
	if err := r.enter(n.off); err != nil {
		return err
	}
	top := len(r.path) - 1
	if r.peek() == '}' {
		r.leave()
		return nil
	}
	for {
		m, err := r.name(n, top)
		if err != nil {
			return err
		}
		if m.val, err = r.value(); err != nil {
			return err
		}
		n.add(m)
		more, err := r.next('}')
		if err != nil || !more {
			return err
		}
	}
}

// name reads a member's name and the colon.
func (r *jsonReader) name(n *node, top int) (member, *Error) {
	empty := ""
	r.path[top] = step{name: &empty}
	m := member{off: r.i}
	if r.peek() != '"' {
		r.path = r.path[:top]
		return m, r.unexpected("a member's name")
	}
	var err *Error
	if m.name, err = r.string(); err != nil {
		return m, err
	}
	r.path[top] = step{name: &m.name}
	if first := n.find(m.name); first != nil {
		p := r.src.pos(first.off, "")
		return m, r.fail(m.off, "remove one of them", "the member %q comes twice, first at %d:%d", m.name, p.Line, p.Column)
	}
	r.space()
	if r.peek() != ':' {
		return m, r.unexpected("a colon")
	}
	r.i++
	r.space()
	return m, nil
}

// next reads what follows an element: a comma, or the closing bracket.
func (r *jsonReader) next(closing byte) (more bool, err *Error) {
	r.space()
	switch r.peek() {
	case ',':
		comma := r.i
		r.i++
		r.space()
		if r.peek() == closing {
			r.path = r.path[:len(r.path)-1]
			return false, r.fail(comma, "JSON allows no comma before a closing bracket", "a comma without an element after it")
		}
		return true, nil
	case closing:
		r.leave()
		return false, nil
	}
	r.path = r.path[:len(r.path)-1]
	return false, r.unexpected("a comma or " + strconv.QuoteRune(rune(closing)))
}

// number checks the grammar; the text stays as it is.
func (r *jsonReader) number() *Error {
	start := r.i
	if r.peek() == '-' {
		r.i++
	}
	switch c := r.peek(); {
	case c == '0':
		r.i++
		if c := r.peek(); c >= '0' && c <= '9' {
			return r.fail(start, "", "a number with a leading zero")
		}
	case !r.digits():
		return r.unexpected("a digit")
	}
	if r.peek() == '.' {
		r.i++
		if !r.digits() {
			return r.unexpected("a digit")
		}
	}
	if c := r.peek(); c == 'e' || c == 'E' {
		r.i++
		if c := r.peek(); c == '+' || c == '-' {
			r.i++
		}
		if !r.digits() {
			return r.unexpected("a digit")
		}
	}
	return nil
}

// digits skips digits and reports whether there was one.
func (r *jsonReader) digits() bool {
	start := r.i
	for r.i < len(r.text) && r.text[r.i] >= '0' && r.text[r.i] <= '9' {
		r.i++
	}
	return r.i > start
}
