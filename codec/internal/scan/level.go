package scan

// Level says which instructions the scans may use.
type Level uint8

// The levels, each of which includes those before it.
const (
	Portable Level = iota // Go alone
	AVX2                  // with BMI1, BMI2, POPCNT, PCLMULQDQ
	AVX512                // with BW, VL, VBMI, VBMI2
)

// level is chosen once, by what the CPU has. GODEBUG=cpu.avx512bw=off or cpu.bmi2=off makes it lower.
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
