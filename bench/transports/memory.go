package transports

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// Memory is what a process holds, after its garbage was collected and given back.
type Memory struct {
	RSS        int64 // bytes that are resident; 0 where the system does not tell
	Heap       int64
	Stacks     int64 // of goroutines
	Goroutines int
	Sessions   int // 0 where the library does not tell
}

// since returns what has come in addition to what was there before.
func (m Memory) since(earlier Memory) Memory {
	return Memory{
		RSS: m.RSS - earlier.RSS, Heap: m.Heap - earlier.Heap, Stacks: m.Stacks - earlier.Stacks,
		Goroutines: m.Goroutines - earlier.Goroutines, Sessions: m.Sessions - earlier.Sessions,
	}
}

// ownMemory returns what this process holds.
func ownMemory() Memory {
	runtime.GC() // what is in pools survives the first one
	runtime.GC()
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Memory{
		RSS: residentSize(), Heap: int64(m.HeapAlloc), Stacks: int64(m.StackInuse), Goroutines: runtime.NumGoroutine(), //nolint:gosec // far below
	}
}

// residentSize returns the second field of what Linux says of this process: pages that are resident.
func residentSize() int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
