package streamable_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

// sized is an answer of so many bytes.
func sized(id string, n int) string {
	head, tail := `{"jsonrpc":"2.0","id":`+id+`,"result":{"x":"`, `"}}`
	return head + strings.Repeat("x", n-len(head)-len(tail)) + tail
}

// Everything that is read has a limit (rules S15, S17, F6, F7).
func TestLimits(t *testing.T) {
	t.Parallel()
	const limit = 20_000
	chunked := func(n int) step {
		return func(w http.ResponseWriter, r *seen) {
			w.Header().Set("Content-Type", "application/json")
			w.(http.Flusher).Flush()
			_, _ = io.WriteString(w, sized(r.ID, n))
		}
	}
	length := func(n int) step {
		return func(w http.ResponseWriter, r *seen) { status(200, "application/json", sized(r.ID, n))(w, r) }
	}
	event := func(n int) step { // the field's name, and the line's end, count
		return func(w http.ResponseWriter, r *seen) { streamOf("data: "+sized(r.ID, n-len("data: \n"))+"\n\n")(w, r) }
	}
	lied := func(w http.ResponseWriter, r *seen) {
		w.Header().Set("Content-Length", "1000000000000")
		status(200, "application/json", "{")(w, r)
	}
	endless := func(kind, text string) step {
		return func(w http.ResponseWriter, r *seen) {
			w.Header().Set("Content-Type", kind)
			for r.ctx.Err() == nil {
				if _, err := io.WriteString(w, text); err != nil {
					return
				}
			}
		}
	}
	many := strings.Repeat("x", 8<<10)
	header := func(n int) step {
		return func(w http.ResponseWriter, r *seen) {
			w.Header().Set("X-Long", strings.Repeat("x", n))
			result(okResult)(w, r)
		}
	}
	for _, row := range []struct {
		rule  string
		reply step
		code  transport.Code // 0 for a good answer
	}{
		{"F6 below, length", length(limit - 1), 0},
		{"F6 at, length", length(limit), 0},
		{"F6 above, length", length(limit + 1), transport.MessageTooLarge},
		{"F6 below, chunked", chunked(limit - 1), 0},
		{"F6 at, chunked", chunked(limit), 0},
		{"F6 above, chunked", chunked(limit + 1), transport.MessageTooLarge},
		{"F6 ten times, chunked", chunked(10 * limit), transport.MessageTooLarge},
		{"F6 at, event", event(limit), 0},
		{"F6 above, event", event(limit + 1), transport.MessageTooLarge},
		{"S15 a length that is a lie", lied, transport.MessageTooLarge},
		{"S15 endless JSON", endless("application/json", many), transport.MessageTooLarge},
		{"S15 an endless error", func(w http.ResponseWriter, r *seen) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			endless("application/json", many)(w, r)
		}, transport.Rejected},
		{"S15 an endless error in HTML", func(w http.ResponseWriter, r *seen) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusInternalServerError)
			endless("text/html", many)(w, r)
		}, transport.Rejected},
		{"S15 headers below", header(10_000), 0},
		{"S15 headers above", header(40_000), transport.MessageTooLarge},
		{"A-19 too deep", typed("application/json", `{"jsonrpc":"2.0","id":ID,"result":{"x":`+strings.Repeat("[", 2000)+strings.Repeat("]", 2000)+`}}`), transport.Protocol},
	} {
		for name, steps := range map[string]map[string][]step{"legacy": legacyServer, "modern": modernServer} {
			t.Run(name+"/"+row.rule, func(t *testing.T) {
				t.Parallel()
				s := newScript(withSteps(steps, map[string][]step{callTool: {row.reply}}))
				o := new(streamable.DialOptions)
				o.Limits = transport.Limits{Message: limit, Event: limit, Header: 30_000}
				c := mustDial(t, s, nil, o)
				_, err := do(t, c, "tools/call", callEcho)
				if row.code == 0 {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, row.code)
				}
				s.mu.Lock()
				s.steps = withSteps(s.steps, map[string][]step{callTool: {result(okResult)}})
				s.mu.Unlock()
				_, err = do(t, c, "tools/call", callEcho)
				require.NoError(t, err, "it is that message only")
			})
		}
	}
}

// A message of ours that is too large is not sent.
func TestLimitOfRequests(t *testing.T) {
	s := newScript(modernServer)
	o := new(streamable.DialOptions)
	o.Limits.Message = 1000
	c := mustDial(t, s, nil, o)
	_, err := do(t, c, "tools/call", `{"name":"`+strings.Repeat("x", 1000)+`"}`)
	require.ErrorIs(t, err, transport.MessageTooLarge)
	require.Equal(t, []string{probe}, s.whats())
}

// bomb answers with many zeros, compressed.
func bomb(size int) step {
	return func(w http.ResponseWriter, r *seen) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			result(okResult)(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = fmt.Fprintf(z, `{"jsonrpc":"2.0","id":%s,"result":{"x":"`, r.ID)
		_, _ = io.CopyN(z, zeros{}, int64(size))
		_ = z.Close()
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '0'
	}
	return len(p), nil
}

