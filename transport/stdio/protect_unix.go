//go:build unix

package stdio

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// withoutSIGPIPE makes writes to descriptors 1 and 2 fail when nobody can read them any more; they kill the process with SIGPIPE
// otherwise, as package os/signal says, so that Serve could not return when its client is gone.
func withoutSIGPIPE() (restore func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGPIPE)
	return func() { signal.Stop(c) }
}

// divert makes descriptor 1 the same as 2, and returns what it was.
func divert() (*os.File, error) {
	fd, err := unix.FcntlInt(1, unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	if err := unix.Dup2(2, 1); err != nil {
		_ = unix.Close(fd) // nothing was written to it
		return nil, os.NewSyscallError("dup2", err)
	}
	return os.NewFile(uintptr(fd), "stdout"), nil
}
