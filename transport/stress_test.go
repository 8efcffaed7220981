package transport_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// stress is one of two peers that do to each other at random what peers can do. Every answer has the nonce of its request.
type stress struct {
	t     *testing.T
	seed  uint64
	nonce atomic.Int64
	last  sync.Map // of each sender of notifications, its last number
	notes atomic.Int64
}

func (s *stress) methods() methods {
	return methods{
		"echo":  echo,
		"nest":  s.nest,
		"work":  s.work,
		"wait":  s.wait,
		"panic": func(context.Context, writer, *message) { panic(errOnPurpose) },
		"note":  s.note,
	}
}

// nest calls the peer back, as deep as its text is long.
func (s *stress) nest(ctx context.Context, w writer, m *message) {
	asked := textOf(m.Params)
	if !strings.HasSuffix(asked, "+") {
		_ = w.Result(text(asked))
		return
	}
	var c jsonrpc.Caller = w
	if len(asked)%2 == 0 {
		c = m.Info().Session
	}
	got, err := call(ctx, c, "nest", asked[:len(asked)-1])
	answer(w, got+"+", err)
}

// work reports progress, or sends something else, before it answers.
func (s *stress) work(ctx context.Context, w writer, m *message) {
	for i := range 5 {
		if strings.Contains(m.Params.String(), "progressToken") {
			_ = w.Notify(ctx, "notifications/progress", codec.RawString(`{"progressToken":`+tokenOf(m)+`,"progress":`+strconv.Itoa(i)+`}`))
		} else {
			_ = w.Notify(ctx, "unknown", nil)
		}
	}
	echo(ctx, w, m)
}

// wait answers after a while, or when it is cancelled.
func (s *stress) wait(ctx context.Context, w writer, m *message) {
	child, stop := context.WithTimeout(ctx, 2*transport.Tick)
	defer stop()
	<-child.Done()
	echo(ctx, w, m)
}

// note checks that what one sender has sent comes in order. Some of it may have been given up.
func (s *stress) note(_ context.Context, _ writer, m *message) {
	s.notes.Add(1)
	sender, number, _ := strings.Cut(textOf(m.Params), " ")
	n, _ := strconv.Atoi(number)
	if before, ok := s.last.Swap(sender, n); ok && before.(int) >= n {
		s.t.Errorf("notification %d of %s after %d", n, sender, before)
	}
}

// drive is a goroutine that uses the peer.
func (s *stress) drive(c jsonrpc.Caller, id, steps int) {
	r := rand.New(rand.NewPCG(s.seed, uint64(id)))
	pad := strings.Repeat("x", 200)
	for i := range steps {
		ctx, cancel := context.WithCancel(context.Background())
		switch r.IntN(4) {
		case 0: // at some time while it goes on
			time.AfterFunc(time.Duration(r.IntN(3000))*time.Microsecond, cancel)
		case 1:
			ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(3000))*time.Microsecond)
		}
		if r.IntN(3) == 0 {
			_ = c.Notify(ctx, "note", text(fmt.Sprintf("%p-%d %d", s, id, i))) // it may come too late
		} else {
			s.ask(ctx, c, r, pad[:r.IntN(len(pad))])
		}
		cancel()
	}
}

// ask sends one request of any kind.
func (s *stress) ask(ctx context.Context, c jsonrpc.Caller, r *rand.Rand, pad string) {
	method := []string{"echo", "nest", "work", "wait", "panic", "unknown"}[r.IntN(6)]
	nonce := strconv.FormatInt(s.nonce.Add(1), 10) + pad
	if method == "nest" {
		nonce += strings.Repeat("+", r.IntN(5))
	}
	x := c.NewCall(method)
	defer x.Release()
	x.Params, _ = text(nonce).AppendJSON(x.Params)
	over := false
	if r.IntN(2) == 0 {
		x.OnProgress = func(codec.Raw) {
			if over {
				s.t.Error("progress after the end")
			}
		}
	}
	if r.IntN(8) == 0 {
		x.Timeout = time.Duration(1+r.IntN(3000)) * time.Microsecond
	}
	err := c.Do(ctx, x)
	over = true
	var e *jsonrpc.Error
	switch {
	case err == nil:
		if got := textOf(x.Reply.Result); got != nonce {
			s.t.Errorf("%s: got %s, not %s", method, got, nonce)
		}
	case errors.As(err, &e): // of a handler that panics or does not exist, or whose call back was cancelled
	case !errors.Is(err, transport.Canceled) && !errors.Is(err, transport.Timeout):
		s.t.Error(method, err)
	}
}

// Two peers over a pipe that holds less than a message, with queues that hold few, call each other with everything that there is.
func TestStress(t *testing.T) {
	const drivers, steps = 8, 150
	for seed := range uint64(4) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			sessions := make(chan jsonrpc.Session, 1)
			o := &transport.PipeOptions{Size: 64}
			o.Server.OnSession = func(_ context.Context, s jsonrpc.Session) error {
				sessions <- s
				return nil
			}
			silent := on(transport.HandlerPanic, func() {})
			o.Server.Observer, o.Client.Observer = silent, silent
			if seed%2 == 0 {
				o.Server.Limits = transport.Limits{QueueMessages: 2, QueueBytes: 300}
				o.Client.Limits = o.Server.Limits
			}
			server, client := &stress{t: t, seed: seed}, &stress{t: t, seed: ^seed}
			c := connect(t, server.methods(), client.methods(), o)
			_, err := call(within(t), c, "echo", "") // the session is open
			require.NoError(t, err)
			s := <-sessions
			var wg sync.WaitGroup
			for i := range drivers {
				wg.Go(func() { client.drive(c, i, steps) })
				wg.Go(func() { server.drive(s, i, steps) })
			}
			wg.Wait()
			for _, peer := range []jsonrpc.Session{c.Session(), s} {
				got, err := call(within(t), peer, "echo", "at last")
				require.NoError(t, err)
				require.Equal(t, "at last", got)
				holdsNothing(t, peer)
			}
			require.NotZero(t, server.notes.Load()+client.notes.Load())
		})
	}
}
