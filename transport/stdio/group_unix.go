//go:build unix

package stdio

import (
	"os/exec"
	"sync"
	"syscall"
)

// group is the process group of a child. Its id is the child's process id, which stays taken while any process of the group is
// left, the child itself until it is reaped. After that, the id may become that of others, and is not used.
type group struct {
	cmd    *exec.Cmd
	mu     sync.Mutex
	reaped bool
}

// ownGroup returns a with a process group of its own; a session has one already.
func ownGroup(a *syscall.SysProcAttr) *syscall.SysProcAttr {
	own := syscall.SysProcAttr{}
	if a != nil {
		own = *a
	}
	own.Setpgid, own.Pgid = !own.Setsid, 0
	return &own
}

// adopt has nothing to do: the child has its group before it runs its program.
func (*group) adopt() error { return nil }

// terminate asks the processes of the group to end, those too that are stopped. It reports whether there is a way to ask.
func (g *group) terminate() bool {
	g.signal(syscall.SIGTERM)
	g.signal(syscall.SIGCONT)
	return true
}

func (g *group) kill() { g.signal(syscall.SIGKILL) }

func (g *group) signal(s syscall.Signal) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.reaped {
		_ = syscall.Kill(-g.cmd.Process.Pid, s) // there may be nobody left
	}
}

// reap waits for the child's end, and ends what is left of its group. Where a system can only wait for a child by reaping
// it, the group is killed right afterwards, before its id is likely to be another's.
func (g *group) reap() error {
	pid := g.cmd.Process.Pid
	if !waitable(pid) {
		err := g.cmd.Wait()
		g.mu.Lock()
		g.reaped = true
		_ = syscall.Kill(-pid, syscall.SIGKILL)
		g.mu.Unlock()
		return err
	}
	g.mu.Lock()
	g.reaped = true
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	g.mu.Unlock()
	return g.cmd.Wait()
}
