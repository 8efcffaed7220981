package transports

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/mcpwire/mcpwire/bench/internal/report"
)

const aboutIdle = "Servers are child processes, the clients are in another process. Each client has opened a session and does nothing any more. " +
	"Memory is that of the server for each session: resident memory (RSS), the heap, and the stacks of goroutines, before and after, when " +
	"garbage was collected and given back to the system; what the kernel holds for a connection is not in it. Then the clients vanish: their connections " +
	"are closed, and nothing else is said. %s Sessions that nobody uses end after %v here, by an option (of mcpwire 30 minutes by default; of the " +
	"others never by default). What is left was measured when there were neither goroutines nor sessions any more, or %v after twice that time. One sample each."

const (
	streamed = "The floor has no sessions, and a channel for each stream. " +
		"The time after which go-sdk ends a session counts although there is a stream, and is ten times as long."
	lone = "Sessions that can be without a stream are those of Streamable HTTP."
)

// idleScenario is one table about idle sessions.
type idleScenario struct {
	title, about string
	n            int
	rows         []crowdRow
	ttl, longTTL time.Duration // the latter for who ends sessions that have a stream
	wish         wishes
}

// idleScenarios has a table for each size with streams, and one for the largest without.
func (o Options) idleScenarios(sizes []int) (all []idleScenario) {
	if len(sizes) == 0 {
		return nil
	}
	for _, n := range sizes {
		title := fmt.Sprintf("%d idle sessions with their stream", n)
		all = append(all, idleScenario{title, streamed, n, crowdRows(), o.TTL / 10, o.TTL, wishes{stream: true}})
	}
	n := slices.Max(sizes)
	title := fmt.Sprintf("%d idle sessions without a stream", n)
	return append(all, idleScenario{title, lone, n, loneRows(), o.TTL, o.TTL, wishes{}})
}

// Sessions measures what idle sessions cost. It tells progress what it is at.
func Sessions(o Options, progress io.Writer) ([]report.Sheet, error) {
	sizes, note := o.possible(descriptors())
	var sheets []report.Sheet
	for _, x := range o.idleScenarios(sizes) {
		s := report.Sheet{Title: x.title, About: fmt.Sprintf(aboutIdle, x.about, x.ttl, o.Wait), Head: idleHead()}
		for _, r := range o.keepsCrowd(x.rows) {
			fmt.Fprintf(progress, "measuring: %s, %s (%s)\n", x.title, r.name, r.era)
			got, err := x.measure(r, o.Wait)
			if err != nil {
				return nil, fmt.Errorf("%s, %s (%s): %w", x.title, r.name, r.era, err)
			}
			s.Rows = append(s.Rows, append([]string{r.name, string(r.era)}, got.cells(x.n)...))
		}
		sheets = append(sheets, s)
	}
	if note != "" {
		sheets = append(sheets, report.Sheet{Title: "Left out", About: note})
	}
	return sheets, nil
}

// idle is what a crowd came to.
type idle struct {
	took time.Duration
	held Memory // by all sessions
	left Memory
}

// measure opens sessions, lets them vanish, and looks at the server in between.
func (x idleScenario) measure(r crowdRow, wait time.Duration) (got idle, err error) {
	ttl := x.ttl
	if r.deaf {
		ttl = x.longTTL
	}
	g, err := r.begin(x.n, Scenario{Size: smallSize, TTL: ttl}, x.wish)
	if err != nil {
		return got, err
	}
	defer g.end()
	with, err := g.settle()
	if err != nil {
		return got, err
	}
	got.took, got.held = g.took, with.since(g.before)
	got.left, err = g.vanish(2*ttl + wait) // mcp-go looks once in that time
	return got, err
}

func idleHead() []string {
	return []string{
		"", "era", "RSS, KiB each", "heap, KiB each", "stacks, KiB each", "goroutines each", "sessions", "time to open all",
		"left: RSS, KiB", "left: heap, KiB", "left: goroutines", "left: sessions",
	}
}

func (x idle) cells(n int) []string {
	each := func(bytes int64) string { return decimals(float64(bytes)/1024/float64(n), 2) }
	kib := func(bytes int64) string { return strconv.FormatInt(bytes/1024, 10) }
	return []string{
		each(x.held.RSS), each(x.held.Heap), each(x.held.Stacks), decimals(float64(x.held.Goroutines)/float64(n), 2), strconv.Itoa(x.held.Sessions),
		fmt.Sprintf("%.2f s", x.took.Seconds()),
		kib(x.left.RSS), kib(x.left.Heap), strconv.Itoa(x.left.Goroutines), strconv.Itoa(x.left.Sessions),
	}
}
