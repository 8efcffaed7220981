package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Pin is what the compiler has to make of a function that speed depends on.
type Pin struct {
	// Func is a folder and a function or method, such as codec.Valid or codec.Decoder.Err, without type parameters.
	Func string
	// Inlines says that its calls have to be inlined, Keeps names parameters, or the receiver: what those point at must be able to
	// stay on the stack.
	Inlines bool
	Keeps   []string
	// Why says what it costs if it is otherwise.
	Why string
}

// Decisions are what the compiler has said of functions, under -gcflags=-m.
type Decisions struct {
	inlines map[string]bool
	// escapes has lists of what was said of function and parameter, as "codec.Valid src".
	escapes map[string][]string
}

// What the compiler says.
var (
	remark = regexp.MustCompile(`^(\S+\.go):(\d+):(\d+): (.*)$`)
	inline = regexp.MustCompile(`^can inline `)
	param  = regexp.MustCompile(`^(?:\w+ does not escape|leaking param.*)$`)
	// If only the content of a parameter leaks, or what is returned, then what it points at may be on the stack.
	leaks = regexp.MustCompile(`^leaking param: \w+$`)
)

// ReadDecisions reads what go build -gcflags=-m has printed in the folder root.
func ReadDecisions(root, output string) (Decisions, error) {
	d := Decisions{inlines: map[string]bool{}, escapes: map[string][]string{}}
	files := map[string]places{}
	for line := range strings.Lines(output) {
		m := remark.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil || path.IsAbs(m[1]) { // of the standard library, as part of a generic function
			continue
		}
		name := path.Clean(m[1])
		if files[name] == nil {
			var err error
			if files[name], err = readPlaces(root, name); err != nil {
				return d, err
			}
		}
		switch at := m[2] + ":" + m[3]; {
		case inline.MatchString(m[4]):
			d.inlines[files[name][at]] = true
		case param.MatchString(m[4]):
			d.escapes[files[name][at]] = append(d.escapes[files[name][at]], m[4])
		}
	}
	return d, nil
}

// places maps a line and a column of a file, as the compiler writes them, to the function or to the function and parameter that is there.
type places map[string]string

func readPlaces(root, name string) (places, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, filepath.Join(root, filepath.FromSlash(name)), nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	all := places{}
	put := func(id *ast.Ident, text string) {
		at := set.Position(id.Pos())
		all[strconv.Itoa(at.Line)+":"+strconv.Itoa(at.Column)] = text
	}
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		full := path.Dir(name) + "." + receiver(fn) + fn.Name.Name
		// The compiler names the place behind the word func, of methods as well.
		at := set.Position(fn.Pos())
		all[strconv.Itoa(at.Line)+":"+strconv.Itoa(at.Column+len("func "))] = full
		fields := fn.Type.Params.List
		if fn.Recv != nil {
			fields = append(fn.Recv.List, fields...)
		}
		for _, f := range fields {
			for _, id := range f.Names {
				put(id, full+" "+id.Name)
			}
		}
	}
	return all, nil
}

// receiver returns the name of the type that fn is a method of, with a dot; "" for a function.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil {
		return ""
	}
	t := fn.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.Ident:
			return x.Name + "."
		default:
			return ""
		}
	}
}

// Check returns the pins that do not hold.
func (d Decisions) Check(pins []Pin) []string {
	var wrong []string
	for _, p := range pins {
		if p.Inlines && !d.inlines[p.Func] {
			wrong = append(wrong, fmt.Sprintf("%s is not inlined any more: %s", p.Func, p.Why))
		}
		for _, name := range p.Keeps {
			if said := d.escape(p.Func + " " + name); said != "" {
				wrong = append(wrong, fmt.Sprintf("%s: %s escapes (%s): %s", p.Func, name, said, p.Why))
			}
		}
	}
	return wrong
}

// escape returns what the compiler has said of a parameter that escapes; "" of one that does not.
func (d Decisions) escape(place string) string {
	said := d.escapes[place]
	for _, s := range said {
		if leaks.MatchString(s) {
			return s
		}
	}
	if said == nil {
		return "the compiler does not mention it"
	}
	return ""
}
