package transports

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Options says how long to measure.
type Options struct {
	// Rounds is how many samples each row gets; the rows take turns.
	Rounds int
	// Load is the time for which a sample is under load.
	Load time.Duration
	// Crowds are the numbers of sessions, for what needs many at a time.
	Crowds []int
	// TTL is how long a session lives that nobody uses and that has no stream. It has to be longer than it takes to open all of them. Sessions
	// with a stream have a tenth of it.
	TTL time.Duration
	// Wait is how long sessions are waited for to be gone, after their time, and notifications to come.
	Wait time.Duration
	// Rows and Scenarios keep those whose name contains them, and the floor, which is what everything is compared with.
	Rows, Scenarios string
}

// keepsRow says whether the row at index i with that name takes part.
func (o Options) keepsRow(i int, name string) bool { return i == 0 || strings.Contains(name, o.Rows) }

func (o Options) keepsScenario(s Scenario) bool { return strings.Contains(s.String(), o.Scenarios) }

// warmUp is the share of the load's time that runs before the clock starts.
func (o Options) warmUp() time.Duration { return o.Load / 5 }

// limit is when a process that takes part in a sample is killed.
func (o Options) limit() time.Duration { return 2*o.Load + 20*time.Second }

// sample is what one load came to.
type sample struct {
	count   int
	elapsed time.Duration
	used    Usage // by the side that is measured
	// Latencies of one request, where they were measured.
	p50, p99 time.Duration
}

func (s sample) rate() float64    { return float64(s.count) / s.elapsed.Seconds() }
func (s sample) mallocs() float64 { return float64(s.used.Mallocs) / float64(s.count) }
func (s sample) bytes() float64   { return float64(s.used.Bytes) / float64(s.count) }
func (s sample) gets() float64    { return float64(s.used.Gets) / float64(s.count) }
func (s sample) cpu() float64     { return float64(s.used.CPU) / float64(s.count) }
func (s sample) median() float64  { return float64(s.p50) }
func (s sample) tail() float64    { return float64(s.p99) }

// hits is the share of buffers that the pool had; 0 where there is none.
func (s sample) hits() float64 {
	if s.used.Gets == 0 {
		return 0
	}
	return 1 - float64(s.used.Misses)/float64(s.used.Gets)
}

// driveServer puts load on a new child and asks it what the load cost.
func driveServer(name string, era Era, s Scenario, o Options) (sample, error) {
	return drive(name, era, s, o, (*process).usage)
}

// driveResponder measures the driver as a client: what counts is what this process used.
func driveResponder(s Scenario, o Options) (sample, error) {
	return drive(responder, Legacy, s, o, func(*process) (Usage, error) { return ownUsage(nil), nil })
}

func drive(name string, era Era, s Scenario, o Options, usage func(*process) (Usage, error)) (got sample, err error) {
	c, err := open(name, era, s, o.limit())
	if err != nil {
		return got, err
	}
	defer func() {
		// How a child leaves matters only if it failed before: some servers call the end of stdin an error.
		if stopped := c.stop(); err != nil {
			err = errors.Join(err, stopped)
		}
	}()
	l := load{inFlight: s.InFlight, batch: s.Batch, count: maxCount, time: o.warmUp()}
	if _, _, err := c.run(l); err != nil {
		return got, fmt.Errorf("warm-up: %w", err)
	}
	before, err := usage(c.process)
	if err != nil {
		return got, err
	}
	l.time = o.Load
	if got.count, got.elapsed, err = c.run(l); err != nil {
		return got, err
	}
	after, err := usage(c.process)
	got.used = after.since(before)
	return got, err
}

// connection is a child and what drives it.
type connection struct {
	*process
	*driver
}

// open starts a child and, where that is the custom, shakes hands.
func open(name string, era Era, s Scenario, limit time.Duration) (connection, error) {
	f, err := newFrame(era, s)
	if err != nil {
		return connection{}, err
	}
	p, err := start(name, era, s, limit)
	if err != nil {
		return connection{}, err
	}
	d := newDriver(p.in, p.out, p.kill, f, name == floorServer)
	if era == Legacy && name != floorServer {
		if err := d.handshake(); err != nil {
			p.kill()
			return connection{}, errors.Join(err, p.stop())
		}
	}
	return connection{p, d}, nil
}
