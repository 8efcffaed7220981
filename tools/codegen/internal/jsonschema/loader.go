package jsonschema

import (
	"errors"
	"io/fs"
	"path"
	"path/filepath"
)

// maxFiles bounds how many files one Loader follows references into.
const maxFiles = 1000

// Options say how to load. The zero value reads no other files.
type Options struct {
	// Read returns the content of a file that a $ref leads to. The path is slash-separated and
	// is the referencing file's folder joined with the reference. With nil, such a
	// reference is an error. os.ReadFile and FromFS(fsys) both fit.
	Read func(path string) ([]byte, error)

	// Lenient lists patterns that RE2 cannot do in Schema.Unknown, and reads a document whose
	// $schema names no known version as if it had none. Both are errors otherwise.
	Lenient bool
}

// FromFS returns a function for Options.Read that reads from fsys.
func FromFS(fsys fs.FS) func(path string) ([]byte, error) {
	return func(name string) ([]byte, error) { return fs.ReadFile(fsys, name) }
}

// Load parses src, which was read from file, and resolves its references. The file's name is used
// in positions and as the base of references to other files.
//
// All problems are *Error values. Several independent ones come joined (errors.Join), at most 10,
// in the order of their positions.
func Load(file string, src []byte, opts Options) (*Document, error) {
	return NewLoader(opts).LoadBytes(file, src)
}

// Loader loads documents that refer to each other; each file is read and parsed once. It is
// not for concurrent use. After an error it only repeats that error.
type Loader struct {
	opts     Options
	keywords map[string]handler
	files    map[string]*file     // by cleaned path
	order    []*file              // in the order of loading
	ids      map[string]*resource // by absolute URI; the first document wins
	pending  []reference          // not resolved yet
	refs     []*Schema            // with a Target, for the search for cycles
	searches int                  // for a name near to an unknown one
	problems problems
	failed   error
}

// file is a document together with what resolving needs.
type file struct {
	doc       *Document
	src       *source
	path      string
	root      *node
	schemas   map[*node]*Schema
	resources map[*node]*resource
	byURI     map[string]*resource
	err       *Error // why it could not be read; reported where it happened
}

// NewLoader returns a Loader.
func NewLoader(opts Options) *Loader {
	return &Loader{
		opts:     opts,
		keywords: keywordTable(),
		files:    make(map[string]*file),
		ids:      make(map[string]*resource),
	}
}

// Load reads the file at path with Options.Read, and loads it like LoadBytes. A file that cannot
// be read is an error that wraps the cause.
func (l *Loader) Load(path string) (*Document, error) {
	if f, ok := l.files[cleanPath(path)]; ok && l.failed == nil && len(l.pending) == 0 {
		return f.doc, nil
	}
	src, err := l.read(path)
	if err != nil {
		return nil, err
	}
	return l.LoadBytes(path, src)
}

// Add reads the file at path, so that what is loaded afterwards finds it by its $id. Its own references are resolved then,
// too, so that several files may refer to each other in any order.
func (l *Loader) Add(path string) error {
	if _, ok := l.files[cleanPath(path)]; ok {
		return nil
	}
	src, err := l.read(path)
	if err != nil {
		return err
	}
	l.parse(path, src)
	return nil
}

func (l *Loader) read(path string) ([]byte, error) {
	at := Pos{File: path, Line: 1, Column: 1}
	if l.opts.Read == nil {
		return nil, &Error{Pos: at, Msg: "the file cannot be read: the loader has no access to files"}
	}
	src, err := l.opts.Read(path)
	if err != nil {
		return nil, &Error{Pos: at, Msg: "the file cannot be read: " + err.Error(), cause: err}
	}
	return src, nil
}

// LoadBytes parses src as the content of file and resolves all references, which may
// load other files. If the Loader has that file already, that document is returned and
// src is not looked at. src is not kept.
func (l *Loader) LoadBytes(file string, src []byte) (*Document, error) {
	if l.failed != nil {
		return nil, l.failed
	}
	f, ok := l.files[cleanPath(file)]
	switch {
	case ok && len(l.pending) == 0 && len(l.problems.list) == 0:
		return f.doc, nil
	case !ok:
		f = l.parse(file, src)
	}
	l.resolveAll()
	if len(l.problems.list) == 0 {
		l.findCycles()
	}
	order := make(map[string]int, len(l.order))
	for i, f := range l.order {
		order[f.doc.File] = i
	}
	if l.failed = l.problems.err(order); l.failed != nil {
		return nil, l.failed
	}
	return f.doc, nil
}

// Documents returns all documents loaded so far, those that only a $ref led to included, in the order
// of loading. The slice is the caller's.
func (l *Loader) Documents() []*Document {
	docs := make([]*Document, len(l.order))
	for i, f := range l.order {
		docs[i] = f.doc
	}
	return docs
}

// parse reads one file into schemas without resolving references. It always returns a file; its
// problems are in l.problems.
func (l *Loader) parse(name string, text []byte) *file {
	f := &file{
		doc:       &Document{File: name},
		path:      cleanPath(name),
		schemas:   make(map[*node]*Schema),
		resources: make(map[*node]*resource),
		byURI:     make(map[string]*resource),
	}
	l.files[f.path] = f
	l.order = append(l.order, f)
	if len(text) > maxSource {
		f.src = newSource(name, nil)
		f.err = f.src.errorf(0, "", "split it", "the file has %d bytes, more than %d", len(text), maxSource)
	} else {
		f.src = newSource(name, text)
		f.root, f.err = readJSON(f.src)
	}
	if f.err != nil {
		l.problems.add(f.err)
		f.doc.Root = &Schema{}
		return f
	}
	l.readDialect(f)
	base := &resource{file: f, uri: f.path, root: f.root}
	f.resources[f.root] = base
	f.byURI[f.path] = base
	f.doc.Root = l.schema(f, base, f.root, "")
	return f
}

// readDialect must run before anything else is parsed: keywords depend on it.
func (l *Loader) readDialect(f *file) {
	if f.root.kind != kindObject {
		return
	}
	m := f.root.find("$schema")
	if m == nil {
		return
	}
	const hint = "use http://json-schema.org/draft-07/schema# or https://json-schema.org/draft/2020-12/schema"
	if m.val.kind != kindString {
		l.problems.add(f.src.errorf(m.val.off, "/$schema", hint, "$schema is %s, not a string", m.val.kind))
		return
	}
	draft, ok := draftOf(m.val.text)
	if !ok && !l.opts.Lenient {
		l.problems.add(f.src.errorf(m.val.off, "/$schema", hint, "$schema %q is no version of JSON Schema that the generator reads", m.val.text))
	}
	f.doc.Dialect, f.doc.Draft = m.val.text, draft
}

// file returns the file at path, reading it if need be. The error has no position.
func (l *Loader) file(name string) (*file, error) {
	name = cleanPath(name)
	if f, ok := l.files[name]; ok {
		return f, nil
	}
	if l.opts.Read == nil {
		return nil, errors.New("the loader has no access to files")
	}
	if len(l.files) >= maxFiles {
		return nil, errors.New("too many files")
	}
	text, err := l.opts.Read(name)
	if err != nil {
		return nil, err
	}
	return l.parse(name, text), nil
}

func cleanPath(name string) string { return path.Clean(filepath.ToSlash(name)) }
