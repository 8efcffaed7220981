package transporttest

import (
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// Handlers that do what they should not do harm their own request and nothing else.
var handlerTests = []test{
	{"Panic F25 H-20", 0, handlerPanic},
	{"PanicOfTheClient F25", 0, handlerPanicOfTheClient},
	{"NoAnswer", 0, noAnswer},
	{"ResultThatIsNoObject A-09", 0, resultNotAnObject},
	{"AnswersTwice A-08", 0, answersTwice},
	{"AnswersAllAtOnce A-08", 0, answersAllAtOnce},
	{"AnswersANotification A-16", 0, answersANotification},
	{"AfterReturn", 0, afterReturn},
	{"Error A-10", 0, handlerError},
	{"UnknownMethod A-16 A-30", 0, unknownMethod},
	{"Info", 0, handlerInfo},
}

// internal checks that err is the answer to a request whose handler has failed, and tells nothing of it.
func (s *suite) internal(err error) {
	s.Helper()
	var e *jsonrpc.Error
	require.ErrorAs(s, err, &e)
	require.Equal(s, jsonrpc.CodeInternalError, e.Code)
	require.NotContains(s, e.Message+e.Data.String(), "secret")
}

func handlerPanic(s *suite) {
	l := s.connect(nil, nil)
	ctx := s.within()
	waitCtx, cancel := withCancel(s)
	other := l.start(waitCtx, "test/wait", params{})
	l.awaitWaiting(1)
	for range 3 {
		for _, name := range []string{"test/panic", "test/panic-encoding", "test/panic-notifying"} {
			_, err := l.call(ctx, name, params{})
			s.internal(err)
		}
		l.notify("test/panic-note", params{})
		l.alive()
	}
	require.Empty(s, other)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			name := []string{"test/panic", "test/echo", "test/panic-encoding", "test/notify"}[i%4]
			if _, err := l.call(ctx, name, params{Text: "x", N: 1}); (err == nil) == strings.HasPrefix(name, "test/panic") {
				s.Errorf("%s: %v", name, err)
			}
		})
	}
	wg.Wait()
	cancel()
	require.Error(s, wait(s, other, "the end of the other call"))
	l.awaitWaiting(0)
	if !s.tr.OtherProcess {
		require.EqualValues(s, 3*4+32, l.server.seen.Count(transport.HandlerPanic))
	}
}

func handlerPanicOfTheClient(s *suite) {
	l := s.connect(nil, nil)
	l.must("test/send", params{Text: "test/panic-note"})
	l.alive()
	require.EqualValues(s, 1, l.seen.Count(transport.HandlerPanic))
	if s.rev.Legacy() {
		_, err := l.call(s.within(), "test/back-panic", params{})
		s.internal(err)
		require.EqualValues(s, 2, l.seen.Count(transport.HandlerPanic))
		l.alive()
	}
}

func noAnswer(s *suite) {
	l := s.connect(nil, nil)
	for range 3 {
		_, err := l.call(s.within(), "test/nothing", params{})
		s.internal(err)
	}
	l.alive()
}

func resultNotAnObject(s *suite) {
	l := s.connect(nil, nil)
	res := l.must("test/not-an-object", params{})
	require.NotEqual(s, []string{"ok"}, res.Report, "the result was refused, and another one sent")
	l.alive()
}

// What comes after the answer is refused, and not sent.
func answersTwice(s *suite) {
	l := s.connect(nil, nil)
	require.Equal(s, "first", l.must("test/twice", params{}).Text)
	l.alive()
	answered := transport.Answered.String()
	l.await(func(st *state) bool { return len(st.Reports) > 0 }, "the end of the handler")
	got := l.state().Reports
	require.Equal(s, []string{"ok", answered, answered, answered, answered}, got[:5])
	require.NotEqual(s, "ok", got[5], "a call of the peer after the answer")
	require.Zero(s, l.seen.Count(transport.LateAnswer))
	require.Empty(s, l.script.snapshot().Notes)
}

func answersAllAtOnce(s *suite) {
	l := s.connect(nil, nil)
	for range 20 {
		n := len(l.state().Reports)
		res := l.must("test/all-at-once", params{})
		l.await(func(st *state) bool { return len(st.Reports) == n+8 }, "the end of the handler")
		for i, code := range l.state().Reports[n:] {
			if i+1 == res.N {
				require.Equal(s, "ok", code)
			} else {
				require.Equal(s, transport.Answered.String(), code)
			}
		}
	}
	l.alive()
	require.Zero(s, l.seen.Count(transport.LateAnswer))
}

func answersANotification(s *suite) {
	l := s.connect(nil, nil)
	l.notify("test/answer-in-a-note", params{})
	l.alive()
	require.Equal(s, []string{"ok", "ok"}, l.state().Reports)
	require.Zero(s, l.seen.Count(transport.LateAnswer)+l.seen.Count(transport.BadMessage))
}

// A ResponseWriter that is kept too long is refused, and answers none of the requests that came later.
func afterReturn(s *suite) {
	l := s.connect(nil, nil)
	ctx := s.within()
	const n = 10
	for range n {
		l.must("test/keep", params{})
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				if res, err := l.call(ctx, "test/echo", params{Text: "x"}); err != nil || res.Text != "x" {
					s.Error(res, err)
				}
			}
		})
	}
	list := l.must("test/kept", params{}).Report
	wg.Wait()
	require.Len(s, list, 6*n)
	for _, code := range list {
		require.Equal(s, transport.Stale.String(), code)
	}
	require.Zero(s, l.seen.Count(transport.LateAnswer))
	require.Empty(s, l.script.snapshot().Notes)
}

func handlerError(s *suite) {
	l := s.connect(nil, nil)
	for _, code := range []int{1, -32602, -32002, 2147483647} {
		_, err := l.call(s.within(), "test/fail", params{N: code, Text: "no \"luck\"\n"})
		var e *jsonrpc.Error
		require.ErrorAs(s, err, &e)
		require.Equal(s, code, e.Code)
		require.Equal(s, "no \"luck\"\n", e.Message)
		require.Equal(s, `{"a":[1.0,null]}`, e.Data.String())
	}
	l.alive()
}

// An unknown request is refused, an unknown notification is dropped.
func unknownMethod(s *suite) {
	l := s.connect(nil, nil)
	_, err := l.call(s.within(), "test/unknown", params{})
	var e *jsonrpc.Error
	require.ErrorAs(s, err, &e)
	require.Equal(s, jsonrpc.CodeMethodNotFound, e.Code)
	l.notify("test/unknown-note", params{})
	l.must("test/send", params{Text: "test/unknown-note"})
	l.alive()
	require.Equal(s, 1, l.state().Methods["test/unknown-note"])
	require.Equal(s, 1, l.script.snapshot().Methods["test/unknown-note"])
}

// What a handler is told of its peer.
func handlerInfo(s *suite) {
	o := new(transport.ClientOptions)
	o.Capabilities = jsonAppender{map[string]any{"roots": map[string]any{}}}
	l := s.connect(nil, o)
	got := l.must("test/info", params{}).Info
	require.Equal(s, s.rev.String(), got.Revision)
	require.Equal(s, s.rev.Legacy(), got.CanCall)
	require.Equal(s, s.rev.Legacy(), got.Session)
	require.JSONEq(s, `{"roots":{}}`, string(got.Capabilities))
}
