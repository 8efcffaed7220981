package transporttest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"sync"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

// Peers that are slow, stop, or vanish. The clock says exactly how long that takes.
var slowTests = []test{
	{"ServerDoesNotRead F4 F15", clock, serverDoesNotRead},
	{"ServerDoesNotReadForAWhile F4", clock, serverDoesNotReadForAWhile},
	{"DeadlineOfACallToADeafServer B-17", clock, deafServer},
	{"ClientDoesNotRead F4 H-16", clock | ownServer | oneConnection, clientDoesNotRead},
	{"ClientStopsWithinAMessage F5 S28", clock | ownServer | oneConnection | oneStream, clientStops},
	{"ServerStopsWithinAMessage F5", clock, serverStops},
	{"SlowButInTime F5", clock | ownServer, slowButInTime},
	{"Idle", clock, idle},
	{"ServerVanishesAtEachByte F1", 0, serverVanishes},
	{"ClientVanishesAtEachByte F1 S11", ownServer, clientVanishes},
	{"ClientClosesItsHalf F3", 0, halfClose},
}

// stuck is how long a peer of these tests is waited for.
const stuck = 7 * time.Second

// about checks that a time is over within a tick or two of an engine, and not before.
func (s *suite) about(want time.Duration, began time.Time) {
	s.Helper()
	got := time.Since(began)
	require.GreaterOrEqual(s, got, want)
	require.Less(s, got, want+time.Second)
}

// A server that reads nothing any more costs a client no more than Timeouts.Write, and the rest of the program nothing.
func serverDoesNotRead(s *suite) {
	other := s.connect(nil, nil)
	o := new(transport.ClientOptions)
	o.Timeouts.Write, o.Timeouts.ResponseHeader = stuck, stuck
	o.Limits.QueueBytes = 100_000
	l, r := s.rawServer(o)
	_, pending := l.take(s.Context(), r, "test/x")
	if s.tr.Posts {
		l.onePostIsNotRead(r, stuck)
		other.alive()
		return
	}
	var (
		err error
		n   int
	)
	began := time.Now()
	for ; err == nil; n++ {
		require.Less(s, n, 1000, "a queue of 100 kB took 10 MB")
		err = l.Notify(s.Context(), "test/note", jsonAppender{params{Text: fill(10_000)}})
	}
	require.ErrorIs(s, err, transport.Timeout)
	require.Greater(s, n, 5)
	s.about(stuck, began)
	require.ErrorIs(s, <-pending, transport.Timeout)
	<-l.Done()
	require.ErrorIs(s, l.Err(), transport.Timeout)
	require.ErrorIs(s, l.Notify(s.Context(), "test/note", nil), transport.Timeout)
	other.alive()
}

// onePostIsNotRead checks that a message which is not taken fails alone, as it comes by itself.
func (l *link) onePostIsNotRead(r *raw, limit time.Duration) {
	began := time.Now()
	require.ErrorIs(l.s, l.Notify(l.s.Context(), "test/note", nil), transport.Timeout)
	l.s.about(limit, began)
	l.answered(r)
}

// A sender whose context ends while it waits for room gives up; its message is not torn, and what the server reads later is whole and
// in order.
func serverDoesNotReadForAWhile(s *suite) {
	o := new(transport.ClientOptions)
	o.Timeouts.Write = time.Hour
	o.Limits.QueueMessages = 4
	l, r := s.rawServer(o)
	var (
		err error
		n   int
	)
	began := time.Now()
	for ; err == nil; n++ {
		require.Less(s, n, 100)
		ctx, stop := context.WithTimeout(s.Context(), time.Second)
		err = l.Notify(ctx, "test/note", jsonAppender{params{N: n, Text: fill(10_000)}})
		stop()
	}
	require.ErrorIs(s, err, transport.Timeout)
	require.ErrorIs(s, err, context.DeadlineExceeded)
	require.Equal(s, time.Second, time.Since(began))
	done := l.start(s.Context(), "test/last", params{})
	for i := 0; ; i++ {
		m := r.receive()
		if m.Method == "test/last" {
			require.InDelta(s, n, i, 1, "the last one may have been sent or not")
			r.answer(m, "{}")
			break
		}
		var p params
		require.NoError(s, json.Unmarshal(m.Params.Bytes(), &p))
		require.Equal(s, params{N: i, Text: fill(10_000)}, p)
	}
	require.NoError(s, <-done)
}

