package transport_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// bound is what taking a connection down may take.
const bound = transport.DefaultShutdown + transport.DefaultKill

// A connection may be closed from wherever the engine calls. A Client's Close waits for what goes on, and so for its own caller, but not
// for ever; a Session's does not wait.
func TestCloseFromInside(t *testing.T) {
	var client atomic.Pointer[transport.Client]
	var closed atomic.Int32
	closers := map[string]func(s jsonrpc.Session){
		"session": func(s jsonrpc.Session) { _ = s.Close() },
		"client": func(jsonrpc.Session) {
			if c := client.Load(); c != nil {
				_ = c.Close()
			}
		},
	}
	for name, end := range closers {
		var session atomic.Pointer[jsonrpc.Session]
		do := func() {
			s := session.Load()
			if s == nil || closed.Add(1) > 1 {
				return
			}
			end(*s)
		}
		handler := func(context.Context, writer, *message) { do() }
		for place, prepare := range map[string]func(o *transport.ClientOptions, h methods){
			"handler":       func(_ *transport.ClientOptions, h methods) { h["ask"] = handler },
			"notification":  func(_ *transport.ClientOptions, h methods) { h["note"] = handler },
			"OnSessionEnd":  func(o *transport.ClientOptions, _ methods) { o.OnSessionEnd = func(jsonrpc.Session, error) { do() } },
			"OnProgress":    func(*transport.ClientOptions, methods) {},
			"Observer in":   func(o *transport.ClientOptions, _ methods) { o.Observer = on(transport.MessageIn, do) },
			"Observer out":  func(o *transport.ClientOptions, _ methods) { o.Observer = on(transport.MessageOut, do) },
			"Observer call": func(o *transport.ClientOptions, _ methods) { o.Observer = on(transport.CallDone, do) },
			"Observer request": func(o *transport.ClientOptions, h methods) {
				h["ask"] = echo
				o.Observer = on(transport.RequestDone, do)
			},
			"Observer session end": func(o *transport.ClientOptions, _ methods) { o.Observer = on(transport.SessionEnd, do) },
		} {
			t.Run(name+" "+place, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					client.Store(nil)
					session.Store(nil)
					closed.Store(0)
					var o transport.ClientOptions
					h := methods{"note": func(context.Context, writer, *message) {}}
					prepare(&o, h)
					c, r := dial(t, h, o)
					s := c.Session()
					session.Store(&s)
					client.Store(c)
					outcome := make(chan error, 1)
					go func() {
						x := c.NewCall("call")
						defer x.Release()
						if place == "OnProgress" {
							x.OnProgress = func(codec.Raw) { do() }
						}
						outcome <- c.Do(t.Context(), x)
					}()
					began := time.Now()
					synctest.Wait()
					select {
					case err := <-outcome: // it could not even begin
						require.ErrorIs(t, err, transport.Closed)
					default:
						id := r.read().ID.String()
						token := `"progressToken":` + id + `,"progress":1`
						_, _ = io.WriteString(r.out, req(1, "ask")+"\n"+notice("note", "{}")+"\n"+notice("notifications/progress", `{`+token+`}`)+"\n"+result(id, "")+"\n")
						<-outcome
					}
					time.Sleep(time.Second)
					r.end()
					<-c.Done()
					require.LessOrEqual(t, time.Since(began), bound+2*time.Second)
					require.NotZero(t, closed.Load(), "this shows nothing")
				})
			})
		}
	}
}

// on is an Observer that does f at an event.
func on(e transport.Event, f func()) transport.Observer {
	return observer(func(o transport.Observation) {
		if o.Event == e {
			f()
		}
	})
}

type observer func(transport.Observation)

func (f observer) Observe(o transport.Observation) { f(o) }

// Streams that nothing can close: the reader stays behind in its Read, and everything else ends all the same.
func TestEndsWithoutClose(t *testing.T) {
	for name, run := range map[string]struct {
		end  func(x *rawServer)
		want transport.Code
	}{
		"session closed": {func(x *rawServer) { _ = x.session.Close() }, transport.Unknown},
		"context":        {func(x *rawServer) { x.cancel() }, transport.Canceled},
		"write timeout": {func(x *rawServer) {
			go func() { _ = x.session.Notify(x.t.Context(), "note", text(make([]byte, 1000))) }()
		}, transport.Timeout},
		"read timeout": {func(x *rawServer) { _, _ = io.WriteString(x.out, `{"half`) }, transport.Timeout},
	} {
		for how, option := range map[string]func(*transport.Stream){
			"at once":   func(*transport.Stream) {},
			"goroutine": withoutTry,
			"inline":    inline,
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					handled := 0
					x := serve(t, methods{"late": func(context.Context, writer, *message) { handled++ }}, transport.Options{},
						jsonrpc.LatestLegacy, sized(500), option, func(s *transport.Stream) { s.Close = nil })
					time.Sleep(time.Second)
					began := time.Now()
					run.end(x)
					err := x.ended()
					if run.want == transport.Unknown {
						require.NoError(t, err)
					} else {
						require.ErrorIs(t, err, run.want)
					}
					require.LessOrEqual(t, time.Since(began), transport.DefaultWrite+bound+time.Second)
					_, _ = io.WriteString(x.out, "\n"+req(9, "late")+"\n"+req(10, "late")+"\n")
					synctest.Wait()
					require.Zero(t, handled, "the server has ended")
				})
			})
		}
	}
}

