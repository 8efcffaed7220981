package transport_test

import (
	"context"
	"io"
	"runtime"
	"strconv"
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

// padded returns a message of that many bytes: line, with spaces behind its first brace.
func padded(line string, size int) string {
	return "{" + strings.Repeat(" ", size-len(line)) + line[1:]
}

// The limit of a message is exact, whether it comes in one piece or in many, and with any end of line.
func TestMessageLimitOfWhatComes(t *testing.T) {
	for _, limit := range []int{200, 8 << 10, 8<<10 - 512, 8<<10 - 511, 100_000} {
		for _, size := range []int{limit - 1, limit, limit + 1, limit + 2, 2 * limit, 5 * limit} {
			for _, end := range []string{"\n", "\r\n"} {
				for _, piece := range []int{1 << 20, 1000} {
					synctest.Test(t, func(t *testing.T) {
						o := transport.Options{Limits: transport.Limits{Message: limit}}
						x := serve(t, methods{}, o, 0)
						go func() {
							rest := padded(req(7, "ping"), size) + end + req(8, "ping") + "\n"
							for len(rest) > 0 {
								n := min(piece, len(rest))
								time.Sleep(time.Millisecond)
								_, _ = io.WriteString(x.out, rest[:n])
								rest = rest[n:]
							}
						}()
						if size > limit {
							code, id := x.refused()
							require.Equal(t, jsonrpc.CodeParseError, code)
							if id == "none" && size > limit+1000 { // it was refused before its id came
								_, id = x.refused()
							}
							require.Equal(t, "7", id)
						} else {
							require.Equal(t, []string{"7"}, x.answered(1), "%d of %d", size, limit)
						}
						require.Equal(t, []string{"8"}, x.answered(1))
					})
				}
			}
		}
	}
}

// So it is for what is sent: the sender gets the error, and the peer nothing, or an internal error for an answer.
func TestMessageLimitOfWhatIsSent(t *testing.T) {
	const limit = 300
	sizeOf := func(envelope string, size int) text { return text(strings.Repeat("x", size-len(envelope))) }
	for _, size := range []int{limit - 1, limit, limit + 1} {
		synctest.Test(t, func(t *testing.T) {
			tooLarge := func(err error) {
				t.Helper()
				var e *transport.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, transport.MessageTooLarge, e.Code())
				require.EqualValues(t, size, e.Size())
				require.EqualValues(t, limit, e.Limit())
			}
			got := make(chan error, 1)
			x := serve(t, methods{
				"large": func(_ context.Context, w writer, _ *message) { got <- w.Result(sizeOf(result("1", ""), size)) },
				"both": func(_ context.Context, w writer, _ *message) {
					got <- w.Result(sizeOf(result("2", ""), size))
					_ = w.Result(text("second"))
				},
			}, transport.Options{Limits: transport.Limits{Message: limit}}, jsonrpc.LatestLegacy)
			x.write(req(1, "large"))
			if size <= limit {
				require.NoError(t, <-got)
				require.Len(t, x.read().Frame(), size)
			} else {
				tooLarge(<-got)
				code, id := x.refused()
				require.Equal(t, jsonrpc.CodeInternalError, code)
				require.Equal(t, "1", id)
				x.write(req(2, "both"))
				tooLarge(<-got)
				require.Equal(t, "second", textOf(x.read().Result))
			}

			err := x.session.Notify(t.Context(), "note", sizeOf(notice("note", `{"text":""}`), size))
			if size <= limit {
				require.NoError(t, err)
				require.Len(t, x.read().Frame(), size)
			} else {
				tooLarge(err)
			}

			go func() {
				_, err := call(t.Context(), x.session, "ping", string(sizeOf(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"text":""}}`, size)))
				got <- err
			}()
			if size <= limit {
				require.Len(t, x.read().Frame(), size)
				x.write(result("1", ""))
				require.NoError(t, <-got)
			} else {
				tooLarge(<-got)
			}
			synctest.Wait()
			require.Zero(t, transport.HeldBy(x.session))
		})
	}
}

// An answer that is too large fails its call alone, and says how large it was; so does one that has not come to its end.
func TestTooLargeAnswer(t *testing.T) {
	const limit = 1000
	for _, size := range []int{limit + 1, 20 * limit, 1 << 20} {
		c, peer := dial(t, nil, transport.ClientOptions{Options: transport.Options{Limits: transport.Limits{Message: limit}}})
		outcome := make(chan error, 1)
		go func() {
			_, err := call(within(t), c, "large", "")
			outcome <- err
		}()
		go peer.write(padded(result(peer.read().ID.String(), "x"), size))
		var e *transport.Error
		require.ErrorAs(t, <-outcome, &e)
		require.Equal(t, transport.MessageTooLarge, e.Code())
		require.EqualValues(t, size, e.Size())
		require.EqualValues(t, limit, e.Limit())
		go func() { peer.write(result(peer.read().ID.String(), "x")) }()
		got, err := call(within(t), c, "small", "")
		require.NoError(t, err)
		require.Equal(t, "x", got)
	}
}

// The limit of calls and of requests is exact. A call too many waits, a request too many is refused.
func TestInFlightLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const limit = 3
		o := transport.Options{Limits: transport.Limits{InFlight: limit}}
		x := serve(t, methods{"slow": hour, "echo": echo}, o, jsonrpc.Rev20250326)
		for _, together := range []string{"\n", ","} {
			var lines []string
			for i := range limit {
				lines = append(lines, req(i+1, "slow"))
			}
			first := strings.Join(lines, together)
			if together == "," {
				first = "[" + first + "]"
			}
			x.write(first, req(9, "echo"))
			code, id := x.refused()
			require.Equal(t, jsonrpc.CodeInternalError, code)
			require.Equal(t, "9", id)
			if together == "," {
				_, err := x.in.ReadString('\n')
				require.NoError(t, err)
			} else {
				require.Len(t, x.answered(limit), limit)
			}
			x.write(req(10, "echo"))
			require.Equal(t, []string{"10"}, x.answered(1))
		}

		var calls sync.WaitGroup
		for i := range limit + 2 {
			calls.Go(func() {
				got, err := call(t.Context(), x.session, "ping", strconv.Itoa(i))
				if err != nil || got != strconv.Itoa(i) {
					t.Error(got, i, err)
				}
			})
		}
		synctest.Wait()
		require.Equal(t, transport.Held{Calls: limit, Waiting: 2}, transport.HeldBy(x.session))
		late, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		_, err := call(late, x.session, "late", "")
		require.ErrorIs(t, err, transport.Timeout)
		quick := x.session.NewCall("late")
		quick.Timeout = time.Second
		require.ErrorIs(t, x.session.Do(t.Context(), quick), transport.Timeout)
		quick.Release()
		for range limit + 2 {
			m := x.read()
			require.Equal(t, "ping", m.Method, "what waited too long was not sent")
			x.write(result(m.ID.String(), textOf(m.Params)))
		}
		calls.Wait()
		synctest.Wait()
		require.Zero(t, transport.HeldBy(x.session))
	})
}

// A line without an end costs at most twice the limit of a message, in either direction; a message at the limit too.
func TestMemoryOfLongLines(t *testing.T) {
	const limit = 4 << 20
	for name, size := range map[string]int{"at the limit": limit, "beyond it": 4 * limit} {
		for _, client := range []bool{false, true} {
			t.Run(name+map[bool]string{false: " at a server", true: " at a client"}[client], func(t *testing.T) {
				o := transport.Options{Limits: transport.Limits{Message: limit}}
				var r *raw
				if client {
					_, r = dial(t, nil, transport.ClientOptions{Options: o})
				} else {
					r = serve(t, methods{}, o, 0).raw
				}
				line := padded(req(7, "ping"), size)
				before := heapNow()
				most := uint64(0)
				for rest := line; len(rest) > 0; {
					n := min(1<<20, len(rest))
					_, err := io.WriteString(r.out, rest[:n])
					require.NoError(t, err)
					rest = rest[n:]
					most = max(most, heapNow())
				}
				require.Less(t, int64(most)-int64(before), int64(2*limit+limit/4))
				r.write("", req(8, "ping"))
				for r.read().ID.String() != "8" { //nolint:revive // what comes before is not looked at
				}
				require.Eventually(t, func() bool { return int64(heapNow())-int64(before) < 1<<20 }, patience, time.Millisecond, "it is given back")
				runtime.KeepAlive(line)
			})
		}
	}
}

func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// What is read after a large message does not keep its memory, though its handler still does, nor needs as much.
func TestLargeBlockIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pool.New(pool.Config{Classes: []int{8 << 10, 64 << 10, 128 << 10}}) // it counts what is larger
		x := serve(t, methods{"slow": hour}, transport.Options{}, jsonrpc.LatestLegacy, p)
		x.write(padded(req(1, "slow"), 1<<20))
		time.Sleep(time.Second)
		before := p.Stats().Large
		for round := range 5 {
			x.write(req(10+round, "slow"))
			for range 4 << 20 / 60_000 {
				x.write(padded(req(2, "ping"), 60_000))
				require.Equal(t, []string{"2"}, x.answered(1))
			}
		}
		require.Equal(t, before, p.Stats().Large)
		require.Equal(t, 6, transport.HeldBy(x.session).Taken)
		x.answered(6)
	})
}

// The time for a message counts from its first byte to its last, also if nobody wants it any more.
func TestReadTimeout(t *testing.T) {
	const limit = 1000
	for name, tt := range map[string]struct{ first, piece string }{
		"nothing more":        {`{"jsonrpc"`, ""},
		"drop by drop":        {`{"jsonrpc"`, " "},
		"skipped":             {strings.Repeat("x", 20*limit), ""},
		"skipped, in drops":   {strings.Repeat("x", 20*limit), "x"},
		"after a message":     {req(1, "ping") + "\n{", " "},
		"behind an over-long": {strings.Repeat("x", 20*limit) + "\n{", " "},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const timeout = 10 * time.Second
				o := transport.Options{Limits: transport.Limits{Message: limit}, Timeouts: transport.Timeouts{ReadMessage: timeout}}
				x := serve(t, methods{}, o, 0)
				go func() { _, _ = io.Copy(io.Discard, x.in) }()
				time.Sleep(time.Hour) // between messages there is no limit
				began := time.Now()
				_, err := io.WriteString(x.out, tt.first)
				for err == nil {
					time.Sleep(time.Second + 1)
					_, err = io.WriteString(x.out, tt.piece)
				}
				require.ErrorIs(t, x.ended(), transport.Timeout)
				require.InDelta(t, timeout.Seconds(), time.Since(began).Seconds(), 2)
			})
		})
	}
	synctest.Test(t, func(t *testing.T) { // what is slow and in time is read
		x := serve(t, methods{}, transport.Options{Limits: transport.Limits{Message: limit}}, 0)
		for range 10 {
			for _, c := range req(1, "ping") + "\n" {
				_, err := io.WriteString(x.out, string(c))
				require.NoError(t, err)
				time.Sleep(transport.DefaultReadMessage / 100)
			}
			x.answered(1)
			_, err := io.WriteString(x.out, strings.Repeat("x", 20*limit))
			require.NoError(t, err)
			time.Sleep(transport.DefaultReadMessage - 1)
			x.write("")
			code, _ := x.refused()
			require.Equal(t, jsonrpc.CodeParseError, code)
		}
	})
}

// A request counts until its handler has returned, whether it was answered before or canceled (rule H-16).
func TestInFlightUntilReturn(t *testing.T) {
	for name, line := range map[string]string{"answered": "", "canceled": cancelOf(1)} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := serve(t, methods{"echo": echo, "stay": func(ctx context.Context, w writer, m *message) {
					if line == "" {
						echo(ctx, w, m)
					}
					time.Sleep(time.Minute)
				}}, transport.Options{Limits: transport.Limits{InFlight: 1}}, jsonrpc.LatestLegacy)
				x.write(req(1, "stay"))
				time.Sleep(time.Second)
				if line == "" {
					require.Equal(t, []string{"1"}, x.answered(1))
				} else {
					x.write(line)
				}
				x.write(req(2, "echo"))
				code, id := x.refused()
				require.Equal(t, jsonrpc.CodeInternalError, code)
				require.Equal(t, "2", id)
				time.Sleep(time.Minute)
				x.write(req(3, "echo"))
				require.Equal(t, []string{"3"}, x.answered(1))
			})
		})
	}
}
