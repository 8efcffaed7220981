package transporttest

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// Limits are exact, fail what is over them and nothing else, and say what they are.
var limitTests = []test{
	{"RequestSent F6", 0, requestSent},
	{"RequestReceived F6 B-18", ownServer, requestReceived},
	{"AnswerSent F6", ownServer, answerSent},
	{"AnswerReceived F6", 0, answerReceived},
	{"RequestOfTheServerSent F6", sessions | ownServer, requestOfTheServerSent},
	{"RequestOfTheServerReceived F6", sessions, requestOfTheServerReceived},
	{"NotificationSent F6", 0, notificationSent},
	{"NotificationSentByTheServer F6", ownServer, notificationSentByTheServer},
	{"NotificationReceived F6", ownServer, notificationReceived},
	{"NotificationReceivedByTheClient F6", 0, notificationReceivedByTheClient},
	{"TenTimesTheLimit F6 F7 S14", ownServer, tenTimesTheLimit},
	{"Depth", 0, depth},
	{"CallsInFlight H-16", 0, callsInFlight},
	{"RequestsInFlight H-16", ownServer | lasting, requestsInFlight},
}

// tooLargeCodes are those of the errors that refuse what is too large: it was not read to its end, or is no valid request.
var tooLargeCodes = []int{jsonrpc.CodeParseError, jsonrpc.CodeInvalidRequest}

// limits are those that are tested: within the first buffer of a reader, and beyond.
var limits = []int{2000, 100_000}

// tooLarge checks that err is about a message of size bytes where limit are allowed.
func (s *suite) tooLarge(err error, size, limit int) {
	s.Helper()
	var e *transport.Error
	require.ErrorAs(s, err, &e)
	require.Equal(s, transport.MessageTooLarge, e.Code())
	require.EqualValues(s, limit, e.Limit())
	if e.Size() >= 0 { // who reads may have given up before the end
		require.EqualValues(s, size, e.Size())
	}
}

// overhead returns how many bytes a request for echo has beside its text, with an id as long as those of the next calls.
func (l *link) overhead() int {
	l.s.Helper()
	for range 20 {
		l.alive()
	}
	const text = "some text"
	return l.must("test/echo", params{Text: text}).Frame - len(text)
}

// around calls f with the sizes N-1, N and N+1 for each limit N, with a connection that has it.
func (s *suite) around(connect func(limit int) *link, f func(l *link, size int, ok bool, limit int)) {
	s.Helper()
	for _, limit := range limits {
		l := connect(limit)
		for i := -1; i <= 1; i++ {
			f(l, limit+i, i <= 0, limit)
			l.alive() // only that message has failed
		}
	}
}

func (s *suite) clientLimit(limit int) *link {
	o := new(transport.ClientOptions)
	o.Limits.Message = limit
	return s.connect(nil, o)
}

func (s *suite) serverLimit(limit int) *link {
	o := new(transport.Options)
	o.Limits.Message = limit
	return s.connect(o, nil)
}

func requestSent(s *suite) {
	s.around(s.clientLimit, func(l *link, size int, ok bool, limit int) {
		overhead := l.overhead()
		res, err := l.call(s.within(), "test/size", params{Text: fill(size - overhead)})
		if !ok {
			s.tooLarge(err, size, limit)
			return
		}
		require.NoError(s, err)
		require.Equal(s, size, res.Frame)
	})
}

func requestReceived(s *suite) {
	s.around(s.serverLimit, func(l *link, size int, ok bool, _ int) {
		text := fill(size - l.overhead())
		res, err := l.call(s.within(), "test/echo", params{Text: text})
		if ok {
			require.NoError(s, err)
			require.Equal(s, size, res.Frame)
			require.Equal(s, text, res.Text)
			return
		}
		// A stream tells by a JSON-RPC error, HTTP by its status, which may come with one.
		var answered *jsonrpc.Error
		if errors.As(err, &answered) {
			require.Contains(s, tooLargeCodes, answered.Code)
			return
		}
		require.Contains(s, []transport.Code{transport.MessageTooLarge, transport.Rejected}, transport.CodeOf(err), "%v", err)
	})
}

