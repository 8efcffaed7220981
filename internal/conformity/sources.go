package conformity

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Sources has the files in which each test is; more than one if there are variants by build tags.
type Sources map[Test][]*File

// File is a source file.
type File struct {
	// IDs are the rules that are named anywhere in it.
	IDs map[string]bool
}

// suite is the package whose tests are no functions of testing's: all its functions count.
const suite = "transport/transporttest"

var (
	testName = regexp.MustCompile(`^(Test|Fuzz|Example)`)
	mention  = regexp.MustCompile(`\b([A-Z])-(\d\d)\b(?: to ([A-Z])-(\d\d)\b)?`)
)

// Transcripts are files below the testdata of this package, which are tests too.
const (
	transcripts = "internal/transcript"
	below       = transcripts + "/testdata/"
	extension   = ".txtar"
)

// Load reads the tests below root. Files need not be for this system.
func Load(root string) (Sources, error) {
	src := Sources{}
	module := os.DirFS(root)
	err := fs.WalkDir(module, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			skip := d.Name() == "testdata" && name+"/" != below
			if base := d.Name(); name != "." && (skip || strings.HasPrefix(base, ".") || base == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasPrefix(name, below) && strings.HasSuffix(name, extension) {
			text, err := fs.ReadFile(module, name)
			if err == nil {
				src.AddTranscript(name, string(text))
			}
			return err
		}
		if !strings.HasSuffix(name, "_test.go") && !(path.Dir(name) == suite && strings.HasSuffix(name, ".go")) {
			return nil
		}
		text, err := fs.ReadFile(module, name)
		if err != nil {
			return err
		}
		return src.Add(name, string(text))
	})
	return src, err
}

// Add notes the tests of a file; name is its path below the module, with slashes.
func (s Sources) Add(name, text string) error {
	parsed, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	f := &File{IDs: mentioned(text)}
	dir := path.Dir(name)
	for _, decl := range parsed.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if ok && fn.Recv == nil && (dir == suite || testName.MatchString(fn.Name.Name)) {
			t := Test{dir, fn.Name.Name}
			s[t] = append(s[t], f)
		}
	}
	return nil
}

// AddTranscript notes a transcript. The rules that it is about stand before the colon.
func (s Sources) AddTranscript(name, text string) {
	head, _, _ := strings.Cut(text, ":")
	t := Test{transcripts, strings.TrimSuffix(strings.TrimPrefix(name, below), extension)}
	s[t] = append(s[t], &File{IDs: mentioned(head)})
}

// mentioned returns the ids in a text, with those between the ends of ranges such as "E-12 to E-14".
func mentioned(text string) map[string]bool {
	ids := map[string]bool{}
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		first, _ := strconv.Atoi(m[2]) // both are digits
		last := first
		if m[3] == m[1] {
			last, _ = strconv.Atoi(m[4])
		}
		for n := first; n <= last; n++ {
			ids[fmt.Sprintf("%s-%02d", m[1], n)] = true
		}
		if m[3] != "" {
			ids[m[3]+"-"+m[4]] = true
		}
	}
	return ids
}
