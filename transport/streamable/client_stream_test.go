package streamable_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

const callTool = "POST tools/call"

// What comes in answer to a call, as JSON or as a stream.
func TestReply(t *testing.T) {
	t.Parallel()
	text := okResult
	for _, row := range []struct {
		rule  string
		reply step
		fails func(*testing.T, error)
	}{
		{"D-08 E-39 JSON", result(text), nil},
		{"D-08 JSON with a charset", typed("application/json; charset=utf-8", `{"jsonrpc":"2.0","id":ID,"result":`+text+`}`), nil},
		{"A-19 another order, line breaks", typed("application/json", "\n{\"result\":"+text+",\r\n\"id\":ID,\"jsonrpc\":\"2.0\"}\n"), nil},
		{"D-07 D-08 E-39 a stream", streamOf(answer(text)), nil},
		{"T-29 CRLF, no spaces, several lines", streamOf("event:message\r\ndata:{\"jsonrpc\":\"2.0\",\r\ndata:\"id\":ID,\"result\":" + text + "}\r\n\r\n"), nil},
		{"E-45 comments, types and ids that say nothing", streamOf(": hi\n\n", "event: x\ndata: 1\n\n", "data:\n\n", answer(text)), nil},
		{"D-21 the stream lasts", streamOf(answer(text), "1h"), nil},
		{"G-09 answers to nobody", streamOf(`data: {"jsonrpc":"2.0","id":99,"result":{}}`+"\n\n", `data: {"jsonrpc":"2.0","id":"1","result":{}}`+"\n\n", answer(text)), nil},
		{"A-14 an error without id is not the answer", streamOf(`data: {"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"m"}}`+"\n\n", answer(text)), nil},
		{"T-29 broken messages", streamOf("data: {\n\n", "data: []\n\n", answer(text)), nil},
		{"A-10 an error", failure(200, -32000, `"x"`), wantCode(-32000)},
		{"D-10 an error in a 400", failure(400, -32000, ""), wantCode(-32000)},
		{"D-10 an error in a 500", failure(500, -32603, ""), wantCode(-32603)},
		{"A-10 an error in a stream", streamOf(`data: {"jsonrpc":"2.0","id":ID,"error":{"code":-5,"message":"m"}}` + "\n\n"), wantCode(-5)},
		{"D-10 an error in answer to somebody else", status(400, "application/json", `{"jsonrpc":"2.0","id":99,"error":{"code":-5,"message":"m"}}`), wantStatus(400)},
		{"D-10 a result in a 400", typedStatus(400, `{"jsonrpc":"2.0","id":ID,"result":{}}`), wantStatus(400)},
		{"A-14 an error without id in a 200", status(200, "application/json", `{"jsonrpc":"2.0","id":null,"error":{"code":-5,"message":"m"}}`), func(t *testing.T, err error) {
			require.ErrorIs(t, err, transport.Protocol)
			wantCode(-5)(t, err)
		}},
		{"T-23 202 to a request", accepted, wantText(transport.Protocol, `the response to "tools/call" is empty: HTTP status 202`)},
		{"D-25 an empty body", status(200, "application/json", ""), wantText(transport.Protocol, `the response to "tools/call" is empty: HTTP status 200`)},
		{"D-25 a body of white space", status(200, "application/json", "\r\n"), wantText(transport.Protocol, `the response to "tools/call" is empty: HTTP status 200`)},
		{"D-25 not JSON", status(200, "application/json", "<html>"), wantTransport(transport.Protocol)},
		{"A-27 a batch", typed("application/json", `[{"jsonrpc":"2.0","id":ID,"result":{}}]`), wantTransport(transport.Protocol)},
		{"A-08 neither result nor error", typed("application/json", `{"jsonrpc":"2.0","id":ID}`), wantTransport(transport.Protocol)},
		{"G-09 the answer to another call", status(200, "application/json", `{"jsonrpc":"2.0","id":99,"result":{}}`), wantTransport(transport.Protocol)},
		{"S17 compressed, though nobody asked", coded("gzip"), wantTransport(transport.Protocol)},
		{"D-25 a stream without an answer", streamOf(": hi\n\n"), wantTransport(transport.Lost)},
		{"D-25 a stream that breaks", cut(streamOf(": hi\n\n")), wantTransport(transport.Lost)},
		{"T-29 an event that is not complete", streamOf(strings.TrimSuffix(answer(text), "\n")), wantTransport(transport.Lost)},
		{"D-25 a body that breaks", cut(typed("application/json", `{"jsonrpc":"2.0",`)), wantTransport(transport.Lost)},
		{"F17 no response", cut(func(http.ResponseWriter, *seen) {}), wantTransport(transport.Lost)},
		{"E-64 431", status(431, "text/plain", "too large"), wantStatus(431)},
		{"I-03 401", status(401, "text/plain", "who?"), wantStatus(401)},
		{"H-13 a redirect", redirect("/other", 307), wantText(transport.Rejected, "redirects are not followed here: HTTP status 307")},
		{"S23 what is quoted is cut", status(418, "text/plain", strings.Repeat("\x1b", 1000)), func(t *testing.T, err error) {
			require.Less(t, len(err.Error()), 2000)
			require.NotContains(t, err.Error(), "\x1b")
		}},
	} {
		for _, era := range []struct {
			name  string
			steps map[string][]step
		}{{"legacy", legacyServer}, {"modern", modernServer}} {
			t.Run(era.name+"/"+row.rule, func(t *testing.T) {
				t.Parallel()
				s := newScript(withSteps(era.steps, map[string][]step{callTool: {row.reply}}))
				c := mustDial(t, s, nil, nil)
				got, err := do(t, c, "tools/call", callEcho)
				if row.fails != nil {
					require.Error(t, err)
					row.fails(t, err)
					require.NotContains(t, err.Error(), "secret-1", "D-57")
				} else {
					require.NoError(t, err)
					require.Equal(t, text, got)
				}
				require.Len(t, s.requests(callTool), 1, "E-47")
				require.Len(t, s.requests("POST tools/call"), 1)
				require.Empty(t, s.requests("GET /other"))
			})
		}
	}
}

