package transport_test

import (
	"context"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// soon is how long something may take in a bubble where nothing takes time but waiting: some ticks.
const soon = 5 * transport.Tick

func TestSlowHandlerDelaysNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := serve(t, methods{"slow": hour, "echo": echo}, transport.Options{}, jsonrpc.LatestLegacy)
		for range 3 {
			x.write(req(1, "slow"))
			time.Sleep(time.Minute) // the monitor sleeps by now
			began := time.Now()
			x.write(req(2, "slow"), req(3, "echo"), req(4, "echo"))
			require.ElementsMatch(t, []string{"3", "4"}, x.answered(2))
			require.Less(t, time.Since(began), soon)
			require.Equal(t, []string{"1", "2"}, x.answered(2))
		}
	})
}

// Do gives the reader's role away at once, with what is buffered: no tick passes.
func TestDoHandsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l ledger
		x := serve(t, methods{"back": back("echo"), "echo": echo, "note": l.note}, transport.Options{}, jsonrpc.LatestLegacy)
		began := time.Now()
		x.write(req(1, "back"), notice("note", `{"text":"0"}`), req(2, "echo"), req(3, "back"), req(4, "echo"), notice("note", `{"text":"1"}`))
		var calls, answers []string
		for range 4 {
			if m := x.read(); m.Kind == jsonrpc.Request {
				calls = append(calls, m.ID.String())
			} else {
				answers = append(answers, m.ID.String())
			}
		}
		synctest.Wait()
		require.Zero(t, time.Since(began))
		require.ElementsMatch(t, []string{"1", "2"}, calls)
		require.ElementsMatch(t, []string{"2", "4"}, answers)
		require.Equal(t, numbers(2), l.list())
		x.write(result("2", "b"), result("1", "a"))
		require.ElementsMatch(t, []string{"1", "3"}, x.answered(2))
		require.Zero(t, time.Since(began))
	})
}

// counting counts writes.
type counting struct {
	io.ReadWriteCloser

	writes int
}

func (c *counting) Write(p []byte) (int, error) {
	c.writes++ // one at a time
	return c.ReadWriteCloser.Write(p)
}

// Answers wait for others only while the next message is there already, and not longer than it takes.
func TestAnswersAreCoalesced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := new(counting)
		x := serve(t, methods{"slow": hour, "note": hour, "echo": echo}, transport.Options{}, jsonrpc.LatestLegacy, func(s *transport.Stream) {
			out.ReadWriteCloser = s.Out.(io.ReadWriteCloser)
			s.Out = out
		})
		out.writes = 0
		var lines, ids []string
		for i := range transport.MaxHeld + 2 {
			lines, ids = append(lines, req(i, "echo")), append(ids, strconv.Itoa(i))
		}
		x.write(lines...)
		require.Equal(t, ids, x.answered(len(ids)))
		require.Equal(t, 2, out.writes, "as many as are held back, and what is left")

		began := time.Now()
		x.write(req(1, "echo"), req(2, "slow"), req(3, "echo"))
		require.ElementsMatch(t, []string{"1", "3"}, x.answered(2))
		require.Less(t, time.Since(began), soon, "a handler that takes long")
		require.Equal(t, []string{"2"}, x.answered(1))

		began = time.Now()
		x.write(req(1, "echo"), notice("note", "{}"), req(2, "echo"))
		require.Equal(t, []string{"1"}, x.answered(1))
		require.Zero(t, time.Since(began), "a notification that takes long")
		require.Equal(t, []string{"2"}, x.answered(1))
		require.Equal(t, time.Hour, time.Since(began), "and this one had to wait for it")

		for name, rest := range map[string]string{"half a message": `{"jsonrpc":`, "garbage": "}\n", "an answer": result("99", "") + "\n", "blank": "\n\n"} {
			began = time.Now()
			_, err := io.WriteString(x.out, req(1, "echo")+"\n"+rest)
			require.NoError(t, err)
			require.Equal(t, []string{"1"}, x.answered(1))
			require.Zero(t, time.Since(began), name)
			switch name {
			case "half a message":
				x.write(`"2.0","id":2,"method":"ping"}`)
				require.Equal(t, []string{"2"}, x.answered(1))
			case "garbage":
				x.refused()
			}
		}
	})
}

func TestMonitorSleeps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := serve(t, methods{"slow": hour, "echo": echo}, transport.Options{}, jsonrpc.LatestLegacy)
		for range 3 {
			x.write(req(1, "slow"))
			synctest.Wait()
			require.False(t, transport.MonitorSleeps(x.session), "a handler runs")
			time.Sleep(time.Second)
			require.True(t, transport.MonitorSleeps(x.session), "somebody else reads, and waits")
			require.Equal(t, []string{"1"}, x.answered(1))
		}
	})
}

