package transporttest

import (
	"encoding/json"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

var idTests = []test{
	{"EchoedExactly A-07 A-21", 0, idsEchoed},
	{"NumberAndTextDiffer A-07", 0, numberAndText},
	{"TwiceInFlight S26", lasting, twiceInFlight},
	{"AgainAfterTheAnswer A-06", 0, againAfterTheAnswer},
	{"OfCallsGrow A-05 A-06", 0, idsGrow},
}

// ids are those that are easily changed on the way.
var ids = []string{
	`0`, `1`, `-1`, `-0`, `1.0`, `1e0`, `10E-1`, `1.000e+2`, `9007199254740993`, `-9007199254740993`, `9223372036854775808`,
	`123456789012345678901234567890`, `1e400`, `""`, `"1"`, `"1.0"`, `"null"`, `" "`, `"ü"`, `"😀"`, `"a\"b\\c"`, `"\n\t\u0000"`, `"\u0041"`, `"\/"`,
	`"\ud83d\ude00"`, `"\ud800"`, `"\udc00x"`, `"` + strings.Repeat("long", 300) + `"`,
}

// sameID reports whether two ids are the same: numbers byte by byte, texts as what they stand for.
func (s *suite) sameID(a, b string) bool {
	if a == b || a[0] != '"' || b[0] != '"' {
		return a == b
	}
	var x, y string
	require.NoError(s, json.Unmarshal([]byte(a), &x))
	require.NoError(s, json.Unmarshal([]byte(b), &y))
	return x == y && !strings.Contains(x, "\ufffd")
}

func idsEchoed(s *suite) {
	r := s.serve(nil).openRaw()
	for _, method := range []string{"test/echo", "test/unknown", "test/panic", "test/pause"} {
		for _, id := range ids {
			r.send(r.request(id, method, `"pause":1`))
			m := r.receive()
			require.True(s, s.sameID(id, m.ID.String()), "%s became %s", id, m.Frame())
			require.Contains(s, string(m.Frame()), `"id":`, "%s", m.Frame())
		}
	}
	r.alive()
}

// Requests whose ids look alike are different ones.
func numberAndText(s *suite) {
	r := s.serve(nil).openRaw()
	open := map[string]bool{}
	for _, id := range []string{`7`, `"7"`, `7.0`, `"7.0"`, `70e-1`} {
		r.send(r.request(id, "test/meet", `"text":"ids","n":5`))
		open[id] = true
	}
	for len(open) > 0 {
		m := r.receive()
		require.Zero(s, failure(m), "%s", m.Frame())
		require.Contains(s, open, m.ID.String())
		delete(open, m.ID.String())
	}
	r.alive()
}

// A second request with an id in flight is refused, and the first is answered.
func twiceInFlight(s *suite) {
	r := s.serve(nil).openRaw()
	for _, id := range []string{`7`, `"seven"`, `1.0`} {
		r.send(r.request(id, "test/meet", `"text":`+`"`+strings.Trim(id, `"`)+`","n":2`))
		r.await(func(st *state) bool { return st.Methods["test/meet"]%2 == 1 }, "the first one")
		for range 3 {
			r.send(r.request(id, "test/echo", ""))
			m := r.receive()
			require.Equal(s, jsonrpc.CodeInvalidRequest, failure(m), "%s", m.Frame())
		}
		r.send(r.request(`"other"`, "test/meet", `"text":"`+strings.Trim(id, `"`)+`","n":2`))
		got := map[string]bool{r.receive().ID.String(): true, r.receive().ID.String(): true}
		require.Equal(s, map[string]bool{id: true, `"other"`: true}, got)
	}
	r.alive()
}

// An id is free when its request is answered.
func againAfterTheAnswer(s *suite) {
	r := s.serve(nil).openRaw()
	for _, name := range []string{"test/echo", "test/pause", "test/unknown", "test/nothing"} {
		for range 5 {
			r.send(r.request("7", name, `"pause":1`))
			m := r.receive()
			require.Equal(s, "7", m.ID.String())
			require.NotEqual(s, jsonrpc.CodeInvalidRequest, failure(m), "%s", m.Frame())
		}
	}
	r.alive()
}

// The ids of a client's calls are integers that are never used again.
func idsGrow(s *suite) {
	l, r := s.rawServer(nil)
	last := int64(-1)
	for range 20 {
		m, done := l.take(s.within(), r, "test/x")
		id, ok := m.ID.Int64()
		require.True(s, ok)
		require.Greater(s, id, last)
		last = id
		r.answer(m, "{}")
		require.NoError(s, wait(s, done, "the end of the call"))
	}
}
