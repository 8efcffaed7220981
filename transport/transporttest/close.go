package transporttest

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// Connections end from either side, whatever goes on meanwhile. That each session ends once is checked after all tests.
var closeTests = []test{
	{"Idle", 0, closeIdle},
	{"WithCallsPending", 0, closeWithCalls},
	{"AtTheSameTime", 0, closeAtTheSameTime},
	{"WithinAHandler", 0, closeWithinAHandler},
	{"ByTheServer", ownServer | lasting, closeByTheServer},
	{"ByTheServerWithCallsPending", ownServer | lasting, closeByTheServerWithCalls},
	{"ByTheServerWithinAHandler", sessions, closeByTheServerWithinAHandler},
	{"ByBoth", ownServer | lasting | load, closeByBoth},
	{"OnSession", ownServer | lasting, onSession},
	{"OnSessionOfTheClient", 0, onSessionOfTheClient},
	{"RefusedByTheServer", ownServer | lasting, refusedByTheServer},
	{"RefusedByTheClient", 0, refusedByTheClient},
	{"HandlersEndFirst", ownServer, handlersEndFirst},
	{"StubbornHandler", clock | ownServer | oneConnection, stubbornHandler},
}

// closed checks that l is closed, and that nothing can be done with it.
func (l *link) closed() {
	l.s.Helper()
	wait(l.s, l.Done(), "Done")
	_, err := l.call(l.s.within(), "test/echo", params{})
	require.Contains(l.s, broken, transport.CodeOf(err), "%v", err)
	err = l.Notify(l.s.within(), "test/note", nil)
	require.Contains(l.s, broken, transport.CodeOf(err), "%v", err)
	require.NoError(l.s, l.Close(), "once more")
}

// closedByServer checks what becomes of a client whose session the server has ended.
func (l *link) closedByServer() {
	l.s.Helper()
	if !l.s.tr.Reconnects {
		l.closed()
		return
	}
	l.alive()
	select {
	case <-l.Done():
		l.s.Fatal("the client is Done, though it can open another session")
	default:
	}
	require.NoError(l.s, l.Err())
	l.notify("test/note", params{Text: "again"})
	l.await(func(st *state) bool { return len(st.Notes["again"]) == 1 }, "a notification in the other session")
	ledgers := []*ledger{l.ledger}
	if !l.s.tr.OtherProcess {
		ledgers = append(ledgers, l.server.sessions)
	}
	for _, x := range ledgers {
		l.s.eventually(func() bool { return len(x.ended()) == 1 }, "OnSessionEnd")
		require.Len(l.s, x.open(), 1)
		require.Equal(l.s, 2, x.count())
	}
	require.NoError(l.s, l.Close())
	l.closed()
}

// stopped checks the error of a call that was going on when the server has ended the session. There is none if its handler was
// fast enough with an answer, which may say that it was cancelled.
func (s *suite) stopped(err error) {
	s.Helper()
	var answered *jsonrpc.Error
	if err != nil && !(s.tr.Reconnects && errors.As(err, &answered)) {
		require.Contains(s, s.lost(), transport.CodeOf(err), "%v", err)
	}
}

func closeIdle(s *suite) {
	l := s.connect(nil, nil)
	l.alive()
	select {
	case <-l.Done():
		s.Fatal("Done before Close")
	default:
	}
	require.NoError(s, l.Err())
	require.NoError(s, l.Close())
	require.NoError(s, l.Err())
	l.closed()

	l = s.connect(nil, nil) // with nothing said at all
	require.NoError(s, l.Close())
	l.closed()
}

// startWaits starts n calls that wait.
func (l *link) startWaits(n int) []<-chan error {
	l.s.Helper()
	list := make([]<-chan error, n)
	for i := range list {
		list[i] = l.start(l.s.within(), "test/wait", params{})
	}
	l.awaitWaiting(n)
	return list
}

