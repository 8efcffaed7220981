//go:build unix

package stdio

import (
	"os/exec"
	"syscall"
)

// ownGroup returns a with a process group of its own.
func ownGroup(a *syscall.SysProcAttr) *syscall.SysProcAttr {
	own := syscall.SysProcAttr{}
	if a != nil {
		own = *a
	}
	own.Setpgid, own.Pgid = true, 0
	return &own
}

// The group has the id of its first process, which stays taken while any process of the group is left.

func terminateGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }

func killGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