// When ctx ends, a handler is told at once; its answer still gets out, and Serve waits for it.
func TestServeWaitsForHandlers(t *testing.T) {
	for name, method := range map[string]string{"request": req(1, "work"), "notification": notice("work", "{}")} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				started, returned := make(chan struct{}), false
				x := serve(t, methods{"work": func(ctx context.Context, w writer, _ *message) {
					close(started)
					<-ctx.Done()
					time.Sleep(time.Second) // clears up
					_ = w.Result(nil)
					returned = true
				}}, transport.Options{}, jsonrpc.LatestLegacy)
				x.write(method)
				<-started
				x.cancel()
				require.ErrorIs(t, x.ended(), transport.Canceled)
				require.True(t, returned)
				if name == "request" {
					require.Equal(t, []string{"1"}, x.answered(1))
				}
			})
		})
	}
}

// Requests that wait for a client to read its answers are not handled after the end, and delay it no longer than what is to be written may.
func TestEndOfPeerThatDoesNotRead(t *testing.T) {
	onAllWriters(t, func(t *testing.T, how func(*transport.Stream)) {
		var handled atomic.Int64
		x := serve(t, methods{"count": func(context.Context, writer, *message) { handled.Add(1) }},
			transport.Options{Limits: transport.Limits{QueueMessages: 2}}, jsonrpc.LatestLegacy, sized(1), how)
		for i := range 100 {
			x.write(req(i, "count"))
		}
		time.Sleep(time.Second)
		before := handled.Load()
		require.Less(t, before, int64(30))
		began := time.Now()
		x.cancel()
		require.ErrorIs(t, x.ended(), transport.Canceled)
		require.LessOrEqual(t, time.Since(began), 2*transport.DefaultShutdown)
		require.Equal(t, before, handled.Load())
	})
}

// A handler that ends its goroutine, as a failed test in a handler does, ends nothing else.
func TestHandlerExitsGoroutine(t *testing.T) {
	for name, line := range map[string]string{
		"request":      req(1, "exit"),
		"notification": notice("exit", "{}"),
		"batch":        "[" + req(1, "exit") + "]",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := serve(t, methods{"exit": func(context.Context, writer, *message) { runtime.Goexit() }, "echo": echo},
					transport.Options{}, jsonrpc.Rev20250326)
				x.write(line, req(2, "echo"))
				answers := ""
				for range map[string]int{"request": 2, "notification": 1, "batch": 2}[name] {
					line, err := x.in.ReadString('\n')
					require.NoError(t, err)
					answers += line
				}
				require.Equal(t, name != "notification", strings.Contains(answers, `"id":1,"error":{"code":-32603,`), answers)
				require.Contains(t, answers, result("2", "x"))
				began := time.Now()
				x.end()
				require.NoError(t, x.ended())
				require.Zero(t, transport.HeldBy(x.session))
				require.Zero(t, time.Since(began))
			})
		})
	}
}

// OnSession may close the session that it is asked about, or refuse it.
func TestOnSessionEnds(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(s jsonrpc.Session) error
		want error
	}{
		"close":  {func(s jsonrpc.Session) error { return s.Close() }, nil},
		"refuse": {func(jsonrpc.Session) error { return errOnPurpose }, errOnPurpose},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ends := 0
				x := serve(t, nil, transport.Options{
					OnSession:    func(_ context.Context, s jsonrpc.Session) error { return c.f(s) },
					OnSessionEnd: func(jsonrpc.Session, error) { ends++ },
				}, 0)
				require.ErrorIs(t, x.ended(), c.want)
				require.Equal(t, map[string]int{"close": 1, "refuse": 0}[name], ends, "only for sessions that were let in")
				_, err := x.in.ReadByte()
				require.ErrorIs(t, err, io.EOF)
				<-x.session.Done()
			})
		})
	}
}

// What a Client sends while its OnSession runs could not be answered.
func TestOnSessionCannotCall(t *testing.T) {
	got := make(chan error, 2)
	o := new(transport.PipeOptions)
	o.Client.OnSession = func(ctx context.Context, s jsonrpc.Session) error {
		_, err := call(ctx, s, "ping", "")
		got <- err
		got <- s.Notify(ctx, "note", nil)
		return nil
	}
	connect(t, methods{}, nil, o)
	require.ErrorIs(t, <-got, transport.CannotCall)
	require.ErrorIs(t, <-got, transport.CannotCall)
}

