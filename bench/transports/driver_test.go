package transports

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// leave is what an answer function returns for the server to end.
const leave = "leave"

// against runs a driver against a server in this process, which turns each line into what it sends back.
func against(t *testing.T, l load, answer func(n int, line []byte) []byte) (int, error) {
	t.Helper()
	f, err := newFrame(Legacy, small)
	require.NoError(t, err)
	requests, in := io.Pipe()
	out, answers := io.Pipe()
	var serving sync.WaitGroup
	serving.Go(func() {
		defer func() { _ = answers.Close() }()
		lines := bufio.NewReader(requests)
		for n := 0; ; n++ {
			line, err := lines.ReadSlice('\n')
			if err != nil {
				return
			}
			reply := answer(n, line)
			if string(reply) == leave {
				return
			}
			if _, err := answers.Write(reply); err != nil {
				return
			}
		}
	})
	abort := func() {
		_ = requests.Close()
		_ = out.Close()
	}
	d := newDriver(in, out, abort, f, true)
	n, _, err := d.run(l)
	abort()
	serving.Wait()
	return n, err
}

func TestDriverCounts(t *testing.T) {
	t.Parallel()
	for _, l := range []load{
		{inFlight: 1, count: 10, time: time.Minute},
		{inFlight: 4, count: 10, time: time.Minute},
		{inFlight: 5, count: 10, time: time.Minute, batch: true},
	} {
		n, err := against(t, l, func(_ int, line []byte) []byte { return line })
		require.NoError(t, err)
		require.Equal(t, 10, n)
	}
	n, err := against(t, load{inFlight: 4, count: 10, time: time.Minute, batch: true}, func(_ int, line []byte) []byte { return line })
	require.NoError(t, err)
	require.Equal(t, 8, n, "only whole windows")
	_, err = against(t, load{inFlight: 4, count: 3, time: time.Minute}, func(_ int, line []byte) []byte { return line })
	require.ErrorContains(t, err, "cannot keep")
}

// TestDriverEndsInTime lets what is under way be answered when the time is over.
func TestDriverEndsInTime(t *testing.T) {
	t.Parallel()
	n, err := against(t, load{inFlight: 4, count: maxCount, time: 0}, func(_ int, line []byte) []byte { return line })
	require.NoError(t, err)
	require.Equal(t, 4, n)
}

// TestDriverKeepsInFlight counts the requests without answer that a server sees.
func TestDriverKeepsInFlight(t *testing.T) {
	t.Parallel()
	var pending [][]byte
	var most atomic.Int64
	n, err := against(t, load{inFlight: 3, count: 30, time: time.Minute}, func(_ int, line []byte) []byte {
		pending = append(pending, bytes.Clone(line))
		most.Store(max(most.Load(), int64(len(pending))))
		if len(pending) < 3 {
			return nil
		}
		all := bytes.Join([][]byte{pending[2], pending[0], pending[1]}, nil) // out of order
		pending = nil
		return all
	})
	require.NoError(t, err)
	require.Equal(t, 30, n)
	require.EqualValues(t, 3, most.Load())
}

func TestDriverDetects(t *testing.T) {
	t.Parallel()
	first := make(chan []byte, 1)
	cases := map[string]struct {
		answer func(n int, line []byte) []byte
		want   string
	}{
		"another text": {func(_ int, line []byte) []byte { return bytes.Replace(line, []byte("Rain"), []byte("Rust"), 1) }, "another text"},
		"an id never sent": {func(_ int, line []byte) []byte {
			putID(line, 999_999_999)
			return line
		}, "which was not sent"},
		"an answer twice": {func(n int, line []byte) []byte {
			if n == 0 {
				first <- bytes.Clone(line)
				return line
			}
			return <-first
		}, "a second answer"},
		"the end": {func(n int, line []byte) []byte {
			if n == 5 {
				return []byte(leave)
			}
			return line
		}, "after 5 of"},
		"garbage":         {func(_ int, _ []byte) []byte { return []byte("hello\n") }, "invalid character"},
		"an endless line": {func(_ int, _ []byte) []byte { return bytes.Repeat([]byte("x"), lineBuffer+1) }, bufio.ErrBufferFull.Error()},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := against(t, load{inFlight: 2, count: 100, time: time.Minute}, tc.answer)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// TestDriverReportsWhyItCannotWrite names the cause, not only the read that failed after it.
func TestDriverReportsWhyItCannotWrite(t *testing.T) {
	t.Parallel()
	f, err := newFrame(Legacy, small)
	require.NoError(t, err)
	out, answers := io.Pipe()
	d := newDriver(brokenPipe{}, out, func() { _ = answers.Close() }, f, true)
	_, _, err = d.run(load{inFlight: 1, count: 1, time: time.Minute})
	require.ErrorIs(t, err, errBroken)
}

var errBroken = errors.New("broken")

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errBroken }
