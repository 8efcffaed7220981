package report

import (
	"slices"
	"strings"
)

// against says what a figure of mcpwire is compared with.
type against uint8

const (
	itself    against = iota
	aboveBy           // the floor's: the difference
	timesThat         // the floor's: the quotient
)

// transportTarget is a bound for a column of some tables.
type transportTarget struct {
	id, demand string
	// titles are those of the tables; a star at the start or at the end stands for any text.
	titles []string
	column string
	with   against
	bound  float64
	least  bool // bound is the least that is demanded; else it is the most
	// variants are also rows of mcpwire under another protocol.
	variants bool
}

// cross joins each section with each scenario.
func cross(sections []string, scenarios ...string) []string {
	var all []string
	for _, section := range sections {
		for _, scenario := range scenarios {
			all = append(all, section+", "+scenario)
		}
	}
	return all
}

// transportTargets are what the transports are to reach, as far as the tables have figures for it.
func transportTargets() []transportTarget {
	const one, eight, batched = "1 in flight", "8 in flight", "8 in flight, batched"
	http := cross([]string{"HTTP servers, JSON answers", "HTTP servers, event streams"}, "300 B, "+eight, "64 KiB, "+eight)
	clients := cross([]string{"HTTP clients"}, "300 B, "+one, "300 B, "+eight, "64 KiB, "+one, "64 KiB, "+eight)
	small := cross([]string{"stdio servers"}, "300 B, "+one, "300 B, "+eight, "300 B, "+batched)
	large := cross([]string{"stdio servers"}, "64 KiB, "+one, "64 KiB, "+eight, "64 KiB, "+batched)
	pipes := slices.Concat(small, large, cross([]string{"stdio clients"}, "300 B, "+one, "300 B, "+eight, "64 KiB, "+one, "64 KiB, "+eight))
	const idle, lone = "* idle sessions with their stream", "* idle sessions without a stream"
	broadcast := []string{"One notification to *"}
	return []transportTarget{
		{id: "6.1", demand: "HTTP server: 0.95 of the floor's requests/s", titles: http, column: "share of the floor", bound: 0.95, least: true},
		{id: "6.2", demand: "HTTP server: CPU time at most 1.05 of the floor's", titles: http, column: "CPU, times the floor's", bound: 1.05},
		{id: "6.3", demand: "HTTP server: p50 at most 1.05 of the floor's", titles: http, column: "p50", with: timesThat, bound: 1.05},
		{id: "6.4", demand: "HTTP server: at most 3 allocations above the floor", titles: http, column: "allocations", with: aboveBy, bound: 3},
		{id: "6.5", demand: "HTTP server: at most 512 B above the floor", titles: http, column: "bytes", with: aboveBy, bound: 512},
		{id: "7.1", demand: "HTTP client: at most 5 allocations above the floor", titles: clients, column: "allocations", with: aboveBy, bound: 5},
		{id: "7.2", demand: "HTTP client: at most 1 KiB above the floor", titles: clients, column: "bytes", with: aboveBy, bound: 1024},
		{id: "7.3", demand: "HTTP client: 0.9 of the floor's calls/s", titles: clients, column: "share of the floor", bound: 0.9, least: true},
		{id: "8.1", demand: "stdio server: 0.85 of the line echo at 300 B", titles: small, column: "share of the floor", bound: 0.85, least: true},
		{id: "8.2", demand: "stdio server: 0.8 of the line echo at 64 KiB", titles: large, column: "share of the floor", bound: 0.8, least: true},
		{id: "8.3", demand: "stdio, both sides: at most 0.02 allocations for a message", titles: pipes, column: "allocations", bound: 0.02},
		{id: "9.1", demand: "idle session with its stream: at most 28 KiB", titles: []string{idle}, column: "RSS, KiB each", bound: 28, variants: true},
		{id: "9.2", demand: "idle session without a stream: at most 1 KiB", titles: []string{lone}, column: "RSS, KiB each", bound: 1},
		{id: "9.3", demand: "idle session without a stream: no goroutine", titles: []string{lone}, column: "goroutines each", bound: 0},
		{id: "9.4", demand: "all sessions open within 10 s", titles: []string{idle, lone}, column: "time to open all", bound: 10, variants: true},
		{id: "9.5", demand: "after the clients vanish: no goroutine left", titles: []string{idle, lone}, column: "left: goroutines", bound: 0, variants: true},
		{id: "9.6", demand: "after the clients vanish: no session left", titles: []string{idle, lone}, column: "left: sessions", bound: 0, variants: true},
		{
			id: "10.1", demand: "broadcast: no allocation for a stream above the floor's", titles: broadcast,
			column: "allocations", with: aboveBy, bound: 0.05, variants: true,
		},
		{
			id: "10.2", demand: "broadcast: all readers get all, whoever does not read", titles: broadcast,
			column: "readers that got all", bound: 1, least: true, variants: true,
		},
		{
			id: "11.1", demand: "99 % of the buffers that are asked for are in the pool", titles: slices.Concat(pipes, http, clients),
			column: "pool hits", bound: 99, least: true,
		},
	}
}

