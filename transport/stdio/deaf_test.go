//go:build unix

package stdio_test

import (
	"context"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// F15: a server that stops reading fails the request that it does not take, by the deadline of the call or the one for writing, and
// keeps nobody else waiting, nor Close.
func TestDeafServer(t *testing.T) {
	const soon = 500 * time.Millisecond  // time enough to fill the pipe and the queue
	big := strings.Repeat("x", 512*kilo) // more than both hold
	for name, tt := range map[string]struct {
		write, call time.Duration
		script      string
		text        string
		ended       bool
	}{
		"the call's deadline":            {0, 2 * soon, "sleep 60", "timeout: waiting for", false},
		"the write's":                    {soon, time.Minute, "sleep 60", "timeout: writing: the peer does not read", true},
		"the write's, deaf to SIGTERM":   {soon, time.Minute, "trap '' TERM; sleep 60; sleep 60", "timeout: writing: the peer does not read", true},
		"it ends while a write is stuck": {0, time.Minute, "sleep 0.5; echo 'I give up' >&2; exit 9", "exit code 9: exit status 9: stderr ends with \"I give up\"", true},
	} {
		t.Run(name, func(t *testing.T) {
			other := start(t, "serve", nil)
			o := legacy()
			o.Timeouts = transport.Timeouts{Write: tt.write, Shutdown: shutdown, Kill: kill}
			o.Limits.QueueBytes = 256 * kilo
			c := startCommand(t, shell(tt.script), o)
			small := make(chan error, 1)
			within(t, transport.DefaultWrite*2/3, func() {
				ctx, stop := context.WithTimeout(t.Context(), tt.call)
				defer stop()
				second := make(chan error, 1)
				go func() {
					time.Sleep(50 * time.Millisecond)
					_, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: big}) // it fills the queue
					second <- err
				}()
				go func() {
					time.Sleep(100 * time.Millisecond)
					call := c.NewCall(mcp.MethodCallTool) // it waits for room
					defer call.Release()
					call.Timeout = tt.call
					small <- c.Do(t.Context(), call)
				}()
				failed := make(chan error, 1)
				go func() {
					_, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: big})
					failed <- err
				}()
				for calls := 0; ; calls++ {
					alive(t, other)
					select {
					case err := <-failed:
						require.ErrorContains(t, err, tt.text)
						require.Positive(t, calls) // others have gone on meanwhile
					default:
						continue
					}
					break
				}
				require.ErrorContains(t, <-second, tt.text)
				require.ErrorContains(t, <-small, tt.text)
			})
			if tt.ended {
				within(t, patience, func() { <-c.Done() })
				require.ErrorContains(t, c.Err(), tt.text)
			}
			within(t, patience, func() { require.NoError(t, c.Close()) })
			alive(t, other)
		})
	}
}

// stop stops a child, and waits until it does.
func stop(t *testing.T, pid int) {
	t.Helper()
	require.NoError(t, syscall.Kill(pid, syscall.SIGSTOP))
	var status syscall.WaitStatus
	_, err := syscall.Wait4(pid, &status, syscall.WUNTRACED, nil)
	require.NoError(t, err)
	require.True(t, status.Stopped())
}

// F26: servers that are stopped for a while lose nothing, and their clients keep them.
func TestStopped(t *testing.T) {
	const servers, calls = 4, 50
	var pids [servers]int
	var clients [servers]*transport.Client
	for i := range clients {
		clients[i] = start(t, "serve", nil)
		text, err := callTool(clients[i], "pid")
		require.NoError(t, err)
		pids[i], err = strconv.Atoi(text)
		require.NoError(t, err)
	}
	for _, pid := range pids {
		stop(t, pid)
	}
	var answered atomic.Int32
	failed := make(chan error, servers*calls)
	for _, c := range clients {
		for i := range calls {
			go func() {
				want := strings.Repeat(strconv.Itoa(i), kilo) // more than a pipe holds, in all
				got, err := callTool(c, want)
				if err == nil && got == want {
					answered.Add(1)
				}
				failed <- err
			}()
		}
	}
	time.Sleep(time.Second)
	require.Zero(t, answered.Load())
	for _, pid := range pids {
		require.NoError(t, syscall.Kill(pid, syscall.SIGCONT))
	}
	within(t, patience, func() {
		for range cap(failed) {
			require.NoError(t, <-failed)
		}
	})
	require.Equal(t, int32(cap(failed)), answered.Load())
	for _, c := range clients {
		alive(t, c)
		require.NoError(t, c.Err())
	}
}

// A stopped server is ended as others are: it gets SIGTERM, and can still say something.
func TestCloseStopped(t *testing.T) {
	for name, tt := range map[string]struct {
		kill   time.Duration
		stderr string
	}{
		"leaves word": {time.Minute, "terminated\n"},
		"stubborn":    {kill, ""},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(lockedBuffer)
			cmd := command(name)
			cmd.Stderr = log
			o := new(stdio.StartOptions)
			o.Timeouts.Shutdown, o.Timeouts.Kill = shutdown, tt.kill
			c := startCommand(t, cmd, o)
			text, err := callTool(c, "pid")
			require.NoError(t, err)
			pid, err := strconv.Atoi(text)
			require.NoError(t, err)
			stop(t, pid)
			within(t, patience, func() { require.NoError(t, c.Close()) })
			require.Equal(t, tt.stderr, log.String())
			gone(t, pid)
		})
	}
}
