package transporttest

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// The tests of load keep their names in every transport.
var loadTests = []test{
	{"ConcurrentConnectionsWithBufferLimits", load, concurrentConnectionsWithBufferLimits},
	{"ReadTimeoutHandling", ownServer | oneConnection | oneStream | load, readTimeoutHandling},
	{"CloseUnderLoad", load, closeUnderLoad},
	{"BufferOverflowProtection", ownServer | load, bufferOverflowProtection},
	{"ConcurrentReadsAndWrites", load, concurrentReadsAndWrites},
	{"ConcurrentReadsAndWritesWithSmallQueues B-17", load, concurrentReadsAndWritesWithSmallQueues},
}

// Many connections that share a pool, with small limits: what is over them fails alone, and nobody gets what is another's.
func concurrentConnectionsWithBufferLimits(s *suite) {
	const limit = 4096
	connections := 32
	if s.tr.OtherProcess {
		connections = 4
	}
	shared := s.newPool(pool.Config{Name: "shared", Classes: []int{512, 1024, 4096, 8192}})
	so, co := new(transport.Options), new(transport.ClientOptions)
	so.Pool, co.Pool = shared, shared
	co.Limits = transport.Limits{Message: limit, InFlight: 8, QueueMessages: 16, QueueBytes: 2 * limit}
	so.Limits = co.Limits
	so.Limits.InFlight = 16
	e := s.serve(so)
	ctx := s.within()
	var wg sync.WaitGroup
	for i := range connections {
		l := e.dial(co)
		for j := range 3 {
			wg.Go(func() {
				for k := range less(8, 4) {
					nonce := strconv.Itoa(i*10_000 + j*1000 + k)
					size := []int{10, 1000, limit / 2, limit * 2}[k%4]
					res, err := l.call(ctx, "test/echo", params{Text: nonce + fill(size)})
					switch {
					case size > limit && transport.CodeOf(err) != transport.MessageTooLarge:
						s.Errorf("%d bytes: %v", size, err)
					case size < limit && (err != nil || res.Text != nonce+fill(size)):
						s.Errorf("%s, %d bytes: %v", nonce, size, err)
					}
					if _, err = l.call(ctx, "test/bytes", params{Size: limit + k%2}); k%2 == 0 && err != nil {
						s.Errorf("an answer of as many bytes as are allowed: %v", err)
					}
				}
			})
		}
	}
	wg.Wait()
}

// Some of many clients stop within a message. They lose their connections, within the time that is allowed for that, and nobody else does.
func readTimeoutHandling(s *suite) {
	o := new(transport.Options)
	o.Timeouts.ReadMessage = 100 * time.Millisecond
	e := s.serve(o)
	good := e.dial(nil)
	var bad []*raw
	for range 8 {
		r := e.openRaw()
		r.alive()
		bad = append(bad, r)
	}
	for i, r := range bad {
		message := r.request("1", "test/x", "")
		require.NoError(s, r.SendPart([]byte(message), 1+i*len(message)/len(bad)))
	}
	for len(e.sessions.open()) > 1 {
		good.alive()
	}
	for _, cause := range e.sessions.ended() {
		require.ErrorIs(s, cause, transport.Timeout)
	}
	for _, r := range bad {
		require.Empty(s, r.drain())
	}
	require.Zero(s, e.script.snapshot().Methods["test/x"])
	good.alive()
}

