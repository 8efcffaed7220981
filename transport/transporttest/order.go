package transporttest

import (
	"encoding/json"
	"strconv"
	"sync"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// The order of one connection: notifications are handled as they came and finish before a later message is dispatched; a response is
// delivered after all notifications before it.
var orderTests = []test{
	{"NotificationsInOrder", 0, notificationsInOrder},
	{"NotificationsInOrderToTheClient", 0, notificationsInOrderToTheClient},
	{"RequestAfterSlowNotification", 0, requestAfterSlowNotification},
	{"RequestWaitsForNotification", clock | ownServer | ordered, requestWaitsForNotification},
	{"AnswerAfterSlowNotification", 0, answerAfterSlowNotification},
	{"AnswerWaitsForNotification", clock | ownServer, answerWaitsForNotification},
	{"RequestSeesWhatCameBefore", 0, requestSeesWhatCameBefore},
	{"StreamsOfConcurrentRequests", 0, streamsOfConcurrentRequests},
	{"Pipelined", oneConnection, pipelined},
	{"PipelinedAnswers", oneConnection, pipelinedAnswers},
}

// numbers are 0 to n-1.
func numbers(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func notificationsInOrder(s *suite) {
	const n = 500
	l := s.connect(nil, nil)
	for i := range n {
		l.notify("test/note", params{Text: "a", N: i})
	}
	st := l.must("test/state", params{}).State
	require.Equal(s, numbers(n), st.Notes["a"], "all of them, before a request that came after them")
	require.Zero(s, st.Noting)
	require.False(s, st.Mixed, "handlers of notifications ran at the same time as others")
}

func notificationsInOrderToTheClient(s *suite) {
	const n = 500
	l := s.connect(nil, nil)
	l.must("test/notify", params{Text: "a", N: n})
	st := l.script.snapshot()
	require.Equal(s, numbers(n), st.Notes["a"], "all of them, before the answer that came after them")
	require.Zero(s, st.Noting)
	require.False(s, st.Mixed, "handlers of notifications ran at the same time")
}

func requestAfterSlowNotification(s *suite) {
	l := s.connect(nil, nil)
	for i := range 3 {
		l.notify("test/note", params{Text: "slow", N: i, Pause: 5})
	}
	st := l.must("test/state", params{}).State
	require.Equal(s, numbers(3), st.Notes["slow"])
	require.False(s, st.Mixed)
}

// A request is not dispatched while a notification before it is handled, however long that takes.
func requestWaitsForNotification(s *suite) {
	l := s.connect(nil, nil)
	l.alive()
	sent := make(chan error, 1)
	go func() { sent <- l.Notify(s.Context(), "test/gated-note", jsonAppender{params{Text: "gated"}}) }()
	s.eventually(func() bool { return l.server.script.snapshot().Noting == 1 }, "the notification")
	done := l.start(s.Context(), "test/echo", params{})
	synctest.Wait()
	require.Equal(s, 1, l.server.script.snapshot().Methods["test/echo"], "the request was dispatched too early")
	require.Empty(s, done)
	l.server.script.open()
	require.NoError(s, <-done)
	require.NoError(s, <-sent)
	require.False(s, l.server.script.snapshot().Mixed)
}

func answerAfterSlowNotification(s *suite) {
	l := s.connect(nil, nil)
	l.must("test/notify", params{Text: "slow", N: 3, Pause: 5})
	st := l.script.snapshot()
	require.Equal(s, numbers(3), st.Notes["slow"])
	require.Zero(s, st.Noting)
}

// An answer is not delivered while a notification before it is handled.
func answerWaitsForNotification(s *suite) {
	l := s.connect(nil, nil)
	done := l.start(s.Context(), "test/notify", params{Text: "slow", N: 1, Pause: 10_000})
	s.eventually(func() bool { return l.script.snapshot().Noting == 1 }, "the notification")
	synctest.Wait()
	require.Empty(s, done)
	require.NoError(s, <-done)
	require.Equal(s, numbers(1), l.script.snapshot().Notes["slow"])
}

// Each request sees all notifications that were sent before it, while others are handled that take their time.
func requestSeesWhatCameBefore(s *suite) {
	l := s.connect(nil, nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10 {
				if _, err := l.call(ctx, "test/pause", params{Pause: 1}); err != nil {
					s.Error(err)
				}
			}
		})
	}
	for i := range 100 {
		l.notify("test/note", params{Text: "a", N: i})
		require.Equal(s, numbers(i+1), l.must("test/state", params{}).State.Notes["a"])
	}
	wg.Wait()
}

// Requests that are handled at the same time each have their notifications in order and before their answer.
func streamsOfConcurrentRequests(s *suite) {
	l := s.connect(nil, nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := strconv.Itoa(i)
			if _, err := l.call(ctx, "test/notify", params{Text: name, N: 50}); err != nil {
				s.Error(err)
				return
			}
			if got := l.script.snapshot().Notes[name]; len(got) != 50 {
				s.Errorf("%d of 50 notifications before the answer", len(got))
			}
		})
	}
	wg.Wait()
	for name, got := range l.script.snapshot().Notes {
		require.Equal(s, numbers(50), got, name)
	}
}

// A client that does not wait for answers. Each of its requests sees what was sent before it.
func pipelined(s *suite) {
	const n = 200
	r := s.serve(nil).openRaw()
	s.tasks.Go(func() {
		for i := range n {
			for _, message := range []string{
				notification("test/note", `{"text":"a","n":`+strconv.Itoa(i)+`}`),
				r.request(strconv.Itoa(i), "test/state", ""),
			} {
				if err := r.Send([]byte(message)); err != nil {
					s.Error(err)
					return
				}
			}
		}
	})
	seen := map[int]bool{}
	for range n {
		m := r.receive()
		i, err := strconv.Atoi(m.ID.String())
		require.NoError(s, err)
		res := new(reply)
		require.NoError(s, json.Unmarshal(m.Result.Bytes(), res))
		got := res.State.Notes["a"]
		require.Greater(s, len(got), i)
		require.Equal(s, numbers(len(got)), got)
		seen[i] = true
	}
	require.Len(s, seen, n)
}

// A server that sends notifications and answers one right after the other.
func pipelinedAnswers(s *suite) {
	const n = 50
	l, r := s.rawServer(nil)
	done := make([]<-chan error, n)
	asked := make([]string, n)
	for i := range n {
		var m *jsonrpc.Message
		m, done[i] = l.take(s.within(), r, "test/x")
		asked[i] = m.ID.String()
	}
	s.tasks.Go(func() {
		for i, id := range asked {
			for _, message := range []string{
				notification("test/note", `{"text":"a","n":`+strconv.Itoa(i)+`}`),
				`{"jsonrpc":"2.0","id":` + id + `,"result":{}}`,
			} {
				if err := r.Send([]byte(message)); err != nil {
					s.Error(err)
					return
				}
			}
		}
	})
	for i := range done {
		require.NoError(s, wait(s, done[i], "the end of a call"))
		got := l.script.snapshot().Notes["a"]
		require.Greater(s, len(got), i)
		require.Equal(s, numbers(len(got)), got)
	}
}