func (s *suite) allFail(calls []<-chan error, codes ...transport.Code) {
	s.Helper()
	for _, call := range calls {
		err := wait(s, call, "the end of a call")
		require.Contains(s, codes, transport.CodeOf(err), "%v", err)
	}
}

func closeWithCalls(s *suite) {
	l := s.connect(nil, nil)
	calls := l.startWaits(5)
	require.NoError(s, l.Close())
	s.allFail(calls, transport.Closed)
	l.closed()
	if script := l.server.script; script != nil {
		s.eventually(func() bool { return script.snapshot().Waiting == 0 }, "the end of the handlers")
	}
}

func closeAtTheSameTime(s *suite) {
	l := s.connect(nil, nil)
	calls := l.startWaits(3)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := l.Close(); err != nil {
				s.Error(err)
			}
		})
	}
	wg.Wait()
	s.allFail(calls, transport.Closed)
	l.closed()
}

// The handler of a client closes its session.
func closeWithinAHandler(s *suite) {
	l := s.connect(nil, nil)
	calls := l.startWaits(2)
	_, err := l.call(s.within(), "test/send", params{Text: "test/close"})
	if err != nil { // the answer may have come in time
		require.ErrorIs(s, err, transport.Closed)
	}
	s.allFail(calls, transport.Closed)
	l.closed()
	require.Equal(s, []string{"ok"}, l.script.snapshot().Reports)
}

func closeByTheServer(s *suite) {
	l := s.connect(nil, nil)
	l.alive()
	list := l.server.sessions.open()
	require.Len(s, list, 1)
	require.NoError(s, list[0].Close())
	wait(s, list[0].Done(), "the end of the session")
	l.closedByServer()
	require.NoError(s, list[0].Close())
	call := list[0].NewCall("test/echo")
	require.Error(s, list[0].Do(s.within(), call))
	call.Release()
	s.eventually(func() bool { return len(l.server.sessions.ended()) > 0 }, "OnSessionEnd")
	require.NoError(s, l.server.sessions.ended()[0], "it was closed in the ordinary way")
}

func closeByTheServerWithCalls(s *suite) {
	l := s.connect(nil, nil)
	calls := l.startWaits(5)
	require.NoError(s, l.server.sessions.open()[0].Close())
	s.eventually(func() bool { return l.server.script.snapshot().Waiting == 0 }, "the end of the handlers")
	for _, call := range calls {
		s.stopped(wait(s, call, "the end of a call"))
	}
	l.closedByServer()
}

func closeByTheServerWithinAHandler(s *suite) {
	l := s.connect(nil, nil)
	_, err := l.call(s.within(), "test/close", params{})
	s.stopped(err)
	l.closedByServer()
}

func closeByBoth(s *suite) {
	for range 20 {
		l := s.connect(nil, nil)
		calls := l.startWaits(2)
		session := l.server.sessions.open()[0]
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if err := l.Close(); err != nil {
					s.Error(err)
				}
			})
			wg.Go(func() {
				if err := session.Close(); err != nil {
					s.Error(err)
				}
			})
		}
		wg.Wait()
		for _, call := range calls {
			s.stopped(wait(s, call, "the end of a call"))
		}
		l.closed()
	}
}

// OnSession comes before the first message, and its context ends with the session.
func onSession(s *suite) {
	var (
		mu   sync.Mutex
		list []context.Context
		e    *endpoint
	)
	o := new(transport.Options)
	o.OnSession = func(ctx context.Context, session jsonrpc.Session) error {
		mu.Lock()
		defer mu.Unlock()
		list = append(list, ctx)
		session.SetValue("n", len(list))
		return ctx.Err()
	}
	ended := make(chan any, 10)
	o.OnSessionEnd = func(session jsonrpc.Session, cause error) {
		if cause != nil || len(e.sessions.ended()) == 0 {
			s.Error("the session has ended with", cause)
		}
		ended <- session.Value("n")
	}
	e = s.serve(o)
	for i := range 3 {
		l := e.dial(nil)
		l.alive()
		require.Len(s, e.sessions.open(), 1)
		require.Empty(s, ended)
		mu.Lock()
		ctx, n := list[i], len(list)
		mu.Unlock()
		require.Equal(s, i+1, n)
		require.NoError(s, ctx.Err())
		require.NoError(s, l.Close())
		require.Equal(s, i+1, wait(s, ended, "OnSessionEnd"))
		wait(s, ctx.Done(), "the end of the context")
	}
}