// What a transport of the user's inflates is counted as it comes out of it (rule S17).
func TestBomb(t *testing.T) {
	s := newScript(withSteps(modernServer, map[string][]step{callTool: {bomb(10 << 20)}}))
	o := new(streamable.DialOptions)
	rt := new(http.Transport)
	defer rt.CloseIdleConnections()
	o.HTTPClient = &http.Client{Transport: rt, Timeout: time.Nanosecond} // which is not used
	o.Limits.Message = 100_000
	c := mustDial(t, s, nil, o)
	for range 3 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := do(t, c, "tools/call", callEcho)
		runtime.ReadMemStats(&after)
		require.ErrorIs(t, err, transport.MessageTooLarge)
		// The server's compressor takes 1.2 MB, and both are this process.
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
	}
	plain := mustDial(t, newScript(withSteps(modernServer, map[string][]step{callTool: {bomb(10 << 20)}})), nil, nil)
	_, err := do(t, plain, "tools/call", callEcho)
	require.NoError(t, err, "our own transport does not ask for it")
}

// No more calls than Limits.InFlight are under way, and each has a connection to come back to.
func TestInFlight(t *testing.T) {
	s := newScript(withSteps(modernServer, map[string][]step{callTool: {func(w http.ResponseWriter, r *seen) {
		time.Sleep(time.Millisecond)
		result(okResult)(w, r)
	}}}))
	o := new(streamable.DialOptions)
	o.Limits.InFlight = 3
	c := mustDial(t, s, nil, o)
	failed := make(chan error, 60)
	for range cap(failed) {
		go func() {
			_, err := doCall(t.Context(), c, "tools/call", callEcho, nil)
			failed <- err
		}()
	}
	for range cap(failed) {
		require.NoError(t, <-failed)
	}
}

// Addresses that are not public are refused when the connection is made, whatever their name (rules S18, H-12).
func TestPublicOnly(t *testing.T) {
	s := newScript(modernServer)
	url := serve(t, s)
	o := &streamable.DialOptions{PublicOnly: true}
	_, err := streamable.Dial(t.Context(), url, nil, o)
	require.ErrorIs(t, err, transport.Rejected)
	require.ErrorContains(t, err, "not a public one")
	_, err = streamable.Dial(t.Context(), strings.Replace(url, "127.0.0.1", "localhost", 1), nil, o)
	require.ErrorContains(t, err, "not a public one")
	require.Empty(t, s.requests(""))
	o.HTTPClient = new(http.Client)
	_, err = streamable.Dial(t.Context(), url, nil, o)
	require.Error(t, err)
}

// Retry-After is told (rule E-64).
func TestRetryAfter(t *testing.T) {
	s := newScript(withSteps(modernServer, map[string][]step{callTool: {func(w http.ResponseWriter, r *seen) {
		w.Header().Set("Retry-After", "7")
		status(429, "application/json", `{"jsonrpc":"2.0","id":`+r.ID+`,"error":{"code":-5,"message":"slowly"}}`)(w, r)
	}}}))
	c := mustDial(t, s, nil, nil)
	_, err := do(t, c, "tools/call", callEcho)
	var e *transport.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, transport.Rejected, e.Code())
	require.Equal(t, 429, e.HTTPStatus())
	require.Equal(t, 7*time.Second, e.RetryAfter())
	require.ErrorContains(t, err, "slowly")
	var answer *jsonrpc.Error
	require.ErrorAs(t, err, &answer)
}

// Of what is too large only that message is lost: it is looked through for whose it was (rules B-18, F6).
func TestOverlongEvents(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 30_000)
	for _, row := range []struct {
		rule    string
		limits  transport.Limits
		stream  []string
		code    transport.Code // 0 for a good answer
		refuses bool
	}{
		{"a notification", transport.Limits{}, []string{`data: {"jsonrpc":"2.0","method":"m","params":{"x":"` + big + `"}}` + "\n\n", answer(okResult)}, 0, false},
		{"the answer, on a stream that lasts", transport.Limits{}, []string{answer(`{"x":"` + big + `"}`), "1h"}, transport.MessageTooLarge, false},
		{"an answer to nobody", transport.Limits{}, []string{`data: {"jsonrpc":"2.0","id":99,"result":{"x":"` + big + `"}}` + "\n\n", answer(okResult)}, 0, false},
		{"a request", transport.Limits{}, []string{`data: {"jsonrpc":"2.0","id":"r","method":"m","params":{"x":"` + big + `"}}` + "\n\n", "100ms", answer(okResult)}, 0, true},
		{"a request within the limit of events", transport.Limits{Event: 1 << 20}, []string{`data: {"jsonrpc":"2.0","id":"r","method":"m","params":{"x":"` + big + `"}}` + "\n\n", "100ms", answer(okResult)}, 0, true},
		{"a request that is none", transport.Limits{}, []string{`data: {"jsonrpc":"2.0","id":"r","method":"m","params":[1]}` + "\n\n", "100ms", answer(okResult)}, 0, true},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			s := newScript(withSteps(legacyServer, map[string][]step{callTool: {streamOf(row.stream...)}}))
			o := new(streamable.DialOptions)
			o.Limits = row.limits
			o.Limits.Message = 20_000
			if o.Limits.Event == 0 {
				o.Limits.Event = 20_000
			}
			c := mustDial(t, s, nil, o)
			got, err := do(t, c, "tools/call", callEcho)
			if row.code == 0 {
				require.NoError(t, err)
				require.Equal(t, okResult, got)
			} else {
				require.ErrorIs(t, err, row.code)
			}
			require.NoError(t, c.Close())
			answers := s.requests("POST response")
			if !row.refuses {
				require.Empty(t, answers)
				return
			}
			require.Len(t, answers, 1)
			require.Contains(t, answers[0].Body, `"id":"r","error":`)
		})
	}
}
