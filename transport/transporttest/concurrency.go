package transporttest

import (
	"strconv"
	"sync"

	"github.com/stretchr/testify/require"
)

// Requests run at the same time, and each call gets its own answer.
var concurrencyTests = []test{
	{"EachCallItsAnswer", load, eachCallItsAnswer},
	{"RequestsRunAtTheSameTime", 0, requestsRunAtTheSameTime},
	{"SlowRequestDelaysNobody", 0, slowRequestDelaysNobody},
	{"CallsOfBothSides", sessions | load, callsOfBothSides},
	{"ManyClients S6", load, manyClients},
}

func eachCallItsAnswer(s *suite) {
	l := s.connect(nil, nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for i := range s.tr.Calls {
		wg.Go(func() {
			nonce := strconv.Itoa(i) + " " + strconv.Itoa(i*i)
			if res, err := l.call(ctx, "test/echo", params{Text: nonce, N: i}); err != nil || res.Text != nonce || res.N != i {
				s.Errorf("%v, %v instead of %q", res, err, nonce)
			}
		})
	}
	wg.Wait()
}

// Each of these requests waits until all are there.
func requestsRunAtTheSameTime(s *suite) {
	const n = 16
	l := s.connect(nil, nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			if _, err := l.call(ctx, "test/meet", params{Text: "here", N: n}); err != nil {
				s.Error(err)
			}
		})
	}
	wg.Wait()
}

func slowRequestDelaysNobody(s *suite) {
	l := s.connect(nil, nil)
	ctx, cancel := withCancel(s)
	slow := l.start(ctx, "test/wait", params{})
	l.awaitWaiting(1)
	for range 200 {
		l.alive()
	}
	require.Empty(s, slow)
	cancel()
	require.Error(s, wait(s, slow, "the end of the slow request"))
	l.awaitWaiting(0)
}

// Clients and servers call each other at the same time.
func callsOfBothSides(s *suite) {
	l := s.connect(nil, nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for j := range less(50, 20) {
				nonce := strconv.Itoa(i*1000 + j)
				name := "test/echo"
				if j%2 == 0 {
					name = "test/back"
				}
				if res, err := l.call(ctx, name, params{Text: nonce}); err != nil || res.Text != nonce {
					s.Errorf("%s: %v, %v instead of %q", name, res, err, nonce)
					return
				}
			}
		})
	}
	wg.Wait()
}

// Clients of one server that use the same ids do not get each other's answers, notifications and progress.
func manyClients(s *suite) {
	clients, rounds := 16, less(50, 20)
	if s.tr.OtherProcess {
		clients = 3
	}
	e := s.serve(nil)
	ctx := s.within()
	links := make([]*link, clients)
	for i := range links {
		links[i] = e.dial(nil)
	}
	var wg sync.WaitGroup
	for i, l := range links {
		wg.Go(func() {
			for j := range rounds {
				nonce := strconv.Itoa(i*1000 + j)
				if res, err := l.call(ctx, "test/echo", params{Text: nonce}); err != nil || res.Text != nonce {
					s.Errorf("%v, %v instead of %q", res, err, nonce)
				}
				if got, err := progressOf(ctx, l, nonce, 2); err != nil || len(got) != 2 {
					s.Errorf("progress %v, %v", got, err)
				}
				if _, err := l.call(ctx, "test/notify", params{Text: nonce, N: 2}); err != nil {
					s.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i, l := range links {
		st := l.script.snapshot()
		require.Len(s, st.Notes, rounds)
		for name, got := range st.Notes {
			n, err := strconv.Atoi(name)
			require.NoError(s, err)
			require.Equal(s, i, n/1000, "a notification for another client")
			require.Equal(s, numbers(2), got)
		}
	}
}
