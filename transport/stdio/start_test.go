//go:build unix

package stdio_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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

// start starts one of the children. Nothing may be left of it after the test.
func start(t *testing.T, name string, o *stdio.StartOptions) *transport.Client {
	t.Helper()
	return startCommand(t, command(name), o)
}

const shutdown, kill = 300 * time.Millisecond, 300 * time.Millisecond

func startCommand(t *testing.T, cmd *exec.Cmd, o *stdio.StartOptions) *transport.Client {
	t.Helper()
	if o == nil {
		o = new(stdio.StartOptions)
	}
	o.Pool = pool.New(pool.Config{Name: "test"})
	if o.Timeouts.Shutdown == 0 {
		o.Timeouts.Shutdown, o.Timeouts.Kill = shutdown, kill
	}
	noLeftovers(t)
	c, err := stdio.Start(t.Context(), cmd, nil, o)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, c.Close())
		eventually(t, func() bool { return o.Pool.Outstanding() == 0 }, "buffers back")
	})
	return c
}

// shell returns a server that is a script, and begins after a handshake of the last revision with sessions.
func shell(script string) *exec.Cmd {
	return exec.Command("/bin/sh", "-c", `read -r line
echo '{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"sh","version":"1"}}}'
read -r line
`+script)
}

// legacy returns options for a shell.
func legacy() *stdio.StartOptions {
	return &stdio.StartOptions{ClientOptions: transport.ClientOptions{Revision: jsonrpc.LatestLegacy}}
}

func callTool(c *transport.Client, name string) (string, error) {
	res, err := mcp.CallTool(context.Background(), c, &mcp.CallToolParams{Name: name})
	if err != nil {
		return "", err
	}
	text, _ := res.Content[0].(*mcp.TextContent) // the server adds nothing else
	return text.Text, nil
}

func alive(t *testing.T, c *transport.Client) {
	t.Helper()
	text, err := callTool(c, "alive")
	require.NoError(t, err)
	require.Equal(t, "alive", text)
}

// S6: each call gets its own answer, in every revision.
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

// A start that fails says why, with what the server has said, and leaves nothing behind.
func TestStartFails(t *testing.T) {
	missing := exec.Command("/does/not/exist")
	unfound := exec.Command("surely-not-a-program")
	started := exec.Command("/bin/sh", "-c", "exit")
	require.NoError(t, started.Run())
	in, out := exec.Command("/bin/sh"), exec.Command("/bin/sh")
	in.Stdin, out.Stdout = strings.NewReader(""), new(bytes.Buffer)
	nowhere := command("serve")
	nowhere.Dir = "/does/not/exist"
	for name, tt := range map[string]struct {
		cmd  *exec.Cmd
		code transport.Code
		text string
	}{
		"it ends":          {command("exit"), transport.Process, "the server has ended: exit code 3: exit status 3: stderr ends with \"out of luck\""},
		"it ends later":    {command("takes a while to fail"), transport.Process, "exit code 4"},
		"no such file":     {missing, transport.Process, "starting the server: fork/exec /does/not/exist: no such file or directory"},
		"no such folder":   {nowhere, transport.Process, "starting the server: stat /does/not/exist: no such file or directory"},
		"not in PATH":      {unfound, transport.Process, "executable file not found in $PATH"},
		"started already":  {started, transport.Process, "the command was started already"},
		"Stdin":            {in, transport.Process, "the command has a Stdin or Stdout, which are for the messages"},
		"Stdout":           {out, transport.Process, "the command has a Stdin or Stdout, which are for the messages"},
		"no server at all": {exec.Command("/bin/sh", "-c", "echo hello; exit"), transport.Process, "exit status 0"},
	} {
		t.Run(name, func(t *testing.T) {
			noLeftovers(t)
			within(t, transport.DefaultSpawn*2/3, func() {
				_, err := stdio.Start(t.Context(), tt.cmd, nil, nil)
				require.Equal(t, tt.code, transport.CodeOf(err), "%v", err)
				require.ErrorContains(t, err, tt.text)
			})
		})
	}
	require.ErrorIs(t, startError(t, missing), os.ErrNotExist)
	require.ErrorIs(t, startError(t, unfound), exec.ErrNotFound)
}

