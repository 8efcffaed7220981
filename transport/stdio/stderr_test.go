//go:build unix

package stdio_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// F14: standard error is always drained: a server that writes 1 GiB of it answers calls meanwhile, and of it all there is no more
// than its end in memory.
func TestStderrFlood(t *testing.T) {
	var heard atomic.Int64
	for name, o := range map[string]*stdio.StartOptions{
		"nobody listens": {},
		"line by line":   {Stderr: func(line []byte) { heard.Add(int64(len(line))) }},
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, "serve", o)
			size := fewer(1 << 30)
			flooded := make(chan error, 1)
			calls := 0
			alloc, system := heapDuring(func() {
				go func() {
					_, err := callTool(c, "flood:"+strconv.Itoa(size))
					flooded <- err
				}()
				for ; ; calls++ {
					alive(t, c)
					select {
					case err := <-flooded:
						require.NoError(t, err)
						return
					default:
					}
				}
			})
			t.Logf("%d MiB, %d calls meanwhile, heap grew by %d KiB, by %d KiB from the system", size>>20, calls, alloc>>10, system>>10)
			require.Greater(t, calls, 10)
			require.Less(t, alloc, int64(48<<20)) // it is garbage of calls, for which the collector has no ceiling of its own
			require.Less(t, system, int64(64<<20))
			_, err := callTool(c, "exit:0,7")
			var e *transport.Error
			require.ErrorAs(t, err, &e)
			require.LessOrEqual(t, len(e.Stderr()), 64*kilo)
			require.True(t, strings.HasSuffix(e.Stderr(), "xxx\nit had to end like this"))
			require.Greater(t, len(e.Stderr()), 60*kilo)
		})
	}
	require.Equal(t, int64(fewer(1<<30)/(256*kilo+1)+1)*64*kilo, heard.Load()-int64(len("it had to end like this"))) // lines are cut
}

// Lines come whole, without their ends, the last one too if it has none.
func TestStderrLines(t *testing.T) {
	var lines []string
	long := strings.Repeat("y", 70_000)
	c := start(t, "serve", &stdio.StartOptions{Stderr: func(line []byte) { lines = append(lines, string(line)) }})
	for _, part := range []string{"one\ntwo\r\n\nth", "ree\n", long, long + "\nfour", ""} {
		_, err := callTool(c, "stderr:"+part)
		require.NoError(t, err)
	}
	require.NoError(t, c.Close())
	require.Equal(t, []string{"one", "two", "", "three", long[:64*kilo], "four"}, lines)
}

// A function that panics is reported, and not called again; the server and its client go on.
func TestStderrPanics(t *testing.T) {
	seen := new(panics)
	calls := 0
	cmd := command("serve")
	cmd.Stderr = brokenWriter{}
	o := &stdio.StartOptions{Stderr: func([]byte) {
		calls++
		panic("not again")
	}}
	o.Observer = seen
	c := startCommand(t, cmd, o)
	for range 3 {
		_, err := callTool(c, "stderr:hello\n")
		require.NoError(t, err)
	}
	alive(t, c)
	require.NoError(t, c.Close())
	require.Equal(t, 1, calls)
	require.Equal(t, int32(1), seen.count.Load())
}

type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("no") }

// panics counts those of functions of the options.
type panics struct{ count atomic.Int32 }

func (p *panics) Observe(o transport.Observation) {
	if o.Event == transport.HandlerPanic && o.Transport == "stdio" && strings.Contains(fmt.Sprint(o.Err), "not again") {
		p.count.Add(1)
	}
}

// A function that does not return stops a server that writes much, and nobody else: calls end by their deadlines, Close in time.
func TestStderrBlocks(t *testing.T) {
	noLeftovers(t)
	forever := make(chan struct{})
	o := &stdio.StartOptions{Stderr: func([]byte) { <-forever }}
	o.Timeouts = transport.Timeouts{Shutdown: shutdown, Kill: kill}
	c, err := stdio.Start(t.Context(), command("serve"), nil, o)
	require.NoError(t, err)
	within(t, patience, func() {
		ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer stop()
		_, err := mcp.CallTool(ctx, c, &mcp.CallToolParams{Name: "flood:" + strconv.Itoa(1<<20)})
		require.ErrorIs(t, err, transport.Timeout)
	})
	alive(t, c)
	within(t, patience, func() { require.NoError(t, c.Close()) })
	close(forever)
}
