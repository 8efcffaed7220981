//go:build unix

package stdio

import (
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

// A process that was killed is one that ends, however short Timeouts.Kill is and however long the system takes for it.
func TestKilledProcessEndsLate(t *testing.T) {
	cmd := exec.Command("/bin/sh", "-c", "trap '' TERM; sleep 60")
	cmd.SysProcAttr = ownGroup(nil)
	require.NoError(t, cmd.Start())
	p := &process{
		cmd: cmd, group: &group{cmd: cmd}, tail: new(tail), exited: make(chan struct{}),
		timeouts: transport.Timeouts{Shutdown: time.Millisecond, Kill: time.Millisecond},
	}
	time.AfterFunc(100*time.Millisecond, func() { close(p.exited) }) // so long after its end nobody is told
	require.NoError(t, p.end())
	require.ErrorContains(t, p.group.reap(), "signal: ")
}
