package transports

import (
	"runtime"
	"time"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
	"github.com/mcpwire/mcpwire/pool"
)

// Usage is what a process has used up so far, or for some work.
type Usage struct {
	Mallocs uint64
	Bytes   uint64
	CPU     time.Duration
	// Gets are the buffers that came from mcpwire's pool, Misses those of them that had to be made. Both are 0 in other
	// libraries' rows.
	Gets   int64
	Misses int64
}

// since returns what was used after the earlier usage.
func (u Usage) since(earlier Usage) Usage {
	return Usage{
		Mallocs: u.Mallocs - earlier.Mallocs, Bytes: u.Bytes - earlier.Bytes, CPU: u.CPU - earlier.CPU,
		Gets: u.Gets - earlier.Gets, Misses: u.Misses - earlier.Misses,
	}
}

// ownUsage returns what this process has used, and what was taken from a pool, which may be nil. It stops the world for a moment.
func ownUsage(buffers *pool.Pool) Usage {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	s := buffers.Stats()
	return Usage{Mallocs: m.Mallocs, Bytes: m.TotalAlloc, CPU: measure.CPUTime(), Gets: s.Gets, Misses: s.Misses}
}
