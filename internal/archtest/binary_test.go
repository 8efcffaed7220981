package archtest_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/builds"
)

// A program with stdio alone has nothing of net/http in it, whatever the lists of imports say.
func TestStdioBinary(t *testing.T) {
	t.Parallel()
	builds.PlainOnly(t)
	binary := filepath.Join(t.TempDir(), "server")
	run := func(args ...string) string {
		cmd := exec.CommandContext(t.Context(), "go", args...)
		cmd.Dir = root
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	run("build", "-o", binary, "./examples/stdio")
	symbols := run("tool", "nm", binary)
	require.Contains(t, symbols, " github.com/mcpwire/mcpwire/transport/stdio.Serve")
	for _, unwanted := range []string{" net/http.", " net.Dial"} {
		at := strings.Index(symbols, unwanted)
		require.Negative(t, at, "%s", symbols[max(at, 0):min(max(at, 0)+100, len(symbols))]) // not all of them
	}
}
