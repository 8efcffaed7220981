//go:build unix

package stdio_test

import (
	"errors"
	"os/exec"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// F11, rules B-19 to B-22: Close goes as far as it has to, and no faster.
func TestCloseLadder(t *testing.T) {
	for name, tt := range map[string]struct {
		least time.Duration
		kill  time.Duration // long where SIGTERM is enough
		says  string
	}{
		"serve":       {0, time.Minute, ""},
		"slow to end": {shutdown, time.Minute, ""},
		"leaves word": {shutdown, time.Minute, "terminated\n"},
		"stubborn":    {shutdown + kill, kill, ""},
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
			began := time.Now()
			within(t, tt.least+patience, func() { require.NoError(t, c.Close()) }) // F11: a second more on a machine that is free
			require.GreaterOrEqual(t, time.Since(began), tt.least)
			require.False(t, running(pid))
			require.Equal(t, tt.says, log.String())
			require.NoError(t, c.Err())
			_, err = callTool(c, "x")
			require.ErrorContains(t, err, "closed: by this side")
		})
	}
}

// Close fails the calls that wait, and may be called by several at the same time, and again.
func TestCloseFailsCalls(t *testing.T) {
	c := start(t, "serve", nil)
	failed := make(chan error, 100)
	for range cap(failed) {
		go func() {
			_, err := callTool(c, "hang")
			failed <- err
		}()
	}
	alive(t, c)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	within(t, patience, func() {
		for range cap(failed) {
			err := <-failed
			require.Equal(t, transport.Closed, transport.CodeOf(err))
			require.ErrorContains(t, err, "closed: by this side")
		}
		wg.Wait()
	})
	require.NoError(t, c.Close())
}

// Close and the server's own end may come at the same time.
func TestCloseDuringCrash(t *testing.T) {
	for range fewer(100) + 1 {
		c := start(t, "serve", nil)
		go func() { _, _ = callTool(c, "exit:0,3") }()
		require.NoError(t, c.Close())
		err := c.Err()
		require.True(t, err == nil || errors.Is(err, transport.Process), "%v", err)
	}
}

// F13: nothing is left of many servers, one after the other and four at a time.
func TestStartStop(t *testing.T) {
	for name, tt := range map[string]struct {
		count int
		cmd   func() *exec.Cmd
	}{
		"scripts":       {fewer(1000), func() *exec.Cmd { return shell("while read -r line; do :; done") }},
		"Go":            {fewer(1000), func() *exec.Cmd { return command("serve") }},
		"crash":         {fewer(100), func() *exec.Cmd { return shell("echo over >&2; exit 3") }},
		"failed starts": {fewer(100), func() *exec.Cmd { return exec.Command("/bin/sh", "-c", "exit 3") }},
	} {
		t.Run(name, func(t *testing.T) {
			noLeftovers(t)
			began := time.Now()
			work := make(chan struct{})
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for range work {
						c, err := stdio.Start(t.Context(), tt.cmd(), nil, legacy())
						if err != nil {
							if !errors.Is(err, transport.Process) {
								t.Error(err)
							}
							continue
						}
						began := time.Now()
						if err := c.Close(); err != nil {
							t.Error(err)
						}
						if took := time.Since(began); took >= transport.DefaultShutdown { // another child holds its standard input
							t.Error(took)
						}
					}
				})
			}
			for range tt.count {
				work <- struct{}{}
			}
			close(work)
			wg.Wait()
			t.Logf("%d in %v", tt.count, time.Since(began).Round(time.Millisecond))
		})
	}
}
