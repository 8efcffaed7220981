package transporttest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// Revision 2025-03-26 has batches. All others refuse them.
var batchTests = []test{
	{"RefusedOrAnswered A-22 A-27 A-28 B-11", 0, batchAnswered},
	{"BeforeASession A-24 A-28", 0, batchBefore},
	{"Edges A-24 A-29", 0, batchEdges},
	{"Limit", ownServer, batchLimit},
	{"AnswersTogether H-16 A-29", ownServer, batchAnswersTogether},
	{"AtTheSameTime A-29", 0, batchAtTheSameTime},
	{"ToTheClient A-26", 0, batchToTheClient},
}

// batches reports whether the revision has them.
func (s *suite) batches() bool { return s.rev == jsonrpc.Rev20250326 }

// receiveBatch receives a batch, whose messages are by id; those without are under "".
func (r *raw) receiveBatch() map[string][]*jsonrpc.Message {
	r.s.Helper()
	b, err := r.tryReceive()
	require.NoError(r.s, err)
	var list []json.RawMessage
	require.NoError(r.s, json.Unmarshal(b, &list), "%s", b)
	got := map[string][]*jsonrpc.Message{}
	for _, text := range list {
		m := new(jsonrpc.Message)
		require.NoError(r.s, jsonrpc.Scan(text, m), "%s", text)
		id := ""
		if !m.ID.IsZero() {
			id = m.ID.String()
		}
		got[id] = append(got[id], m)
	}
	return got
}

// refusedBatch checks that an array was refused as a whole (rule A-27).
func (r *raw) refusedBatch() {
	r.s.Helper()
	m := r.receive()
	require.Equal(r.s, jsonrpc.CodeInvalidRequest, failure(m), "%s", m.Frame())
	require.True(r.s, m.ID.IsZero(), "%s", m.Frame())
	r.alive()
}

func array(messages ...string) string { return "[" + strings.Join(messages, ",") + "]" }

func batchAnswered(s *suite) {
	r := s.serve(nil).openRaw()
	r.send(array(
		notification("test/note", `{"text":"batch","n":0}`),
		r.request("1", "test/echo", `"text":"one"`),
		notification("test/note", `{"text":"batch","n":1}`),
		r.request(`"1"`, "test/pause", `"text":"two","pause":5`),
		r.request("1.0", "test/unknown", ""),
	))
	if !s.batches() {
		r.refusedBatch()
		require.Empty(s, r.reply("test/state", "").State.Notes, "nothing of it is handled")
		return
	}
	got := r.receiveBatch()
	require.Len(s, got, 3)
	require.Contains(s, got["1"][0].Result.String(), `"one"`)
	require.Contains(s, got[`"1"`][0].Result.String(), `"two"`)
	require.Equal(s, jsonrpc.CodeMethodNotFound, failure(got["1.0"][0]))
	require.Equal(s, numbers(2), r.reply("test/state", "").State.Notes["batch"])
}

// Before the session is open there is no revision yet; and initialize must not be in a batch.
func batchBefore(s *suite) {
	r := s.serve(nil).rawClient()
	r.send(array(initialize("0", jsonrpc.Rev20250326)))
	m := r.receive()
	require.Equal(s, jsonrpc.CodeInvalidRequest, failure(m), "%s", m.Frame())
	if s.rev.Legacy() {
		r.initialize(s.rev)
	}
	r.alive()
}

func batchEdges(s *suite) {
	r := s.serve(nil).openRaw()
	if !s.batches() {
		for _, text := range []string{`[]`, `[1]`, `[[]]`, nested(100_000), array(notification("test/note", `{}`)), array(`{"jsonrpc":"2.0","id":1,"result":{}}`)} {
			r.send(text)
			r.refusedBatch()
		}
		return
	}
	r.send(`[]`)
	require.Equal(s, jsonrpc.CodeInvalidRequest, failure(r.receive()))

	r.send(array(`1`, `"x"`, `{}`, `[]`, `{"jsonrpc":"2.0","id":5}`, r.request("6", "test/echo", "")))
	got := r.receiveBatch()
	require.Len(s, got[""], 4)
	for _, m := range append(got[""], got["5"]...) {
		require.Equal(s, jsonrpc.CodeInvalidRequest, failure(m), "%s", m.Frame())
	}
	require.Zero(s, failure(got["6"][0]))

	for _, silent := range []string{ // nothing to answer
		array(notification("test/note", `{"text":"alone"}`)),
		array(`{"jsonrpc":"2.0","id":99,"result":{}}`, `{"jsonrpc":"2.0","id":98,"error":{"code":1,"message":""}}`),
		array(`{"jsonrpc":"2.0","method":"test/note","params":[]}`),
	} {
		r.send(silent)
		r.alive()
	}

	r.send(array(initialize("0", jsonrpc.Rev20250326), r.request("1", "test/echo", "")))
	got = r.receiveBatch()
	require.Equal(s, jsonrpc.CodeInvalidRequest, failure(got["0"][0]))
	require.Zero(s, failure(got["1"][0]))

	for _, broken := range []string{`[`, `[1`, `[1,]`, `[1 2]`, `[{"jsonrpc":"2.0","id":1,"method":"test/echo"},`, array(`{"a":01}`), nested(100_000)} {
		r.send(broken)
		require.Equal(s, jsonrpc.CodeParseError, failure(r.receive()), broken)
		r.alive()
	}
}

