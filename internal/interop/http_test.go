//go:build interop

package interop_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/interop"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// serveHTTP serves Streamable HTTP at /mcp and HTTP+SSE at /sse, and returns the address.
func serveHTTP(t *testing.T, store transport.EventStore) string {
	t.Helper()
	h, hub := interop.Server()
	o := &streamable.HandlerOptions{EventStore: store}
	o.Hub = hub
	old := new(sse.HandlerOptions)
	old.Hub = hub
	mux := http.NewServeMux()
	mux.Handle("/mcp", streamable.NewHandler(h, o))
	mux.Handle("/sse", sse.NewHandler(h, old))
	s := httptest.NewServer(mux)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

func TestHTTPServer(t *testing.T) {
	for name, store := range map[string]transport.EventStore{"plain": nil, "resumable": transport.NewMemoryEventStore(nil)} {
		url := serveHTTP(t, store)
		for _, c := range clients {
			t.Run(name+" "+c.sdk+" "+c.mode, func(t *testing.T) { use(t, c.sdk, c.mode, "http", url+"/mcp") })
		}
	}
}

func TestSSEServer(t *testing.T) {
	url := serveHTTP(t, nil)
	for _, c := range clients {
		if c.mode == "legacy" {
			t.Run(c.sdk, func(t *testing.T) { use(t, c.sdk, c.mode, "sse", url+"/sse") })
		}
	}
}

// start starts a script that serves HTTP, and returns the first line of it that holds the mark.
func start(t *testing.T, cmd *exec.Cmd, output func(*exec.Cmd) (io.ReadCloser, error), mark string) string {
	t.Helper()
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := output(cmd)
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Process.Kill() // not all end by themselves
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.Contains(lines.Text(), mark) {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return lines.Text()
		}
	}
	t.Fatal("the server has ended")
	return ""
}

// startEverything starts the server everything on a port of its own.
func startEverything(t *testing.T, kind string) (address string) {
	t.Helper()
	port := strconv.Itoa(freePort(t))
	cmd := node(t, everything, kind)
	cmd.Env = append(cmd.Environ(), "PORT="+port)
	start(t, cmd, (*exec.Cmd).StderrPipe, port)
	return "http://127.0.0.1:" + port
}

// freePort returns a port that was free a moment ago.
func freePort(t *testing.T) int {
	t.Helper()
	s := httptest.NewServer(nil)
	defer s.Close()
	port, err := strconv.Atoi(s.URL[strings.LastIndexByte(s.URL, ':')+1:])
	require.NoError(t, err)
	return port
}

func TestHTTPClient(t *testing.T) {
	for _, tt := range servers {
		t.Run(tt.name, func(t *testing.T) {
			var url string
			if tt.script == everything {
				url = startEverything(t, "streamableHttp") + "/mcp"
			} else {
				url = start(t, node(t, tt.script, "http"), (*exec.Cmd).StdoutPipe, "http://")
			}
			o := new(streamable.DialOptions)
			o.Revision, o.InputRounds = tt.revision, 3
			o.Timeouts.Probe = limit // or it is taken for an old one
			c, err := streamable.Dial(context.Background(), url, user(), o)
			require.NoError(t, err)
			require.Equal(t, tt.want, c.Revision())
			tt.try(t, c)
			require.NoError(t, c.Close())
		})
	}
}

// HTTP+SSE, once chosen and once found out.
func TestSSEClient(t *testing.T) {
	url := startEverything(t, "sse") + "/sse"
	t.Run("chosen", func(t *testing.T) {
		o := new(sse.DialOptions)
		o.Timeouts.Connect = limit
		c, err := sse.Dial(context.Background(), url, user(), o)
		require.NoError(t, err)
		tryEverything(t, c)
		require.NoError(t, c.Close())
	})
	t.Run("found out", func(t *testing.T) {
		o := new(streamable.DialOptions)
		o.Timeouts.Probe, o.Timeouts.Connect = limit, limit
		c, err := streamable.Dial(context.Background(), url, user(), o)
		require.NoError(t, err)
		require.True(t, c.Revision() <= jsonrpc.LatestLegacy)
		tryEverything(t, c)
		require.NoError(t, c.Close())
	})
}