// typed answers with a body in which ID stands for the id.
func typed(kind, body string) step {
	return func(w http.ResponseWriter, r *seen) { status(200, kind, strings.ReplaceAll(body, "ID", r.ID))(w, r) }
}

func typedStatus(code int, body string) step {
	return func(w http.ResponseWriter, r *seen) {
		status(code, "application/json", strings.ReplaceAll(body, "ID", r.ID))(w, r)
	}
}

func coded(coding string) step {
	return func(w http.ResponseWriter, r *seen) {
		w.Header().Set("Content-Encoding", coding)
		result(okResult)(w, r)
	}
}

// cut breaks the connection behind what s has written.
func cut(s step) step {
	return func(w http.ResponseWriter, r *seen) {
		s(w, r)
		if w.Header().Get("Content-Type") != "" {
			w.(http.Flusher).Flush()
		}
		panic(http.ErrAbortHandler)
	}
}

func redirect(to string, code int) step {
	return func(w http.ResponseWriter, _ *seen) {
		w.Header().Set("Location", to)
		w.WriteHeader(code)
	}
}

func wantStatus(code int) func(*testing.T, error) {
	return func(t *testing.T, err error) {
		require.ErrorIs(t, err, transport.Rejected)
		require.Equal(t, code, statusOf(err))
	}
}

