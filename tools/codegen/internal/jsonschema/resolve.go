package jsonschema

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// reference is a $ref that is still to be resolved.
type reference struct {
	schema *Schema
	res    *resource
	pos    Pos
}

// unresolved is why a reference leads nowhere.
type unresolved struct {
	msg, hint string
	later     bool // a file or schema that is read later may change that
	cause     error
}

func (f *frame) ref(m *member) {
	if !f.want(m, kindString, "write a reference such as #/$defs/Name") {
		return
	}
	f.out.Ref = m.val.text
	f.pending = append(f.pending, reference{f.out, f.res, f.file.src.pos(m.val.off, f.pointer(m))})
}

// maxRounds bounds how often references wait for each other. Real documents need two rounds.
const maxRounds = 100

// stalled is a reference that waits, and what it waits for.
type stalled struct {
	ref reference
	why *unresolved
}

// resolveAll resolves all references. Following one may bring new ones, through a
// file or a place that was not parsed as a schema before. What depends on an $id or anchor not seen
// yet waits until nothing else is left.
func (l *Loader) resolveAll() {
	var waiting []stalled
	for round := 0; len(l.pending) > 0; round++ {
		resolved := len(l.refs)
		waiting = l.resolvePending()
		if len(l.refs) == resolved || round == maxRounds {
			break
		}
		for _, w := range waiting {
			l.pending = append(l.pending, w.ref)
		}
	}
	for _, w := range waiting {
		l.problems.add(w.ref.fail(w.why))
	}
	for _, f := range l.order {
		if f.src.exhausted() {
			l.problems.fatal(f.src.exhaustedError())
		}
	}
}

// resolvePending resolves until nothing is pending, and returns what may succeed later.
func (l *Loader) resolvePending() []stalled {
	var waiting []stalled
	for i := 0; i < len(l.pending) && !l.problems.full(); i++ {
		ref := l.pending[i]
		target, why := l.resolve(ref)
		switch {
		case why == nil:
			ref.schema.Target = target
			l.refs = append(l.refs, ref.schema)
		case why.later:
			waiting = append(waiting, stalled{ref, why})
		default:
			l.problems.add(ref.fail(why))
		}
	}
	l.pending = nil
	return waiting
}

func (r reference) fail(why *unresolved) *Error {
	return &Error{Pos: r.pos, Msg: fmt.Sprintf("$ref %q %s", shorten(r.schema.Ref), why.msg), Hint: why.hint, cause: why.cause}
}

// resolve finds what a reference leads to. The target is nil without a reason if the reason
// has been reported already, at the place of its cause.
func (l *Loader) resolve(ref reference) (*Schema, *unresolved) {
	uri, fragment, _ := strings.Cut(ref.schema.Ref, "#")
	res, why := l.resource(ref.res, uri)
	if why != nil || res == nil {
		return nil, why
	}
	fragment, err := url.PathUnescape(fragment)
	if err != nil {
		return nil, &unresolved{msg: "has a bad percent escape", hint: "write %25 for a percent sign"}
	}
	if fragment == "" || fragment[0] == '/' {
		return l.follow(res, fragment)
	}
	a, ok := res.anchors[fragment]
	if !ok {
		return nil, &unresolved{
			msg:   fmt.Sprintf("leads nowhere: %s has no $anchor %q", res.uri, shorten(fragment)),
			hint:  "a JSON Pointer begins with #/",
			later: true,
		}
	}
	return l.schema(res.file, res, a.node, a.pointer), nil
}

// resource finds the resource that the part of a reference before # names.
func (l *Loader) resource(from *resource, uri string) (*resource, *unresolved) {
	if uri == "" {
		return from, nil
	}
	parsed, err := url.Parse(uri)
	if err != nil {
		return nil, &unresolved{msg: "is not a URI"}
	}
	abs, err := resolveURI(from.uri, uri)
	if err != nil {
		return nil, &unresolved{msg: "is not a URI"}
	}
	if res, ok := from.file.byURI[abs]; ok {
		return res, nil
	}
	if res, ok := l.ids[abs]; ok {
		return res, nil
	}
	if isURI(uri) || parsed.Host != "" || parsed.Path == "" {
		return nil, &unresolved{
			msg:   "leads to a document that is not loaded",
			hint:  "nothing is fetched from the network; save the document as a file, and refer to that or name it with -ref if that is its $id",
			later: true,
		}
	}
	res, why := l.resourceOfFile(from, parsed.Path)
	if why != nil && isURI(abs) {
		why.hint, why.later = "nor does -ref name one whose $id is "+abs, true
	}
	return res, why
}

