package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// parseOverrides reads a file of overrides; an empty text has none.
func parseOverrides(file string, src []byte, revisions []RevisionInput) (*overrides, error) {
	o := &overrides{revisions: revisions, valueMemo: map[string]*valueRow{}}
	if len(bytes.TrimSpace(src)) == 0 {
		return o, nil
	}
	var p problems
	r := &rowReader{file: file, src: src, dec: json.NewDecoder(bytes.NewReader(src))}
	err := r.object(func(section string, at int) error {
		list := o.section(section)
		if list == nil {
			p.add(r.pos(at, "/"+section), "there is no section "+quote(section), "use one of "+strings.Join(sectionNames, ", "))
			return r.skip()
		}
		return r.array(func(i, off int, raw []byte) {
			pos := r.pos(off, "/"+section+"/"+itoa(i))
			if problem := o.addRow(list, section, pos, raw); problem != "" {
				p.add(pos, problem, "")
			}
		})
	})
	if err != nil {
		p.add(r.pos(int(r.dec.InputOffset()), ""), "the overrides are not an object of lists of rows: "+err.Error(), "")
	}
	return o, p.err()
}

var sectionNames = []string{
	"initialisms", "rename", "same", "drop", "place", "value", "union", "present", "optional", "deprecated", "fill", "helpers", "method",
}

// section returns how to add a row to a section; nil if there is no such section.
func (o *overrides) section(name string) func() row {
	switch name {
	case "initialisms":
		return add(&o.Initialisms, func(r *initialismRow) row { return r })
	case "rename":
		return add(&o.Rename, func(r *renameRow) row { return r })
	case "same":
		return add(&o.Same, func(r *sameRow) row { return r })
	case "drop":
		return add(&o.Drop, func(r *dropRow) row { return r })
	case "place":
		return add(&o.Place, func(r *placeRow) row { return r })
	case "value":
		return add(&o.Value, func(r *valueRow) row { return r })
	case "union":
		return add(&o.Union, func(r *unionRow) row { return r })
	case "present":
		return add(&o.Present, func(r *presentRow) row { return r })
	case "optional":
		return add(&o.Optional, func(r *optionalRow) row { return r })
	case "deprecated":
		return add(&o.Deprecated, func(r *deprecatedRow) row { return r })
	case "fill":
		return add(&o.Fill, func(r *fillRow) row { return r })
	case "helpers":
		return add(&o.Helpers, func(r *helpersRow) row { return r })
	case "method":
		return add(&o.Method, func(r *methodRow) row { return r })
	}
	return nil
}

func add[R any](list *[]*R, asRow func(*R) row) func() row {
	return func() row {
		r := new(R)
		*list = append(*list, r)
		return asRow(r)
	}
}

// addRow decodes one row and says what is wrong with it.
func (o *overrides) addRow(list func() row, section string, pos jsonschema.Pos, raw []byte) string {
	r := list()
	base := r.base()
	base.pos, base.section = pos, section
	o.all = append(o.all, base)
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(r); err != nil {
		base.used = true
		return "bad row of " + quote(section) + ": " + rowProblem(err)
	}
	subject, problem := r.check()
	base.what = subject
	if problem == "" && strings.TrimSpace(base.Reason) == "" {
		problem = "the reason is missing"
	}
	for _, name := range revisionsOf(r) {
		if !slices.ContainsFunc(o.revisions, func(in RevisionInput) bool { return in.Name == name }) && problem == "" {
			problem = "there is no revision " + quote(name)
		}
	}
	if problem != "" {
		base.used = true
		return "bad row of " + quote(section) + ": " + problem
	}
	return ""
}

// rowProblem words an error of decoding a row without speaking of Go types.
func rowProblem(err error) string {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if wrong.Field == "" {
			return "a row is an object, not a " + wrong.Value
		}
		return quote(wrong.Field) + " cannot be a " + wrong.Value
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func revisionsOf(r row) []string {
	switch r := r.(type) {
	case *sameRow:
		return r.Revisions
	case *placeRow:
		return r.Revisions
	case *presentRow:
		return r.Revisions
	}
	return nil
}

func need(pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			return quote(pairs[i]) + " is missing"
		}
		if strings.Count(pairs[i+1], "*") > 1 {
			return quote(pairs[i]) + " has more than one *"
		}
	}
	return ""
}

