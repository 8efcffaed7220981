//go:build !unix

package stdio

import (
	"os/exec"
	"syscall"
)

func ownGroup(a *syscall.SysProcAttr) *syscall.SysProcAttr { return a }

// terminateGroup does nothing: closing the standard input was all that can be said.
func terminateGroup(*exec.Cmd) {}

func killGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
