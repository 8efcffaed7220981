package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/mcpwire/mcpwire/bench/internal/gobench"
	"github.com/mcpwire/mcpwire/bench/internal/report"
)

// speeds runs benchmarks of a package of the main module. They go by wall time: many short runs are more likely to have one that nothing else
// has interrupted than few long ones.
func speeds(cfg config, pkg, pattern string, env ...string) ([]report.Speed, error) {
	const shorter = 10
	opts := gobench.Options{Rounds: shorter * cfg.measure.Rounds / 2, Time: cfg.measure.Batch / shorter, Env: env}
	results, err := gobench.Run(context.Background(), pkg, pattern, opts)
	var all []report.Speed
	for _, r := range results {
		all = append(all, report.Speed{Name: r.Name, GBPerS: r.GBPerS, Allocs: r.Allocs})
	}
	return all, err
}

// kernels measures those of the codec at each level.
func kernels(cfg config) (report.Sheet, error) {
	fmt.Fprintln(os.Stderr, "measuring: kernels")
	all, err := speeds(cfg, "codec/internal/scan", "^BenchmarkKernels$")
	for i := range all {
		all[i].Name = strings.ReplaceAll(strings.TrimPrefix(all[i].Name, "Kernels/"), "_", " ")
	}
	return report.Kernels(all), err
}

// events measures the reader and the writer of event streams, on events of 1 KiB.
func events(cfg config, env ...string) ([]report.Speed, error) {
	fmt.Fprintln(os.Stderr, "measuring: events")
	all, err := speeds(cfg, "transport/internal/sse", "^Benchmark(Reader|AppendEvent)$/^1024$", env...)
	slices.SortFunc(all, func(a, b report.Speed) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// addChildren adds what is measured in processes of their own.
func (cfg config) addChildren(rep *report.Report) error {
	first, err := firstCalls(cfg)
	if err != nil {
		return err
	}
	kernels, err := kernels(cfg)
	if err != nil {
		return err
	}
	rep.Sheets = append(rep.Sheets, first, kernels)
	if rep.Events, err = events(cfg); err != nil {
		return err
	}
	rep.Sheets = append(rep.Sheets, report.Events(rep.Events))
	rep.Levels, err = levels(cfg)
	return err
}