// A stream that has named events is resumed; what has come is not sent again (rules D-13 to D-16, D-25, D-41, D-47).
func TestResume(t *testing.T) {
	t.Parallel()
	none := status(405, "", "")
	get := func(x *seen, h string) []string { return x.Header[http.CanonicalHeaderKey(h)] }
	for _, row := range []struct {
		rule  string
		reply step
		gets  []step   // the first is that of the session's stream
		want  []string // the ids that the others resume behind
		wait  time.Duration
		fails func(*testing.T, error)
	}{
		{"D-14 the suite's way", streamOf("id: e-1\nretry: 80\ndata:\n\n"), []step{none, streamOf(id2(answer(okResult)))}, []string{"e-1"}, 80 * time.Millisecond, nil},
		{"D-14 a stream that breaks", cut(streamOf("id: e-1\nretry: 1\ndata:\n\n")), []step{none, streamOf(id2(answer(okResult)))}, []string{"e-1"}, 0, nil},
		{
			"D-13 polling", streamOf("retry: 1\n\n", "id: 1\ndata:\n\n"),
			[]step{none, streamOf("id: 2\ndata:\n\n"), streamOf("id: 3\ndata:\n\n"), streamOf(": nothing\n\n"), streamOf(id2(answer(okResult)))}, []string{"1", "2", "3", "3"}, 0, nil,
		},
		{"D-25 the server is away for a moment", streamOf("id: 1\nretry: 1\ndata:\n\n"), []step{none, status(503, "", ""), streamOf(id2(answer(okResult)))}, []string{"1", "1"}, 0, nil},
		{"D-47 the id is taken back", streamOf("id: 1\ndata:\n\n", "id\ndata:\n\n"), []step{none}, nil, 0, wantTransport(transport.Lost)},
		{"D-47 an id with NUL is none", streamOf("id: 1\x00\ndata:\n\n"), []step{none}, nil, 0, wantTransport(transport.Lost)},
		{"D-25 no ids", streamOf("retry: 1\ndata:\n\n"), []step{none}, nil, 0, wantTransport(transport.Lost)},
		{"D-44 the event is forgotten", streamOf("id: 1\nretry: 1\ndata:\n\n"), []step{none, status(400, "", "")}, []string{"1"}, 0, wantTransport(transport.Lost)},
		{"D-28 no streams", streamOf("id: 1\nretry: 1\ndata:\n\n"), []step{none}, []string{"1"}, 0, wantTransport(transport.Lost)},
		{"D-54 the session is gone", streamOf("id: 1\nretry: 1\ndata:\n\n"), []step{none, status(404, "", "")}, []string{"1"}, 0, wantTransport(transport.Lost)},
	} {
		for v := jsonrpc.Rev20250326; v.Legacy(); v++ {
			t.Run(v.String()+"/"+row.rule, func(t *testing.T) {
				t.Parallel()
				s := newScript(withSteps(legacyServer, map[string][]step{
					open:     {inSession("secret-1", result(strings.ReplaceAll(initialized, "2025-11-25", v.String())))},
					callTool: {row.reply},
					"GET":    row.gets,
				}))
				c := mustDial(t, s, nil, nil)
				require.Eventually(t, func() bool { return len(s.requests("GET")) == 1 }, waitLong, tick)
				got, err := do(t, c, "tools/call", callEcho)
				if row.fails == nil {
					require.NoError(t, err)
					require.Equal(t, okResult, got)
				} else {
					row.fails(t, err)
					require.NotErrorIs(t, err, transport.Timeout, "D-25")
				}
				posts := s.requests(callTool)
				require.Len(t, posts, 1, "it is not sent twice")
				gets := s.requests("GET")[1:]
				if row.rule == "D-54 the session is gone" { // a new one has a stream too
					gets = gets[:1]
				}
				require.Len(t, gets, len(row.want))
				for i, x := range gets {
					require.Equal(t, []string{row.want[i]}, get(x, "Last-Event-ID"))
					require.Equal(t, []string{"secret-1"}, get(x, "Mcp-Session-Id"), "D-51")
					require.Equal(t, []string{v.String()}, get(x, "Mcp-Protocol-Version"), "D-62")
				}
				if len(gets) > 0 {
					require.GreaterOrEqual(t, gets[0].At.Sub(posts[0].At), row.wait, "D-16")
				}
			})
		}
	}
}

func id2(event string) string { return "id: last\n" + event }

// A modern stream is never resumed (rule E-46).
func TestModernStreamIsNotResumed(t *testing.T) {
	s := newScript(withSteps(modernServer, map[string][]step{callTool: {streamOf("id: 1\nretry: 1\ndata:\n\n")}}))
	c := mustDial(t, s, nil, nil)
	_, err := do(t, c, "tools/call", callEcho)
	require.ErrorIs(t, err, transport.Lost)
	require.Empty(t, s.requests("GET"))
}

// What comes before the answer is handled before the caller has it, in order.
func TestOrder(t *testing.T) {
	note := func(n string) string {
		return `data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":` + n + "}}\n\n"
	}
	progress := func(n string) string {
		return `data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":ID,"progress":` + n + "}}\n\n"
	}
	for name, steps := range map[string]map[string][]step{"legacy": legacyServer, "modern": modernServer} {
		t.Run(name, func(t *testing.T) {
			s := newScript(withSteps(steps, map[string][]step{callTool: {streamOf(note("1")+progress("2"), note("3"), progress("4")+note("5")+answer(okResult))}}))
			var order []string
			h := jsonrpc.HandlerFunc(func(_ context.Context, _ jsonrpc.ResponseWriter, m *jsonrpc.Message) {
				order = append(order, m.Params.String())
			})
			o := new(streamable.DialOptions)
			o.DisableStandaloneSSE = true
			c := mustDial(t, s, h, o)
			_, err := doCall(t.Context(), c, "tools/call", callEcho, func(callTool *jsonrpc.Call) {
				callTool.OnProgress = func(params codec.Raw) { order = append(order, params.String()) }
			})
			require.NoError(t, err)
			require.Len(t, order, 5)
			for i, text := range order {
				require.Contains(t, text, string(rune('1'+i)))
			}
			require.NotContains(t, s.requests(callTool)[0].Params, `"progressToken":""`)
		})
	}
}

