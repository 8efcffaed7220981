package transporttest

import (
	"context"
	"encoding/json"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// suite is what one test has.
type suite struct {
	*testing.T

	tr     *Transport
	rev    jsonrpc.Revision
	bubble bool
	tasks  *sync.WaitGroup // what has to end with the test, after all connections are closed
}

// patience bounds the waits for events that come at once, outside of bubbles, or later on a machine that has other things to do.
var patience = 2 * time.Minute

// within returns a context that ends a wait which would be endless. In a bubble, synctest sees that.
func (s *suite) within() context.Context {
	if s.bubble {
		return s.Context()
	}
	ctx, stop := context.WithTimeout(s.Context(), patience)
	s.Cleanup(stop)
	return ctx
}

// eventually waits until ok.
func (s *suite) eventually(ok func() bool, what string) {
	s.Helper()
	if !s.comes(ok) {
		s.Fatal("it did not come: " + what)
	}
}

// comes reports whether ok came true in time.
func (s *suite) comes(ok func() bool) bool {
	if s.bubble {
		for range 1200 { // two minutes, which cost nothing
			synctest.Wait()
			if ok() {
				return true
			}
			time.Sleep(100 * time.Millisecond)
		}
		return false
	}
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}

// wait waits for c to be closed or to have something.
func wait[T any](s *suite, c <-chan T, what string) (v T) {
	s.Helper()
	if s.bubble {
		return <-c
	}
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case v = <-c:
	case <-t.C:
		s.Fatal("it did not come: " + what)
	}
	return v
}

// newPool returns a pool whose buffers have to be back at the end of the test, after all that is cleaned up later.
func (s *suite) newPool(c pool.Config) *pool.Pool {
	p := pool.New(c)
	s.Cleanup(func() {
		if s.comes(func() bool { return p.Outstanding() == 0 }) {
			return
		}
		s.Errorf("%d buffers of the pool %q are left", p.Outstanding(), c.Name)
		for _, leak := range p.Leaks() { // with the tag pooldebug
			s.Errorf("a buffer of %d bytes is left:\n%s", leak.Size, leak.Stack)
		}
	})
	return p
}

// shutdown makes Shutdown short where it passes in real time. At a client whose messages come by themselves it is how long the
// server has to take in that the session ends, and does not pass.
func (s *suite) shutdown(t *transport.Timeouts, client bool) {
	if t.Shutdown != 0 || s.bubble || s.tr.OtherProcess {
		return
	}
	t.Shutdown, t.Kill = 20*time.Millisecond, patience
	if client && s.tr.Posts {
		t.Shutdown = patience
	}
}

// endpoint is a server of the transport, and what is known of it.
type endpoint struct {
	Server

	s        *suite
	script   *script // nil in another process
	seen     *transport.Counters
	sessions *ledger
}

// ledger notes the sessions that begin and end.
type ledger struct {
	mu     sync.Mutex
	order  []jsonrpc.Session
	ends   map[jsonrpc.Session]int
	causes []error
}

func (l *ledger) begin(s jsonrpc.Session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.order = append(l.order, s)
}

func (l *ledger) end(s jsonrpc.Session, cause error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ends == nil {
		l.ends = map[jsonrpc.Session]int{}
	}
	l.ends[s]++
	l.causes = append(l.causes, cause)
}

// open returns the sessions that have not ended.
func (l *ledger) open() (list []jsonrpc.Session) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.order {
		if l.ends[s] == 0 {
			list = append(list, s)
		}
	}
	return list
}

// count returns how many sessions there were.
func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.order)
}

// ended returns the causes of the ends so far.
func (l *ledger) ended() []error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]error(nil), l.causes...)
}

// watch makes o tell l, and checks at the end of the test that each session has ended once.
func (l *ledger) watch(s *suite, o *transport.Options) {
	begin, end := o.OnSession, o.OnSessionEnd
	o.OnSession = func(ctx context.Context, session jsonrpc.Session) error {
		if begin != nil {
			if err := begin(ctx, session); err != nil {
				return err
			}
		}
		l.begin(session)
		return nil
	}
	o.OnSessionEnd = func(session jsonrpc.Session, cause error) {
		l.end(session, cause)
		if end != nil {
			end(session, cause)
		}
	}
	s.Cleanup(func() {
		s.eventually(func() bool { return len(l.open()) == 0 }, "OnSessionEnd for each session")
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, session := range l.order {
			require.Equal(s, 1, l.ends[session], "calls of OnSessionEnd for one session")
		}
		require.Len(s, l.ends, len(l.order), "sessions that have ended, but not begun")
	})
}

