//go:build unix

package stdio_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/gen/mcp"
)

// What a command is called with gets to it as it is, and no shell looks at it (rule H-14). Whether it may be started at all is for who starts it.
func TestNoShell(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "mark")
	want := []string{"; touch " + mark, "$(touch " + mark + ")", "`touch " + mark + "`", "| touch " + mark, "&& touch " + mark, "$HOME", "*", "a b", `"`, "'", ""}
	cmd := command("serve")
	cmd.Args = append(cmd.Args, want...)
	c := startCommand(t, cmd, nil)
	got, err := callTool(c, "args")
	require.NoError(t, err)
	require.Equal(t, strings.Join(want, "\n"), got)
	require.NoFileExists(t, mark)
}

func init() {
	tools["args"] = func(context.Context, *mcp.Request[mcp.CallToolParams], string) (string, error) {
		return strings.Join(os.Args[1:], "\n"), nil
	}
}
