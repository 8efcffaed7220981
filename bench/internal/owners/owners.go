// Package owners says whose CPU time the samples of a profile are.
//
// A sample belongs to the innermost function on its stack that is net/http's, or of the packages around it, or of a module that Read is told of. What the
// runtime and small packages do, such as allocating or comparing bytes, so belongs to who has called them. Apart from
// that stand the system calls of connections, the garbage collector, and the scheduler, which nobody calls.
package owners

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/pprof/profile"
)

// Owners that are no package of a module.
const (
	SystemCalls = "system calls on connections"
	Collector   = "garbage collector"
	Scheduler   = "scheduler, with its system calls"
	HTTP        = "net/http and net"
	Other       = "other"
)

// Times is CPU time in nanoseconds.
type Times struct {
	Total int64
	// Owner is by owner: one of the constants, or the path of a package below its module.
	Owner map[string]int64
	// Function is by function, of the packages of the module, as in streamable.(*Handler).ServeHTTP.
	Function map[string]int64
}

// Of returns the share of an owner in all time.
func (t Times) Of(owner string) float64 { return t.share(t.Owner[owner]) }

// OfFunction returns the share of a function in all time.
func (t Times) OfFunction(name string) float64 { return t.share(t.Function[name]) }

func (t Times) share(ns int64) float64 {
	if t.Total == 0 {
		return 0
	}
	return float64(ns) / float64(t.Total)
}

// Read adds up the CPU profiles of a folder, whose names end in .pprof. module is the path of the module whose packages are owners.
func Read(dir, module string) (Times, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.pprof"))
	if err != nil {
		return Times{}, err
	}
	all := Times{Owner: map[string]int64{}, Function: map[string]int64{}}
	for _, name := range names {
		if err := all.read(name, module); err != nil {
			return Times{}, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
	}
	return all, nil
}

func (t *Times) read(name, module string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	p, err := profile.Parse(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return t.add(p, module)
}

var errKind = errors.New("it has no CPU time")

func (t *Times) add(p *profile.Profile, module string) error {
	column := slices.IndexFunc(p.SampleType, func(v *profile.ValueType) bool { return v.Type == "cpu" && v.Unit == "nanoseconds" })
	if column < 0 {
		return errKind
	}
	for _, s := range p.Sample {
		owner, function := ownerOf(stack(s), module)
		ns := s.Value[column]
		t.Total += ns
		t.Owner[owner] += ns
		if function != "" {
			t.Function[function] += ns
		}
	}
	return nil
}

// stack returns the names of functions, the innermost first.
func stack(s *profile.Sample) (names []string) {
	for _, l := range s.Location {
		for _, line := range l.Line { // what is inlined comes first
			if line.Function != nil {
				names = append(names, line.Function.Name)
			}
		}
	}
	return names
}

// ownerOf returns who a stack belongs to; function is "" unless that is in the module.
func ownerOf(names []string, module string) (owner, function string) {
	if slices.ContainsFunc(names, isCollector) {
		return Collector, ""
	}
	if len(names) > 0 && isSystemCall(names[0]) {
		if slices.ContainsFunc(names, func(name string) bool { return packageOf(name) == "internal/poll" }) {
			return SystemCalls, ""
		}
		return Scheduler, ""
	}
	for _, name := range names {
		pkg := packageOf(name)
		if below, ok := strings.CutPrefix(pkg, module+"/"); ok {
			return below, pkg[strings.LastIndexByte(pkg, '/')+1:] + plain(strings.TrimPrefix(name, pkg))
		}
		if pkg == "net" || strings.HasPrefix(pkg, "net/") || pkg == "internal/poll" {
			return HTTP, ""
		}
	}
	if slices.ContainsFunc(names, isScheduler) {
		return Scheduler, ""
	}
	return Other, ""
}

// packageOf returns the path of a function's package.
func packageOf(name string) string {
	name, _, _ = strings.Cut(name, "[") // of type parameters, which have paths of their own
	slash := strings.LastIndexByte(name, '/') + 1
	base, _, _ := strings.Cut(name[slash:], ".")
	return name[:slash] + base
}

// plain returns the name of a function, without its package, type parameters and what it says of closures.
func plain(name string) string {
	var b strings.Builder
	depth := 0
	for _, c := range name {
		switch c {
		case '[':
			depth++
		case ']':
			depth--
		default:
			if depth == 0 {
				b.WriteRune(c)
			}
		}
	}
	return closure.ReplaceAllString(b.String(), "")
}

// closure is the end of the name of a function that is inside of another one.
var closure = regexp.MustCompile(`(\.func[0-9.]+|-range[0-9]+|\.gowrap[0-9]+|-fm)+$`)

func isCollector(name string) bool {
	switch name {
	case "runtime.gcBgMarkWorker", "runtime.gcAssistAlloc", "runtime.bgsweep", "runtime.bgscavenge", "runtime.gcStart", "runtime.gcMarkTermination":
		return true
	}
	return false
}

func isSystemCall(name string) bool {
	switch name {
	case "runtime.futex", "runtime.epollwait", "runtime.usleep", "runtime.osyield", "runtime.write1", "runtime.read", "runtime.madvise":
		return true
	}
	pkg := packageOf(name)
	return pkg == "syscall" || strings.HasPrefix(pkg, "internal/runtime/syscall")
}

func isScheduler(name string) bool {
	switch name {
	case "runtime.mcall", "runtime.schedule", "runtime.findRunnable", "runtime.park_m", "runtime.goexit0", "runtime.mstart", "runtime.systemstack":
		return true
	}
	return false
}
