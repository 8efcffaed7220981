package scan

// Level says which instructions the scans may use.
type Level uint8

// Portable is Go alone. Above it are the levels of the architecture, each of which includes those before it.
const Portable Level = 0

// String returns the name of l.
func (l Level) String() string { return levelNames[l] }

// level is chosen once, by what the CPU has. On amd64, GODEBUG=cpu.avx512bw=off or cpu.bmi2=off makes it lower.
var level = best

// Best returns the highest level of this machine.
func Best() Level { return best }

// SetLevel makes the scans use no more than l, or Best, and returns how to undo that. It is for tests and
// benchmarks: nothing else may be going on in the process.
func SetLevel(l Level) (undo func()) {
	old := level
	level = min(l, best)
	return func() { level = old }
}
