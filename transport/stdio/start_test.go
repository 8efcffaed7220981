//go:build unix

package stdio_test

import (
	"context"
	"os"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// start starts a server that behaves as name says. All buffers have to be back after the test.
func start(t *testing.T, name string, o *stdio.StartOptions) *transport.Client {
	t.Helper()
	if o == nil {
		o = new(stdio.StartOptions)
	}
	o.Pool = pool.New(pool.Config{Name: "test"})
	o.Timeouts.Shutdown, o.Timeouts.Kill = 300*time.Millisecond, 300*time.Millisecond
	c, err := stdio.Start(t.Context(), command(name), nil, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, c.Close())
		require.Eventually(t, func() bool { return o.Pool.Outstanding() == 0 }, 5*time.Second, time.Millisecond)
	})
	return c
}

func callTool(c *transport.Client, name string) (string, error) {
	res, err := mcp.CallTool(context.Background(), c, &mcp.CallToolParams{Name: name})
	if err != nil {
		return "", err
	}
	text, _ := res.Content[0].(*mcp.TextContent) // the server adds nothing else
	return text.Text, nil
}

func TestStartRevisions(t *testing.T) {
	for v := jsonrpc.RevUnknown; v <= jsonrpc.Latest; v++ {
		t.Run(v.String(), func(t *testing.T) {
			c := start(t, "serve", &stdio.StartOptions{ClientOptions: transport.ClientOptions{Revision: v}})
			want := v
			if v == 0 {
				want = jsonrpc.Latest
			}
			require.Equal(t, want, c.Revision())
			calls := 1000
			if v == 0 || v == jsonrpc.LatestLegacy {
				calls = 10_000
			}
			var wg sync.WaitGroup
			for i := range calls {
				wg.Go(func() {
					nonce := strconv.Itoa(i)
					if got, err := callTool(c, nonce); err != nil || got != nonce {
						t.Errorf("%q, %v instead of %q", got, err, nonce)
					}
				})
			}
			wg.Wait()
		})
	}
}

// B-29, F10: a server that dies fails the calls that wait, at once, with how it ended and what it said.
func TestStartServerDies(t *testing.T) {
	for _, tt := range []struct {
		tool, text string
		exit       int
	}{
		{"crash", "exit status 7", 7},
		{"kill", "signal: killed", -1},
	} {
		t.Run(tt.tool, func(t *testing.T) {
			c := start(t, "serve", nil)
			began := time.Now()
			_, err := callTool(c, tt.tool)
			require.ErrorIs(t, err, transport.Process)
			require.ErrorContains(t, err, tt.text)
			var e *transport.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, tt.exit, e.ExitCode())
			require.Less(t, time.Since(began), 3*time.Second)
			<-c.Done()
			require.ErrorIs(t, c.Err(), transport.Process)
		})
	}
}

func TestStartFails(t *testing.T) {
	for _, tt := range []struct {
		name string
		code transport.Code
		text string
	}{
		{"exit", transport.Process, "out of luck"},
		{"silent", transport.Timeout, ""}, // the project's test of the spawn timeout
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := new(stdio.StartOptions)
			o.Timeouts = transport.Timeouts{Spawn: 2 * time.Second, Probe: 200 * time.Millisecond, Shutdown: time.Second, Kill: time.Second}
			_, err := stdio.Start(t.Context(), command(tt.name), nil, o)
			require.ErrorIs(t, err, tt.code)
			require.ErrorContains(t, err, tt.text)
		})
	}
	cmd := command("")
	cmd.Path = "/does/not/exist"
	_, err := stdio.Start(t.Context(), cmd, nil, nil)
	require.ErrorIs(t, err, transport.Process)
	require.ErrorIs(t, err, os.ErrNotExist)
}

// F11: the close ladder ends what ignores its input's end and SIGTERM.
func TestCloseLadder(t *testing.T) {
	c := start(t, "stubborn", nil)
	began := time.Now()
	require.NoError(t, c.Close())
	require.Less(t, time.Since(began), 5*time.Second)
}

// B-28, F12: what the server has started goes with it, though it holds the streams open.
func TestGrandchild(t *testing.T) {
	c := start(t, "serve", nil)
	text, err := callTool(c, "grandchild")
	require.NoError(t, err)
	pid, err := strconv.Atoi(text)
	require.NoError(t, err)
	_, err = callTool(c, "crash")
	require.ErrorIs(t, err, transport.Process)
	require.NoError(t, c.Close())
	require.Eventually(t, func() bool { return !running(pid) }, 5*time.Second, 10*time.Millisecond)
}

// running reports whether a process is there; one that init has not reaped yet does not count.
func running(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err != nil || !zombie.Match(stat)
}

// A line on standard output that is no message costs nothing but itself; ProtectStdout keeps it out (rule B-06).
func TestStrayOutput(t *testing.T) {
	for name, bad := range map[string]int64{"stray": 1, "noise": 0} {
		t.Run(name, func(t *testing.T) {
			seen := new(transport.Counters)
			o := new(stdio.StartOptions)
			o.Observer = seen
			c := start(t, name, o)
			text, err := callTool(c, "x")
			require.NoError(t, err)
			require.Equal(t, "x", text)
			require.Equal(t, bad, seen.Count(transport.BadMessage))
		})
	}
}

// F14: standard error is always drained.
func TestStderrFlood(t *testing.T) {
	c := start(t, "flood", nil)
	for range 100 {
		_, err := callTool(c, "x")
		require.NoError(t, err)
	}
}

// B-25: a server that ends by itself is started again.
func TestRestart(t *testing.T) {
	back := make(chan struct{}, 1)
	o := &stdio.StartOptions{
		Restart:   &stdio.Restart{Initial: time.Millisecond},
		OnRestart: func(*transport.Client) { back <- struct{}{} },
	}
	c := start(t, "serve", o)
	for range 3 {
		_, err := callTool(c, "crash")
		require.ErrorIs(t, err, transport.Process)
		text, err := callTool(c, "x") // waits for the next server
		require.NoError(t, err)
		require.Equal(t, "x", text)
		<-back
	}
}

// F13: nothing is left of many servers, one after the other.
func TestStartStop(t *testing.T) {
	before := descriptors(t)
	for range 50 {
		c, err := stdio.Start(t.Context(), command("serve"), nil, nil)
		require.NoError(t, err)
		require.NoError(t, c.Close())
	}
	require.LessOrEqual(t, descriptors(t), before+2) // the runtime may have opened its own
}

// zombie matches the state of a process that has ended.
var zombie = regexp.MustCompile(`\) Z `)

func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/dev/fd")
	require.NoError(t, err)
	return len(list)
}
