//go:build unix

package stdio_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// B-29, F10: a server that dies fails all calls that wait, at once, with how it ended and what it said.
func TestCrash(t *testing.T) {
	const calls = 100
	for tool, tt := range map[string]struct {
		text, stderr string
		exit         int
	}{
		"exit:100,7":   {"the server has ended: exit code 7: exit status 7: stderr ends with \"it had to end like this\"", "it had to end like this", 7},
		"exit:100,0":   {"the server has ended: exit code 0: exit status 0: stderr ends with", "it had to end like this", 0},
		"signal:100,9": {"the server has ended: signal: killed: stderr ends with", "it had to end like this", -1},
		"signal:100,6": {"the server has ended: exit code 2: exit status 2: stderr ends with", "goroutine ", 2}, // Go's way
		"panic:100,0":  {"the server has ended: exit code 2: exit status 2: stderr ends with", "panic: lost", 2},
	} {
		t.Run(tool, func(t *testing.T) {
			c := start(t, "serve", nil)
			failed := make(chan error, calls+1)
			for range calls {
				go func() {
					_, err := callTool(c, "hang")
					failed <- err
				}()
			}
			go func() {
				_, err := callTool(c, tool)
				failed <- err
			}()
			first := <-failed
			within(t, patience, func() {
				for err := range failures(failed, first, calls) {
					require.Equal(t, transport.Process, transport.CodeOf(err), "%v", err)
					require.ErrorContains(t, err, tt.text)
					var e *transport.Error
					require.ErrorAs(t, err, &e)
					require.Equal(t, tt.exit, e.ExitCode())
					require.Contains(t, e.Stderr(), tt.stderr)
				}
			})
			within(t, patience, func() { <-c.Done() })
			require.ErrorIs(t, c.Err(), transport.Process)
			_, err := callTool(c, "x")
			require.ErrorContains(t, err, tt.text)
			require.ErrorContains(t, c.Notify(t.Context(), "notifications/x", nil), tt.text)
		})
	}
}

// failures yields first and then so many from c.
func failures(c <-chan error, first error, n int) func(yield func(error) bool) {
	return func(yield func(error) bool) {
		for err := first; yield(err) && n > 0; n-- {
			err = <-c
		}
	}
}

// A write finds out that the server is gone as well as a read does, and says the same of it.
func TestCrashWhileWriting(t *testing.T) {
	big := strings.Repeat("x", 1<<20)
	for range fewer(20) + 1 {
		c := start(t, "serve", nil)
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				for {
					_, err := callTool(c, big)
					if err == nil {
						continue
					}
					if transport.CodeOf(err) != transport.Process || !strings.Contains(err.Error(), "exit code 7") {
						t.Error(i, err)
					}
					return
				}
			})
		}
		_, err := callTool(c, "exit:0,7")
		require.ErrorContains(t, err, "the server has ended: exit code 7")
		wg.Wait()
	}
}

// B-24: a server that closes one of its streams is none any more, whether it ends or not.
func TestHalfClosed(t *testing.T) {
	for name, tt := range map[string]struct {
		script, text string
		exit         int
	}{
		"stdout":          {"echo 'no more' >&2; read -r line; exec 1>&-; sleep 60", "process failure: the server has closed its standard output: stderr ends with \"no more\"", -1},
		"stdout, it ends": {"echo bye >&2; read -r line; exec 1>&-; exec sleep 0.1", "the server has ended: exit code 0", 0},
		"stdin":           {"exec 0<&-; echo 'no more' >&2; sleep 60", "process failure: the server has closed its standard input: stderr ends with \"no more\"", -1},
		"stdin, it ends":  {"exec 0<&-; echo bye >&2; exec sleep 0.1", "the server has ended: exit code 0", 0},
		"both":            {"exec 0<&- 1>&-; echo bye >&2; sleep 60", "process failure: the server has closed its standard", -1},
	} {
		t.Run(name, func(t *testing.T) {
			closed := make(chan struct{})
			o := legacy()
			o.Stderr = func([]byte) { close(closed) }
			c := startCommand(t, shell(tt.script), o)
			<-closed
			within(t, patience, func() {
				_, err := callTool(c, "x")
				var e *transport.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, transport.Process, e.Code())
				require.ErrorContains(t, err, tt.text)
				require.Equal(t, tt.exit, e.ExitCode())
			})
			within(t, patience, func() { require.NoError(t, c.Close()) })
		})
	}
}

