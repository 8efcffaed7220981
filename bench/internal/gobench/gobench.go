// Package gobench runs benchmarks of the main module in a child, go test, and reads what they print: those that are about the inside of
// a package have to stand there.
package gobench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"golang.org/x/perf/benchfmt"
)

// Module is the main module.
const Module = "github.com/mcpwire/mcpwire"

// Result is the fastest of the runs of one benchmark.
type Result struct {
	// Name is without the word Benchmark, and without the number of processors.
	Name           string
	GBPerS, Allocs float64
}

// Options say how long to measure.
type Options struct {
	// Rounds is how often each benchmark runs.
	Rounds int
	// Time is how long a run takes, roughly.
	Time time.Duration
	// Env is added to the environment.
	Env []string
}

// Run runs the benchmarks that fit pattern in a package, which is a path below Module. They have to call b.SetBytes and b.ReportAllocs.
func Run(ctx context.Context, pkg, pattern string, opts Options) ([]Result, error) {
	dir, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", Module).Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Module, err)
	}
	cmd := exec.CommandContext(ctx, "go", "test", "./"+pkg, "-run", "^$", "-bench", pattern,
		"-benchtime", opts.Time.String(), "-count", strconv.Itoa(opts.Rounds))
	cmd.Dir = strings.TrimSpace(string(dir))
	cmd.Env = append(os.Environ(), opts.Env...)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", pkg, err, out)
	}
	return Parse(bytes.NewReader(out))
}

// Parse reads what go test prints, and returns the fastest run of each benchmark, in the order of their first appearance.
func Parse(r io.Reader) ([]Result, error) {
	var results []Result
	at := map[string]int{}
	lines := benchfmt.NewReader(r, "go test")
	for lines.Scan() {
		line, ok := lines.Result().(*benchfmt.Result)
		if !ok {
			continue
		}
		speed, ok := line.Value("B/s")
		if !ok {
			return nil, fmt.Errorf("%s does not say how many bytes it handles", line.Name)
		}
		allocs, _ := line.Value("allocs/op")
		base, parts := line.Name.Parts()
		name := string(base)
		for _, part := range parts {
			if part[0] == '/' {
				name += string(part)
			}
		}
		i, ok := at[name]
		if !ok {
			i = len(results)
			at[name] = i
			results = append(results, Result{Name: name, Allocs: allocs})
		}
		results[i].GBPerS = max(results[i].GBPerS, speed/1e9)
		results[i].Allocs = min(results[i].Allocs, allocs)
	}
	return results, lines.Err()
}
