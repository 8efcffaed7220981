package transport_test

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

func progress(token string) string {
	return notice("notifications/progress", `{"progressToken":`+token+`,"progress":1}`)
}

// Progress gives a call more time, up to MaxCall in all; a longer Timeout is a bound of its own (rule G-04).
func TestProgressGivesTime(t *testing.T) {
	for name, tt := range map[string]struct {
		timeout, most, every time.Duration
		want                 time.Duration
	}{
		"no progress":     {10 * time.Second, time.Minute, time.Hour, 10 * time.Second},
		"progress":        {10 * time.Second, time.Minute, 7 * time.Second, time.Minute},
		"progress stops":  {10 * time.Second, time.Minute, 11 * time.Second, 10 * time.Second},
		"a longer one":    {10 * time.Minute, time.Minute, 7 * time.Second, 10 * time.Minute},
		"a longer, quiet": {10 * time.Minute, time.Minute, time.Hour, 10 * time.Minute},
		"without a bound": {-1, time.Minute, 7 * time.Second, time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := dial(t, nil, transport.ClientOptions{Options: transport.Options{Timeouts: transport.Timeouts{MaxCall: tt.most}}})
				ctx, stop := context.WithTimeout(t.Context(), time.Hour)
				defer stop()
				x := c.NewCall("slow")
				defer x.Release()
				seen := 0
				x.Timeout, x.OnProgress = tt.timeout, func(codec.Raw) { seen++ }
				go func() {
					id := peer.read().ID.String()
					for ctx.Err() == nil {
						time.Sleep(tt.every)
						peer.write(progress(id), progress("99"), progress(`"`+id+`"`))
					}
				}()
				began := time.Now()
				require.ErrorIs(t, c.Do(ctx, x), transport.Timeout)
				require.Equal(t, tt.want, time.Since(began))
				require.Equal(t, int((tt.want-1)/tt.every), seen)
				stop()
				time.Sleep(time.Hour)
			})
		})
	}
}

// Once Do has returned, no OnProgress runs, however the call has ended.
func TestProgressEndsWithCall(t *testing.T) {
	for name, end := range map[string]func(c *transport.Client, peer *raw, cancel func()){
		"answer":   func(_ *transport.Client, peer *raw, _ func()) { peer.write(result("2", "")) },
		"canceled": func(_ *transport.Client, _ *raw, cancel func()) { cancel() },
		"closed":   func(c *transport.Client, _ *raw, _ func()) { _ = c.Session().Close() },
		"timeout":  func(*transport.Client, *raw, func()) { time.Sleep(time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, peer := dial(t, nil, transport.ClientOptions{})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				var running atomic.Bool
				returned := make(chan struct{})
				go func() {
					x := c.NewCall("slow")
					defer x.Release()
					x.OnProgress = func(codec.Raw) {
						running.Store(true)
						time.Sleep(2 * time.Hour)
						running.Store(false)
					}
					_ = c.Do(ctx, x)
					if running.Load() {
						t.Error("OnProgress still runs")
					}
					close(returned)
				}()
				peer.read()
				peer.write(progress("2"))
				synctest.Wait()
				require.True(t, running.Load())
				end(c, peer, cancel)
				<-returned
				_, _ = io.WriteString(peer.out, progress("2")+"\n") // nobody's
				synctest.Wait()
				require.False(t, running.Load())
			})
		})
	}
}

// A call that ends does not wait for the OnProgress of another.
func TestProgressOfAnotherCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer := dial(t, nil, transport.ClientOptions{})
		var calls sync.WaitGroup
		defer calls.Wait()
		calls.Go(func() {
			x := c.NewCall("slow")
			defer x.Release()
			x.OnProgress = func(codec.Raw) { time.Sleep(30 * time.Second) }
			_ = c.Do(t.Context(), x)
		})
		peer.read()
		peer.write(progress("2"))
		synctest.Wait()
		began := time.Now()
		x := c.NewCall("other")
		defer x.Release()
		x.Timeout, x.OnProgress = time.Second, func(codec.Raw) {}
		require.ErrorIs(t, c.Do(t.Context(), x), transport.Timeout)
		require.Equal(t, time.Second, time.Since(began))
	})
}

// An OnProgress that panics is reported, and costs the call nothing.
func TestProgressPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := new(transport.Counters)
		c, peer := dial(t, nil, transport.ClientOptions{Options: transport.Options{Observer: seen}})
		go func() {
			id := peer.read().ID.String()
			peer.write(progress(id), progress(id), result(id, "x"))
		}()
		x := c.NewCall("slow")
		defer x.Release()
		x.OnProgress = func(codec.Raw) { panic(errOnPurpose) }
		require.NoError(t, c.Do(t.Context(), x))
		require.Equal(t, "x", textOf(x.Reply.Result))
		require.EqualValues(t, 2, seen.Count(transport.HandlerPanic))
	})
}

// tokenOf returns the progress token of a request as JSON.
func tokenOf(m *message) string {
	var token jsonrpc.ID
	p := m.Params.Bytes()
	at := bytes.Index(p, []byte(`"progressToken":`)) + len(`"progressToken":`)
	_ = codec.Unmarshal(p[at:at+bytes.IndexAny(p[at:], ",}")], &token)
	return token.String()
}

// What comes is handled in order: each progress before the next, and all of it before the answer, with many calls at a time.
func TestProgressInOrder(t *testing.T) {
	const calls, steps = 20, 50
	c := connect(t, methods{"work": func(ctx context.Context, w writer, m *message) {
		token := tokenOf(m)
		for i := range steps {
			_ = w.Notify(ctx, "notifications/progress", codec.RawString(`{"progressToken":`+token+`,"progress":`+strconv.Itoa(i)+`,"text":"`+strconv.Itoa(i)+`"}`))
		}
		_ = w.Result(nil)
	}}, nil, nil)
	var wg sync.WaitGroup
	for i := range calls {
		wg.Go(func() {
			x := c.NewCall("work")
			defer x.Release()
			x.Params = append(x.Params, `{"_meta":{"progressToken":"replaced"},"n":`+strconv.Itoa(i)+`}`...)
			var next atomic.Int32
			x.OnProgress = func(p codec.Raw) {
				if textOf(p) != strconv.Itoa(int(next.Add(1)-1)) {
					t.Error("out of order: ", p.String(), next.Load())
				}
			}
			if err := c.Do(within(t), x); err != nil || next.Load() != steps {
				t.Error(err, next.Load())
			}
		})
	}
	wg.Wait()
}
