package jsonschema

import (
	"fmt"
	"sort"
	"strconv"
)

// maxSource bounds one schema file, in bytes.
const maxSource = 64 << 20

// source is the text of one file and where its lines begin.
type source struct {
	file  string
	text  string
	lines []int // offset of the first byte of every line

	// copied counts the bytes of the JSON Pointers and values made from this file. Long names at
	// great depth would make their sum quadratic in the size of the file, so it has a bound.
	copied int
}

func newSource(file string, text []byte) *source {
	s := &source{file: file, text: string(text), lines: []int{0}}
	for i := range len(s.text) {
		if s.text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// pos turns a byte offset into a position.
func (s *source) pos(off int, pointer string) Pos {
	line := sort.SearchInts(s.lines, off+1)
	return Pos{File: s.file, Line: line, Column: off - s.lines[line-1] + 1, Pointer: pointer}
}

func (s *source) errorf(off int, pointer, hint, format string, args ...any) *Error {
	return &Error{Pos: s.pos(off, pointer), Msg: fmt.Sprintf(format, args...), Hint: hint}
}

// exhausted reports whether what was made from the file is out of all proportion to it. The
// load then ends with an error, and meanwhile pointers and values stay empty.
func (s *source) exhausted() bool {
	return s.copied > 32*len(s.text)+16<<20
}

func (s *source) exhaustedError() *Error {
	return s.errorf(0, "", "use shorter names or less nesting", "nested names and values add up to too much")
}

// child extends a JSON Pointer by the name of a member.
func (s *source) child(pointer, name string) string {
	if s.exhausted() {
		return ""
	}
	s.copied += len(pointer) + 1 + len(name)
	return pointerTo(pointer, name)
}

// element extends a JSON Pointer by an index.
func (s *source) element(pointer string, i int) string {
	return s.child(pointer, strconv.Itoa(i))
}

// value copies a JSON value out of the tree.
func (s *source) value(n *node, pointer string) Value {
	v := Value{Pos: s.pos(n.off, pointer)}
	if !s.exhausted() {
		v.Raw = string(n.appendCompact(nil))
		s.copied += len(v.Raw)
	}
	return v
}
