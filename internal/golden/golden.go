// Package golden compares output with files kept in testdata.
//
// The environment variable GOLDEN_UPDATE rewrites them: it holds comma-separated
// globs, matched against the path that a test gives and against its last element; "**" matches all.
//
//	GOLDEN_UPDATE='**' go test ./...
package golden

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/google/go-cmp/cmp"
)

// Env is the environment variable that selects the files to rewrite.
const Env = "GOLDEN_UPDATE"

// T is what Equal needs of *testing.T.
type T interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Equal fails the test at once if got differs from the content of the file at name, or if there
// is no such file. If Env selects the file, Equal writes got to it instead.
func Equal[B ~string | ~[]byte](t T, name string, got B) {
	t.Helper()
	if selected(os.Getenv(Env), filepath.ToSlash(name)) {
		if err := write(name, []byte(got)); err != nil {
			t.Fatalf("golden: %v", err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatalf("golden: %v; set %s='%s' to write it", err, Env, name)
		return
	}
	if diff := cmp.Diff(lines(string(want)), lines(string(got))); diff != "" {
		t.Fatalf("golden: %s differs (-want +got); set %s='%s' to accept:\n%s", name, Env, name, diff)
	}
}

func write(name string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, content, 0o644)
}

// selected reports whether one of the globs matches. A glob that is malformed matches nothing.
func selected(globs, name string) bool {
	for glob := range strings.SplitSeq(globs, ",") {
		if glob == "**" {
			return true
		}
		for _, s := range [...]string{name, path.Base(name)} {
			if ok, err := path.Match(glob, s); ok && err == nil && glob != "" {
				return true
			}
		}
	}
	return false
}

// lines splits s so that the diff is by line and shows a missing newline at the end.
func lines(s string) []string { return strings.SplitAfter(s, "\n") }
