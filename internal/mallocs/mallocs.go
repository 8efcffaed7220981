// Package mallocs counts what code allocates, where testing.AllocsPerRun would round down. The counts are of the whole process: a test that
// counts is not parallel.
package mallocs

import (
	"runtime"
	"runtime/debug"
)

// Cost is what one run allocates.
type Cost struct {
	Mallocs float64 // objects
	Bytes   float64
}

// rounds is how often the runs are counted at most. On a busy machine goroutines of the runtime and of other tests allocate in many rounds,
// but not in all of them, as what the code itself allocates does.
const rounds = 20

// Of counts n runs of f, round by round, until a round has at most enough mallocs a run, and returns the cost of the round with the
// fewest. f has run before, so that what grows has grown. There is no garbage collection meanwhile, since that empties pools.
func Of(n int, enough float64, f func()) Cost {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	for range max(n/10, 5) {
		f()
	}
	least := count(n, f)
	for range rounds - 1 {
		if least.Mallocs <= enough {
			break
		}
		if c := count(n, f); c.Mallocs < least.Mallocs {
			least = c
		}
	}
	return least
}

// OnOneProcessor is [Of] with GOMAXPROCS 1, for code that runs on the goroutine of the test: a goroutine that moves to another processor
// leaves behind what sync.Pool holds for the first.
func OnOneProcessor(n int, enough float64, f func()) Cost {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	return Of(n, enough, f)
}

func count(n int, f func()) Cost {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range n {
		f()
	}
	runtime.ReadMemStats(&after)
	return Cost{
		Mallocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		Bytes:   float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}
}
