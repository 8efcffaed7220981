package transporttest

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/transport"
)

var progressTests = []test{
	{"ReachesItsCallInOrder G-15 G-18", 0, progressInOrder},
	{"NoneUnasked G-15", 0, progressUnasked},
	{"NoneAfterDo", load, noProgressAfterDo},
	{"ExtendsTheTimeout G-04", clock, progressExtends},
	{"UpToMaxCall G-04", clock, progressUpToMaxCall},
	{"LongerThanMaxCall G-04", clock, longerThanMaxCall},
}

// progressOf calls progress and returns the steps that came.
func progressOf(ctx context.Context, l *link, text string, n int) ([]int, error) {
	var (
		got     []int
		foreign bool
	)
	call := l.NewCall("test/progress")
	defer call.Release()
	call.OnProgress = func(raw codec.Raw) {
		var p struct {
			Progress int    `json:"progress"`
			Message  string `json:"message"`
		}
		if err := json.Unmarshal(raw.Bytes(), &p); err != nil || p.Message != text {
			foreign = true
		}
		got = append(got, p.Progress)
	}
	res, err := l.do(ctx, call, params{Text: text, N: n})
	switch {
	case err != nil:
		return got, err
	case foreign, res.Text != text:
		return got, context.Canceled // any error: it is not the call's own
	}
	return got, nil
}

// Calls at the same time each get their own progress, in order, before Do returns.
func progressInOrder(s *suite) {
	const n = 50
	want := numbers(n + 1)[1:]
	l := s.connect(nil, nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if got, err := progressOf(ctx, l, strconv.Itoa(i), n); err != nil || !slices.Equal(want, got) {
				s.Errorf("%v, %v", got, err)
			}
		})
	}
	wg.Wait()
	require.Zero(s, l.script.snapshot().Methods["notifications/progress"], "progress that found no call")
}

// A call that does not want progress does not ask for it.
func progressUnasked(s *suite) {
	l := s.connect(nil, nil)
	require.Equal(s, "no token", l.must("test/progress", params{N: 5}).Text)
}

// Once Do has returned, because its caller did not want to wait any longer, OnProgress is not called any more.
func noProgressAfterDo(s *suite) {
	l := s.connect(nil, nil)
	for i := range 20 {
		ctx, cancel := withCancel(s)
		var returned, late atomic.Bool
		steps := make(chan struct{}, 1000)
		call := l.NewCall("test/progress")
		call.OnProgress = func(codec.Raw) {
			late.Store(late.Load() || returned.Load())
			steps <- struct{}{}
		}
		done := make(chan error, 1)
		go func() {
			_, err := l.do(ctx, call, params{N: 1000})
			returned.Store(true)
			done <- err
		}()
		for range i + 1 {
			wait(s, steps, "progress")
		}
		cancel()
		if err := wait(s, done, "the end of the call"); err != nil {
			require.ErrorIs(s, err, transport.Canceled)
		}
		call.Release()
		l.alive()
		require.False(s, late.Load())
	}
}

// steps calls progress with n steps of pause.
func steps(l *link, timeout, pause time.Duration, n int) (int, error) {
	call := l.NewCall("test/progress")
	defer call.Release()
	call.Timeout = timeout
	got := 0
	call.OnProgress = func(codec.Raw) { got++ }
	_, err := l.do(l.s.Context(), call, params{N: n, Pause: int(pause / time.Millisecond)})
	return got, err
}

func progressExtends(s *suite) {
	l := s.connect(nil, nil)
	began := time.Now()
	n, err := steps(l, 10*time.Second, 9*time.Second, 10)
	require.NoError(s, err)
	require.Equal(s, 10, n)
	require.Equal(s, 90*time.Second, time.Since(began))

	n, err = steps(l, 10*time.Second, 11*time.Second, 2)
	require.ErrorIs(s, err, transport.Timeout)
	require.Zero(s, n)
}

func progressUpToMaxCall(s *suite) {
	o := new(transport.ClientOptions)
	o.Timeouts.MaxCall = 25 * time.Second
	l := s.connect(nil, o)
	began := time.Now()
	n, err := steps(l, 10*time.Second, 6*time.Second, 100)
	require.ErrorIs(s, err, transport.Timeout)
	require.Equal(s, 4, n)
	require.Equal(s, 25*time.Second, time.Since(began))
	l.alive()
}

// A Timeout that is longer than MaxCall is not shortened, and progress does not make it longer.
func longerThanMaxCall(s *suite) {
	o := new(transport.ClientOptions)
	o.Timeouts.MaxCall = 25 * time.Second
	l := s.connect(nil, o)
	for _, tt := range []struct {
		pause time.Duration
		want  int
	}{{6 * time.Second, 6}, {time.Hour, 0}} {
		began := time.Now()
		n, err := steps(l, 40*time.Second, tt.pause, 100)
		require.ErrorIs(s, err, transport.Timeout)
		require.Equal(s, tt.want, n)
		require.Equal(s, 40*time.Second, time.Since(began))
	}
	l.alive()
}
