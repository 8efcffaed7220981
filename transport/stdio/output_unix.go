//go:build unix

package stdio

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// readAvailable reads what there is without waiting; 0 if there is nothing.
func readAvailable(f *os.File, b []byte) (n int, err error) {
	if len(b) == 0 {
		return 0, nil
	}
	c, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	if e := c.Read(func(fd uintptr) bool {
		for {
			n, err = unix.Read(int(fd), b)
			if !errors.Is(err, unix.EINTR) {
				return true
			}
		}
	}); e != nil {
		return 0, e
	}
	if errors.Is(err, unix.EAGAIN) {
		err = nil
	}
	return max(n, 0), err
}

// hungUp reports whether an error of a write says that nobody can read any more.
func hungUp(err error) bool { return errors.Is(err, unix.EPIPE) }