// F1, B-05: the last line counts without its end too, but not if it was torn.
func TestTornAnswer(t *testing.T) {
	const answer = `{"jsonrpc":"2.0","id":2,"result":{"content":[{"type":"text","text":"whole"}]}}`
	for size := range len(answer) + 1 {
		if size%10 != 0 && size < len(answer)-3 {
			continue
		}
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			c := startCommand(t, shell("read -r line; printf '%s' '"+answer[:size]+"'; exit 9"), legacy())
			text, err := callTool(c, "x")
			if size == len(answer) {
				require.NoError(t, err)
				require.Equal(t, "whole", text)
			} else {
				require.ErrorContains(t, err, "the server has ended: exit code 9")
			}
			<-c.Done()
			require.ErrorContains(t, c.Err(), "exit code 9")
		})
	}
}

// What a server writes last is read, however long its client takes, and though the server is gone.
func TestLastWords(t *testing.T) {
	c := start(t, "serve", nil)
	text, err := callTool(c, "pid")
	require.NoError(t, err)
	pid, err := strconv.Atoi(text)
	require.NoError(t, err)
	call := c.NewCall(mcp.MethodCallTool)
	defer call.Release()
	call.Params = append(call.Params, `{"name":"last words"}`...)
	seen := 0
	call.OnProgress = func(codec.Raw) {
		if seen++; !comes(func() bool { return !running(pid) }) {
			t.Error("the server goes on")
		}
	}
	require.NoError(t, c.Do(t.Context(), call))
	require.Equal(t, 20, seen)
	<-c.Done()
	require.ErrorContains(t, c.Err(), "exit code 7")
}

// A call that the server does not answer ends with its timeout or its context, and the next one is answered.
func TestHang(t *testing.T) {
	c := start(t, "serve", nil)
	call := c.NewCall(mcp.MethodCallTool)
	defer call.Release()
	call.Params = append(call.Params, `{"name":"hang"}`...)
	call.Timeout = 500 * time.Millisecond // within which it is sent
	within(t, patience, func() {
		require.ErrorContains(t, c.Do(t.Context(), call), `timeout: waiting for the answer to "tools/call"`)
	})
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	call.Timeout = -1
	within(t, patience, func() { require.ErrorIs(t, c.Do(ctx, call), transport.Timeout) })
	alive(t, c)
}

// B-28, F12: what the server has started goes with it, though it holds the streams open and ignores SIGTERM. What has left the
// server's group is left alone, and keeps nobody waiting.
func TestGrandchild(t *testing.T) {
	for _, group := range []string{"same", "own"} {
		for _, stream := range []string{"stdin", "stdout", "stderr", "talks"} {
			for _, end := range []string{"crash", "close"} {
				t.Run(group+" group, "+stream+", "+end, func(t *testing.T) {
					seen := new(transport.Counters)
					o := new(stdio.StartOptions)
					o.Observer = seen
					c := start(t, "serve", o)
					text, err := callTool(c, "grandchild:"+group+","+stream)
					require.NoError(t, err)
					pid, err := strconv.Atoi(text)
					require.NoError(t, err)
					if stream == "talks" { // without end, and not in messages
						eventually(t, func() bool { return seen.Count(transport.BadMessage) > 1000 }, "its talk")
					}
					if end == "crash" {
						within(t, patience, func() {
							_, err = callTool(c, "exit:0,7")
							require.ErrorContains(t, err, "the server has ended: exit code 7")
							<-c.Done()
						})
					}
					within(t, patience, func() { require.NoError(t, c.Close()) })
					if group == "own" {
						err := syscall.Kill(-pid, syscall.SIGKILL)
						require.True(t, err == nil || stream == "talks", "%v", err) // nobody listens to its talk any more
					}
					gone(t, pid)
				})
			}
		}
	}
}
