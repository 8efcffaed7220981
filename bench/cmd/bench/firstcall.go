package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"

	expjson "github.com/go-json-experiment/json"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
	"github.com/mcpwire/mcpwire/bench/internal/report"
	"github.com/mcpwire/mcpwire/bench/peers"
	"github.com/mcpwire/mcpwire/internal/corpus"
)

// firstMessage is the message whose first call is measured.
const firstMessage = "tools-call-text"

// firstProcesses is how many processes measure each first call; the median counts.
const firstProcesses = 5

// firstCall is a job: what a codec needs to read, or to write, a type that it has never seen.
type firstCall struct {
	Codec  string `json:"codec"`
	Encode bool   `json:"encode"`
}

// firstCalls measures all codecs.
func firstCalls(cfg config) (report.Sheet, error) {
	self, err := os.Executable()
	if err != nil {
		return report.Sheet{}, err
	}
	fmt.Fprintln(os.Stderr, "measuring: first calls")
	var calls []report.FirstCall
	for _, c := range without(peers.All(), "mcpwire-owned") {
		if !cfg.wantsCodec(c) {
			continue
		}
		call := report.FirstCall{Codec: c.Name()}
		if call.Decode, err = (firstCall{Codec: c.Name()}).median(self, cfg.measure); err != nil {
			return report.Sheet{}, err
		}
		if call.Encode, err = (firstCall{Codec: c.Name(), Encode: true}).median(self, cfg.measure); err != nil {
			return report.Sheet{}, err
		}
		calls = append(calls, call)
	}
	return report.FirstCalls(firstMessage, firstProcesses, calls), nil
}

// median has the first call made in processes of its own.
func (f firstCall) median(program string, opts measure.Options) (report.Calls, error) {
	var firsts, laters []float64
	for range firstProcesses {
		var got report.Calls
		if err := (job{First: &f, Measure: opts}).run(program, &got); err != nil {
			return got, fmt.Errorf("first call of %s: %w", f.Codec, err)
		}
		firsts, laters = append(firsts, got.First), append(laters, got.Later)
	}
	slices.Sort(firsts)
	slices.Sort(laters)
	return report.Calls{First: firsts[firstProcesses/2], Later: laters[firstProcesses/2]}, nil
}

// measure makes the first call in this process.
func (f firstCall) measure(opts measure.Options) (report.Calls, error) {
	for _, c := range peers.All() {
		for _, m := range corpus.Messages() {
			if c.Name() == f.Codec && m.Name == firstMessage {
				run, err := f.task(c, m)
				if err != nil {
					return report.Calls{}, err
				}
				return measureCalls(run, opts)
			}
		}
	}
	return report.Calls{}, fmt.Errorf("there is no codec %q", f.Codec)
}

func (f firstCall) task(c peers.Codec, m corpus.Message) (func() error, error) {
	target, data := peers.NewTarget(c, m, peers.Payload), m.Payload()
	if !f.Encode {
		reset := peers.Resetter(c, target)
		return func() error {
			reset()
			return c.Decode(data, target)
		}, nil
	}
	// Something else than the codec fills the value, as it would remember the type. What has generated code has nothing to remember.
	fill := json.Unmarshal
	if c.Name() == peers.Baseline {
		fill = func(data []byte, v any) error { return expjson.Unmarshal(data, v) }
	}
	return func() error {
		_, err := c.Encode(target)
		return err
	}, fill(data, target)
}

func measureCalls(run func() error, opts measure.Options) (report.Calls, error) {
	task := measure.Task{Run: run}
	first, err := measure.First(task)
	if err != nil {
		return report.Calls{}, err
	}
	later, err := measure.Interleaved([]measure.Task{task}, measure.Options{Rounds: 2, Batch: opts.Batch / 10})
	if err != nil {
		return report.Calls{}, err
	}
	return report.Calls{First: float64(first), Later: later[0].Nanoseconds}, nil
}
