package transports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"time"
)

// lineBuffer holds the longest answer to the largest request with room to spare.
const lineBuffer = 256 << 10

// driver puts load on a server through its two pipes: one goroutine writes, one reads.
type driver struct {
	in    io.Writer
	out   *bufio.Reader
	abort func() // ends the server, so that a blocked write or read returns
	frame frame
	check checker
	came  arrivals
	next  int // the id of the next request; none is used twice
}

// load is what a driver sends.
type load struct {
	inFlight int
	batch    bool          // a whole window in one write, when the window before has been answered
	count    int           // no more requests than this
	time     time.Duration // and none after this
}

func newDriver(in io.Writer, out io.Reader, abort func(), f frame, echo bool) *driver {
	return &driver{
		in: in, out: bufio.NewReaderSize(out, lineBuffer), abort: abort, frame: f,
		check: checker{text: f.text, echo: echo}, next: firstID,
	}
}

// handshake opens a legacy connection; what the answer says is not looked at, only that it is no error.
func (d *driver) handshake() error {
	if _, err := io.WriteString(d.in, initialize); err != nil {
		return fmt.Errorf("initialize: %w", err)
	}
	line, err := d.out.ReadSlice('\n')
	if err != nil {
		return fmt.Errorf("initialize: %w", err)
	}
	if err := checkInitialize(line); err != nil {
		return err
	}
	if _, err := io.WriteString(d.in, initialized); err != nil {
		return fmt.Errorf("initialized: %w", err)
	}
	return nil
}

// run drives one load and returns how many requests were answered, and in what time. The reader decides what is sent: it
// grants the writer one frame for each answer, or one window for each window of answers.
func (d *driver) run(l load) (int, time.Duration, error) {
	l.count = min(l.count, maxCount)
	window := 1
	if l.batch {
		window = l.inFlight
	}
	if l.count < l.inFlight {
		return 0, 0, fmt.Errorf("%d requests cannot keep %d in flight", l.count, l.inFlight)
	}
	d.came.reset(d.next, l.count)
	grants := make(chan struct{}, l.inFlight)
	written := make(chan error, 1)
	go func() { written <- d.write(grants, window) }()

	start := time.Now()
	err := d.read(l, window, grants, start)
	elapsed := time.Since(start)
	close(grants)
	if err != nil {
		d.abort()
	}
	// A failed write is the cause of the failed read that follows from it.
	return d.came.count, elapsed, errors.Join(<-written, err)
}

// read takes answers and grants requests until the load is over and every request is answered.
func (d *driver) read(l load, window int, grants chan<- struct{}, start time.Time) error {
	sent := 0
	grant := func() {
		sent += window
		grants <- struct{}{}
	}
	for sent < l.inFlight {
		grant()
	}
	for over := false; d.came.count < sent; {
		line, err := d.out.ReadSlice('\n')
		if err != nil {
			return fmt.Errorf("after %d of %d answers: %w", d.came.count, sent, err)
		}
		id, err := d.check.check(line)
		if errors.Is(err, errNotAnswer) {
			continue
		}
		if err != nil {
			return err
		}
		if err := d.came.add(id, sent); err != nil {
			return err
		}
		over = over || sent+window > l.count || time.Since(start) >= l.time
		if !over && d.came.count%window == 0 {
			grant()
		}
	}
	return nil
}

// write writes one window of frames for each grant.
func (d *driver) write(grants <-chan struct{}, window int) error {
	lines, size := d.frame.repeat(window), len(d.frame.line)
	for range grants {
		for i := range window {
			putID(lines[i*size:], d.next)
			d.next++
		}
		if _, err := d.in.Write(lines); err != nil {
			d.abort()
			return fmt.Errorf("request %d: %w", d.next-1, err)
		}
	}
	return nil
}
