package transport_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// queued is a session whose stream is a Queue that the test writes out.
type queued struct {
	*transport.ServerSession
	e     *transport.Endpoint
	q     *transport.Queue
	reads chan struct{} // closed when the peer reads
	read  func()        // closes it

	mu    sync.Mutex
	lines []string
}

// openQueued opens a session of the revision. Nothing is attached to the Queue.
func openQueued(t *testing.T, h jsonrpc.Handler, l transport.Limits) *queued {
	t.Helper()
	return openQueuedWith(t, h, &transport.Options{Limits: l})
}

func openQueuedWith(t *testing.T, h jsonrpc.Handler, o *transport.Options) *queued {
	t.Helper()
	p := pool.New(pool.Config{Name: "test"})
	o.Pool = p
	x := &queued{reads: make(chan struct{}), e: transport.NewEndpoint("test", h, o, 1<<20)}
	x.read = sync.OnceFunc(func() { close(x.reads) })
	x.q = x.e.NewQueue(transport.QueueOptions{After: "\n"})
	var err error
	x.ServerSession, err = x.e.OpenSession(t.Context(), "id", "", x.q, nil)
	require.NoError(t, err)
	x.receive(t, initialize, &kept{})
	x.receive(t, ready, x.q)
	t.Cleanup(func() {
		x.End(nil)
		x.read()
		<-x.Gone()
		synctest.Wait()
		require.Zero(t, p.Outstanding())
	})
	return x
}

func (x *queued) receive(t *testing.T, line string, out transport.Sink) {
	t.Helper()
	in, err := fill(x.e.NewIncoming(len(line)), []byte(line))
	if err != nil {
		t.Error(err)
		return
	}
	if err := x.Receive(t.Context(), in, out); err != nil {
		t.Error(err)
	}
}

// Write is what the Queue writes to.
func (x *queued) Write(b []byte) (int, error) {
	<-x.reads
	x.mu.Lock()
	defer x.mu.Unlock()
	x.lines = append(x.lines, lines(string(b))...)
	return len(b), nil
}

// written returns what was written.
func (x *queued) written() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.lines
}

// kept is a Sink that keeps what was sent.
type kept struct {
	mu  sync.Mutex
	got [][]byte
}

func (k *kept) Begin() []byte { k.mu.Lock(); return nil }
func (k *kept) Abort()        { k.mu.Unlock() }

func (k *kept) Send(_ context.Context, b []byte, _ transport.Outgoing) error {
	k.got = append(k.got, b)
	k.mu.Unlock()
	return nil
}

// What waits in a Queue is bounded, however many send at a time, and all of it arrives when the peer reads (rule H-16).
func TestQueueBound(t *testing.T) {
	const limit, senders, size = 10, 200, 100
	send := map[string]func(x *queued, i int) error{
		"notifications": func(x *queued, _ int) error {
			return x.Notify(context.Background(), "note", text(strings.Repeat("x", size)))
		},
		"posts": func(x *queued, _ int) error {
			return x.q.Post(context.Background(), []byte(notice("note", `"`+strings.Repeat("x", size)+`"`)), transport.Outgoing{})
		},
		"answers": func(x *queued, i int) error {
			in, err := fill(x.e.NewIncoming(0), []byte(req(i, "echo")))
			if err != nil {
				return err
			}
			return x.Receive(context.Background(), in, x.q)
		},
		"refused": func(x *queued, i int) error {
			in, err := fill(x.e.NewIncoming(0), []byte(`{"jsonrpc":"2.0","id":`+strconv.Itoa(i)+`,"method":"initialize"}`))
			if err != nil {
				return err
			}
			return x.Receive(context.Background(), in, x.q)
		},
	}
	for name, f := range send {
		for by, l := range map[string]transport.Limits{"messages": {QueueMessages: limit}, "bytes": {QueueBytes: limit * size}} {
			t.Run(name+" by "+by, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					x := openQueued(t, methods{"echo": echo}, l)
					require.NoError(t, x.q.Attach(t.Context(), x))
					require.NoError(t, x.Notify(t.Context(), "first", nil))
					synctest.Wait() // it is being written
					var wg sync.WaitGroup
					for i := range senders {
						wg.Go(func() {
							if err := f(x, i); err != nil {
								t.Error(err)
							}
						})
					}
					synctest.Wait()
					times := 1
					if name == "answers" || name == "refused" { // they get past what they answer
						times = 2
					}
					messages, bytes := transport.WaitingIn(x.q)
					if by == "messages" {
						require.Equal(t, times*limit, messages)
					} else {
						require.GreaterOrEqual(t, bytes, times*limit*size)
						require.Less(t, bytes, times*limit*size+2*size, "one message more")
					}
					x.read()
					wg.Wait()
					x.q.Flush(t.Context())
					require.Len(t, x.written(), senders+1)
				})
			})
		}
	}
}

// Without a writer, a Queue keeps what it has room for. What it refuses it has not taken.
func TestQueueWithoutWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := openQueued(t, methods{}, transport.Limits{QueueMessages: 3})
		for i := range 5 {
			want := transport.Code(0)
			if i >= 3 {
				want = transport.Overloaded
			}
			require.Equal(t, want, transport.CodeOf(x.Notify(t.Context(), "note", nil)))
		}
		call := x.NewCall("ask")
		defer call.Release()
		require.ErrorIs(t, x.Do(t.Context(), call), transport.Overloaded)
		require.NoError(t, x.q.Attach(t.Context(), x))
		x.read()
		x.q.Flush(t.Context())
		note := `{"jsonrpc":"2.0","method":"note"}`
		require.Equal(t, []string{note, note, note}, x.written())
	})
}

// What is dropped without a writer does not fill a Queue.
func TestQueueVolatile(t *testing.T) {
	e := transport.NewEndpoint("test", nil, &transport.Options{Limits: transport.Limits{QueueMessages: 3}}, 1<<20)
	seen := 0
	q := e.NewQueue(transport.QueueOptions{Volatile: true, End: func(dst, _ []byte) []byte {
		seen++
		return dst
	}})
	for range 10 {
		require.NoError(t, q.Post(t.Context(), codec.RawString("{}").Bytes(), transport.Outgoing{}))
	}
	require.Equal(t, 10, seen)
}
