package transporttest

import (
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// Messages that are none cost nothing but themselves: the next good one is answered.
var badTests = []test{
	{"ToTheServer S12", 0, badToTheServer},
	{"ToTheServerBeforeAnythingElse S12", 0, badBeforeAnythingElse},
	{"ToTheClient", 0, badToTheClient},
	{"AnswersToTheClient", 0, badAnswers},
}

const (
	parse   = jsonrpc.CodeParseError
	invalid = jsonrpc.CodeInvalidRequest
)

// bad is a message with what it is answered with.
type bad struct {
	rule, text string
	code       int    // 0 for no answer
	id         string // of the answer; "" for none
}

func nested(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }

// badMessages are for servers and clients alike.
var badMessages = []bad{
	{"A-01 no version", `{"id":1,"method":"ping"}`, invalid, "1"},
	{"A-01 another version", `{"jsonrpc":"1.0","id":1,"method":"ping"}`, invalid, "1"},
	{"A-01 version is a number", `{"jsonrpc":2.0,"id":1,"method":"ping"}`, invalid, "1"},
	{"A-02 UTF-8 in a string", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":\"\xff\"}}", parse, "1"},
	{"A-02 UTF-8 in a key", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"\xc3\x28\":1}", parse, "1"},
	{"A-02 overlong UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":\"\xc0\xaf\"}}", parse, "1"},
	{"A-02 surrogate as UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"a\":\"\xed\xa0\x80\"}}", parse, "1"},
	{"A-03 fractional id", `{"jsonrpc":"2.0","id":1.5,"method":"ping"}`, invalid, ""},
	{"A-03 id with a negative exponent", `{"jsonrpc":"2.0","id":1e-1,"method":"ping"}`, invalid, ""},
	{"A-03 id is true", `{"jsonrpc":"2.0","id":true,"method":"ping"}`, invalid, ""},
	{"A-03 id is an array", `{"jsonrpc":"2.0","id":[1],"method":"ping"}`, invalid, ""},
	{"A-03 id is an object", `{"jsonrpc":"2.0","id":{},"method":"ping"}`, invalid, ""},
	{"A-04 id is null", `{"jsonrpc":"2.0","id":null,"method":"ping"}`, invalid, ""},
	{"A-16 notification with an array", `{"jsonrpc":"2.0","method":"test/note","params":[]}`, 0, ""},
	{"A-16 notification of another version", `{"jsonrpc":"1.0","method":"test/note"}`, 0, ""},
	{"A-17 array params", `{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}`, invalid, "1"},
	{"A-17 text params", `{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}`, invalid, "1"},
	{"A-17 number params", `{"jsonrpc":"2.0","id":1,"method":"ping","params":1}`, invalid, "1"},
	{"A-17 null params", `{"jsonrpc":"2.0","id":1,"method":"ping","params":null}`, invalid, "1"},
	{"A-19 method twice", `{"jsonrpc":"2.0","id":1,"method":"ping","method":"test/echo"}`, invalid, "1"},
	{"A-19 method twice, once escaped", `{"jsonrpc":"2.0","id":1,"method":"ping","m\u0065thod":"test/echo"}`, invalid, "1"},
	{"A-19 params twice", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{},"params":{}}`, invalid, "1"},
	{"A-19 version twice", `{"jsonrpc":"2.0","jsonrpc":"2.0","id":1,"method":"ping"}`, invalid, "1"},
	{"A-19 id twice", `{"jsonrpc":"2.0","id":1,"id":1,"method":"ping"}`, invalid, ""},
	{"S1 Method", `{"jsonrpc":"2.0","id":1,"Method":"ping"}`, invalid, "1"},
	{"S1 METHOD", `{"jsonrpc":"2.0","id":1,"METHOD":"ping"}`, invalid, "1"},
	{"S2 method and a NUL", `{"jsonrpc":"2.0","id":1,"method\u0000":"ping"}`, invalid, "1"},
	{"method is a number", `{"jsonrpc":"2.0","id":1,"method":1}`, invalid, "1"},
	{"method is null", `{"jsonrpc":"2.0","id":1,"method":null}`, invalid, "1"},
	{"A-20 nothing but an id", `{"jsonrpc":"2.0","id":1}`, invalid, "1"},
	{"A-20 nothing", `{}`, invalid, ""},
	{"A-20 method and result", `{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}`, invalid, "1"},
	{"A-20 method and error", `{"jsonrpc":"2.0","id":1,"method":"ping","error":{"code":1,"message":""}}`, invalid, "1"},
	{"A-08 result and error", `{"jsonrpc":"2.0","id":99,"result":{},"error":{"code":1,"message":""}}`, 0, ""},
	{"A-09 result is an array", `{"jsonrpc":"2.0","id":99,"result":[]}`, 0, ""},
	{"A-09 result is null", `{"jsonrpc":"2.0","id":99,"result":null}`, 0, ""},
	{"A-10 error without a code", `{"jsonrpc":"2.0","id":99,"error":{"message":"x"}}`, 0, ""},
	{"A-10 error is a text", `{"jsonrpc":"2.0","id":99,"error":"x"}`, 0, ""},
	{"A-14 error without an id", `{"jsonrpc":"2.0","error":{"code":1,"message":"x"}}`, 0, ""},
	{"A-14 error with id null", `{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}`, 0, ""},
	{"G-09 result of no request", `{"jsonrpc":"2.0","id":99,"result":{}}`, 0, ""},
	{"G-09 result of no request with a text id", `{"jsonrpc":"2.0","id":"99","result":{}}`, 0, ""},
	{"G-09 result of a huge id", `{"jsonrpc":"2.0","id":99999999999999999999999999,"result":{}}`, 0, ""},
	{"progress of no call", `{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":99,"progress":1}}`, 0, ""},
	{"progress without a token", `{"jsonrpc":"2.0","method":"notifications/progress"}`, 0, ""},
	{"garbage", `garbage`, parse, ""},
	{"two documents", `{"jsonrpc":"2.0","id":1,"method":"ping"}{}`, parse, "1"},
	{"cut off", `{"jsonrpc":"2.0","id":1,"method":"ping"`, parse, "1"},
	{"cut off in a text", `{"jsonrpc":"2.0","id":1,"method":"pi`, parse, "1"},
	{"comma at the end", `{"jsonrpc":"2.0","id":1,"method":"ping",}`, parse, "1"},
	{"single quotes", `{'jsonrpc':'2.0','id':1,'method':'ping'}`, parse, ""},
	{"a comment", `{"jsonrpc":"2.0","id":1,"method":"ping"/**/}`, parse, "1"},
	{"a tab in a string", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\tng\"}", parse, "1"},
	{"a NUL in a string", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\x00ng\"}", parse, "1"},
	{"a NUL after it", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\x00", parse, "1"},
	{"a leading zero", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":01}}`, parse, "1"},
	{"NaN", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}`, parse, "1"},
	{"a bad escape", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\x"}}`, parse, "1"},
	{"a number", `1`, invalid, ""},
	{"a text", `"ping"`, invalid, ""},
	{"null", `null`, invalid, ""},
	{"deep params", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":` + nested(1000) + `}}`, parse, "1"},
	{"very deep params", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":` + nested(100_000) + `}}`, parse, "1"},
	{"deep and open", `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":` + strings.Repeat("[", 100_000), parse, "1"},
	{"deep without an envelope", `{"a":` + nested(100_000) + `}`, parse, ""},
}

// oddMessages are unusual, and good.
var oddMessages = []string{
	`{"id":"ID","method":"test/echo","params":PARAMS,"jsonrpc":"2.0"}`,
	`{"params":PARAMS,"method":"test/echo","jsonrpc":"2.0","id":"ID"}`,
	`{"jsonrpc":"2.0","id":"ID","method":"test/echo","params":PARAMS,"more":[1,{"method":"x"}]}`,
	`{"jsonrpc":"2.0","id":"ID","m\u0065thod":"test\/ech\u006f","params":PARAMS}`,                    // keys and values are compared unescaped
	`{"jsonrpc":"2.0","id":"ID","method":"test/echo","Method":"x","params":PARAMS}`,                  // S1: it is an unknown member
	`{"jsonrpc":"2.0","id":"ID","method":"test/echo","params":PARAMS,"method\u0000":"x"}`,            // S2
	` {  "jsonrpc" : "2.0" , "id" : "ID" ,	"method" : "test/echo" , "params" :	PARAMS } `,            // white space
	`{"jsonrpc":"2.0","id":"ID","method":"test/echo","params":PARAMS,"deep":` + nested(999) + `}`,    // as deep as may be
	`{"jsonrpc":"2.0","id":"ID","method":"test/echo","params":PARAMS,"lone":"\ud800","x":1e999}`,     // nobody reads these
	`{"jsonrpc":"2.0","id":"ID","method":"test/echo","params":PARAMS,"long":"` + fill(50_000) + `"}`, // more than one buffer
}

func badToTheServer(s *suite) {
	r := s.serve(nil).openRaw()
	for _, x := range badMessages {
		r.send(x.text)
		if x.code != 0 {
			r.refused(x)
		}
		r.alive()
	}
	for i, text := range oddMessages {
		text = strings.ReplaceAll(strings.Replace(text, "ID", r.nextID(), 1), "PARAMS", r.members(`"text":"odd"`))
		r.send(text)
		m := r.receive()
		require.False(s, m.Result.IsZero(), "%d: %s: %s", i, text, m.Frame())
		r.alive()
	}
}

// refused checks that the next message is an error as x wants it.
func (r *raw) refused(x bad) {
	r.s.Helper()
	m := r.receive()
	require.Equal(r.s, x.code, failure(m), "%s: %.200s: %s", x.rule, x.text, m.Frame())
	id := ""
	if !m.ID.IsZero() {
		id = m.ID.String()
	}
	require.Equal(r.s, x.id, id, "%s: %.200s: %s", x.rule, x.text, m.Frame())
	require.Less(r.s, len(m.Frame()), 500, "an error quotes no more than it has to")
}

// The same before a session is open; and what needs one is refused (rules A-43, F-01).
func badBeforeAnythingElse(s *suite) {
	r := s.serve(nil).rawClient()
	for _, x := range badMessages {
		r.send(x.text)
		if x.code != 0 {
			r.refused(x)
		}
	}
	r.send(`{"jsonrpc":"2.0","id":5,"method":"test/echo","params":{"text":"neither era"}}`)
	require.Equal(s, jsonrpc.CodeInvalidParams, failure(r.receive()))
	if s.rev.Legacy() {
		r.initialize(s.rev)
	}
	r.alive()
}

// A client answers broken requests at most, and nothing at all in revisions in which servers have nothing to ask.
func badToTheClient(s *suite) {
	l, r := s.rawServer(nil)
	if s.tr.Posts {
		l.badInAnyOrder(r)
		return
	}
	for _, x := range badMessages {
		r.send(x.text)
		if s.rev.Legacy() {
			r.refusedByClient(x)
		}
		l.answered(r) // nothing else has come before this call
	}
	if s.rev.Modern() { // rules B-12, A-54
		r.send(`{"jsonrpc":"2.0","id":5,"method":"test/echo","params":{}}`)
		l.answered(r)
		require.Zero(s, l.script.snapshot().Methods["test/echo"])
	}
	require.Zero(s, l.script.snapshot().Methods["test/note"])
}

// badInAnyOrder is for clients whose messages overtake each other: what they refuse may come after the next call.
func (l *link) badInAnyOrder(r *raw) {
	l.s.Helper()
	for range 5 { // the ids of bad messages are then not that of the call
		l.answered(r)
	}
	call, called := l.take(l.s.within(), r, "test/x")
	most := 0
	for _, x := range badMessages {
		r.send(x.text)
		if x.code != 0 && l.s.rev.Legacy() {
			most++
		}
	}
	r.answer(call, "{}")
	require.NoError(l.s, wait(l.s, called, "the end of the call during which they came"))
	done := l.start(l.s.within(), "test/good", params{})
	m := r.receive()
	for n := 0; m.Method != "test/good"; m = r.receive() {
		require.Contains(l.s, []int{parse, invalid}, failure(m), "%s", m.Frame())
		n++
		require.LessOrEqual(l.s, n, most, "more refusals than requests")
	}
	r.answer(m, `{"text":"good"}`)
	require.NoError(l.s, wait(l.s, done, "the end of the call"))
	require.Zero(l.s, l.script.snapshot().Methods["test/note"])
}

// refusedByClient checks that a client has refused x, if it is a request, or has said nothing of it.
func (r *raw) refusedByClient(x bad) {
	r.s.Helper()
	probe := r.nextID()
	r.send(r.request(probe, "test/echo", ""))
	for first := true; ; first = false {
		m := r.receive()
		if m.ID.String() == probe {
			return
		}
		require.True(r.s, first, "a second answer to %s: %s", x.text, m.Frame())
		require.NotZero(r.s, x.code, "%s: %s", x.text, m.Frame())
		require.Equal(r.s, x.code, failure(m), "%s: %s", x.text, m.Frame())
	}
}

// An answer that is none fails the call that it was for, and no other.
func badAnswers(s *suite) {
	l, r := s.rawServer(nil)
	for _, answer := range []string{
		`{"jsonrpc":"2.0","id":ID,"result":{},"error":{"code":1,"message":""}}`,
		`{"jsonrpc":"2.0","id":ID,"result":[]}`,
		`{"jsonrpc":"2.0","id":ID,"result":null}`,
		`{"jsonrpc":"2.0","id":ID,"result":"x"}`,
		`{"jsonrpc":"2.0","id":ID,"result":{},"result":{}}`,
		`{"jsonrpc":"2.0","id":ID,"error":{"code":1}}`,
		`{"jsonrpc":"2.0","id":ID,"error":{"code":1.5,"message":""}}`,
		`{"jsonrpc":"2.0","id":ID,"error":{"message":"x"}}`,
		`{"jsonrpc":"2.0","id":ID,"error":null}`,
		`{"jsonrpc":"1.0","id":ID,"result":{}}`,
		`{"id":ID,"result":{}}`,
		"{\"jsonrpc\":\"2.0\",\"id\":ID,\"result\":{\"a\":\"\xff\"}}",
		`{"jsonrpc":"2.0","id":ID,"result":{"a":` + nested(1000) + `}}`,
		`{"jsonrpc":"2.0","id":ID,"result":{"a":01}}`,
		`{"jsonrpc":"2.0","id":ID,"result":{}}}`,
	} {
		other, otherDone := l.take(s.within(), r, "test/other")
		m, done := l.take(s.within(), r, "test/x")
		r.send(strings.ReplaceAll(answer, "ID", m.ID.String()))
		require.ErrorIs(s, wait(s, done, "the end of the call"), transport.Protocol, answer)
		require.Empty(s, otherDone)
		r.answer(other, `{}`)
		require.NoError(s, wait(s, otherDone, "the end of the other call"))
	}
	l.answered(r)
}
