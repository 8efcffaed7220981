//go:build unix

package stdio_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
