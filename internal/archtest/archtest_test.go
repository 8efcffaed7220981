package archtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/archtest"
)

const root = "../.."

// The columns of the layout table of the design.
var rules = []archtest.Rule{
	{Package: "schema/..."},
	{Package: "pool", Never: []string{"net/http"}},
	{Package: "codec", May: []string{"codec/internal/..."}, Never: []string{"net/http", "encoding/json"}},
	{Package: "codec/internal/...", May: []string{"golang.org/x/sys/cpu"}},
	{Package: "codec/jsonrpc", May: []string{"codec", "codec/internal/..."}, Never: []string{"net/http", "encoding/json"}},
	{Package: "codec/anyjson", May: []string{"codec", "github.com/goccy/go-json/..."}},
	{Package: "gen/mcp", May: []string{"codec", "codec/jsonrpc", "github.com/mailru/easyjson/jlexer", "github.com/mailru/easyjson/jwriter"},
		Never: []string{"net/http", "transport/..."}},
	{Package: "transport", May: []string{"codec", "codec/jsonrpc", "pool", "transport/internal/..."}, Never: []string{"gen/...", "net/http"}},
	{Package: "transport/stdio", May: []string{"codec", "codec/jsonrpc", "pool", "transport", "transport/internal/..."},
		Never: []string{"gen/...", "net/http"}, Later: true},
	{Package: "transport/sse", May: []string{"codec", "codec/jsonrpc", "pool", "transport", "transport/internal/..."},
		Never: []string{"gen/..."}, Later: true},
	{Package: "transport/streamable", May: []string{"codec", "codec/jsonrpc", "pool", "transport", "transport/internal/..."},
		Never: []string{"gen/..."}, Later: true},
	{Package: "tools/...", May: []string{"schema/...", "tools/codegen/...", "internal/golden"}, Never: []string{"net/http"}},
	{Package: "internal/demo", AnyImport: true, Never: []string{"net/http", "github.com/stretchr/testify/..."}},
}

func TestImports(t *testing.T) {
	t.Parallel()
	require.Empty(t, archtest.Check(list(t), rules))
}

// list asks go list about all packages of the module and what they import.
func list(t *testing.T) []archtest.Package {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Standard,Imports,Deps", "./...")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []archtest.Package
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p archtest.Package
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, p)
	}
}

// Every kind of rule can be broken.
func TestCheck(t *testing.T) {
	t.Parallel()
	const m = archtest.Module + "/"
	packages := []archtest.Package{
		{ImportPath: "net/http", Standard: true},
		{ImportPath: "fmt", Standard: true},
		{ImportPath: m + "a", Imports: []string{"fmt", m + "b", "example.com/x"}, Deps: []string{"net/http"}},
		{ImportPath: m + "a/inner", Imports: []string{m + "a"}},
		{ImportPath: m + "b"},
	}
	for name, row := range map[string]struct {
		rule archtest.Rule
		want []string
	}{
		"fine":          {archtest.Rule{Package: "a", May: []string{"b", "example.com/..."}}, nil},
		"import":        {archtest.Rule{Package: "a", May: []string{"example.com/x"}}, []string{m + "a imports " + m + "b"}},
		"outside":       {archtest.Rule{Package: "a", May: []string{"b"}}, []string{m + "a imports example.com/x"}},
		"any":           {archtest.Rule{Package: "a", AnyImport: true}, nil},
		"link":          {archtest.Rule{Package: "a", AnyImport: true, Never: []string{"net/http"}}, []string{m + "a links net/http"}},
		"below":         {archtest.Rule{Package: "a/...", May: []string{"b", "example.com/x"}}, nil},
		"below itself":  {archtest.Rule{Package: "a/inner"}, []string{m + "a/inner imports " + m + "a"}},
		"nothing fits":  {archtest.Rule{Package: "c"}, []string{"no package fits the rule for c"}},
		"not there yet": {archtest.Rule{Package: "c", Later: true}, nil},
	} {
		require.Equal(t, row.want, archtest.Check(packages, []archtest.Rule{row.rule}), name)
	}
}

// files yields the text files that are in the repository, or would be with the next commit.
func files(t *testing.T) map[string]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-co", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	all := map[string]string{}
	for name := range strings.FieldsSeq(string(out)) {
		text, err := os.ReadFile(filepath.Join(root, name))
		if errors.Is(err, os.ErrNotExist) {
			continue // deleted, but not committed yet
		}
		require.NoError(t, err)
		all[name] = string(text)
	}
	require.Greater(t, len(all), 100)
	return all
}

// unsafePackages are the places where unsafe and assembly are allowed.
var unsafePackages = []string{"codec/internal/bytesconv", "codec/internal/scan"}

var (
	importsUnsafe = regexp.MustCompile(`(?m)^\s*(import )?"unsafe"$`)
	// A path of somebody's machine, or of a folder that is not in the repository.
	foreignPath = regexp.MustCompile(`(^|[\s"'(=])(/root/|/home/\w|/Users/\w|/work/|\.\./shared)`)
)

func TestUnsafeIsConfined(t *testing.T) {
	t.Parallel()
	for name, text := range files(t) {
		dir := path.Dir(name)
		if strings.HasPrefix(name, "bench/") || contains(unsafePackages, dir) {
			continue
		}
		require.False(t, strings.HasSuffix(name, ".s"), "%s: assembly", name)
		if strings.HasSuffix(name, ".go") {
			require.False(t, importsUnsafe.MatchString(text), "%s imports unsafe", name)
		}
	}
	require.True(t, importsUnsafe.MatchString("import (\n\t\"unsafe\"\n)"))
}

func TestNoForeignPaths(t *testing.T) {
	t.Parallel()
	for name, text := range files(t) {
		if strings.HasPrefix(name, "internal/archtest/") {
			continue
		}
		if at := foreignPath.FindString(text); at != "" {
			t.Errorf("%s holds %q", name, at)
		}
	}
	require.True(t, foreignPath.MatchString("see ../shared/x"))
	require.True(t, foreignPath.MatchString("in /home/me"))
}

// maxLines bounds files that people read.
const maxLines = 500

func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	for name, text := range files(t) {
		if !strings.HasSuffix(name, ".go") || strings.Contains(text[:min(len(text), 200)], "Code generated") || strings.Contains(name, "testdata/") {
			continue
		}
		require.LessOrEqual(t, strings.Count(text, "\n"), maxLines, name)
	}
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}
