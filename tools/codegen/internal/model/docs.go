package model

import (
	"encoding/json"
	"strings"
	"unicode"

	"github.com/mcpwire/mcpwire/tools/codegen/internal/jsonschema"
)

// minDoc is the length that a doc comment has at least.
const minDoc = 20

// docRow is a row of the docs file.
type docRow struct {
	text string
	off  int
	used bool
}

// document puts the texts of the docs file onto the model, and checks them.
func (b *builder) document() {
	if b.in.Docs == nil {
		return
	}
	r := &rowReader{file: b.in.DocsFile, src: b.in.Docs, dec: json.NewDecoder(strings.NewReader(string(b.in.Docs)))}
	rows := map[string]*docRow{}
	var order []string
	err := r.object(func(key string, at int) error {
		var text string
		if err := r.dec.Decode(&text); err != nil {
			return err
		}
		rows[key] = &docRow{text: strings.TrimSpace(text), off: at}
		order = append(order, key)
		return nil
	})
	if err != nil {
		b.problems.add(r.pos(int(r.dec.InputOffset()), ""), "the docs are not a JSON object of texts: "+rowProblem(err), "")
		return
	}
	for _, t := range b.m.Types {
		b.documentType(t, rows)
	}
	for i := range b.m.Aliases {
		a := &b.m.Aliases[i]
		if row := rows[a.Name]; row != nil {
			a.Doc, row.used = row.text, true
		}
	}
	byText := map[string]string{}
	for _, key := range order {
		row := rows[key]
		at := r.pos(row.off, "/"+strings.NewReplacer("~", "~0", "/", "~1").Replace(key))
		typ, _, _ := strings.Cut(key, ".")
		switch same := byText[typ+"\x00"+row.text]; {
		case !row.used && len(b.in.Types) == 0:
			b.problems.add(at, "the doc of "+quote(key)+" matches nothing", "correct or remove it")
		case len(row.text) < minDoc:
			b.problems.add(at, "the doc of "+quote(key)+" is shorter than "+itoa(minDoc)+" characters", "write a sentence")
		case onlyRepeats(key, row.text):
			b.problems.add(at, "the doc of "+quote(key)+" only repeats its name", "say what the name does not")
		case same != "":
			b.problems.add(at, "the doc of "+quote(key)+" equals that of "+quote(same), "say how they differ")
		}
		byText[typ+"\x00"+row.text] = key
	}
}

// documentType takes the rows of one type. What has none is a problem; constants are not stored and need none.
func (b *builder) documentType(t *Type, rows map[string]*docRow) {
	t.Doc = b.docOf(t.Name, rows)
	for _, f := range t.Fields {
		key := t.Name + "." + f.JSON
		if f.Go == "" && rows[key] == nil {
			continue
		}
		f.Doc = b.docOf(key, rows)
	}
}

func (b *builder) docOf(key string, rows map[string]*docRow) string {
	row := rows[key]
	if row == nil {
		pos := jsonschema.Pos{File: b.in.DocsFile, Line: 1, Column: 1}
		b.problems.add(pos, "there is no doc for "+quote(key), "add a row")
		return ""
	}
	row.used = true
	return row.text
}

// onlyRepeats reports whether a text has no word beyond those of the key and little ones.
func onlyRepeats(key, text string) bool {
	known := map[string]bool{"a": true, "an": true, "the": true, "is": true, "are": true, "of": true, "for": true, "this": true, "and": true, "to": true}
	for _, w := range splitWords(key) {
		known[strings.ToLower(w)] = true
	}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		for _, part := range splitWords(w) {
			p := strings.ToLower(part)
			if !known[p] && !known[strings.TrimSuffix(p, "s")] {
				return false
			}
		}
	}
	return true
}
