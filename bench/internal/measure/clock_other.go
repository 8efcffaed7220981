//go:build !linux

package measure

import "time"

// Clock names what the times are.
const Clock = "wall time"

var start = time.Now()

// CPUTime stands in for the CPU time with the wall time.
func CPUTime() time.Duration { return time.Since(start) }
