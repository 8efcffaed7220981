package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// figure is the cost of one operation.
type figure struct {
	ns     float64
	allocs float64
}

// row is the figures of one message: decode and encode of mcpwire and of encoding/json.
type row struct {
	name                         string
	bytes                        int
	decode, encode               figure
	decodeStandard, encodeStdLib figure
}

// rounds is how often each figure is measured; the fastest counts, since noise only adds.
const rounds = 5

// measureAll measures all messages of the corpus; each figure takes about budget.
func measureAll(budget time.Duration) ([]row, error) {
	var rows []row
	for _, m := range corpus.Messages() {
		r, err := measureMessage(m, budget)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func measureMessage(m corpus.Message, budget time.Duration) (row, error) {
	payload := m.Payload()
	value, mirror := newValue(m), m.NewMirror()
	if value == nil || mirror == nil {
		return row{}, errors.New("no type for this message")
	}
	r := row{name: m.Name, bytes: len(payload)}
	var (
		d   codec.Decoder
		buf []byte
		err error
	)
	figures := []struct {
		to  *figure
		run func() error
	}{
		{&r.decode, func() error {
			d.Reset(payload)
			return d.Decode(value)
		}},
		{&r.encode, func() error {
			buf, err = value.AppendJSON(buf[:0])
			return err
		}},
		{&r.decodeStandard, func() error {
			reflect.ValueOf(mirror).Elem().SetZero()
			return json.Unmarshal(payload, mirror)
		}},
		{&r.encodeStdLib, func() error {
			_, err := json.Marshal(mirror)
			return err
		}},
	}
	for _, f := range figures {
		if *f.to, err = measure(f.run, budget); err != nil {
			return r, err
		}
	}
	return r, nil
}

// measure times run for about budget and counts its allocations.
func measure(run func() error, budget time.Duration) (figure, error) {
	if err := run(); err != nil { // and makes buffers grow
		return figure{}, err
	}
	start := time.Now()
	if err := run(); err != nil {
		return figure{}, err
	}
	n := max(1, int(budget/rounds/max(1, time.Since(start))))
	best := time.Duration(1<<63 - 1)
	for range rounds {
		start := time.Now()
		for range n {
			_ = run() // it has worked on the same bytes before
		}
		best = min(best, time.Since(start))
	}
	return figure{ns: float64(best.Nanoseconds()) / float64(n), allocs: mallocs(run, min(n, 1000))}, nil
}

// mallocs counts the allocations of one run. The garbage collector is off meanwhile, and the least of a few trials
// counts, because other goroutines of the runtime allocate now and then.
func mallocs(run func() error, n int) float64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	least := ^uint64(0)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for range n {
			_ = run()
		}
		runtime.ReadMemStats(&after)
		least = min(least, after.Mallocs-before.Mallocs)
		if least == 0 || n > 100 {
			break
		}
	}
	return float64(least) / float64(n)
}

// allocations is an error for the messages on which mcpwire allocates.
func allocations(rows []row) error {
	var errs []error
	for _, r := range rows {
		if r.decode.allocs > 0 {
			errs = append(errs, fmt.Errorf("%s: %.2f allocations to decode", r.name, r.decode.allocs))
		}
		if r.encode.allocs > 0 {
			errs = append(errs, fmt.Errorf("%s: %.2f allocations to encode", r.name, r.encode.allocs))
		}
	}
	return errors.Join(errs...)
}
