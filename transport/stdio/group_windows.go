package stdio

import (
	"errors"
	"os"
	"os/exec"
	"reflect"
	"sync"
	"syscall"

	"golang.org/x/sys/windows"
)

// group is the job object of a child: what the child starts belongs to it too.
type group struct {
	cmd *exec.Cmd
	mu  sync.Mutex
	job windows.Handle // 0 without one
}

// ownGroup returns a with the child suspended, so that it starts nothing before it is in its job.
func ownGroup(a *syscall.SysProcAttr) *syscall.SysProcAttr {
	own := syscall.SysProcAttr{}
	if a != nil {
		own = *a
	}
	own.CreationFlags |= windows.CREATE_SUSPENDED
	return &own
}

// adopt puts the child into a job, and lets it run. Where there are no jobs within jobs, the child is on its own.
func (g *group) adopt() error {
	if job, err := windows.CreateJobObject(nil, nil); err == nil {
		g.mu.Lock()
		g.job = job
		g.mu.Unlock()
		err := g.cmd.Process.WithHandle(func(child uintptr) {
			if windows.AssignProcessToJobObject(job, windows.Handle(child)) != nil {
				g.closeJob()
			}
		})
		if err != nil {
			g.closeJob()
		}
	}
	err := resume(uint32(g.cmd.Process.Pid)) //nolint:gosec // it comes from an uint32
	if err != nil {
		g.kill()
		_ = g.reap() // the first error says more
	}
	return err
}

func (g *group) closeJob() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.job != 0 {
		_ = windows.CloseHandle(g.job) // there is nothing to be lost
		g.job = 0
	}
}

// resume lets a process run that was started suspended: it has one thread.
func resume(pid uint32) error {
	all, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPTHREAD, 0)
	if err != nil {
		return os.NewSyscallError("CreateToolhelp32Snapshot", err)
	}
	defer func() { _ = windows.CloseHandle(all) }()
	var t windows.ThreadEntry32
	t.Size = uint32(reflect.TypeOf(t).Size()) //nolint:gosec // 28
	for err = windows.Thread32First(all, &t); err == nil; err = windows.Thread32Next(all, &t) {
		if t.OwnerProcessID != pid {
			continue
		}
		thread, err := windows.OpenThread(windows.THREAD_SUSPEND_RESUME, false, t.ThreadID)
		if err != nil {
			return os.NewSyscallError("OpenThread", err)
		}
		_, err = windows.ResumeThread(thread)
		return errors.Join(os.NewSyscallError("ResumeThread", err), windows.CloseHandle(thread))
	}
	return os.NewSyscallError("Thread32Next", err)
}

// terminate reports that closing the standard input was all that can be said.
func (*group) terminate() bool { return false }

func (g *group) kill() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.job != 0 {
		_ = windows.TerminateJobObject(g.job, 1) // there may be nobody left
	}
	_ = g.cmd.Process.Kill() // likewise
}

// reap waits for the child's end, and ends what is left of its job.
func (g *group) reap() error {
	err := g.cmd.Wait()
	g.kill()
	g.closeJob()
	return err
}