// failing is a Reader whose next Read fails when it is told to.
type failing struct {
	io.Reader
	err atomic.Pointer[error]
}

func (f *failing) Read(b []byte) (int, error) {
	n, err := f.Reader.Read(b)
	if e := f.err.Load(); e != nil {
		return 0, *e
	}
	return n, err
}

// Every way in which a connection can end leaves nothing behind, and tells the calls that wait and OnSessionEnd why.
func TestEnds(t *testing.T) {
	broken := errors.New("broken")
	type side struct {
		c  *transport.Client
		r  *raw
		in *failing
	}
	for name, tt := range map[string]struct {
		end  func(x side)
		code transport.Code // of calls
		is   error          // what OnSessionEnd gets
	}{
		"client closes":  {func(x side) { _ = x.c.Close() }, transport.Closed, nil},
		"session closes": {func(x side) { _ = x.c.Session().Close() }, transport.Closed, nil},
		"peer closes":    {func(x side) { x.r.end() }, transport.Closed, nil},
		"read fails": {func(x side) {
			x.in.err.Store(&broken)
			x.r.write("")
		}, transport.Closed, broken},
		"half a message": {func(x side) { _, _ = io.WriteString(x.r.out, "{") }, transport.Timeout, transport.Timeout},
		"nobody reads": {func(x side) {
			_ = x.c.Notify(context.Background(), "note", text(make([]byte, 1<<20))) // that is what is looked at below
		}, transport.Timeout, transport.Timeout},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var ends []error
				x := side{in: new(failing)}
				x.c, x.r = dial(t, nil, transport.ClientOptions{Options: transport.Options{
					OnSessionEnd: func(_ jsonrpc.Session, err error) { ends = append(ends, err) },
				}}, func(s *transport.Stream) { x.in.Reader, s.In = s.In, x.in })
				result := make(chan error, 1)
				go func() {
					_, err := call(t.Context(), x.c, "ask", "")
					result <- err
				}()
				x.r.read()
				tt.end(x)
				require.ErrorIs(t, <-result, tt.code)
				<-x.c.Done()
				require.Len(t, ends, 1)
				require.ErrorIs(t, ends[0], tt.is)
				require.Zero(t, transport.HeldBy(x.c.Session()))
				require.ErrorIs(t, x.c.Notify(t.Context(), "note", nil), tt.code)
				_, err := call(t.Context(), x.c, "ask", "")
				require.ErrorIs(t, err, tt.code)
				_ = x.c.Close() // once more
				_ = x.c.Session().Close()
			})
		})
	}
}

// The peer closes just when Serve is told to end: both ends wait for the same handler, and no longer than it takes.
func TestEndsMeet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := serve(t, methods{"work": func(context.Context, writer, *message) { time.Sleep(2 * time.Second) }}, transport.Options{}, jsonrpc.LatestLegacy)
		x.write(req(1, "work"))
		time.Sleep(time.Second)
		began := time.Now()
		x.end()
		x.cancel()
		_ = x.ended() // which of the two was first is open
		require.Equal(t, time.Second, time.Since(began))
	})
}

// A failed Write is asked about like a failed Read: calls fail with what OnEnd makes of it.
func TestOnEndExplainsWrite(t *testing.T) {
	for name, tt := range map[string]struct {
		answer error
		want   transport.Code
	}{
		"process":      {transport.FromProcess("it has ended", 7, "", nil), transport.Process},
		"ordinary end": {io.EOF, transport.Closed},
		"anything":     {errOnPurpose, transport.Closed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := dial(t, nil, transport.ClientOptions{}, withoutTry, func(s *transport.Stream) {
					s.OnEnd = func(error) error {
						time.Sleep(time.Second) // finds out
						return tt.answer
					}
				})
				outcome := make(chan error, 1)
				go func() {
					_, err := call(t.Context(), c, "ask", "")
					outcome <- err
				}()
				peer.read()
				peer.end()
				_, err := call(t.Context(), c, "ask", "")
				for _, err := range []error{err, <-outcome} {
					require.Equal(t, tt.want, transport.CodeOf(err), "%v", err)
					require.ErrorIs(t, err, tt.answer)
				}
			})
		})
	}
}

// The sessions of an Endpoint may be closed by their own OnSessionEnd too.
func TestOnSessionEndClosesCarried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ends := 0
		e := transport.NewEndpoint("test", methods{}, &transport.Options{OnSessionEnd: func(s jsonrpc.Session, _ error) {
			ends++
			_ = s.Close()
		}}, 1<<20)
		s, err := e.OpenSession(t.Context(), "id", "", e.NewQueue(transport.QueueOptions{}), nil)
		require.NoError(t, err)
		s.End(nil)
		<-s.Gone()
		require.NoError(t, s.Close())
		require.Equal(t, 1, ends)
	})
}
