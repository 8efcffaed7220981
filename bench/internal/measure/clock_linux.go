package measure

import (
	"time"

	"golang.org/x/sys/unix"
)

// Clock names what the times are.
const Clock = "CPU time of the process"

// CPUTime is the CPU time that all threads of the process have used.
func CPUTime() time.Duration {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_PROCESS_CPUTIME_ID, &ts); err != nil {
		return time.Duration(time.Now().UnixNano())
	}
	return time.Duration(ts.Nano())
}
