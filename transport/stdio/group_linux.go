package stdio

import (
	"errors"

	"golang.org/x/sys/unix"
)

// waitable waits until a child has ended, without reaping it, and reports false if it cannot.
func waitable(pid int) bool {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if !errors.Is(err, unix.EINTR) {
			return err == nil
		}
	}
}
