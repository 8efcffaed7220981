//go:build unix

package stdio_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// F9, B-18: what a server writes to standard output by mistake costs nothing but itself, be it text, JSON or neither, 10,000 lines
// before the first answer and lines between answers.
func TestStrayOutput(t *testing.T) {
	seen := new(transport.Counters)
	o := new(stdio.StartOptions)
	o.Observer = seen
	c := start(t, "garbage", o)
	require.Equal(t, int64(10_000), seen.Count(transport.BadMessage))
	var wg sync.WaitGroup
	for i := range 20 { // at a time: what waits fits into the pipe, where the system keeps writes in one piece
		wg.Go(func() {
			for j := range 50 {
				name := fmt.Sprint("n", i, j)
				if j%2 == 0 {
					name = fmt.Sprint("print:", i, j)
				}
				text, err := callTool(c, name)
				if err != nil || text != strings.TrimPrefix(name, "print:") {
					t.Error(text, err)
				}
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(10_500), seen.Count(transport.BadMessage))
	require.NoError(t, c.Err())
}

// B-06: with ProtectStdout, nothing that the program prints gets into the stream: not through package fmt, a file that was saved, the
// descriptor, or a grandchild. It comes to standard error.
func TestProtectStdout(t *testing.T) {
	seen := new(transport.Counters)
	log := new(lockedBuffer)
	cmd := command("protected")
	cmd.Stderr = log
	o := new(stdio.StartOptions)
	o.Observer = seen
	c := startCommand(t, cmd, o)
	text, err := callTool(c, "print:through os.Stdout")
	require.NoError(t, err)
	require.Equal(t, "through os.Stdout", text)
	require.NoError(t, c.Close())
	require.Zero(t, seen.Count(transport.BadMessage))
	require.ElementsMatch(t, []string{
		"fmt before", "descriptor before", "saved before", "descriptor at last", "through os.Stdout",
		"grandchild os.Stdout before", "grandchild saved before",
	}, strings.Split(strings.TrimSpace(log.String()), "\n"))
}

// A client that goes away ends Serve, and not the process by SIGPIPE, so that the server can clean up.
func TestServerSurvivesClient(t *testing.T) {
	cmd := command("survives its client")
	state := filepath.Join(t.TempDir(), "state")
	cmd.Env = append(cmd.Env, stateFile+"="+state)
	noLeftovers(t)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	require.NoError(t, out.Close())
	_, err = in.Write([]byte(ping + "\n")) // the input stays open
	require.NoError(t, err)
	within(t, patience, func() { require.NoError(t, cmd.Wait()) })
	said, err := os.ReadFile(state)
	require.NoError(t, err)
	require.Contains(t, string(said), "broken pipe")
}
