package archtest

import (
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"slices"
	"strings"
)

// MaxLines bounds the files that people read and edit.
const MaxLines = 500

// unsafeFolders are where unsafe and assembly are allowed.
var unsafeFolders = []string{"codec/internal/bytesconv", "codec/internal/scan"}

var (
	// A folder of somebody's machine, or one that lies beside the repository. In the middle of a longer path it is fine:
	// example.com/root/x is nobody's root.
	foreignPath = regexp.MustCompile(`(^|[^\w.-])/(root|home|Users|work)/|\.\./shared`)
	generated   = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)
)

// CheckFile returns what is wrong with one file of the repository; name has slashes and starts at its root.
func CheckFile(name, text string) []string {
	var wrong []string
	if n := strings.Count(text, "\n"); n > MaxLines && !mayBeLong(name, text) {
		wrong = append(wrong, fmt.Sprintf("%s has %d lines, more than %d", name, n, MaxLines))
	}
	if at := foreignPath.FindString(text); at != "" && !strings.HasPrefix(name, "internal/archtest/") {
		wrong = append(wrong, fmt.Sprintf("%s holds %q, a path outside of the repository", name, strings.TrimSpace(at)))
	}
	if strings.HasPrefix(name, "bench/") || slices.Contains(unsafeFolders, path.Dir(name)) {
		return wrong
	}
	if strings.HasSuffix(name, ".s") {
		wrong = append(wrong, name+" is assembly")
	}
	if strings.HasSuffix(name, ".go") && importsUnsafe(name, text) {
		wrong = append(wrong, name+" imports unsafe")
	}
	return wrong
}

// mayBeLong reports whether nobody reads the file from top to bottom: it is written by a tool, or data.
func mayBeLong(name, text string) bool {
	switch {
	case strings.HasSuffix(name, ".go"):
		return generated.MatchString(text)
	case path.Base(name) == "go.sum", path.Base(name) == "package-lock.json", name == "bench/RESULTS.md", strings.HasPrefix(name, "bench/charts/"):
		return true
	case strings.HasPrefix(name, "schema/") && strings.HasSuffix(name, ".json"):
		return true
	}
	return strings.Contains(name, "testdata/")
}

// importsUnsafe looks at the imports only; a file that does not parse is the compiler's business.
func importsUnsafe(name, text string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
	if err != nil {
		return false
	}
	for _, spec := range file.Imports {
		if spec.Path.Value == `"unsafe"` {
			return true
		}
	}
	return false
}
