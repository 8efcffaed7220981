//go:build !unix && !windows

package stdio

import (
	"os/exec"
	"syscall"
)

// group is a child alone: there is no way to know what it has started.
type group struct{ cmd *exec.Cmd }

func ownGroup(a *syscall.SysProcAttr) *syscall.SysProcAttr { return a }

func (*group) adopt() error { return nil }

// terminate reports that closing the standard input was all that can be said.
func (*group) terminate() bool { return false }

func (g *group) kill() { _ = g.cmd.Process.Kill() } // it may have ended

func (g *group) reap() error { return g.cmd.Wait() }
