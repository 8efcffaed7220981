package golden_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/golden"
)

// recorder stands for a test whose failure is wanted.
type recorder struct{ failure string }

func (*recorder) Helper() {}
func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
}

func TestEqual(t *testing.T) {
	t.Setenv(golden.Env, "")
	name := filepath.Join(t.TempDir(), "sub", "out.golden")

	missing := &recorder{}
	golden.Equal(missing, name, "a\n")
	require.Contains(t, missing.failure, "GOLDEN_UPDATE='"+name+"'")

	t.Setenv(golden.Env, "other.golden,out.g*")
	golden.Equal(t, name, []byte("a\n"))
	content, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, "a\n", string(content))

	t.Setenv(golden.Env, "other.*")
	golden.Equal(t, name, "a\n")
	for _, got := range []string{"b\n", "a", "a\n\n", ""} {
		differs := &recorder{}
		golden.Equal(differs, name, got)
		require.Contains(t, differs.failure, "differs", "got %q", got)
	}
}

func TestEqualUpdateSelects(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.golden")
	for glob, want := range map[string]bool{"**": true, "*.golden": true, name: true, "[": false, "y.golden": false, "": false} {
		t.Setenv(golden.Env, glob)
		r := &recorder{}
		golden.Equal(r, name, "new")
		_, err := os.Stat(name)
		require.Equal(t, want, err == nil, "glob %q", glob)
		require.Equal(t, want, r.failure == "", "glob %q", glob)
		_ = os.Remove(name)
	}
}
