package archtest_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/archtest"
	"github.com/mcpwire/mcpwire/internal/builds"
)

const root = "../.."

// What each transport may import.
var ofTransports = []string{"codec", "codec/jsonrpc", "pool", "transport", "transport/internal/..."}

// Who may import whom. Code of tests is free; a public package that needs a helper of tests to compile fails here.
var rules = []archtest.Rule{
	{Package: "schema/..."},
	{Package: "pool", Never: []string{"net/http"}},
	{Package: "codec", May: []string{"codec/internal/..."}, Never: []string{"net/http", "encoding/json"}},
	{Package: "codec/internal/...", May: []string{"golang.org/x/sys/cpu"}, Never: []string{"net/http", "encoding/json"}},
	{Package: "codec/jsonrpc", May: []string{"codec", "codec/internal/..."}, Never: []string{"net/http", "encoding/json"}},
	{Package: "codec/anyjson", May: []string{"codec", "github.com/goccy/go-json/..."}, Never: []string{"net/http"}},
	{
		Package: "gen/mcp",
		May:     []string{"codec", "codec/jsonrpc", "github.com/mailru/easyjson/jlexer", "github.com/mailru/easyjson/jwriter"},
		Never:   []string{"net/http", "transport/..."},
	},
	{
		Package: "transport",
		May:     []string{"codec", "codec/jsonrpc", "pool", "transport/internal/..."},
		Never:   []string{"gen/...", "net/http"},
	},
	{Package: "transport/internal/...", May: ofTransports, Never: []string{"gen/..."}},
	{
		Package: "transport/stdio",
		May:     append([]string{"golang.org/x/sys/unix", "golang.org/x/sys/windows", "github.com/cenkalti/backoff/v5"}, ofTransports...),
		Never:   []string{"gen/...", "net/http"},
	},
	{Package: "transport/tasks", May: append([]string{}, ofTransports...), Never: []string{"gen/...", "net/http"}},
	{Package: "transport/sse", May: ofTransports, Never: []string{"gen/..."}},
	{
		Package: "transport/streamable",
		May:     append([]string{"transport/sse", "github.com/cenkalti/backoff/v5"}, ofTransports...),
		Never:   []string{"gen/..."},
	},
	// A suite of tests is the one place where a package that is no test may import a library for tests.
	{Package: "transport/transporttest", AnyImport: true, Never: []string{"gen/..."}},
	{Package: "tools/...", May: []string{"schema/...", "tools/codegen/...", "internal/golden"}, Never: []string{"net/http"}},
	{Package: "internal/...", AnyImport: true},
	{Package: "internal/demo", AnyImport: true, Never: []string{"net/http", "github.com/stretchr/testify/..."}},
	{Package: "examples/...", AnyImport: true, Later: true},
	{Package: "examples/stdio", AnyImport: true, Never: []string{"net/http"}}, // a program with stdio alone
}

func TestImports(t *testing.T) {
	t.Parallel()
	builds.PlainOnly(t)
	for _, system := range []string{"linux", "windows"} { // which files a package has depends on it
		require.Empty(t, archtest.Check(list(t, system), rules), system)
	}
}

// list asks go list about all packages of the module and what they import on a system.
func list(t *testing.T, system string) []archtest.Package {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=ImportPath,Standard,Imports,Deps", "./...")
	cmd.Dir = root
	cmd.Env = append(cmd.Environ(), "GOOS="+system)
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
