package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/internal/corpus"
	"github.com/mcpwire/mcpwire/internal/mallocs"
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
		to       *figure
		accurate bool // allocations that are not there have to be told from those of others
		run      func() error
	}{
		{&r.decode, true, func() error {
			d.Reset(payload)
			return d.Decode(value)
		}},
		{&r.encode, true, func() error {
			buf, err = value.AppendJSON(buf[:0])
			return err
		}},
		{&r.decodeStandard, false, func() error {
			reflect.ValueOf(mirror).Elem().SetZero()
			return json.Unmarshal(payload, mirror)
		}},
		{&r.encodeStdLib, false, func() error {
			_, err := json.Marshal(mirror)
			return err
		}},
	}
	for _, f := range figures {
		if *f.to, err = measure(f.run, budget, f.accurate); err != nil {
			return r, err
		}
	}
	return r, nil
}

// measure times run for about budget and counts its allocations: once, or until the count is zero if it has to be accurate.
func measure(run func() error, budget time.Duration, accurate bool) (figure, error) {
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
	enough := math.Inf(1)
	if accurate {
		enough = 0
	}
	allocs := mallocs.OnOneProcessor(min(n, 1000), enough, func() { _ = run() }).Mallocs
	return figure{ns: float64(best.Nanoseconds()) / float64(n), allocs: allocs}, nil
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