// A connection is closed while many calls, notifications and calls back are going on. All calls end, each with its own answer or
// the fact that it is closed, and nothing is left.
func closeUnderLoad(s *suite) {
	rounds := 6
	if s.tr.OtherProcess {
		rounds = 2
	}
	for round := range rounds {
		l := s.connect(nil, nil)
		var (
			wg   sync.WaitGroup
			good atomic.Int64
		)
		ctx := s.within()
		for i := range 32 {
			name := []string{"test/echo", "test/pause", "test/notify", "test/nest"}[i%4]
			if s.rev.Modern() && name == "test/nest" {
				name = "test/progress"
			}
			wg.Go(func() {
				for {
					res, err := l.call(ctx, name, params{Text: "load", N: 3, Pause: 1})
					if err != nil {
						var e *jsonrpc.Error // a handler whose context ends while its answer can still be sent
						if !errors.As(err, &e) && !slices.Contains(s.lost(), transport.CodeOf(err)) {
							s.Errorf("%s: %v", name, err)
						}
						return
					}
					if res.Text != "load" && res.Text != "no token" && res.N != 3 {
						s.Errorf("%s: %v", name, res)
					}
					good.Add(1)
				}
			})
		}
		s.eventually(func() bool { return good.Load() > int64(20*(round+1)) }, "load")
		var closing sync.WaitGroup
		open := l.server.sessions.open()
		byServer := round > 1 && len(open) == 1
		if byServer {
			closing.Go(func() { _ = open[0].Close() }) // the other side may be first
		}
		if byServer && s.tr.Reconnects {
			more := good.Load() + 20
			s.eventually(func() bool { return good.Load() > more || l.ledger.count() > 1 }, "load in another session")
		}
		if !byServer || round > 3 || s.tr.Reconnects {
			closing.Go(func() { _ = l.Close() }) // likewise
		}
		wg.Wait()
		closing.Wait()
		require.NoError(s, l.Close())
	}
}

// Messages that are larger than a server takes, in between good ones, from many goroutines and in one piece after the other.
func bufferOverflowProtection(s *suite) {
	const limit = 8192
	rounds := less(20, 10)
	o := new(transport.Options)
	o.Limits.Message = limit
	e := s.serve(o)
	l := e.dial(nil)
	ctx := s.within()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range rounds {
				size := []int{100, limit + 1, limit / 2, 3 * limit, 40 * limit}[(i+j)%5]
				res, err := l.call(ctx, "test/echo", params{Text: fill(size)})
				var e *jsonrpc.Error
				switch {
				case size < limit && (err != nil || len(res.Text) != size):
					s.Errorf("%d bytes: %v", size, err)
				case size > limit && err == nil:
					s.Errorf("%d bytes came through", size)
				case size > limit && errors.As(err, &e) && !slices.Contains(tooLargeCodes, e.Code):
					s.Errorf("%d bytes: %v", size, err)
				}
			}
		})
	}
	wg.Wait()
	l.alive()
	require.Empty(s, e.sessions.ended())
	require.EqualValues(s, 8*rounds*3/5, e.seen.Count(transport.BadMessage))
}

// Both sides write much at the same time, more than fits in between them, so that a side that writes must not wait with reading.
func concurrentReadsAndWrites(s *suite) { s.readAndWrite(s.connect(nil, nil)) }

// The same where each side has room for less than what it is asked to send, so that both are full for most of the time.
func concurrentReadsAndWritesWithSmallQueues(s *suite) {
	so, co := new(transport.Options), new(transport.ClientOptions)
	so.Limits = transport.Limits{QueueMessages: 8, QueueBytes: 100_000}
	co.Limits = so.Limits
	s.readAndWrite(s.connect(so, co))
}

func (s *suite) readAndWrite(l *link) {
	s.Helper()
	ctx := s.within()
	text := fill(150_000)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 3 {
				name := "test/echo"
				if s.rev.Legacy() && (i+j)%2 == 0 {
					name = "test/back"
				}
				if res, err := l.call(ctx, name, params{Text: text}); err != nil || res.Text != text {
					s.Errorf("%s: %v", name, err)
				}
			}
		})
		wg.Go(func() {
			name := strconv.Itoa(i)
			for j := range 20 {
				if err := l.Notify(ctx, "test/note", jsonAppender{params{Text: name, N: j}}); err != nil {
					s.Error(err)
				}
			}
			if _, err := l.call(ctx, "test/notify", params{Text: name, N: 20, Size: 20_000}); err != nil {
				s.Error(err)
			}
		})
	}
	wg.Wait()
	for name, got := range l.state().Notes {
		require.Equal(s, numbers(20), got, name)
	}
	require.Len(s, l.state().Notes, 8)
	require.Equal(s, 8*20, l.script.snapshot().Methods["test/note"])
}