func startError(t *testing.T, cmd *exec.Cmd) error {
	t.Helper()
	_, err := stdio.Start(t.Context(), cmd, nil, nil)
	return err
}

// A server that says nothing in time is no server: the start ends then, and the process with it. All are started at the same time.
func TestSubprocessSpawnTimeout(t *testing.T) {
	const spawn = 3 * time.Second // within which a server says what it has to say to standard error
	noLeftovers(t)
	var starts sync.WaitGroup
	defer starts.Wait()
	for name, stderr := range map[string]string{"silent": "thinking", "deaf": "", "deaf to signals too": ""} {
		for _, v := range []jsonrpc.Revision{0, jsonrpc.LatestLegacy, jsonrpc.Latest} {
			starts.Go(func() {
				o := &stdio.StartOptions{ClientOptions: transport.ClientOptions{Revision: v}}
				o.Timeouts = transport.Timeouts{Spawn: spawn, Probe: spawn / 3, Shutdown: time.Hour, Kill: kill} // it does not get the time for its shutdown
				began := time.Now()
				_, err := stdio.Start(t.Context(), command(name), nil, o)
				took := time.Since(began)
				var e *transport.Error
				switch {
				case transport.CodeOf(err) != transport.Timeout || !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &e):
					t.Errorf("%s, %v: %v", name, v, err)
				case e.Stderr() != stderr:
					t.Errorf("%s, %v: standard error is %q", name, v, e.Stderr())
				case took < spawn || took > spawn+patience:
					t.Errorf("%s, %v: it took %v", name, v, took)
				}
			})
		}
	}
}

// A context that ends at any moment of a start ends the start, and what has begun of it.
func TestStartCanceled(t *testing.T) {
	noLeftovers(t)
	random := rand.New(rand.NewPCG(1, 2))
	canceled := 0
	for range fewer(200) {
		ctx, stop := context.WithTimeout(t.Context(), time.Duration(random.IntN(30))*time.Millisecond)
		c, err := stdio.Start(ctx, command("serve"), nil, nil)
		stop()
		if err != nil {
			require.ErrorIs(t, err, transport.Timeout)
			canceled++
			continue
		}
		alive(t, c) // it does not end with the context
		require.NoError(t, c.Close())
	}
	require.NotZero(t, canceled)
}

// Rule F-16: a server that dies of the first question is started again, and not asked it.
func TestStartAgainAfterProbe(t *testing.T) {
	for _, name := range []string{"dies of the probe", "dies after the probe"} {
		t.Run(name, func(t *testing.T) {
			c := start(t, name, nil)
			require.Equal(t, jsonrpc.LatestLegacy, c.Revision())
			alive(t, c)
		})
	}
}

// What a command says is done: folder, arguments, environment, files, standard error, session, and the context that it was made with.
func TestCommandFields(t *testing.T) {
	dir := t.TempDir()
	self, err := filepath.Abs(os.Args[0])
	require.NoError(t, err)
	require.NoError(t, os.Symlink(self, filepath.Join(dir, "server")))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	cmd := exec.CommandContext(ctx, "./server")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), behavior+"=serve")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setpgid: true}
	log := new(lockedBuffer)
	cmd.Stderr = log
	var lines lockedBuffer
	o := &stdio.StartOptions{Stderr: func(line []byte) { _, _ = lines.Write(append(line, '|')) }}
	o.Timeouts.Shutdown = time.Minute
	c := startCommand(t, cmd, o)
	modes, err := callTool(c, "modes")
	require.NoError(t, err)
	require.Equal(t, "0 0 0 ", modes) // the child's ends are blocking ones, as most programs expect
	_, err = callTool(c, "stderr:hello\nyou")
	require.NoError(t, err)
	stop()
	within(t, patience, func() { <-c.Done() })
	require.ErrorContains(t, c.Err(), "signal: killed")
	require.Equal(t, "hello\nyou", log.String())
	require.Equal(t, "hello|you|", lines.String())
	require.Nil(t, cmd.Process)
}

// lockedBuffer is a buffer for several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
