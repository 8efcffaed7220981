package jsonschema

import (
	"net/url"
	"path"
	"strings"
)

// resource is a schema with a URI of its own, and all schemas inside it that have none. References
// inside are relative to it.
type resource struct {
	file    *file
	uri     string // absolute, or the path of a file
	root    *node
	pointer string // from the file's root
	anchors map[string]anchor
}

// anchor is a schema that a reference can lead to by a name.
type anchor struct {
	node    *node
	pointer string
}

// identify reads $id (id in draft-04), which may begin a resource.
func (f *frame) identify() {
	name := "$id"
	if f.draft() == Draft04 {
		name = "id"
	}
	m := f.node.find(name)
	if m == nil {
		return
	}
	if !f.want(m, kindString, "write a URI") {
		return
	}
	uri, fragment, _ := strings.Cut(m.val.text, "#")
	if uri == "" {
		f.fragmentID(m, fragment)
		return
	}
	if fragment != "" {
		f.errorf(m, "remove it", "%s %q has a fragment", name, m.val.text)
		return
	}
	abs, err := resolveURI(f.res.uri, uri)
	if err != nil {
		f.errorf(m, "write a URI such as https://example.com/schema.json", "%s %q is not a URI", name, m.val.text)
		return
	}
	if other, ok := f.file.byURI[abs]; ok && other.root != f.node {
		at := f.file.src.pos(other.root.off, "")
		f.errorf(m, "give each its own", "%s %q is used twice, first in the schema at %d:%d", name, m.val.text, at.Line, at.Column)
		return
	}
	res := &resource{file: f.file, uri: abs, root: f.node, pointer: f.out.Pos.Pointer}
	f.res = res
	f.file.resources[f.node] = res
	f.file.byURI[abs] = res
	// A relative $id counts inside its document only: elsewhere it could shadow a file.
	if _, ok := f.ids[abs]; !ok && isURI(abs) {
		f.ids[abs] = res
	}
}

// fragmentID reads "$id": "#name", which is how draft-07 and before write $anchor.
func (f *frame) fragmentID(m *member, fragment string) {
	switch {
	case fragment == "":
	case f.draft() >= Draft201909:
		f.errorf(m, "use $anchor", "%s %q is a fragment only", m.name, m.val.text)
	default:
		f.setAnchor(m, fragment)
	}
}

// anchor reads $anchor, and $dynamicAnchor, which is an anchor too.
func (f *frame) anchor(m *member) {
	if !f.want(m, kindString, "write a name") {
		return
	}
	if m.val.text == "" || strings.ContainsAny(m.val.text, "#/%") {
		f.errorf(m, "use letters, digits, - _ and .", "%s %q is not a name", m.name, m.val.text)
		return
	}
	f.setAnchor(m, m.val.text)
}

func (f *frame) setAnchor(m *member, name string) {
	if first, ok := f.res.anchors[name]; ok && first.node != f.node {
		at := f.file.src.pos(first.node.off, "")
		f.errorf(m, "give each its own", "%s %q is used twice, first in the schema at %d:%d", m.name, m.val.text, at.Line, at.Column)
		return
	}
	if f.res.anchors == nil {
		f.res.anchors = make(map[string]anchor)
	}
	f.res.anchors[name] = anchor{f.node, f.out.Pos.Pointer}
}

// nestedDialect refuses a second version of JSON Schema inside a document.
func (f *frame) nestedDialect(m *member) {
	if f.node == f.file.root || !f.want(m, kindString, "") {
		return
	}
	if draft, ok := draftOf(m.val.text); draft != f.draft() || !ok && !f.opts.Lenient {
		f.errorf(m, "move the schema to a file of its own", "$schema %q differs from the document's", m.val.text)
	}
}

// resolveURI resolves a reference without fragment against a base, which is an absolute URI
// or the path of a file.
func resolveURI(base, ref string) (string, error) {
	r, err := url.Parse(ref)
	if err != nil {
		return "", err
	}
	if r.IsAbs() {
		return r.String(), nil
	}
	if b, err := url.Parse(base); err == nil && isURI(base) {
		return b.ResolveReference(r).String(), nil
	}
	return joinPath(base, r.Path), nil
}

// joinPath resolves the path of a reference against the path of the file it stands in.
func joinPath(file, ref string) string {
	if path.IsAbs(ref) {
		return path.Clean(ref)
	}
	return path.Join(path.Dir(file), ref)
}

// isURI tells an absolute URI from a path. A scheme of one letter is a drive of Windows.
func isURI(s string) bool {
	scheme, _, ok := strings.Cut(s, ":")
	if !ok || len(scheme) < 2 {
		return false
	}
	for i := range len(scheme) {
		c := scheme[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(scheme[i]))) {
			return false
		}
	}
	return true
}