func batchLimit(s *suite) {
	const limit = 5
	o := new(transport.Options)
	o.Limits.Batch = limit
	r := s.serve(o).openRaw()
	for n := limit - 1; n <= limit+1; n++ {
		list := make([]string, n)
		for i := range list {
			list[i] = r.request(strconv.Itoa(i), "test/echo", "")
		}
		r.send(array(list...))
		if n > limit || !s.batches() {
			r.refusedBatch()
			continue
		}
		require.Len(s, r.receiveBatch(), n)
	}
	r.alive()
}

// The answers to a batch are together as large as one message may be. What finds no more room is refused: its handler may give a shorter
// answer, or else the engine does.
func batchAnswersTogether(s *suite) {
	if !s.batches() {
		s.Skip("this revision has no batches")
	}
	const limit, size, n = 100_000, 30_000, 10
	o := new(transport.Options)
	o.Limits.Message = limit
	r := s.serve(o).openRaw()
	for _, method := range []string{"test/bytes", "test/only-bytes"} {
		var list []string
		for i := range n {
			list = append(list, r.request(strconv.Itoa(i), method, fmt.Sprintf(`"size":%d`, size)))
		}
		r.send(array(list...))
		all := r.receiveBatch()
		require.Len(s, all, n, "each has an answer")
		full, together := 0, 0
		for _, m := range all {
			text := m[0].Frame()
			together += len(text)
			switch {
			case len(text) == size:
				full++
			case method == "test/bytes":
				require.Contains(s, string(text), "answer in a batch")
			default:
				require.Equal(s, jsonrpc.CodeInternalError, failure(m[0]), "%s", text)
			}
		}
		require.Equal(s, limit/size, full)
		require.Less(s, together, limit)
	}
	r.alive()
}

// The requests of a batch run at the same time; one that is cancelled is left out of the answer.
func batchAtTheSameTime(s *suite) {
	if !s.batches() {
		s.Skip("this revision has no batches")
	}
	r := s.serve(nil).openRaw()
	var list []string
	for i := range 5 {
		list = append(list, r.request(strconv.Itoa(i), "test/meet", `"text":"batch","n":5`))
	}
	r.send(array(append(list, r.request(`"c"`, "test/wait", ""))...))
	r.await(func(st *state) bool { return st.Waiting == 1 }, "the request to be cancelled")
	r.send(notification("notifications/cancelled", `{"requestId":"c"}`))
	got := r.receiveBatch()
	require.Len(s, got, 5)
	for i := range 5 {
		require.Zero(s, failure(got[strconv.Itoa(i)][0]))
	}
	r.alive()
}

// A client takes batches where there are such, and drops them elsewhere.
func batchToTheClient(s *suite) {
	l, r := s.rawServer(nil)
	m, done := l.take(s.within(), r, "test/x")
	n, other := l.take(s.within(), r, "test/y")
	r.send(array(
		notification("test/note", `{"text":"batch","n":0}`),
		fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"result":{}}`, m.ID),
		notification("test/note", `{"text":"batch","n":1}`),
	))
	if !s.batches() {
		r.answer(m, "{}")
		require.NoError(s, wait(s, done, "the end of the call"))
		require.Empty(s, l.script.snapshot().Notes)
	} else {
		require.NoError(s, wait(s, done, "the end of the call"))
		s.eventually(func() bool { return len(l.script.snapshot().Notes["batch"]) == 2 }, "notifications")
		require.Equal(s, numbers(2), l.script.snapshot().Notes["batch"])
		require.Empty(s, other)
		r.send(array(r.request(`"a"`, "test/echo", `"text":"a"`), r.request(`"b"`, "test/echo", `"text":"b"`)))
		if s.tr.Posts { // answers come by themselves, too
			require.ElementsMatch(s, []string{`"a"`, `"b"`}, []string{r.receive().ID.String(), r.receive().ID.String()})
		} else {
			require.Len(s, r.receiveBatch(), 2)
		}
	}
	r.answer(n, "{}")
	require.NoError(s, wait(s, other, "the end of the other call"))
	l.answered(r)
}
