package contract

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// slow is a function that takes an hour.
func slow(context.Context, *echoRequest, *echoResult) error {
	time.Sleep(time.Hour)
	return nil
}

// soon is how long something may take in a bubble where nothing takes time but waiting: some ticks.
const soon = 5 * tick

func TestSlowHandlerDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, peer, _, _ := startRaw(t, mux(map[string]echoFunc{"slow": slow, "echo": answerEcho}), transport.Limits{})
		for range 3 {
			peer.write(req(1, "slow"))
			time.Sleep(time.Minute) // the monitor sleeps by now
			begin := time.Now()
			peer.write(req(2, "slow"), req(3, "echo"), req(4, "echo"))
			require.ElementsMatch(t, []string{"3", "4"}, peer.answered(2))
			require.Less(t, time.Since(begin), soon)
			require.Equal(t, []string{"1", "2"}, peer.answered(2))
		}
	})
}

// Do gives the reader's role away at once, with what is buffered: no tick passes.
func TestDoHandsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		_, peer, _, _ := startRaw(t, mux(map[string]echoFunc{"back": back("echo"), "echo": answerEcho, "note": l.note}), transport.Limits{})
		begin := time.Now()
		peer.write(req(1, "back"), notice("note", `{"text":"0"}`), req(2, "echo"), req(3, "back"), req(4, "echo"), notice("note", `{"text":"1"}`))
		var calls, answers []string
		for range 4 {
			if m := peer.read(); m.Kind == jsonrpc.Request {
				calls = append(calls, m.ID.String())
			} else {
				answers = append(answers, m.ID.String())
			}
		}
		synctest.Wait()
		require.Zero(t, time.Since(begin))
		require.Equal(t, []string{"1", "2"}, calls)
		require.Equal(t, []string{"2", "4"}, answers)
		require.Equal(t, numbers(2), l.list())
		peer.write(`{"jsonrpc":"2.0","id":2,"result":{"text":"b"}}`, `{"jsonrpc":"2.0","id":1,"result":{"text":"a"}}`)
		require.ElementsMatch(t, []string{"1", "3"}, peer.answered(2))
		require.Zero(t, time.Since(begin))
	})
}

// Answers wait for others only while the next message is there already, and not longer than it takes.
func TestAnswersAreCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, peer, _, out := startRaw(t, mux(map[string]echoFunc{"slow": slow, "note": slow, "echo": answerEcho}), transport.Limits{})
		peer.write(req(1, "echo"), req(2, "echo"), req(3, "echo"), req(4, "echo"), req(5, "echo"), req(6, "echo"))
		require.Equal(t, []string{"1", "2", "3", "4", "5", "6"}, peer.answered(6))
		require.Equal(t, 2, out.writes, "four, and what is left")

		begin := time.Now()
		peer.write(req(1, "echo"), req(2, "slow"), req(3, "echo"))
		require.ElementsMatch(t, []string{"1", "3"}, peer.answered(2))
		require.Less(t, time.Since(begin), soon, "a handler that takes long")
		require.Equal(t, []string{"2"}, peer.answered(1))

		begin = time.Now()
		peer.write(req(1, "echo"), notice("note", "{}"), req(2, "echo"))
		require.Equal(t, []string{"1"}, peer.answered(1))
		require.Zero(t, time.Since(begin), "a notification that takes long")
		require.Equal(t, []string{"2"}, peer.answered(1))
		require.Equal(t, time.Hour, time.Since(begin), "and this one had to wait for it")

		begin = time.Now()
		peer.write(req(1, "echo"), `{"jsonrpc":`)
		require.Equal(t, []string{"1"}, peer.answered(1))
		require.Zero(t, time.Since(begin), "what is not there whole is not waited for")
	})
}

func TestMonitorSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer, _, _ := startRaw(t, mux(map[string]echoFunc{"slow": slow, "echo": answerEcho}), transport.Limits{})
		w := &c.streams[0].watch
		for range 3 {
			peer.write(req(1, "slow"))
			synctest.Wait()
			require.False(t, w.asleep.Load(), "a handler runs")
			time.Sleep(time.Second)
			require.True(t, w.asleep.Load(), "somebody else reads, and waits")
			require.Equal(t, []string{"1"}, peer.answered(1))
		}
	})
}