// The deadline of a call ends its wait, also while its request still waits to be written.
func deafServer(s *suite) {
	o := new(transport.ClientOptions)
	o.Timeouts.Write = time.Hour
	l, _ := s.rawServer(o)
	for range 3 {
		call := l.NewCall("test/x")
		call.Timeout = time.Second
		began := time.Now()
		_, err := l.do(s.Context(), call, params{Text: fill(300_000)})
		require.ErrorIs(s, err, transport.Timeout)
		require.Equal(s, time.Second, time.Since(began))
		call.Release()
	}
}

// A client that asks and does not read the answers loses its connection, is not served any further before that, and does not
// disturb others.
func clientDoesNotRead(s *suite) {
	o := new(transport.Options)
	o.Timeouts.Write = stuck
	o.Limits.QueueBytes, o.Limits.QueueMessages, o.Limits.InFlight = 50_000, 8, 16
	e := s.serve(o)
	other := e.dial(nil)
	r := e.openRaw()
	before := e.script.snapshot().Methods["test/bytes"]
	began := time.Now()
	sender := make(chan int, 1)
	go func() {
		for n := 0; ; n++ {
			if r.Send([]byte(r.request(strconv.Itoa(n), "test/bytes", `"size":10000`))) != nil {
				sender <- n
				return
			}
		}
	}()
	for range int(stuck/time.Second) - 1 {
		time.Sleep(time.Second)
		other.alive()
		require.Empty(s, e.sessions.ended())
	}
	handled := e.script.snapshot().Methods["test/bytes"] - before
	require.Less(s, handled, 50)
	s.eventually(func() bool { return len(e.sessions.ended()) == 1 }, "the end of its session")
	require.ErrorIs(s, e.sessions.ended()[0], transport.Timeout)
	s.about(stuck, began)
	require.GreaterOrEqual(s, <-sender, handled-1)
	other.alive()
}

// A client that stops within a message, or lets it trickle, loses its connection after Timeouts.ReadMessage.
func clientStops(s *suite) {
	o := new(transport.Options)
	o.Timeouts.ReadMessage = stuck
	o.Limits.Message = 10_000
	e := s.serve(o)
	other := e.dial(nil)
	for i, run := range []func(r *raw, message []byte) error{
		func(r *raw, message []byte) error { return r.SendPart(message, 1) },
		func(r *raw, message []byte) error { return r.SendPart(message, len(message)-1) },
		func(r *raw, message []byte) error {
			for n := 1; n < len(message); n++ {
				if err := r.SendPart(message, n); err != nil {
					return nil //nolint:nilerr // the connection has ended, as it should
				}
				time.Sleep(time.Second)
			}
			return errors.New("it could send all")
		},
		func(r *raw, message []byte) error { // over the limit, too
			return r.SendPart(append(message[:len(message)-3:len(message)-3], fill(50_000)...), 50_000)
		},
	} {
		r := e.openRaw()
		r.alive()
		calls := e.script.snapshot().Methods["test/x"]
		began := time.Now()
		failed := make(chan error, 1)
		s.tasks.Go(func() { failed <- run(r, []byte(r.request("7", "test/x", `"text":"`+fill(100)+`"`))) })
		s.eventually(func() bool { return len(e.sessions.ended()) > i }, "the end of the session "+strconv.Itoa(i))
		s.about(stuck, began)
		require.NoError(s, <-failed)
		require.ErrorIs(s, e.sessions.ended()[i], transport.Timeout)
		require.Equal(s, calls, e.script.snapshot().Methods["test/x"], "part of a message was delivered")
		other.alive()
	}
}

func serverStops(s *suite) {
	other := s.connect(nil, nil)
	o := new(transport.ClientOptions)
	o.Timeouts.ReadMessage, o.Timeouts.Call = stuck, time.Hour
	l, r := s.rawServer(o)
	m, first := l.take(s.Context(), r, "test/x")
	began := time.Now()
	require.NoError(s, r.SendPart([]byte(`{"jsonrpc":"2.0","id":`+m.ID.String()+`,"result":{}}`), 20))
	require.ErrorIs(s, <-first, transport.Timeout)
	s.about(stuck, began)
	other.alive()
	if s.tr.Exchanges {
		return // only the exchange has ended
	}
	<-l.Done()
	require.ErrorIs(s, l.Err(), transport.Timeout)
}

