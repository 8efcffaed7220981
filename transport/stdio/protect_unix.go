//go:build unix

package stdio

import (
	"os"

	"golang.org/x/sys/unix"
)

// ownOutput returns a file for f that is used for messages, and how to close it. A write to descriptor 1 whose reader is gone kills
// the process with SIGPIPE (see package os/signal); on another descriptor it fails, so that Serve can return.
func ownOutput(f *os.File) (*os.File, func()) {
	fd := -1
	if c, err := f.SyscallConn(); err == nil { // f.Fd would make it a blocking one
		err = c.Control(func(std uintptr) {
			if std == 1 || std == 2 {
				fd, _ = unix.FcntlInt(std, unix.F_DUPFD_CLOEXEC, 3) // -1 if it fails
			}
		})
		if err == nil && fd >= 0 {
			own := os.NewFile(uintptr(fd), "stdout")
			return own, func() { _ = own.Close() } // all was written, or will never be
		}
	}
	return f, func() {}
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