// Ids: one that is in use is refused, and one whose answer is out may be used again, even if its handler still runs.
func TestSameID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, peer, _, _ := startRaw(t, handlers(methods{
			"slow": echoFunc(slow).ServeMessage,
			"linger": func(ctx context.Context, w writer, _ *message) {
				_ = w.Result(&echoParams{})
				<-ctx.Done() // the end of the test: Close reaches it too
			},
			"echo": echoFunc(answerEcho).ServeMessage,
		}), transport.Limits{})
		peer.write(req(1, "slow"), req(1, "echo"))
		m := peer.read()
		var e jsonrpc.Error
		require.NoError(t, m.DecodeError(&e))
		require.Equal(t, jsonrpc.CodeInvalidRequest, e.Code)
		require.Equal(t, []string{"1"}, peer.answered(1))

		peer.write(req(1, "linger"))
		require.Equal(t, []string{"1"}, peer.answered(1))
		peer.write(req(1, "echo"))
		m = peer.read()
		require.False(t, m.Result.IsZero(), "%s", m.Frame())
	})
}

// A call that has timed out: the peer is told, and its late answer dropped, whatever comes next.
func TestLateAnswerIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer, seen, _ := startRaw(t, nil, transport.Limits{})
		result := make(chan error)
		call := func() {
			got, err := echo(t.Context(), c, "ask", "")
			if err == nil {
				require.Equal(t, "in time", got)
			}
			result <- err
		}
		go call()
		require.Equal(t, "ask", peer.read().Method)
		begin := time.Now()
		require.ErrorIs(t, <-result, transport.Timeout)
		require.Equal(t, transport.DefaultCall, time.Since(begin))
		m := peer.read()
		require.Equal(t, methodCancelled, m.Method)
		require.JSONEq(t, `{"requestId":1}`, m.Params.String())

		go call()
		m = peer.read()
		peer.write(`{"jsonrpc":"2.0","id":1,"result":{"text":"late"}}`, `{"jsonrpc":"2.0","id":"2","result":{"text":"a string"}}`,
			`{"jsonrpc":"2.0","id":`+m.ID.String()+`,"result":{"text":"in time"}}`)
		require.NoError(t, <-result)
		require.EqualValues(t, 2, seen.Count(transport.LateAnswer))
	})
}

// A reader that writes can be relieved too: both sides write more than the pipe holds, and nobody reads in between.
func TestFullPipes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := memPipe(256)
		p, h := pool.New(pool.Config{Name: "contract"}), mux(map[string]echoFunc{"echo": answerEcho})
		x, y := serveStream(a, h, p, transport.Options{}), serveStream(b, h, p, transport.Options{})
		endsClean(t, p, x, y)
		text := strings.Repeat("x", 10_000)
		var wg sync.WaitGroup
		for _, c := range []*conn{x, y} {
			for range 10 {
				wg.Go(func() {
					got, err := echo(within(t), c, "echo", text)
					if err != nil || got != text {
						t.Error(len(got), err)
					}
				})
			}
		}
		wg.Wait()
	})
}

// Bad messages cost nothing but themselves.
func TestBadMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, peer, seen, _ := startRaw(t, mux(map[string]echoFunc{"echo": answerEcho}), transport.Limits{})
		peer.write(`{"jsonrpc":"2.0","id":7,`, `[]`, ``, `{"jsonrpc":"2.0","id":8,"method":1}`, `{"jsonrpc":"2.0","id":9,"result":1}`, req(1, "echo"))
		var codes []int
		var ids []string
		for range 3 {
			m, e := peer.read(), jsonrpc.Error{}
			require.NoError(t, m.DecodeError(&e))
			codes, ids = append(codes, e.Code), append(ids, m.ID.String())
		}
		require.Equal(t, []int{jsonrpc.CodeParseError, jsonrpc.CodeInvalidRequest, jsonrpc.CodeInvalidRequest}, codes)
		require.Equal(t, []string{"7", "none", "8"}, ids)
		require.Equal(t, []string{"1"}, peer.answered(1))
		require.EqualValues(t, 4, seen.Count(transport.BadMessage))
	})
}

// A limit that is reached fails what is one too many, and nothing else.
func TestInFlightLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, peer, _, _ := startRaw(t, mux(map[string]echoFunc{"slow": slow, "echo": answerEcho}), transport.Limits{InFlight: 2})
		var calls sync.WaitGroup
		for range 2 {
			calls.Go(func() {
				if _, err := echo(t.Context(), c, "ask", ""); err != nil {
					t.Error(err)
				}
			})
		}
		for range 2 {
			require.Equal(t, "ask", peer.read().Method)
		}
		_, err := echo(t.Context(), c, "ask", "")
		require.ErrorIs(t, err, transport.Overloaded)
		peer.write(`{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","id":2,"result":{}}`)
		calls.Wait()

		peer.write(req(1, "slow"), req(2, "slow"), req(3, "echo"))
		m, e := peer.read(), jsonrpc.Error{}
		require.NoError(t, m.DecodeError(&e))
		require.Equal(t, "3", m.ID.String())
		require.Equal(t, jsonrpc.CodeInternalError, e.Code)
		require.ElementsMatch(t, []string{"1", "2"}, peer.answered(2))
	})
}
