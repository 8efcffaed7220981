package streamable

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/codec"
)

// annotation is the member of a property's schema that asks for a header.
const annotation = "x-mcp-header"

// mayAnnotate reports whether a text may hold an annotation, be it with escapes.
func mayAnnotate(text []byte) bool {
	return bytes.Contains(text, []byte(annotation)) || bytes.Contains(text, []byte(`\u`))
}

// schemaWalk finds the annotations of a JSON Schema (rules E-12 to E-14). It resolves no references (rule H-11).
type schemaWalk struct {
	d    codec.Decoder
	list []mirrored
	err  error // the first thing that is wrong
}

func (w *schemaWalk) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// schema walks through a schema, which stands for the argument at path if it is reachable: through properties alone.
func (w *schemaWalk) schema(path []string, reachable bool) {
	d := &w.d
	if d.Kind() != codec.KindObject { // true and false are schemas too
		d.Skip()
		return
	}
	var name, kind string
	found := false
	for key, ok := d.FirstKey(); ok && w.err == nil; key, ok = d.NextKey(key) {
		switch key {
		case annotation:
			switch {
			case !reachable || len(path) == 0:
				w.fail("%w", errNotReachable)
			case found:
				w.fail("%s comes twice", annotation)
			case d.Kind() != codec.KindString:
				w.fail("%s is not a string", annotation)
			}
			if w.err != nil {
				return
			}
			name, found = strings.Clone(d.String()), true
		case "type":
			if kind = ""; d.Kind() == codec.KindString {
				kind = strings.Clone(d.String())
			} else {
				d.Skip()
			}
		case "properties":
			w.schemas(path, reachable)
		case "patternProperties", "$defs", "definitions", "dependentSchemas":
			w.schemas(nil, false)
		case "default", "const", "enum", "examples":
			d.Skip() // values, and no schemas
		default:
			w.other()
		}
	}
	if found && w.err == nil && d.Err() == nil {
		w.add(name, kind, path)
	}
}

// schemas walks through an object whose members are schemas.
func (w *schemaWalk) schemas(path []string, reachable bool) {
	d := &w.d
	if d.Kind() != codec.KindObject {
		d.Skip()
		return
	}
	for key, ok := d.FirstKey(); ok && w.err == nil; key, ok = d.NextKey(key) {
		w.schema(append(path[:len(path):len(path)], strings.Clone(key)), reachable)
	}
}

// other walks through what may be a schema, or a list of them.
func (w *schemaWalk) other() {
	d := &w.d
	switch d.Kind() {
	case codec.KindObject:
		w.schema(nil, false)
	case codec.KindArray:
		for i, ok := 0, d.FirstElem(); ok && w.err == nil; i, ok = i+1, d.NextElem(i) {
			w.other()
		}
	default:
		d.Skip()
	}
}

// add takes an annotation of a property of some type.
func (w *schemaWalk) add(name, kind string, path []string) {
	switch {
	case !isToken(name):
		w.fail("%s %s is not a token", annotation, quote(name))
	case kind != "string" && kind != "integer" && kind != "boolean":
		w.fail("%s on a property of type %s", annotation, quote(kind))
	case slices.ContainsFunc(w.list, func(m mirrored) bool { return strings.EqualFold(m.header[len(outParam):], name) }):
		w.fail("%s %s comes twice", annotation, quote(name))
	default:
		w.list = append(w.list, mirrored{outParam + name, path})
	}
}

// isToken reports whether s is a token of RFC 9110.
func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}