func onSessionOfTheClient(s *suite) {
	var session jsonrpc.Session
	ended := make(chan error, 10)
	o := new(transport.ClientOptions)
	o.OnSession = func(_ context.Context, x jsonrpc.Session) error {
		session = x
		return nil
	}
	o.OnSessionEnd = func(_ jsonrpc.Session, cause error) { ended <- cause }
	l := s.connect(nil, o)
	require.NotNil(s, session)
	call := session.NewCall("test/echo")
	_, err := l.do(s.within(), call, params{})
	require.NoError(s, err)
	call.Release()
	require.Empty(s, ended)
	require.NoError(s, l.Close())
	require.NoError(s, wait(s, ended, "OnSessionEnd"))
	wait(s, session.Done(), "the end of the session")
}

var errUnwelcome = errors.New("unwelcome")

// A session that OnSession refuses has never been: nothing of it is handled, and OnSessionEnd is not called.
func refusedByTheServer(s *suite) {
	o := new(transport.Options)
	o.OnSession = func(context.Context, jsonrpc.Session) error { return errUnwelcome }
	e := s.serve(o)
	l := &link{s: s, script: newScript(), seen: new(transport.Counters)}
	_, err := e.Dial(s.within(), l.script, s.clientOptions(nil, l))
	require.Error(s, err)
	require.NotErrorIs(s, err, context.DeadlineExceeded)
	require.Empty(s, e.script.snapshot().Methods)
	require.Empty(s, e.sessions.ended())
}

func refusedByTheClient(s *suite) {
	o := new(transport.ClientOptions)
	o.OnSession = func(context.Context, jsonrpc.Session) error { return errUnwelcome }
	o.OnSessionEnd = func(jsonrpc.Session, error) { s.Error("OnSessionEnd was called") }
	l := &link{s: s, script: newScript(), seen: new(transport.Counters)}
	_, err := s.serve(nil).Dial(s.within(), l.script, s.clientOptions(o, l))
	require.ErrorIs(s, err, errUnwelcome)
	require.Empty(s, l.script.snapshot().Methods)
}

// OnSessionEnd comes when the last handler has returned.
func handlersEndFirst(s *suite) {
	var e *endpoint
	waiting := make(chan int, 1)
	o := new(transport.Options)
	o.OnSessionEnd = func(jsonrpc.Session, error) { waiting <- e.script.snapshot().Waiting }
	e = s.serve(o)
	l := e.dial(nil)
	calls := l.startWaits(4)
	if len(e.sessions.open()) == 0 {
		s.Skip("there are no sessions")
	}
	require.NoError(s, l.Close())
	require.Zero(s, wait(s, waiting, "OnSessionEnd"))
	s.allFail(calls, transport.Closed)
}

// A handler that ignores its context is waited for, but not for ever. What it does later is refused.
func stubbornHandler(s *suite) {
	o := new(transport.Options)
	o.Timeouts.Shutdown, o.Timeouts.Kill = 2*time.Second, 3*time.Second
	l := s.connect(o, nil)
	call := l.start(s.Context(), "test/gated", params{})
	l.awaitWaiting(1)
	began := time.Now()
	require.NoError(s, l.Close())
	require.ErrorIs(s, <-call, transport.Closed)
	s.eventually(func() bool { return len(l.server.sessions.ended()) == 1 }, "OnSessionEnd")
	s.about(5*time.Second, began)
	l.server.script.open()
	s.eventually(func() bool { return l.server.script.snapshot().Waiting == 0 }, "the end of the handler")
}