// The server calls back while it handles a call: the answer is another POST (rules D-18, T-09).
func TestCallBack(t *testing.T) {
	answered := make(chan struct{})
	s := newScript(withSteps(legacyServer, map[string][]step{
		callTool: {func(w http.ResponseWriter, r *seen) {
			streamOf(`data: {"jsonrpc":"2.0","id":"back","method":"roots/list"}`+"\n\n")(w, r)
			<-answered
			streamOf(answer(okResult))(w, r)
		}},
		"POST response": {func(w http.ResponseWriter, r *seen) {
			accepted(w, r)
			close(answered)
		}},
	}))
	h := jsonrpc.HandlerFunc(func(_ context.Context, w jsonrpc.ResponseWriter, _ *jsonrpc.Message) {
		_ = w.Result(codec.RawString(`{"roots":[]}`))
	})
	c := mustDial(t, s, h, nil)
	got, err := do(t, c, "tools/call", callEcho)
	require.NoError(t, err)
	require.Equal(t, okResult, got)
	require.JSONEq(t, `{"jsonrpc":"2.0","id":"back","result":{"roots":[]}}`, s.requests("POST response")[0].Body)
}

// A server of a modern revision sends no requests, and gets no answers (rules A-54, E-04).
func TestModernRequestIsNotAnswered(t *testing.T) {
	s := newScript(withSteps(modernServer, map[string][]step{callTool: {streamOf(`data: {"jsonrpc":"2.0","id":"r","method":"roots/list"}`+"\n\n", answer(okResult))}}))
	o := new(streamable.DialOptions)
	watch := new(observed)
	o.Observer = watch
	c := mustDial(t, s, nil, o)
	_, err := do(t, c, "tools/call", callEcho)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	require.Equal(t, []string{probe, callTool}, s.whats())
	require.Len(t, watch.of(transport.BadMessage), 1)
}

// The answer may come on another stream than that of its request.
func TestAnswerElsewhere(t *testing.T) {
	id := make(chan string, 1)
	s := newScript(withSteps(legacyServer, map[string][]step{
		"GET": {func(w http.ResponseWriter, r *seen) {
			w.Header().Set("Content-Type", "text/event-stream")
			w.(http.Flusher).Flush()
			r.ID = <-id
			streamOf(answer(okResult), "1h")(w, r)
		}},
		callTool: {func(w http.ResponseWriter, r *seen) {
			id <- r.ID
			streamOf(": wait\n\n", "1h")(w, r)
		}},
	}))
	c := mustDial(t, s, nil, nil)
	got, err := do(t, c, "tools/call", callEcho)
	require.NoError(t, err)
	require.Equal(t, okResult, got)
	require.Empty(t, s.requests("POST notifications/cancelled"))
}

// Revision 2025-03-26 has batches (rules ).
func TestClientBatch(t *testing.T) {
	t.Parallel()
	answer := `{"jsonrpc":"2.0","id":ID,"result":` + okResult + `}`
	note := `{"jsonrpc":"2.0","method":"notifications/message","params":{}}`
	for _, row := range []struct {
		rule  string
		reply step
		notes int
		fails func(*testing.T, error)
	}{
		{"A-26 JSON", typed("application/json", "["+note+","+answer+"]"), 1, nil},
		{"A-26 an event", streamOf("data: [" + note + "," + note + "]\n\n" + "data: [" + answer + "]\n\n"), 2, nil},
		{"A-29 a member that is none", typed("application/json", "[1,"+answer+"]"), 0, nil},
		{"A-29 an empty one", typed("application/json", "[]"), 0, wantTransport(transport.Protocol)},
		{"A-29 one that breaks off", typed("application/json", "["+note), 0, wantTransport(transport.Protocol)},
		{"H-16 too many", typed("application/json", "["+strings.Repeat(note+",", 100)+answer+"]"), 100, wantTransport(transport.Protocol)},
	} {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			s := newScript(withSteps(legacyServer, map[string][]step{
				open: {result(strings.ReplaceAll(initialized, "2025-11-25", "2025-03-26"))}, callTool: {row.reply},
			}))
			notes := 0
			h := jsonrpc.HandlerFunc(func(context.Context, jsonrpc.ResponseWriter, *jsonrpc.Message) { notes++ })
			c := mustDial(t, s, h, nil)
			got, err := do(t, c, "tools/call", callEcho)
			require.Equal(t, row.notes, notes)
			if row.fails != nil {
				row.fails(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, okResult, got)
		})
	}
}

// Connections are used again, also after streams (G-24): the server sees few of them.
func TestConnectionsAreReused(t *testing.T) {
	for name, reply := range map[string]step{"JSON": result(okResult), "stream": streamOf(answer(okResult)), "error": failure(400, -1, "")} {
		t.Run(name, func(t *testing.T) {
			s := newScript(withSteps(modernServer, map[string][]step{callTool: {reply}}))
			o, dials := countDials()
			c := mustDial(t, s, nil, o)
			for range 100 {
				_, err := do(t, c, "tools/call", callEcho)
				require.Equal(t, name == "error", err != nil)
			}
			require.LessOrEqual(t, dials.Load(), int64(20)) // the end of a stream may come later than the next call
		})
	}
}
