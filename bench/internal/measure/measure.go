// Package measure times functions against each other in one process, so that only their ratio has to be believed.
//
// Every function runs in short batches, and the batches of all of them take turns, round after round. The figure that counts is the
// fastest round: noise only ever adds time. Time is the CPU time of the process where the system tells it, so the garbage collector's
// work counts against the function that made the garbage, and other processes do not.
package measure

import (
	"fmt"
	"runtime"
	"time"
)

// Task is a function to time.
type Task struct {
	// Run does the work once. An error ends the measurement.
	Run func() error
	// Bytes is how much data one run handles, for Result.MBPerSecond.
	Bytes int
}

// Result is what one run of a task costs.
type Result struct {
	Nanoseconds float64
	Allocs      float64
	AllocBytes  float64
	Bytes       int
}

// MBPerSecond is the throughput in units of 10^6 bytes.
func (r Result) MBPerSecond() float64 {
	if r.Nanoseconds == 0 {
		return 0
	}
	return float64(r.Bytes) * 1e3 / r.Nanoseconds
}

// Options says how long to measure.
type Options struct {
	// Rounds is how many batches of each task run, at least 1.
	Rounds int `json:"rounds"`
	// Batch is how long one batch takes, roughly.
	Batch time.Duration `json:"batch"`
}

// Interleaved measures tasks that are to be compared. The results are in the order of the tasks.
func Interleaved(tasks []Task, opts Options) ([]Result, error) {
	counts := make([]int, len(tasks))
	results := make([]Result, len(tasks))
	for i, t := range tasks {
		n, err := calibrate(t, opts.Batch)
		if err != nil {
			return nil, fmt.Errorf("task %d: %w", i, err)
		}
		counts[i] = n
		if results[i], err = allocations(t, min(n, 1000)); err != nil {
			return nil, fmt.Errorf("task %d: %w", i, err)
		}
		results[i].Bytes = t.Bytes
	}
	for range max(opts.Rounds, 1) {
		for i, t := range tasks {
			d, err := batch(t, counts[i])
			if err != nil {
				return nil, fmt.Errorf("task %d: %w", i, err)
			}
			ns := float64(d) / float64(counts[i])
			if results[i].Nanoseconds == 0 || ns < results[i].Nanoseconds {
				results[i].Nanoseconds = ns
			}
		}
	}
	return results, nil
}

// First returns the time of one run, of a task that has not run before.
func First(t Task) (time.Duration, error) {
	return batch(t, 1)
}

// calibrate warms t up and returns how many runs fill a batch.
func calibrate(t Task, want time.Duration) (int, error) {
	const most = 1 << 30
	// The first run compiles or fills caches: sonic takes a millisecond for what later takes a microsecond.
	if err := t.Run(); err != nil {
		return 0, err
	}
	for n := 1; ; n *= 4 {
		d, err := timed(t, n)
		if err != nil {
			return 0, err
		}
		if d >= want/4 || n >= most {
			return max(1, int(float64(n)*float64(want)/float64(max(d, 1)))), nil
		}
	}
}

// batch starts from a collected heap, so that a task pays for its own garbage and for nobody else's.
func batch(t Task, n int) (time.Duration, error) {
	runtime.GC()
	return timed(t, n)
}

func timed(t Task, n int) (time.Duration, error) {
	start := CPUTime()
	for range n {
		if err := t.Run(); err != nil {
			return 0, err
		}
	}
	return CPUTime() - start, nil
}

// allocations counts what n runs allocate. The quotient is exact: testing.AllocsPerRun rounds down.
func allocations(t Task, n int) (Result, error) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := timed(t, n); err != nil {
		return Result{}, err
	}
	runtime.ReadMemStats(&after)
	return Result{
		Allocs:     float64(after.Mallocs-before.Mallocs) / float64(n),
		AllocBytes: float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, nil
}
