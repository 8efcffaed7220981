package measure_test

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/bench/internal/measure"
)

var sink []byte

func spin(n int) measure.Task {
	x := uint64(n)
	return measure.Task{Bytes: n, Run: func() error {
		for range n {
			x = x*6364136223846793005 + 1442695040888963407
		}
		if x == 0 {
			return errors.New("cannot happen with an odd increment and this few steps")
		}
		return nil
	}}
}

// tries is how often is measured on a machine whose other work may fall into a measurement.
const tries = 50

func TestInterleavedTellsFastFromSlow(t *testing.T) {
	ratio := 0.0
	for range tries {
		results, err := measure.Interleaved([]measure.Task{spin(10_000), spin(100_000)}, measure.Options{Rounds: 5, Batch: 2 * time.Millisecond})
		require.NoError(t, err)
		require.Len(t, results, 2)
		require.InDelta(t, 10_000*1e3/results[0].Nanoseconds, results[0].MBPerSecond(), 0.01)
		if ratio = results[1].Nanoseconds / results[0].Nanoseconds; ratio > 5 && ratio < 20 {
			return
		}
	}
	require.InDelta(t, 10, ratio, 5)
}

func TestAllocationsAreCounted(t *testing.T) {
	calls := 0
	every2nd := measure.Task{Run: func() error {
		if calls++; calls%2 == 0 {
			sink = make([]byte, 128)
		}
		return nil
	}}
	var results []measure.Result
	var err error
	for range tries {
		results, err = measure.Interleaved([]measure.Task{every2nd, spin(10)}, measure.Options{Rounds: 1, Batch: time.Millisecond})
		require.NoError(t, err)
		if math.Abs(results[0].Allocs-0.5) < 0.05 && math.Abs(results[0].AllocBytes-64) < 10 && results[1].Allocs < 0.05 {
			return
		}
	}
	require.InDelta(t, 0.5, results[0].Allocs, 0.05)
	require.InDelta(t, 64, results[0].AllocBytes, 10)
	require.InDelta(t, 0, results[1].Allocs, 0.05)
}

func TestErrorsEndTheMeasurement(t *testing.T) {
	boom := errors.New("boom")
	_, err := measure.Interleaved([]measure.Task{spin(1), {Run: func() error { return boom }}}, measure.Options{Rounds: 1, Batch: time.Millisecond})
	require.ErrorIs(t, err, boom)
	require.ErrorContains(t, err, "task 1")
}

func TestFirstRunsOnce(t *testing.T) {
	runs := 0
	task := measure.Task{Run: func() error { runs++; return spin(100_000).Run() }}
	d, err := measure.First(task)
	require.NoError(t, err)
	require.Positive(t, d)
	require.Equal(t, 1, runs)

	boom := errors.New("boom")
	_, err = measure.First(measure.Task{Run: func() error { return boom }})
	require.ErrorIs(t, err, boom)
}
