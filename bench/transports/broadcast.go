package transports

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/bench/internal/report"
)

const aboutBroadcasts = "One notification of %d bytes (" + methodUpdated + ") goes to %s. The time is from before it is published until the last reader " +
	"has it; server and readers share the machine. Publish is how long the server's method took. Allocations, bytes and CPU time are the " +
	"server's for each stream, from before the notification is published until the last one has it. Medians of %d notifications on one process, after %d others. "

const aboutStalled = "One client in a hundred does not read; the buffers of all sockets are small, so that writes to those clients have come to a " +
	"halt before the clock starts. The others are the readers. What does not arrive within %v is not waited for."

const (
	warmUps      = 4  // notifications before those that count
	fillers      = 40 // likewise, to fill the buffers of those who do not read
	narrowBuffer = 1  // bytes in a socket: the system takes the least that it has
)

// broadcast is what notifications to many streams came to.
type broadcast struct {
	readers int
	last    []time.Duration // until the last reader had a notification
	publish []time.Duration // of the method
	used    Usage
	missing int // readers that had not got one in time; nothing was measured after that
	at      int // the number of that one
}

// Broadcasts measures notifications to all clients. It tells progress what it is at.
func Broadcasts(o Options, progress io.Writer) ([]report.Sheet, error) {
	sizes, note := o.possible(descriptors())
	var sheets []report.Sheet
	if len(sizes) > 0 {
		n := slices.Max(sizes)
		stalled := max(n/100, 1)
		for _, x := range []broadcastScenario{
			{fmt.Sprintf("One notification to %d streams", n), n, 0, warmUps, ""},
			{fmt.Sprintf("One notification to %d streams, of which %d do not read", n, stalled), n, stalled, fillers, fmt.Sprintf(aboutStalled, o.Wait)},
		} {
			s, err := x.sheet(o, progress)
			if err != nil {
				return nil, err
			}
			sheets = append(sheets, s)
		}
	}
	if note != "" {
		sheets = append(sheets, report.Sheet{Title: "Left out", About: note})
	}
	return sheets, nil
}

// broadcastScenario is one table about notifications to all clients.
type broadcastScenario struct {
	title      string
	n, stalled int // streams, and those that nobody reads
	before     int // notifications that do not count
	about      string
}

func (x broadcastScenario) sheet(o Options, progress io.Writer) (report.Sheet, error) {
	count := max(o.Rounds, 1)
	s := report.Sheet{
		Title: x.title,
		About: fmt.Sprintf(aboutBroadcasts, smallSize, "all clients that have subscribed to the resource", count, x.before) + x.about,
		Head:  []string{"", "era", "until the last has it", "longest", "Publish", "readers that got all", "allocations", "bytes", "CPU"},
	}
	for _, r := range o.keepsCrowd(crowdRows()) {
		fmt.Fprintf(progress, "measuring: %s, %s (%s)\n", x.title, r.name, r.era)
		got, err := x.measure(r, count, o.Wait)
		if err != nil {
			return s, fmt.Errorf("%s, %s (%s): %w", x.title, r.name, r.era, err)
		}
		s.Rows = append(s.Rows, append([]string{r.name, string(r.era)}, got.cells()...))
	}
	return s, nil
}

// measure publishes notifications to clients that listen.
func (x broadcastScenario) measure(r crowdRow, count int, wait time.Duration) (got broadcast, err error) {
	narrow := x.stalled > 0
	g, err := r.begin(x.n, Scenario{Size: smallSize, Narrow: narrow}, wishes{stream: true, updates: true, narrow: narrow})
	if err != nil {
		return got, err
	}
	a := g.all[x.stalled:].listen()
	defer a.wait() // after the end of the streams
	defer g.end()
	if _, err := g.settle(); err != nil {
		return got, err
	}
	got.readers = len(a.streams)
	var before Usage
	for i := range x.before + count {
		if i == x.before {
			if before, err = g.p.usage(); err != nil {
				return got, err
			}
		}
		last, publish, missing, err := a.hear(g.p, wait)
		if err != nil {
			return got, err
		}
		if missing > 0 {
			got.missing, got.at = missing, i+1
			return got, nil
		}
		if i >= x.before {
			got.last, got.publish = append(got.last, last), append(got.publish, publish)
		}
	}
	after, err := g.p.usage()
	got.used = after.since(before)
	return got, err
}

func (b broadcast) cells() []string {
	if b.missing > 0 {
		return []string{
			"never", "never", "", fmt.Sprintf("%d of %d have not got notification %d", b.missing, b.readers, b.at), "", "", "",
		}
	}
	all := float64(b.readers * len(b.last))
	return []string{
		millis(middle(b.last)), millis(slices.Max(b.last)), millis(middle(b.publish)), fmt.Sprintf("%d of %d", b.readers, b.readers),
		decimals(float64(b.used.Mallocs)/all, 3), decimals(float64(b.used.Bytes)/all, 0), micros(float64(b.used.CPU) / all),
	}
}

func middle(all []time.Duration) time.Duration {
	return slices.Sorted(slices.Values(all))[len(all)/2]
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1e3) }

// audience are streams that are read.
type audience struct {
	streams crowd
	running sync.WaitGroup
	want    atomic.Int64   // how many events there will have been when all have the last notification
	came    atomic.Int64   // and how many there were
	all     chan time.Time // when the last one has come
}

// listen reads all streams until they end.
func (all crowd) listen() *audience {
	a := &audience{streams: all, all: make(chan time.Time, 1)}
	for _, s := range all {
		a.running.Go(func() {
			for {
				if _, err := s.next(); err != nil {
					return
				}
				if a.came.Add(1) == a.want.Load() {
					a.all <- time.Now()
				}
			}
		})
	}
	return a
}

func (a *audience) wait() { a.running.Wait() }

// hear lets p publish a notification, and waits until all have it. It returns how long that took, how long the server's method took, and how
// many had not got it in time: then p is of no use any more.
func (a *audience) hear(p *process, wait time.Duration) (last, publish time.Duration, missing int, err error) {
	want := a.want.Add(int64(len(a.streams)))
	start := time.Now()
	limit := time.NewTimer(wait)
	defer limit.Stop()
	publish, err = p.publish(wait)
	if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
		return 0, 0, 0, err
	}
	select {
	case end := <-a.all:
		last = end.Sub(start)
	case <-limit.C:
		missing = int(want - a.came.Load())
	}
	if missing == 0 && err != nil {
		return 0, 0, 0, err
	}
	return last, publish, missing, nil
}
