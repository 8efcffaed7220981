package transporttest

import (
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

// Handlers that call their peer. Revisions with sessions have that, later ones do not (rules A-53, B-13).
var nestedTests = []test{
	{"Depth", 0, nestedDepth},
	{"DepthConcurrent", sessions, nestedConcurrent},
	{"CancelReachesTheInnermost", sessions, cancelReachesTheInnermost},
	{"NotificationHandlerCannotWait", 0, notificationHandlerCannotWait},
}

func nestedDepth(s *suite) {
	l := s.connect(nil, nil)
	for depth := range 8 {
		res, err := l.call(s.within(), "test/nest", params{N: depth})
		if s.rev.Modern() && depth > 0 {
			require.ErrorContains(s, err, transport.CannotCall.String())
			continue
		}
		require.NoError(s, err)
		require.Equal(s, depth, res.N)
	}
	require.Zero(s, l.seen.Count(transport.LateAnswer))
	l.alive()
}

func nestedConcurrent(s *suite) {
	const depth = 5
	l := s.connect(nil, nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				if res, err := l.call(ctx, "test/nest", params{N: depth}); err != nil || res.N != depth {
					s.Errorf("%v, %v", res, err)
				}
			}
		})
	}
	wg.Wait()
}

// Whoever is called by a handler whose own caller has gone is cancelled too.
func cancelReachesTheInnermost(s *suite) {
	l := s.connect(nil, nil)
	ctx, cancel := withCancel(s)
	done := l.start(ctx, "test/back-wait", params{})
	s.eventually(func() bool { return l.script.snapshot().Waiting == 1 }, "the call back")
	cancel()
	require.ErrorIs(s, wait(s, done, "the end of the call"), transport.Canceled)
	s.eventually(func() bool { return l.script.snapshot().Waiting == 0 }, "the end of the call back")
	require.Equal(s, []string{transport.Canceled.String()}, l.script.snapshot().Released)
	l.await(func(st *state) bool { return len(st.Reports) == 1 }, "the end of the handler between them")
	require.Equal(s, []string{transport.Canceled.String()}, l.state().Reports)
	l.alive()
}

// The handler of a notification that calls its peer and waits gets an error: the answer would have to wait for that handler to end.
func notificationHandlerCannotWait(s *suite) {
	l := s.connect(nil, nil)
	want := []string{transport.Deadlock.String(), transport.Deadlock.String()}
	if s.rev.Modern() {
		want = []string{transport.CannotCall.String()} // there is no session to call by, either
	}
	l.notify("test/note-call", params{})
	l.alive()
	require.Equal(s, want, l.state().Reports)

	l.must("test/send", params{Text: "test/note-call"})
	got := l.script.snapshot().Reports
	if s.rev.Legacy() {
		require.Equal(s, want, got)
	}
	require.NotEmpty(s, got)
	require.NotContains(s, got, "ok")
	l.alive()
}