// Ids: one that is in use is refused, and one whose answer is out may be used again, even if its handler still runs.
func TestSameID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := serve(t, methods{
			"slow": hour,
			"linger": func(ctx context.Context, w writer, _ *message) {
				_ = w.Result(nil)
				<-ctx.Done() // the end of the test: it reaches this one too
			},
			"echo": echo,
		}, transport.Options{}, jsonrpc.LatestLegacy)
		x.write(req(1, "slow"), req(1, "echo"))
		code, id := x.refused()
		require.Equal(t, jsonrpc.CodeInvalidRequest, code)
		require.Equal(t, "1", id)
		require.Equal(t, []string{"1"}, x.answered(1))

		for range 3 {
			x.write(req(1, "linger"))
			require.Equal(t, []string{"1"}, x.answered(1))
			time.Sleep(time.Second)
			x.write(req(1, "echo"))
			require.Equal(t, "x", textOf(x.read().Result))
		}
	})
}

// A reader that writes can be relieved too: both sides write more than the pipe holds, and nobody reads in between.
func TestFullPipes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := make(chan jsonrpc.Session, 1)
		o := &transport.PipeOptions{Size: 256}
		o.Server.OnSession = func(_ context.Context, s jsonrpc.Session) error {
			server <- s
			return nil
		}
		h := methods{"echo": echo}
		c := connect(t, h, h, o)
		s := strings.Repeat("x", 10_000)
		began := time.Now()
		_, err := call(t.Context(), c, "echo", s) // the session is open
		require.NoError(t, err)
		var wg sync.WaitGroup
		for _, peer := range []jsonrpc.Caller{c, <-server} {
			for range 10 {
				wg.Go(func() {
					got, err := call(t.Context(), peer, "echo", s)
					if err != nil || got != s {
						t.Error(len(got), err)
					}
				})
			}
		}
		wg.Wait()
		require.Less(t, time.Since(began), time.Second)
	})
}

// Bad messages cost nothing but themselves.
func TestBadMessages(t *testing.T) { // B-18
	synctest.Test(t, func(t *testing.T) {
		x := serve(t, methods{"echo": echo}, transport.Options{}, jsonrpc.LatestLegacy)
		x.write(`{"jsonrpc":"2.0","id":7,`, `[]`, ``, `{"jsonrpc":"2.0","id":8,"method":1}`, `{"jsonrpc":"2.0","id":9,"result":1}`, req(1, "echo"))
		var codes []int
		var ids []string
		for range 3 {
			code, id := x.refused()
			codes, ids = append(codes, code), append(ids, id)
		}
		require.Equal(t, []int{jsonrpc.CodeParseError, jsonrpc.CodeInvalidRequest, jsonrpc.CodeInvalidRequest}, codes)
		require.Equal(t, []string{"7", "none", "8"}, ids)
		require.Equal(t, []string{"1"}, x.answered(1))
		require.EqualValues(t, 4, x.seen.Count(transport.BadMessage))
	})
}

// A bad answer fails the call that it is for, and only that.
func TestBadAnswer(t *testing.T) {
	for _, member := range []string{`"result":{},"error":{"code":1,"message":""}`, `"result":7`, `"error":{"code":"1","message":""}`, `"error":{}`} {
		t.Run(member, func(t *testing.T) {
			c, peer := dial(t, nil, transport.ClientOptions{})
			outcomes := map[string]chan error{"bad": make(chan error, 1), "good": make(chan error, 1)}
			for method, outcome := range outcomes {
				go func() {
					_, err := call(within(t), c, method, "")
					outcome <- err
				}()
			}
			ids := map[string]string{}
			for range 2 {
				m := peer.read()
				ids[m.Method] = m.ID.String()
			}
			peer.write(`{"jsonrpc":"2.0","id":` + ids["bad"] + `,` + member + `}`)
			require.ErrorIs(t, <-outcomes["bad"], transport.Protocol)
			peer.write(result(ids["good"], "x"))
			require.NoError(t, <-outcomes["good"])
		})
	}
}

// A handler that waits for another peer, as in a gateway, gives the reader's role away at once too.
func TestGatewayHandsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		behind, peer := dial(t, nil, transport.ClientOptions{})
		x := serve(t, methods{"pass": func(ctx context.Context, w writer, m *message) {
			s, err := call(ctx, behind, "pass", textOf(m.Params))
			answer(w, s, err)
		}}, transport.Options{}, jsonrpc.LatestLegacy)
		began := time.Now()
		x.write(req(1, "pass"), req(2, "pass"), req(3, "pass"))
		ids := []string{peer.read().ID.String(), peer.read().ID.String(), peer.read().ID.String()}
		peer.write(result(ids[2], ""), result(ids[1], ""), result(ids[0], ""))
		x.answered(3)
		require.Zero(t, time.Since(began))
	})
}