func answerSent(s *suite) {
	s.around(s.serverLimit, func(l *link, size int, ok bool, limit int) {
		res := l.must("test/bytes", params{Size: size})
		if ok {
			require.Greater(s, len(res.Text), size/2)
			return
		}
		require.Equal(s, []string{transport.MessageTooLarge.String()}, res.Report)
		require.Equal(s, transport.TooLarge("message to the peer", int64(size), int64(limit)).Error(), res.Text)
	})
}

func answerReceived(s *suite) {
	s.around(s.clientLimit, func(l *link, size int, ok bool, limit int) {
		res, err := l.call(s.within(), "test/bytes", params{Size: size})
		if !ok {
			s.tooLarge(err, size, limit)
			return
		}
		require.NoError(s, err)
		require.Greater(s, len(res.Text), size/2)
	})
}

// overheadBack is overhead for the requests of the server.
func (l *link) overheadBack() int {
	l.s.Helper()
	const text = "some text"
	size := 0
	for range 20 {
		size = l.must("test/back", params{Text: text}).Frame - len(text)
	}
	return size
}

func requestOfTheServerSent(s *suite) {
	s.around(s.serverLimit, func(l *link, size int, ok bool, limit int) {
		res, err := l.call(s.within(), "test/back-size", params{Size: size - l.overheadBack()})
		require.NoError(s, err)
		if ok {
			require.Equal(s, size, res.Frame)
			return
		}
		require.Equal(s, []string{transport.MessageTooLarge.String()}, res.Report)
		require.Equal(s, transport.TooLarge("message to the peer", int64(size), int64(limit)).Error(), res.Text)
	})
}

func requestOfTheServerReceived(s *suite) {
	s.around(s.clientLimit, func(l *link, size int, ok bool, _ int) {
		res, err := l.call(s.within(), "test/back-size", params{Size: size - l.overheadBack()})
		require.NoError(s, err)
		if ok {
			require.Equal(s, size, res.Frame)
			return
		}
		require.Len(s, res.Report, 1)
		require.NotEqual(s, "ok", res.Report[0])
	})
}

func notificationSent(s *suite) {
	s.around(s.clientLimit, func(l *link, size int, ok bool, limit int) {
		p := params{Text: sized(params{}, size)}
		err := l.Notify(s.within(), "test/note", jsonAppender{p})
		if !ok {
			s.tooLarge(err, size, limit)
		} else {
			require.NoError(s, err)
		}
		l.alive()
		require.Equal(s, ok, len(l.state().Notes[nameOf(p.Text)]) == 1)
	})
}

func notificationSentByTheServer(s *suite) {
	s.around(s.serverLimit, func(l *link, size int, ok bool, limit int) {
		res := l.must("test/notify", params{N: 1, Size: size})
		if ok {
			require.Empty(s, res.Report)
			return
		}
		require.Equal(s, []string{transport.MessageTooLarge.String()}, res.Report)
		require.Equal(s, transport.TooLarge("message to the peer", int64(size), int64(limit)).Error(), res.Text)
	})
}

func notificationReceived(s *suite) {
	s.around(s.serverLimit, func(l *link, size int, ok bool, _ int) {
		p := params{Text: sized(params{}, size)}
		err := l.Notify(s.within(), "test/note", jsonAppender{p})
		if ok {
			require.NoError(s, err)
		}
		l.alive()
		require.Equal(s, ok, len(l.state().Notes[nameOf(p.Text)]) == 1)
		require.Equal(s, !ok, l.server.seen.Count(transport.BadMessage) == 1)
	})
}

func notificationReceivedByTheClient(s *suite) {
	s.around(s.clientLimit, func(l *link, size int, ok bool, _ int) {
		l.must("test/notify", params{N: 1, Size: size})
		require.Equal(s, ok, len(l.script.snapshot().Notes[nameOf(sized(params{}, size))]) == 1)
		require.Equal(s, !ok, l.seen.Count(transport.BadMessage) == 1)
	})
}

