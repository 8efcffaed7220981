//go:build unix

package stdio_test

import (
	"os"
	"os/exec"
	"testing"

	"github.com/mcpwire/mcpwire/internal/leaks"
)

// The tests start their own binary as a server, which then behaves as this variable says; see children.
const behavior = "MCPWIRE_TEST_SERVER"

func TestMain(m *testing.M) {
	if name := os.Getenv(behavior); name != "" {
		children[name]()
		return
	}
	leaks.Main(m)
}

// command returns the command of one of the children.
func command(name string) *exec.Cmd {
	if children[name] == nil {
		panic("there is no child " + name)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), behavior+"="+name, "GORACE=atexit_sleep_ms=0") // or it would take a second to end
	return cmd
}