// A message may take its time.
func slowButInTime(s *suite) {
	o := new(transport.Options)
	o.Timeouts.ReadMessage = stuck
	r := s.serve(o).openRaw()
	message := []byte(r.request("7", "test/echo", `"text":"x"`))
	for n := range message {
		require.NoError(s, r.SendPart(message, n))
		time.Sleep((stuck - time.Second) / time.Duration(len(message)))
	}
	r.send(string(message))
	require.Equal(s, "7", r.receive().ID.String())
	r.alive()
}

// Where nothing is going on, nothing times out.
func idle(s *suite) {
	l := s.connect(nil, nil)
	for range 5 {
		time.Sleep(20 * time.Minute)
		l.alive()
	}
	synctest.Wait()
}

// broken is what calls may fail with when the connection does.
var broken = []transport.Code{transport.Closed, transport.Lost, transport.Protocol, transport.Process}

// lost is what calls may fail with when the connection or the session does.
func (s *suite) lost() []transport.Code {
	codes := slices.Clone(broken)
	if s.tr.Posts { // the server has refused to look at it
		codes = append(codes, transport.Rejected, transport.SessionNotFound)
	}
	return codes
}

// When a server vanishes within a message, all calls fail, and the client sees nothing of the message.
func serverVanishes(s *suite) {
	for _, message := range []string{`{"jsonrpc":"2.0","id":ID,"result":{"text":"hello"}}`, notification("test/note", `{"text":"hello","n":7}`)} {
		for n := range len(message) - 1 {
			l, r := s.rawServer(nil)
			m, first := l.take(s.within(), r, "test/x")
			_, second := l.take(s.within(), r, "test/x")
			text := []byte(message)
			if at := len(`{"jsonrpc":"2.0","id":`); message[at:at+2] == "ID" {
				text = []byte(message[:at] + m.ID.String() + message[at+2:])
			}
			require.NoError(s, r.SendPart(text, min(n, len(text)-1)))
			require.NoError(s, r.Close())
			for _, call := range []<-chan error{first, second} {
				err := wait(s, call, "the end of a call")
				require.Contains(s, broken, transport.CodeOf(err), "%d bytes: %v", n, err)
			}
			require.Zero(s, l.script.snapshot().Methods["test/note"])
			require.NoError(s, l.Close())
		}
	}
}

// When clients vanish within a message, the server sees nothing of it, and serves others.
func clientVanishes(s *suite) {
	e := s.serve(nil)
	other := e.dial(nil)
	for _, message := range []string{(&raw{s: s}).request("1", "test/x", ""), notification("test/x", `{}`)} {
		for n := range len(message) {
			r := e.openRaw()
			require.NoError(s, r.SendPart([]byte(message), n))
			require.NoError(s, r.Close())
			other.alive()
		}
	}
	if !s.tr.Exchanges {
		s.eventually(func() bool { return len(e.sessions.open()) == 1 }, "the end of their sessions")
	}
	require.Zero(s, e.script.snapshot().Methods["test/x"])
}

// A client that has said all that it wants to say still gets its answers.
func halfClose(s *suite) {
	o := new(transport.Options)
	o.Timeouts.Shutdown = patience
	r := s.serve(o).openRaw()
	const n = 5
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range n {
			if err := r.Send([]byte(r.request(strconv.Itoa(i+1), "test/pause", `"pause":20`))); err != nil {
				s.Error(err)
			}
		}
		if err := r.CloseWrite(); err != nil && !errors.Is(err, errors.ErrUnsupported) {
			s.Error(err)
		}
	})
	got := map[string]bool{}
	for range n {
		m := r.receive()
		require.Zero(s, failure(m), "%s", m.Frame())
		got[m.ID.String()] = true
	}
	wg.Wait()
	require.Len(s, got, n)
	if errors.Is(r.CloseWrite(), errors.ErrUnsupported) {
		return
	}
	_, err := r.tryReceive()
	require.ErrorIs(s, err, io.EOF)
}
