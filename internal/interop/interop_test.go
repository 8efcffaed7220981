//go:build interop

package interop_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/interop"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/stdio"
)

// The tests let the clients start their own binary as a server.
const asServer = "MCPWIRE_INTEROP_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) == "" {
		os.Exit(m.Run())
	}
	h, hub := interop.Server()
	o := new(stdio.ServeOptions)
	o.Hub = hub
	if err := stdio.Serve(context.Background(), h, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// limit is how long one script may take, on a machine that has other things to do.
const limit = 5 * time.Minute

// node returns a command that runs a script.
func node(t *testing.T, script string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), limit)
	t.Cleanup(stop)
	cmd := exec.CommandContext(ctx, "node", append([]string{script}, args...)...)
	cmd.Dir = "node"
	return cmd
}

// clients are those of node/client.mjs: the version of the SDK, and the revisions that it asks for.
var clients = []struct{ sdk, mode string }{{"v1", "legacy"}, {"v2", "legacy"}, {"v2", "auto"}, {"v2", "2026-07-28"}}

// use runs a client against a server, whose address or command follows.
func use(t *testing.T, sdk, mode, transport string, target ...string) {
	t.Helper()
	cmd := node(t, "client.mjs", append([]string{sdk, mode, transport}, target...)...)
	cmd.Env = append(os.Environ(), asServer+"=1")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err, "%s", errs.String())
	require.Equal(t, "ok", strings.TrimSpace(string(out)))
}

func TestStdioServer(t *testing.T) {
	for _, c := range clients {
		t.Run(c.sdk+" "+c.mode, func(t *testing.T) { use(t, c.sdk, c.mode, "stdio", os.Args[0]) })
	}
}

// servers are what our client is tried with.
var servers = []struct {
	name, script string
	revision     jsonrpc.Revision // 0 for what client and server agree on
	want         jsonrpc.Revision
	try          func(t *testing.T, c *transport.Client)
}{
	{"everything", everything, 0, jsonrpc.Rev20251125, tryEverything},
	{"v2", "server.mjs", 0, jsonrpc.Rev20260728, tryServer},
	{"v2 legacy", "server.mjs", jsonrpc.Rev20251125, jsonrpc.Rev20251125, tryServer},
}

const everything = "node_modules/@modelcontextprotocol/server-everything/dist/index.js"

func TestStdioClient(t *testing.T) {
	for _, tt := range servers {
		t.Run(tt.name, func(t *testing.T) {
			o := &stdio.StartOptions{ClientOptions: transport.ClientOptions{Revision: tt.revision, InputRounds: 3}}
			o.Timeouts.Spawn, o.Timeouts.Probe = limit, limit // the script may take its time to start
			c, err := stdio.Start(t.Context(), node(t, tt.script, "stdio"), user(), o)
			require.NoError(t, err)
			require.Equal(t, tt.want, c.Revision())
			tt.try(t, c)
			require.NoError(t, c.Close())
		})
	}
}
