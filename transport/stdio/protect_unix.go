//go:build unix

package stdio

import (
	"os"

	"golang.org/x/sys/unix"
)

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
