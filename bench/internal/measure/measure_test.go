package measure_test

import (
	"errors"
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

func TestInterleavedTellsFastFromSlow(t *testing.T) {
	results, err := measure.Interleaved([]measure.Task{spin(10_000), spin(100_000)}, measure.Options{Rounds: 5, Batch: 2 * time.Millisecond})
	require.NoError(t, err)
	require.Len(t, results, 2)
	ratio := results[1].Nanoseconds / results[0].Nanoseconds
	require.Greater(t, ratio, 5.0)
	require.Less(t, ratio, 20.0)
	require.InDelta(t, 10_000*1e3/results[0].Nanoseconds, results[0].MBPerSecond(), 0.01)
}

func TestAllocationsAreCounted(t *testing.T) {
	calls := 0
	every2nd := measure.Task{Run: func() error {
		if calls++; calls%2 == 0 {
			sink = make([]byte, 128)
		}
		return nil
	}}
	results, err := measure.Interleaved([]measure.Task{every2nd, spin(10)}, measure.Options{Rounds: 1, Batch: time.Millisecond})
	require.NoError(t, err)
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
