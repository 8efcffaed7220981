package emit

import (
	"bytes"
	"errors"
	"fmt"
	"go/format"
	"go/scanner"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// printer collects the text of one Go file. Imports are added by use.
type printer struct {
	body    bytes.Buffer
	imports map[string]bool
	lit     string // constant JSON text not yet written: neighbors are fused into one append
}

func newPrinter() *printer { return &printer{imports: map[string]bool{}} }

// p writes a line; the arguments are put together without spaces.
func (p *printer) p(args ...any) {
	p.flush()
	for _, a := range args {
		fmt.Fprint(&p.body, a)
	}
	p.body.WriteByte('\n')
}

// f writes a formatted line.
func (p *printer) f(format string, args ...any) { p.p(fmt.Sprintf(format, args...)) }

// json adds constant JSON text to what the generated code appends to dst.
func (p *printer) json(text string) { p.lit += text }

// flush writes the pending constant text.
func (p *printer) flush() {
	if p.lit == "" {
		return
	}
	s := p.lit
	p.lit = ""
	fmt.Fprintf(&p.body, "dst = append(dst, %s...)\n", goString(s))
}

// use notes that the file needs an import and returns the name it goes by.
func (p *printer) use(path string) string {
	p.imports[path] = true
	return path[strings.LastIndexByte(path, '/')+1:]
}

// doc writes a comment, wrapped.
func (p *printer) doc(text string) {
	for _, line := range wrap(text, 96) {
		p.p(strings.TrimRight("// "+line, " "))
	}
}

// goString renders s as a Go string literal, raw where that reads better.
func goString(s string) string {
	if strings.Contains(s, `"`) && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

// wrap breaks text into lines of at most width bytes, keeping paragraphs.
func wrap(text string, width int) []string {
	var out []string
	for i, para := range strings.Split(strings.TrimSpace(text), "\n") {
		words := strings.Fields(para)
		if len(words) == 0 {
			if i > 0 {
				out = append(out, "")
			}
			continue
		}
		line := words[0]
		for _, w := range words[1:] {
			if len(line)+1+len(w) > width {
				out = append(out, line)
				line = w
				continue
			}
			line += " " + w
		}
		out = append(out, line)
	}
	return out
}

// source returns the formatted file. If the text does not parse, the error carries it with line numbers.
func (p *printer) source(header, pkg string) ([]byte, error) {
	p.flush()
	var out bytes.Buffer
	out.WriteString(header)
	fmt.Fprintf(&out, "\npackage %s\n\n", pkg)
	if len(p.imports) > 0 {
		var std, other []string
		for path := range p.imports {
			if !regexp.MustCompile(`\b` + path[strings.LastIndexByte(path, '/')+1:] + `\.`).Match(p.body.Bytes()) {
				continue // what would have needed it was not printed
			}
			if strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
				other = append(other, path)
			} else {
				std = append(std, path)
			}
		}
		sort.Strings(std)
		sort.Strings(other)
		out.WriteString("import (\n")
		for _, path := range std {
			fmt.Fprintf(&out, "\t%q\n", path)
		}
		if len(std) > 0 && len(other) > 0 {
			out.WriteByte('\n')
		}
		for _, path := range other {
			fmt.Fprintf(&out, "\t%q\n", path)
		}
		out.WriteString(")\n\n")
	}
	out.Write(p.body.Bytes())
	src, err := format.Source(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("generated code does not parse: %w\n%s", err, around(out.String(), err))
	}
	return src, nil
}

// around returns the lines of src near the first position in err.
func around(src string, err error) string {
	line := 1
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		line = list[0].Pos.Line
	}
	var b strings.Builder
	for i, text := range strings.Split(src, "\n") {
		if i+1 >= line-5 && i+1 <= line+5 {
			fmt.Fprintf(&b, "%5d\t%s\n", i+1, text)
		}
	}
	return b.String()
}