// resourceOfFile loads the file at a path relative to the one that refers to it.
func (l *Loader) resourceOfFile(from *resource, rel string) (*resource, *unresolved) {
	if strings.HasPrefix(rel, "/") {
		return nil, &unresolved{msg: "is an absolute path", hint: "make it relative to the file it is in"}
	}
	name := joinPath(from.file.path, rel)
	other, err := l.file(name)
	if err != nil {
		return nil, &unresolved{msg: "leads to a file that cannot be read: " + err.Error(), hint: l.readHint(), cause: err}
	}
	if other.err != nil {
		return nil, nil
	}
	return other.resources[other.root], nil
}

func (l *Loader) readHint() string {
	if l.opts.Read == nil {
		return "copy the schema into this document"
	}
	return "the path is relative to the file it is in"
}

// follow walks a JSON Pointer, and parses what it leads to as a schema if that has not been done.
func (l *Loader) follow(res *resource, pointer string) (*Schema, *unresolved) {
	n, at := res.root, res.pointer
	if pointer != "" {
		for segment := range strings.SplitSeq(pointer[1:], "/") {
			name, ok := unescapePointer(segment)
			if !ok {
				return nil, &unresolved{msg: "has a tilde without 0 or 1", hint: "write ~0 for ~ and ~1 for /"}
			}
			next, err := n.child(name)
			if err != nil {
				return nil, &unresolved{
					msg:  fmt.Sprintf("leads nowhere: %s %s", place(res, at), err),
					hint: missingHint(n, name),
				}
			}
			n, at = next, pointerTo(at, name)
			if inner, ok := res.file.resources[n]; ok {
				res = inner
			}
		}
	}
	if n.kind != kindObject && n.kind != kindBool {
		return nil, &unresolved{msg: fmt.Sprintf("leads to %s, which is no schema", n.kind)}
	}
	return l.schema(res.file, res, n, at), nil
}

// place names where a pointer ended, for messages.
func place(res *resource, pointer string) string {
	return res.file.doc.File + "#" + pointer
}

// missingHint suggests what the author of a reference may have meant.
func missingHint(n *node, name string) string {
	if n.kind != kindObject {
		return ""
	}
	other := map[string]string{"$defs": "definitions", "definitions": "$defs"}[name]
	if other != "" && n.find(other) != nil {
		return "it has " + other
	}
	names := make([]string, 0, len(n.members))
	for i := range n.members {
		names = append(names, n.members[i].name)
	}
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return ""
}

// child returns the member or element that one segment of a JSON Pointer names.
func (n *node) child(name string) (*node, error) {
	switch n.kind {
	case kindObject:
		if m := n.find(name); m != nil {
			return m.val, nil
		}
		return nil, fmt.Errorf("has no member %q", shorten(name))
	case kindArray:
		i, err := strconv.Atoi(name)
		if err != nil || strconv.Itoa(i) != name || i < 0 || i >= len(n.elems) {
			return nil, fmt.Errorf("has no element %q", shorten(name))
		}
		return n.elems[i], nil
	}
	return nil, errors.New("is " + n.kind.String())
}

func unescapePointer(segment string) (string, bool) {
	rest := segment
	for {
		_, after, found := strings.Cut(rest, "~")
		if !found {
			break
		}
		if after == "" || after[0] != '0' && after[0] != '1' {
			return "", false
		}
		rest = after[1:]
	}
	return strings.ReplaceAll(strings.ReplaceAll(segment, "~1", "/"), "~0", "~"), true
}
