//go:build unix

package stdio_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// withState gives the child a file to count its starts in.
func withState(t *testing.T, name string) (cmd *exec.Cmd, starts func() int) {
	t.Helper()
	cmd = command(name)
	state := filepath.Join(t.TempDir(), "state")
	cmd.Env = append(cmd.Env, stateFile+"="+state)
	return cmd, func() int {
		all, _ := os.ReadFile(state) // none is no start
		return len(all)
	}
}

// B-25: a server that ends by itself is started again. Calls that it had fail, those that are made while it is down wait.
func TestRestart(t *testing.T) {
	const crashes = 10
	cmd, starts := withState(t, "counts")
	back := make(chan *transport.Client, crashes)
	o := &stdio.StartOptions{
		Restart:   &stdio.Restart{Initial: time.Millisecond, Longest: 10 * time.Millisecond},
		OnRestart: func(c *transport.Client) { back <- c },
	}
	c := startCommand(t, cmd, o)
	cmd.Env[len(cmd.Env)-1], cmd.Args[0], cmd.Path = "", "", "" // it is a copy that is started again
	for range crashes {
		lost := make(chan error, 20)
		for range cap(lost) {
			go func() {
				_, err := callTool(c, "hang")
				lost <- err
			}()
		}
		_, err := callTool(c, "exit:20,7")
		require.ErrorContains(t, err, "the server has ended: exit code 7: exit status 7: stderr ends with \"it had to end like this\"")
		for range cap(lost) {
			require.ErrorContains(t, <-lost, "the server has ended: exit code 7")
		}
		for range 3 {
			alive(t, c) // waits for the next server
		}
		require.Same(t, c, <-back)
	}
	require.Equal(t, 1+crashes, starts())
	require.NoError(t, c.Err())
	require.NoError(t, c.Close())
	require.Equal(t, 1+crashes, starts())
	require.Empty(t, back)
}

// A server may come back speaking something else. OnRestart, and what it calls, sees the new server; that it panics costs nothing.
func TestRestartOtherRevision(t *testing.T) {
	cmd, starts := withState(t, "modern, then legacy")
	seen := new(panics)
	revision := make(chan jsonrpc.Revision, 1)
	o := &stdio.StartOptions{
		Restart: &stdio.Restart{Initial: time.Millisecond},
		OnRestart: func(c *transport.Client) {
			_, err := mcp.ListTools(t.Context(), c, nil)
			if err == nil {
				t.Error("it has no tools to list")
			}
			defer func() { revision <- c.Revision() }()
			panic("not again")
		},
	}
	o.Observer = seen
	c := startCommand(t, cmd, o)
	require.Equal(t, jsonrpc.Latest, c.Revision())
	call := c.NewCall(mcp.MethodCallTool) // for the first server
	defer call.Release()
	call.Params = append(call.Params, `{"name":"x"}`...)
	_, err := callTool(c, "exit:0,1")
	require.ErrorIs(t, err, transport.Process)
	require.NoError(t, c.Do(t.Context(), call))
	require.Equal(t, jsonrpc.LatestLegacy, <-revision)
	require.Equal(t, 2, starts())
	eventually(t, func() bool { return seen.count.Load() == 1 }, "the panic")
}

// A server that cannot be started any more is given up after so many tries, with the reason of the last.
func TestRestartGivesUp(t *testing.T) {
	cmd, starts := withState(t, "starts twice")
	o := &stdio.StartOptions{Restart: &stdio.Restart{Max: 3, Initial: time.Millisecond}}
	c := startCommand(t, cmd, o)
	_, err := callTool(c, "exit:0,7")
	require.ErrorContains(t, err, "exit code 7")
	alive(t, c)
	_, err = callTool(c, "exit:0,7")
	require.ErrorContains(t, err, "exit code 7")
	within(t, patience, func() {
		_, err = callTool(c, "x")
		require.ErrorContains(t, err, "the server has ended: exit code 5")
		<-c.Done()
	})
	require.ErrorContains(t, c.Err(), "exit code 5")
	require.Equal(t, 2+3*2, starts()) // a start that fails is one without the probe, too (rule F-16)
	require.NoError(t, c.Close())
}

// A call that waits for a server has its timeout for that, and Close ends its wait at once, wherever the restart has come to.
func TestCloseDuringRestart(t *testing.T) {
	for name, tt := range map[string]struct {
		cmd     *exec.Cmd
		initial time.Duration
	}{
		"pause":     {shell("echo bye >&2; read -r line"), time.Hour},
		"handshake": {slowToCome(t), time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			o := legacy()
			o.Restart = &stdio.Restart{Initial: tt.initial}
			var restarted atomic.Int32
			o.OnRestart = func(*transport.Client) { restarted.Add(1) }
			c := startCommand(t, tt.cmd, o)
			_, err := callTool(c, "x")
			require.ErrorIs(t, err, transport.Process)
			call := c.NewCall(mcp.MethodCallTool)
			defer call.Release()
			call.Timeout = 200 * time.Millisecond
			within(t, patience, func() {
				require.ErrorContains(t, c.Do(t.Context(), call), "timeout: waiting for the server to be back")
			})
			failed := make(chan error, 10)
			for range cap(failed) {
				go func() {
					_, err := callTool(c, "x")
					failed <- err
				}()
			}
			time.Sleep(50 * time.Millisecond)
			within(t, patience, func() {
				require.NoError(t, c.Close())
				for range cap(failed) {
					require.ErrorContains(t, <-failed, "closed: by this side")
				}
			})
			require.NoError(t, c.Err())
			require.Zero(t, restarted.Load())
		})
	}
}

// slowToCome is a server that answers the first time, and keeps silent the next.
func slowToCome(t *testing.T) *exec.Cmd {
	t.Helper()
	state := filepath.Join(t.TempDir(), "started")
	cmd := shell("read -r line")
	cmd.Args[2] = "if [ -e '" + state + "' ]; then sleep 60; fi; : >'" + state + "'\n" + cmd.Args[2]
	return cmd
}
