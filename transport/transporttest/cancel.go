package transporttest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

var cancelTests = []test{
	{"Before", 0, cancelBefore},
	{"During G-06 B-16", 0, cancelDuring},
	{"After", 0, cancelAfter},
	{"ByTimeout G-01 G-02 G-03", 0, cancelByTimeout},
	{"ByTimeoutExactly G-02 G-03", clock, cancelByTimeoutExactly},
	{"ByDeadline", 0, cancelByDeadline},
	{"AtAnyMoment F18 G-10", load, cancelAtAnyMoment},
	{"SoonAfterTheCall G-06 F18", load, cancelSoonAfter},
	{"ByTheServer G-25", sessions, cancelByTheServer},
	{"IsTold G-02 B-15", lasting, cancelIsTold},
	{"LateAnswersAreDropped G-09", 0, lateAnswersAreDropped},
	{"OfNothingIsIgnored G-07 G-08 G-12", 0, cancelOfNothing},
	{"OnTheWire B-16", lasting, cancelOnTheWire},
}

func withCancel(s *suite) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(s.within())
	s.Cleanup(cancel)
	return ctx, cancel
}

// A context that has ended before the call.
func cancelBefore(s *suite) {
	l := s.connect(nil, nil)
	ctx, cancel := withCancel(s)
	cancel()
	for range 10 {
		_, err := l.call(ctx, "test/wait", params{})
		require.ErrorIs(s, err, transport.Canceled)
		require.ErrorIs(s, err, context.Canceled)
	}
	l.alive()
	l.awaitWaiting(0)
	l.alive()
	require.Zero(s, l.seen.Count(transport.LateAnswer))
}

// ended checks what has become of a request whose caller does not wait any more: its context has ended, and
// it could not be answered.
func (l *link) ended(n int) {
	l.s.Helper()
	l.await(func(st *state) bool { return len(st.Released) == n }, "the end of the context in the server")
	for _, code := range l.state().Released {
		require.Equal(l.s, transport.Canceled.String(), code, "answering a request that was cancelled")
	}
	l.alive()
	require.Zero(l.s, l.seen.Count(transport.LateAnswer), "an answer came after all")
}

func cancelDuring(s *suite) {
	l := s.connect(nil, nil)
	for i := range 5 {
		ctx, cancel := withCancel(s)
		done := l.start(ctx, "test/wait", params{})
		l.awaitWaiting(1)
		cancel()
		err := wait(s, done, "the end of the call")
		require.ErrorIs(s, err, transport.Canceled)
		require.ErrorIs(s, err, context.Canceled)
		l.ended(i + 1)
	}
}

// A context that ends after the call does nothing.
func cancelAfter(s *suite) {
	l := s.connect(nil, nil)
	for range 10 {
		ctx, cancel := withCancel(s)
		_, err := l.call(ctx, "test/echo", params{})
		require.NoError(s, err)
		cancel()
		l.alive()
	}
	require.Zero(s, l.state().Methods["notifications/cancelled"])
}

func cancelByTimeout(s *suite) {
	l := s.connect(nil, nil)
	call := l.NewCall("test/wait")
	defer call.Release()
	call.Timeout = 50 * time.Millisecond
	_, err := l.do(s.within(), call, params{})
	require.ErrorIs(s, err, transport.Timeout)
	require.ErrorIs(s, err, context.DeadlineExceeded)
	l.await(func(st *state) bool { return st.Waiting == 0 }, "the end of the context in the server")
	l.alive()
	require.Zero(s, l.seen.Count(transport.LateAnswer))
}

// Timeouts.Call is for calls without a timeout of their own; a negative one is none.
func cancelByTimeoutExactly(s *suite) {
	o := new(transport.ClientOptions)
	o.Timeouts.Call = 7 * time.Second
	l := s.connect(nil, o)
	for i, timeout := range []time.Duration{0, 3 * time.Second, 100 * time.Second} {
		call := l.NewCall("test/wait")
		call.Timeout = timeout
		if timeout == 0 {
			timeout = o.Timeouts.Call
		}
		began := time.Now()
		_, err := l.do(s.Context(), call, params{})
		require.ErrorIs(s, err, transport.Timeout)
		require.Equal(s, timeout, time.Since(began))
		call.Release()
		if !s.tr.OtherProcess {
			l.ended(i + 1)
		}
	}
	call := l.NewCall("test/pause")
	defer call.Release()
	call.Timeout = -1
	_, err := l.do(s.Context(), call, params{Pause: 3_600_000})
	require.NoError(s, err)
}

func cancelByDeadline(s *suite) {
	l := s.connect(nil, nil)
	ctx, stop := context.WithTimeout(s.within(), 50*time.Millisecond)
	defer stop()
	_, err := l.call(ctx, "test/wait", params{})
	require.ErrorIs(s, err, transport.Timeout)
	require.ErrorIs(s, err, context.DeadlineExceeded)
	l.await(func(st *state) bool { return st.Waiting == 0 }, "the end of the context in the server")
	l.alive()
}

// Whenever a call is cancelled, it gets its own answer or none, no frame is torn, and nothing is left.
func cancelAtAnyMoment(s *suite) {
	l := s.connect(nil, nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for i := range 16 {
		random := rand.New(rand.NewPCG(1, uint64(i)))
		wg.Go(func() {
			for j := range less(100, 30) {
				ctx, cancel := context.WithCancel(ctx)
				timer := time.AfterFunc(time.Duration(random.IntN(500))*time.Microsecond, cancel)
				nonce := fmt.Sprintf("%d.%d.%s", i, j, fill(random.IntN(2000)))
				res, err := l.call(ctx, "test/echo", params{Text: nonce})
				if err == nil && res.Text != nonce || err != nil && transport.CodeOf(err) != transport.Canceled {
					s.Errorf("%v, %v instead of %q", res, err, nonce)
				}
				timer.Stop()
				cancel()
			}
		})
	}
	wg.Wait()
	l.alive()
}

// A cancellation that comes close behind its request ends that all the same: it must not get there first.
func cancelSoonAfter(s *suite) {
	l := s.connect(nil, nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for i := range 8 {
		random := rand.New(rand.NewPCG(2, uint64(i)))
		wg.Go(func() {
			for range less(20, 10) {
				ctx, cancel := context.WithCancel(ctx)
				timer := time.AfterFunc(time.Duration(random.IntN(300))*time.Microsecond, cancel)
				if _, err := l.call(ctx, "test/wait", params{}); transport.CodeOf(err) != transport.Canceled {
					s.Errorf("%v", err)
				}
				timer.Stop()
				cancel()
			}
		})
	}
	wg.Wait()
	l.awaitWaiting(0)
	l.alive()
	require.Zero(s, l.seen.Count(transport.LateAnswer))
}

// Servers cancel what they have asked.
func cancelByTheServer(s *suite) {
	l := s.connect(nil, nil)
	res := l.must("test/back-cancel", params{})
	require.Equal(s, []string{"ok", transport.Canceled.String()}, res.Report)
	s.eventually(func() bool { return l.script.snapshot().Waiting == 0 }, "the end of the context in the client")
	require.Equal(s, []string{transport.Canceled.String()}, l.script.snapshot().Released)
	l.alive()
}
