package measure

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Pin keeps the calling goroutine on its thread, Go code on one processor, and every thread of the process on one core,
// so that nothing migrates while it is timed. It says where, or why not; measuring goes on either way.
func Pin() string {
	runtime.LockOSThread()
	runtime.GOMAXPROCS(1)
	core, err := lastAllowed()
	if err != nil {
		return "not pinned: " + err.Error()
	}
	var one unix.CPUSet
	one.Set(core)
	threads, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return "not pinned: " + err.Error()
	}
	for _, entry := range threads {
		// A thread may have ended since; those that start later inherit the mask.
		if tid, err := strconv.Atoi(entry.Name()); err == nil {
			_ = unix.SchedSetaffinity(tid, &one)
		}
	}
	return fmt.Sprintf("pinned to core %d", core)
}

// lastAllowed returns the highest core that the process may use: interrupts prefer the low ones.
func lastAllowed() (int, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return 0, err
	}
	for core := len(set)*64 - 1; core >= 0; core-- {
		if set.IsSet(core) {
			return core, nil
		}
	}
	return 0, errors.New("no core allowed")
}