// serve starts a server. o may be nil.
func (s *suite) serve(o *transport.Options) *endpoint {
	s.Helper()
	e := &endpoint{s: s, seen: new(transport.Counters), sessions: new(ledger)}
	var c transport.Options
	if o != nil {
		c = *o
	}
	if c.Pool == nil {
		c.Pool = s.newPool(pool.Config{Name: "server"})
	}
	c.Observer = transport.Observers(e.seen, c.Observer)
	s.shutdown(&c.Timeouts, false)
	script := newScript()
	s.Cleanup(script.open)
	if !s.tr.OtherProcess {
		e.script = script
		e.sessions.watch(s, &c)
	}
	e.Server = s.tr.Serve(s, script, &c)
	return e
}

// link is a client, and both ends of its connection.
type link struct {
	Client

	s      *suite
	server *endpoint // nil if that is the test
	script *script   // of the client
	seen   *transport.Counters
	ledger *ledger // of the sessions that the client has had
}

// clientOptions returns o, which may be nil, completed.
func (s *suite) clientOptions(o *transport.ClientOptions, l *link) *transport.ClientOptions {
	var c transport.ClientOptions
	if o != nil {
		c = *o
	}
	c.Revision = s.rev
	if c.Pool == nil {
		c.Pool = s.newPool(pool.Config{Name: "client"})
	}
	c.Observer = transport.Observers(l.seen, c.Observer)
	s.shutdown(&c.Timeouts, true)
	l.ledger = new(ledger)
	l.ledger.watch(s, &c.Options)
	return &c
}

// dial connects a client with e. o may be nil.
func (e *endpoint) dial(o *transport.ClientOptions) *link {
	e.s.Helper()
	l := &link{s: e.s, server: e, script: newScript(), seen: new(transport.Counters)}
	c, err := e.Dial(e.s.within(), l.script, e.s.clientOptions(o, l))
	require.NoError(e.s, err)
	l.set(c)
	return l
}

// set completes l with its client.
func (l *link) set(c Client) {
	l.Client = c
	l.s.Cleanup(func() { _ = c.Close() }) // some tests have broken it
	require.Equal(l.s, l.s.rev, c.Revision())
}

// connect makes a server and a client of it. Both options may be nil.
func (s *suite) connect(so *transport.Options, co *transport.ClientOptions) *link {
	s.Helper()
	return s.serve(so).dial(co)
}

// call calls a method of the server.
func (l *link) call(ctx context.Context, name string, p params) (*reply, error) {
	call := l.NewCall(name)
	defer call.Release()
	return l.do(ctx, call, p)
}

// do calls with a Call of the test's.
func (l *link) do(ctx context.Context, call *jsonrpc.Call, p params) (*reply, error) {
	b, err := json.Marshal(p)
	if err != nil {
		return nil, err
	}
	call.Params = append(call.Params[:0], b...)
	if err := l.Do(ctx, call); err != nil {
		return nil, err
	}
	return decode(call)
}

// must is call, with a result.
func (l *link) must(name string, p params) *reply {
	l.s.Helper()
	res, err := l.call(l.s.within(), name, p)
	require.NoError(l.s, err, name)
	return res
}

// start is call on another goroutine.
func (l *link) start(ctx context.Context, name string, p params) <-chan error {
	done := make(chan error, 1)
	go func() {
		_, err := l.call(ctx, name, p)
		done <- err
	}()
	return done
}

func (l *link) notify(name string, p params) {
	l.s.Helper()
	require.NoError(l.s, l.Notify(l.s.within(), name, jsonAppender{p}))
}

// alive checks that calls are answered.
func (l *link) alive() {
	l.s.Helper()
	require.Equal(l.s, "alive?", l.must("test/echo", params{Text: "alive?"}).Text)
}

// state is what the server has seen.
func (l *link) state() *state {
	l.s.Helper()
	if l.server.script != nil {
		return l.server.script.snapshot()
	}
	return l.must("test/state", params{}).State
}

// await waits until the server has seen what it should.
func (l *link) await(ok func(st *state) bool, what string) {
	l.s.Helper()
	l.s.eventually(func() bool { return ok(l.state()) }, what)
}

// awaitWaiting waits until n requests wait in the server.
func (l *link) awaitWaiting(n int) {
	l.s.Helper()
	l.await(func(st *state) bool { return st.Waiting == n }, "requests that wait in the server")
}