// Far above the limit, with the next message close behind.
func tenTimesTheLimit(s *suite) {
	const limit = 20_000
	o := new(transport.Options)
	o.Limits.Message = limit
	e := s.serve(o)
	r := e.openRaw()
	r.send(r.request("1", "test/echo", `"text":"`+fill(10*limit)+`"`))
	m := r.receive()
	require.Equal(s, "1", m.ID.String())
	require.Contains(s, tooLargeCodes, failure(m))
	r.alive()
	r.send(notification("test/note", `{"text":"`+fill(10*limit)+`"}`))
	if m := r.receive(); failure(m) != 0 { // it may have been a request: its end has not come yet when it is given up
		require.Equal(s, jsonrpc.CodeParseError, failure(m))
		require.True(s, m.ID.IsZero(), "%s", m.Frame())
	}
	r.alive()
	require.EqualValues(s, 2, e.seen.Count(transport.BadMessage))
}

// JSON nests codec.DefaultMaxDepth levels deep, the message itself included.
func depth(s *suite) {
	l := s.connect(nil, nil)
	for n := codec.DefaultMaxDepth - 1; n <= codec.DefaultMaxDepth+1; n++ {
		ok := n <= codec.DefaultMaxDepth
		call := l.NewCall("test/echo")
		levels := n - 2 // the message and its params
		call.Params = append(call.Params, `{"deep":`+strings.Repeat("[", levels)+strings.Repeat("]", levels)+`}`...)
		err := l.Do(s.within(), call)
		call.Release()
		l.alive()
		if ok {
			require.NoError(s, err, n)
		} else {
			require.Error(s, err, n)
		}
		call = l.NewCall("test/deep")
		_, err = l.do(s.within(), call, params{N: n})
		call.Release()
		l.alive()
		if ok {
			require.NoError(s, err, n)
		} else {
			require.ErrorIs(s, err, transport.Protocol, n)
		}
	}
}

// A call above the limit waits for one of the others to end.
func callsInFlight(s *suite) {
	const n = 10
	o := new(transport.ClientOptions)
	o.Limits.InFlight = n
	l := s.connect(nil, o)
	sent := l.seen.Count(transport.MessageOut)
	cancels := make([]context.CancelFunc, n)
	calls := make([]<-chan error, n)
	for i := range n {
		var ctx context.Context
		ctx, cancels[i] = withCancel(s)
		calls[i] = l.start(ctx, "test/wait", params{})
	}
	s.eventually(func() bool { return l.seen.Count(transport.MessageOut) == sent+n }, "all of them")

	call := l.NewCall("test/echo")
	defer call.Release()
	call.Timeout = 30 * time.Millisecond
	_, err := l.do(s.within(), call, params{})
	require.ErrorIs(s, err, transport.Timeout)
	ctx, cancel := context.WithTimeout(s.within(), 30*time.Millisecond)
	defer cancel()
	_, err = l.call(ctx, "test/echo", params{})
	require.ErrorIs(s, err, transport.Timeout)

	next := l.start(s.within(), "test/echo", params{})
	cancels[0]()
	require.ErrorIs(s, wait(s, calls[0], "the end of a call"), transport.Canceled)
	require.NoError(s, wait(s, next, "the call that has waited"))
	for i := 1; i < n; i++ {
		cancels[i]()
		require.ErrorIs(s, wait(s, calls[i], "the end of a call"), transport.Canceled)
	}
	l.alive()
}

// A request above the limit is refused; those before it are not.
func requestsInFlight(s *suite) {
	const n = 10
	o := new(transport.Options)
	o.Limits.InFlight = n
	l := s.connect(o, nil)
	ctx, cancel := withCancel(s)
	calls := make([]<-chan error, n)
	for i := range n {
		calls[i] = l.start(ctx, "test/wait", params{})
		l.await(func(st *state) bool {
			select {
			case err := <-calls[i]: // one before it was answered and still counted: its handler had not returned
				require.Error(s, err)
				calls[i] = l.start(ctx, "test/wait", params{})
			default:
			}
			return st.Waiting == i+1
		}, "requests that wait in the server")
	}
	for range 3 {
		_, err := l.call(s.within(), "test/echo", params{})
		var e *jsonrpc.Error
		require.ErrorAs(s, err, &e)
		require.Equal(s, jsonrpc.CodeInternalError, e.Code)
	}
	require.Equal(s, n, l.server.script.snapshot().Waiting)
	cancel()
	for _, call := range calls {
		require.ErrorIs(s, wait(s, call, "the end of a call"), transport.Canceled)
	}
	l.awaitWaiting(0)
	l.alive()
}
