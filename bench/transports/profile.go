package transports

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/mcpwire/mcpwire/bench/internal/owners"
	"github.com/mcpwire/mcpwire/bench/internal/report"
)

const aboutProfile = "Where the CPU time of a server goes, from its CPU profiles, in microseconds for each request: %s. A function's time, with what it " +
	"allocates and copies, counts for the package that is the first on the stack, from the inside, of net/http and mcpwire; what net/http does for mcpwire so " +
	"counts as net/http's. The floor's handler is in bench/transports, as is the tool of the others. Profiles of %d loads of %v, about %d samples a server: a " +
	"line of less than 0.2 us is not much more than noise."

const aboutFunctions = "The functions behind the packages' time, in the same way: the first function of mcpwire on the stack, with what it calls " +
	"outside of mcpwire, but without net/http. Those with the most time."

const (
	ownBench       = "bench/transports"
	module         = "github.com/mcpwire/mcpwire"
	profileLoads   = 10 // times as long as other loads
	mostFunctions  = 25
	leastFunctions = 0.0005 // share of all time
)

// profileScenario is one kind of answers.
type profileScenario struct {
	title, about string
	s            Scenario
}

func profileScenarios() []profileScenario {
	return []profileScenario{
		{"Where the time goes, JSON answers", "300 B, 8 connections", Scenario{Size: smallSize, InFlight: 8}},
		{"Where the time goes, event streams", "300 B, 8 connections", Scenario{Size: smallSize, InFlight: 8, Stream: true}},
	}
}

func profileRows() []row {
	return []row{
		httpServerRow("raw net/http", httpFloor, Modern),
		httpServerRow("mcpwire", httpMCPwire, Legacy),
		httpServerRow("mcpwire", httpMCPwire, Modern),
	}
}

// profiled is a server with its profiles.
type profiled struct {
	name string
	Result
	owners.Times
}

// micros returns what a share is of the time for a request.
func (p profiled) micros(share float64) float64 { return share * p.CPU / 1e3 }

// Profile measures where the time of servers of Streamable HTTP goes. It tells progress what it is at.
func Profile(o Options, progress io.Writer) ([]report.Sheet, error) {
	o.Load *= profileLoads
	var sheets []report.Sheet
	for _, x := range profileScenarios() {
		fmt.Fprintf(progress, "measuring: %s\n", x.title)
		all, err := profiles(profileRows(), x.s, o)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", x.title, err)
		}
		sheets = append(sheets, ownersSheet(x, all, o), functionsSheet(x.title, all[1:]))
	}
	return sheets, nil
}

// profiles measures servers in turns, each time in a new process that writes a profile.
func profiles(rows []row, s Scenario, o Options) (all []profiled, err error) {
	dir, err := os.MkdirTemp("", "mcpwire-bench")
	if err != nil {
		return nil, err
	}
	defer func() { err = cmp.Or(err, os.RemoveAll(dir)) }()
	dirs := make([]string, len(rows))
	for i := range rows {
		dirs[i] = filepath.Join(dir, strconv.Itoa(i))
		if err := os.Mkdir(dirs[i], 0o700); err != nil {
			return nil, err
		}
		measure := rows[i].sample
		rows[i].sample = func(s Scenario, o Options) (sample, error) {
			s.Profile = dirs[i]
			return measure(s, o)
		}
	}
	samples, err := interleave(s, rows, o)
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		p := profiled{name: r.name + ", " + string(r.era), Result: summarize(r, samples[i], samples[0])}
		if p.Times, err = owners.Read(dirs[i], module); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// own returns the share of all that is mcpwire's.
func (p profiled) own() (share float64) {
	for owner := range p.Owner {
		switch owner {
		case owners.SystemCalls, owners.Collector, owners.Scheduler, owners.HTTP, owners.Other, ownBench:
		default:
			share += p.Of(owner)
		}
	}
	return share
}

// ownersSheet has a line for each owner, those with the most time first.
func ownersSheet(x profileScenario, all []profiled, o Options) report.Sheet {
	floor := all[0]
	s := report.Sheet{
		Title: x.title,
		About: fmt.Sprintf(aboutProfile, x.about, max(o.Rounds, 1), o.Load, floor.Total/1e7), // a sample every 10 ms
		Head:  []string{"", floor.name},
	}
	most := map[string]float64{}
	for i, p := range all {
		if i > 0 {
			s.Head = append(s.Head, p.name, "above the floor")
		}
		for owner := range p.Owner {
			most[owner] = max(most[owner], p.micros(p.Of(owner)))
		}
	}
	line := func(name string, value func(p profiled) float64, n int) {
		cells := []string{name, decimals(value(floor), n)}
		for _, p := range all[1:] {
			cells = append(cells, decimals(value(p), n), signed(value(p)-value(floor), n))
		}
		s.Rows = append(s.Rows, cells)
	}
	for _, owner := range byMost(most) {
		line(owner, func(p profiled) float64 { return p.micros(p.Of(owner)) }, 2)
	}
	line("all packages of mcpwire", func(p profiled) float64 { return p.micros(p.own()) }, 2)
	line("all CPU time", func(p profiled) float64 { return p.CPU / 1e3 }, 2)
	line("times the floor's", func(p profiled) float64 { return p.CPU / floor.CPU }, 3)
	line("allocations", func(p profiled) float64 { return p.Mallocs }, 2)
	line("bytes allocated", func(p profiled) float64 { return p.Bytes }, 0)
	return s
}

// functionsSheet has a line for each function with much time.
func functionsSheet(title string, all []profiled) report.Sheet {
	s := report.Sheet{Title: title + ": functions", About: aboutFunctions, Head: []string{""}}
	most := map[string]float64{}
	for _, p := range all {
		s.Head = append(s.Head, p.name)
		for f := range p.Function {
			if share := p.OfFunction(f); share >= leastFunctions {
				most[f] = max(most[f], p.micros(share))
			}
		}
	}
	names := byMost(most)
	for _, f := range names[:min(len(names), mostFunctions)] {
		cells := []string{f}
		for _, p := range all {
			cells = append(cells, decimals(p.micros(p.OfFunction(f)), 2))
		}
		s.Rows = append(s.Rows, cells)
	}
	return s
}

// byMost returns the keys, those with the largest values first.
func byMost(values map[string]float64) []string {
	return slices.SortedFunc(maps.Keys(values), func(a, b string) int {
		return cmp.Or(cmp.Compare(values[b], values[a]), cmp.Compare(a, b))
	})
}

func signed(x float64, n int) string {
	text := strconv.FormatFloat(x, 'f', n, 64)
	if x > 0 {
		text = "+" + text
	}
	return text
}
