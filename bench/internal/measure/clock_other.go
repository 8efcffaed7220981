//go:build !linux

package measure

import "time"

// Clock names what the times are.
const Clock = "wall time"

var start = time.Now()

func cpuTime() time.Duration { return time.Since(start) }