func (r *initialismRow) check() (string, string) { return r.Word, need("word", r.Word) }
func (r *renameRow) check() (string, string)     { return r.Type, need("type", r.Type, "to", r.To) }
func (r *sameRow) check() (string, string)       { return r.Def, need("def", r.Def, "as", r.As) }
func (r *dropRow) check() (string, string)       { return r.At, need("at", r.At) }
func (r *placeRow) check() (string, string)      { return r.At, need("at", r.At, "in", r.In) }
func (r *optionalRow) check() (string, string)   { return r.At, need("at", r.At) }
func (r *deprecatedRow) check() (string, string) { return r.At, need("at", r.At, "text", r.Text) }
func (r *helpersRow) check() (string, string)    { return r.Type, need("type", r.Type) }
func (r *presentRow) check() (string, string) {
	if len(r.Revisions) == 0 {
		return r.At, `"revisions" is missing`
	}
	return r.At, need("at", r.At)
}

func (r *fillRow) check() (string, string) {
	if r.JSON != "" && !json.Valid([]byte(r.JSON)) {
		return r.At, `"json" is not JSON text`
	}
	return r.At, need("at", r.At, "json", r.JSON)
}

func (r *valueRow) check() (string, string) {
	if r.Is != "" && !slices.Contains(valueKinds, r.Is) {
		return r.At, `"is" must be one of ` + strings.Join(valueKinds, ", ")
	}
	return r.At, need("at", r.At, "is", r.Is)
}

var valueKinds = []string{"raw", "open", "id", "error", "string", "number", "inline"}

func (r *unionRow) check() (string, string) {
	for i, d := range r.Decide {
		if d.Is == "" {
			return r.Type, `a decision lacks "is"`
		}
		if len(d.When) == 0 && i < len(r.Decide)-1 {
			return r.Type, "only the last decision may be without \"when\""
		}
		for pointer := range d.When {
			if !strings.HasPrefix(pointer, "/") {
				return r.Type, "the condition " + quote(pointer) + " is no JSON Pointer"
			}
		}
	}
	if len(r.Decide) == 0 {
		return r.Type, `"decide" is missing`
	}
	return r.Type, need("type", r.Type)
}

func (r *methodRow) check() (string, string) {
	if r.Result == "" && len(r.Also) == 0 {
		return r.Method, `"result" and "also" are missing`
	}
	return r.Method, need("method", r.Method)
}

// rowReader reads JSON and knows where its parts are.
type rowReader struct {
	file string
	src  []byte
	dec  *json.Decoder
}

// pos is the position of the first byte at or after off that is not white space or a separator.
func (r *rowReader) pos(off int, pointer string) jsonschema.Pos {
	off = min(off, len(r.src))
	for off < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[off]) >= 0 {
		off++
	}
	line := 1 + bytes.Count(r.src[:off], []byte("\n"))
	column := off - bytes.LastIndexByte(r.src[:off], '\n')
	return jsonschema.Pos{File: r.file, Line: line, Column: column, Pointer: pointer}
}

// object calls member for each member, with its name's offset; member reads the value.
func (r *rowReader) object(member func(name string, at int) error) error {
	if !utf8.Valid(r.src) {
		return errors.New("invalid UTF-8")
	}
	if err := r.delim('{', "an object"); err != nil {
		return err
	}
	seen := map[string]bool{}
	for r.dec.More() {
		at := int(r.dec.InputOffset())
		t, err := r.dec.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if seen[name] {
			return errors.New("the member " + quote(name) + " comes twice")
		}
		seen[name] = true
		if err := member(name, at); err != nil {
			return err
		}
	}
	if _, err := r.dec.Token(); err != nil {
		return err
	}
	if _, err := r.dec.Token(); err != io.EOF {
		return errors.New("there is more after the object")
	}
	return nil
}

// array calls row with the text of each element.
func (r *rowReader) array(row func(i, off int, raw []byte)) error {
	if err := r.delim('[', "an array of rows"); err != nil {
		return err
	}
	for i := 0; r.dec.More(); i++ {
		off := int(r.dec.InputOffset())
		var raw json.RawMessage
		if err := r.dec.Decode(&raw); err != nil {
			return err
		}
		row(i, off, raw)
	}
	_, err := r.dec.Token()
	return err
}

func (r *rowReader) delim(want json.Delim, what string) error {
	t, err := r.dec.Token()
	if err != nil {
		return err
	}
	if t != want {
		return errors.New("want " + what)
	}
	return nil
}

func (r *rowReader) skip() error {
	var raw json.RawMessage
	return r.dec.Decode(&raw)
}