const aboutTransportTargets = "Read from the tables below, which say when each was measured: the worst row of mcpwire, of any era. Where the floor stands " +
	"again in the tables, noise is the worst that it does against itself. Not in the tables: how long a handler delays the next request on stdio, which is a " +
	"benchmark of its package, BenchmarkHandoverDelay; and sessions on hijacked connections, at most 4 KiB each, which mcpwire does not have."

// TransportTargets returns what a file that WriteFile has written says of the targets of the transports, as Markdown; "" if it says
// nothing. Notes are as in Report.
func TransportTargets(file string, notes map[string]string) string {
	sheets := readSheets(file)
	out := Sheet{Title: "Targets of the transports", About: aboutTransportTargets, Head: []string{"", "target", "measured", "holds", "noise"}}
	var remarks strings.Builder
	measured := false
	for _, t := range transportTargets() {
		own, noise := t.outcome(sheets, t.isOwn), t.outcome(sheets, isFloorAgain)
		measured = measured || own.Text != ""
		out.Rows = append(out.Rows, append(append([]string{t.id, t.demand}, own.cells()...), noise.Text))
		if note := notes[t.id]; note != "" && own.fails() {
			remarks.WriteString("- " + t.id + ": " + note + "\n")
		}
	}
	if !measured {
		return ""
	}
	if remarks.Len() > 0 {
		return out.Markdown(2) + "What limits those that do not hold:\n\n" + remarks.String() + "\n"
	}
	return out.Markdown(2)
}

func (t transportTarget) isOwn(name string) bool {
	return name == Subject || t.variants && strings.HasPrefix(name, Subject+", ")
}

func (t transportTarget) isAbout(title string) bool {
	return slices.ContainsFunc(t.titles, func(pattern string) bool {
		if end, ok := strings.CutPrefix(pattern, "*"); ok {
			return strings.HasSuffix(title, end)
		}
		if start, ok := strings.CutSuffix(pattern, "*"); ok {
			return strings.HasPrefix(title, start)
		}
		return title == pattern
	})
}

func isFloorAgain(name string) bool { return strings.HasSuffix(name, ", again") }

// outcome is the worst figure of the rows that keep lets through. The first row of each table is the floor.
func (t transportTarget) outcome(sheets []Sheet, keep func(name string) bool) Outcome {
	worst, at := 0.0, ""
	for _, s := range sheets {
		column := slices.Index(s.Head, t.column)
		if column < 0 || !t.isAbout(s.Title) {
			continue
		}
		for _, row := range s.Rows {
			x, ok := t.figure(row[column], s.Rows[0][column])
			if ok && keep(row[0]) && (at == "" || t.least && x < worst || !t.least && x > worst) {
				worst, at = x, s.Title+", "+row[0]+", "+row[1]
			}
		}
	}
	if at == "" {
		return Outcome{}
	}
	return Outcome{Text: number(worst) + ": " + at, Holds: t.least && worst >= t.bound || !t.least && worst <= t.bound}
}

// figure is what a cell comes to against the floor's.
func (t transportTarget) figure(cell, floor string) (float64, bool) {
	x, ok := figure(cell)
	if !ok || t.with == itself {
		return x, ok
	}
	f, ok := figure(floor)
	if t.with == aboveBy {
		return x - f, ok
	}
	return x / f, ok && f > 0
}
