package transcript_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// Texts that are no transcripts are refused before anything is played.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	const good = "G-19, server, 2025-06-18: a ping.\n\n-- connect --\n"
	for name, row := range map[string]struct{ file, text, want string }{
		"good":                      {"stdio/server/G-19-ping.txtar", good, ""},
		"good without more":         {"any/server/G-19.txtar", good, ""},
		"another rule in the name":  {"stdio/server/G-20-ping.txtar", good, "the name does not begin with G-19"},
		"no words in the name":      {"stdio/server/G-19ping.txtar", good, "the name does not begin with G-19"},
		"another side":              {"stdio/client/G-19-ping.txtar", good, "it is about the server, and in the folder of the client"},
		"an unknown folder":         {"pigeon/server/G-19-ping.txtar", good, "no folder is named pigeon"},
		"no folder":                 {"G-19-ping.txtar", good, "a transcript is in a folder"},
		"no comment":                {"stdio/server/G-19-ping.txtar", "-- connect --\n", "the comment does not begin with"},
		"no rule":                   {"stdio/server/G-19-ping.txtar", strings.Replace(good, "G-19", "ping", 1), "the comment does not begin with"},
		"no revision":               {"stdio/server/G-19-ping.txtar", strings.Replace(good, "2025-06-18", "all", 1), "the comment does not begin with"},
		"an unknown revision":       {"stdio/server/G-19-ping.txtar", strings.Replace(good, "2025-06-18", "2025-06-19", 1), "no revisions"},
		"revisions the wrong way":   {"stdio/server/G-19-ping.txtar", strings.Replace(good, "2025-06-18", "2025-06-18 to 2024-11-05", 1), "no revisions"},
		"no sentence":               {"stdio/server/G-19-ping.txtar", strings.Replace(good, "ping.", "ping", 1), "the comment does not end with a sentence"},
		"no steps":                  {"stdio/server/G-19-ping.txtar", "G-19, server, 2025-06-18: a ping.\n", "nothing happens"},
		"a misspelt step":           {"stdio/server/G-19-ping.txtar", good + "-- conect --\n", `"conect": there is no step conect`},
		"a step of the other side":  {"stdio/server/G-19-ping.txtar", good + "-- call a --\nping\n", "call is for the library as client"},
		"a step of HTTP":            {"any/server/G-19-ping.txtar", good + "-- POST a --\n{}\n", "POST is for HTTP"},
		"a step without its name":   {"http/server/G-19-ping.txtar", good + "-- POST --\n{}\n", "POST has 0 words behind it"},
		"a step with too many":      {"http/server/G-19-ping.txtar", good + "-- end a b --\n", "end has 2 words behind it"},
		"a step with a text":        {"stdio/server/G-19-ping.txtar", good + "-- wait 1s --\nplease\n", "wait has no text"},
		"options after other steps": {"stdio/server/G-19-ping.txtar", good + "-- options --\n", "options comes first"},
	} {
		tr, err := parse(row.file, []byte(row.text))
		if row.want == "" {
			require.NoError(t, err, name)
			require.Equal(t, []string{"G-19"}, tr.rules, name)
			require.Equal(t, []jsonrpc.Revision{jsonrpc.Rev20250618}, tr.revisions, name)
			continue
		}
		require.ErrorContains(t, err, row.want, name)
	}
}

// playText plays steps as a transcript.
func playText(t *testing.T, folder, steps string) error {
	t.Helper()
	_, side, _ := strings.Cut(folder, "/")
	tr, err := parse(folder+"/A-01.txtar", []byte("A-01, "+side+", 2025-06-18: it is a test.\n\n"+steps))
	require.NoError(t, err)
	return play(t, tr, tr.transports[0], tr.revisions[0])
}

const (
	ping    = `{"jsonrpc":"2.0","id":1,"method":"ping"}`
	pong    = `{"jsonrpc":"2.0","id":1,"result":{}}`
	asks    = "-- connect --\n-- client --\n" + ping + "\n-- server --\n"
	posts   = "-- connect --\n-- POST a --\n" + ping + "\n-- response a --\n"
	streams = "-- connect --\n-- POST a --\nAccept: text/event-stream\n\n" + ping + "\n-- response a --\n200\n"
	calls   = "-- connect --\n-- call a --\nping\n-- client --\n" + `{"jsonrpc":"2.0","id":"$a","method":"ping"}` + "\n"
	answers = calls + "-- server --\n" + `{"jsonrpc":"2.0","id":"$a","result":{}}` + "\n"
)

// What happens in another way than a transcript has it is found: too little, too much, and something else.
func TestPlayRefuses(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ folder, steps, want string }{
		"good":                     {"stdio/server", asks + pong, ""},
		"any value":                {"stdio/server", asks + `{"jsonrpc":"2.0","id":1,"result":"$any"}`, ""},
		"more members":             {"stdio/server", asks + `{"id":1,"...":""}`, ""},
		"a kept value":             {"stdio/server", asks + `{"jsonrpc":"2.0","id":"$id","result":{}}`, ""},
		"nothing comes":            {"stdio/server", asks + pong + "\n" + pong, "want the next message of the server, and nothing comes"},
		"it comes too late":        {"stdio/server", "-- connect --\n-- client --\n" + sleeps + "\n-- server --\n" + slept, "and nothing comes"},
		"it was waited for":        {"stdio/server", "-- connect --\n-- client --\n" + sleeps + "\n-- wait 5s --\n-- server --\n" + slept, ""},
		"a message too much":       {"stdio/server", "-- connect --\n-- client --\n" + ping + "\n", "nobody expected this of the server: message " + pong},
		"something comes":          {"stdio/server", "-- connect --\n-- client --\n" + ping + "\n-- nothing --\n", "nobody expected this of the server"},
		"something comes later":    {"stdio/server", "-- connect --\n-- client --\n" + sleeps + "\n-- nothing 10s --\n", "nobody expected this of the server"},
		"another value":            {"stdio/server", asks + strings.Replace(pong, "1", "2", 1), `at "/id": want 2, have 1`},
		"another type":             {"stdio/server", asks + strings.Replace(pong, "1", `"1"`, 1), `at "/id": want "1", have 1`},
		"another number":           {"stdio/server", asks + strings.Replace(pong, "1", `1.0`, 1), `at "/id": want 1.0, have 1`},
		"a member is missing":      {"stdio/server", asks + strings.Replace(pong, "{}", `{"a":1}`, 1), `at "/result": a is missing`},
		"a member is too much":     {"stdio/server", asks + `{"id":1,"result":{}}`, "jsonrpc is too much"},
		"a member is there":        {"stdio/server", asks + strings.Replace(pong, "{}", `"$absent"`, 1), "result is there"},
		"another kept value":       {"stdio/server", asks + strings.Replace(pong, "1", `"$revision"`, 1), `$revision was "2025-06-18", and is 1`},
		"another order":            {"stdio/server", "-- connect --\n-- client --\n" + ping + "\n" + ping2 + "\n-- server --\n" + pong2 + "\n" + pong, `want 2, have 1`},
		"in any order":             {"stdio/server", "-- connect --\n-- client --\n" + ping + "\n" + ping2 + "\n-- server in any order --\n" + pong2 + "\n" + pong, ""},
		"one twice in any order":   {"stdio/server", "-- connect --\n-- client --\n" + ping + "\n" + ping2 + "\n-- server in any order --\n" + pong2 + "\n" + pong2, "no element is"},
		"no JSON in a transcript":  {"stdio/server", asks + "{", "the transcript has no JSON here"},
		"an unknown placeholder":   {"stdio/server", "-- connect --\n-- client --\n" + `{"id":"$nobody"}`, "nothing is known of $nobody"},
		"values that are the same": {"stdio/server", asks + `{"jsonrpc":"2.0","id":"$a","result":{}}` + "\n-- client --\n" + ping + "\n-- server --\n" + `{"jsonrpc":"2.0","id":"$b","result":{}}` + "\n-- differ --\na b\n", "are both 1"},
		"a value of nobody":        {"stdio/server", "-- differ --\na b\n", "nothing is known of $a"},
		"other bytes":              {"stdio/server", "-- connect --\n-- client --\n" + ping + "\n-- server bytes --\n`" + pong + "` \"\\r\\n\"\n", "have"},
		"no Go string":             {"stdio/server", "-- client bytes --\nhello\n", "no Go string"},
		"the end does not come":    {"stdio/server", "-- connect --\n-- server closes --\n", "want the next end of the server"},
		"the end is not expected":  {"stdio/server", "-- connect --\n-- client closes --\n", "nobody expected this of the server: end EOF"},
		"the server goes on":       {"stdio/server", "-- connect --\n-- ended --\n", "the server goes on"},
		"another end":              {"stdio/server", "-- connect --\n-- client closes --\n-- server closes --\n-- ended --\n{\"transport\":\"timeout\"}\n", "there is no error"},
		"who does what":            {"stdio/server", "-- client dances --\n", "nobody can do this: dances"},
		"told of something else":   {"stdio/server", roots + "-- told --\n{\"roots\":\"gone\"}\n", `want "gone", have "changed"`},
		"told of too much":         {"stdio/server", roots, "nobody expected this of the server's program"},
		"an unknown option":        {"stdio/server", "-- options --\nwarp 9\n-- connect --\n", "there is no option warp 9"},
		"a bad option":             {"stdio/server", "-- options --\nmessage large\n-- connect --\n", "option message large"},
		"a duration":               {"stdio/server", "-- wait long --\n", "invalid duration"},
		"good HTTP":                {"streamable/server", posts + "200\nContent-Type: application/json\nX-No: -\n\n" + pong, ""},
		"another status":           {"streamable/server", posts + "202\n\n" + pong, "the status is 200 OK"},
		"another header":           {"streamable/server", posts + "200\nContent-Type: text/plain\n\n" + pong, `the header Content-Type is ["application/json"], and not "text/plain"`},
		"a header too much":        {"streamable/server", posts + "200\nContent-Type: -\n\n" + pong, "there is a header Content-Type"},
		"a header is missing":      {"streamable/server", posts + "200\nAllow: GET\n\n" + pong, "the header Allow is []"},
		"another body":             {"streamable/server", posts + "200\n\n" + pong2, `at "/id": want 2, have 1`},
		"a body too much":          {"streamable/server", posts + "200\n", "there is a body"},
		"no body":                  {"streamable/server", "-- connect --\n-- DELETE a --\n-- response a --\n204\n\n{}\n", "no JSON has come"},
		"no header":                {"streamable/server", posts + "200\nhello\n\n" + pong, `no header: "hello"`},
		"a response too much":      {"streamable/server", "-- connect --\n-- POST a --\n" + ping + "\n", "nobody expected this of a: response 200 OK"},
		"no such request":          {"streamable/server", "-- response b --\n200\n", "there is no request b"},
		"the same name twice":      {"streamable/server", posts + "200\n\n" + pong + "\n-- POST a --\n" + ping + "\n", "there is a request a already"},
		"good events":              {"streamable/server", streams + "-- events a --\ndata: " + pong + "\n-- end a --\n", ""},
		"another event":            {"streamable/server", streams + "-- events a --\ndata: " + pong2 + "\n-- end a --\n", `at "/id": want 2, have 1`},
		"an event has no id":       {"streamable/server", streams + "-- events a --\nid: $id\ndata: " + pong + "\n-- end a --\n", "id is missing"},
		"an event has data":        {"streamable/server", streams + "-- events a --\nevent: message\n-- end a --\n", "data is too much"},
		"an event too much":        {"streamable/server", streams + "-- end a --\n", "want the next end of a, have event"},
		"an event is missing":      {"streamable/server", streams + "-- events a --\ndata: " + pong + "\n\ndata: " + pong + "\n-- end a --\n", "want the next event of a, have end"},
		"an end is not expected":   {"streamable/server", streams + "-- events a --\ndata: " + pong + "\n", "nobody expected this of a: end"},
		"no comment":               {"streamable/server", streams + "-- events a --\n:\n", "want the next comment of a"},
		"good calls":               {"stdio/client", answers + "-- result a --\n{}\n", ""},
		"another result":           {"stdio/client", answers + "-- result a --\n{\"a\":1}\n", "a is missing"},
		"no error":                 {"stdio/client", answers + "-- error a --\n{\"code\":1}\n", "it has not failed"},
		"no result":                {"stdio/client", calls + "-- result a --\n", "want the next outcome of a, and nothing comes"},
		"an error":                 {"stdio/client", calls + "-- cancel a --\n-- result a --\n", "it has failed"},
		"another error":            {"stdio/client", calls + "-- cancel a --\n-- error a --\n{\"transport\":\"timeout\"}\n", `want "timeout", have "canceled"`},
		"a result too much":        {"stdio/client", answers, "nobody expected this of a: outcome {}"},
		"a request too much":       {"stdio/client", "-- connect --\n-- call a --\nping\n", "nobody expected this of the client: message"},
		"no such call":             {"stdio/client", "-- connect --\n-- result b --\n", "there is no b"},
		"no client":                {"stdio/client", "-- call a --\nping\n", "there is no client yet"},
		"a call of its own":        {"stdio/client", "-- connect --\n-- call a loudly --\nping\n", "a call has no loudly"},
		"no such list":             {"stdio/client", "-- connect --\n-- list a shoes --\n", "there is no list of shoes"},
		"no such revision":         {"stdio/client", "-- start 2025-06-19 --\n", "there is no revision 2025-06-19"},
		"the client goes on":       {"stdio/client", "-- connect --\n-- ended --\n", "the client goes on"},
		"another request":          {"streamable/client", "-- connect --\n-- call a --\nping\n-- POST a --\n" + `{"jsonrpc":"2.0","id":"$a","method":"tools/list"}` + "\n", `want "tools/list", have "ping"`},
		"another path":             {"streamable/client", "-- connect --\n-- call a --\nping\n-- POST a /else --\n\n\n", "the path is /mcp, and not /else"},
		"another header of HTTP":   {"streamable/client", "-- connect --\n-- call a --\nping\n-- POST a --\nMcp-Session-Id: other\n\n\n", "the header Mcp-Session-Id is"},
		"a request is not made":    {"streamable/client", "-- connect --\n-- DELETE a --\n", "want the next request of the client's DELETE, and nothing comes"},
		"a request is made":        {"streamable/client", "-- connect --\n-- call a --\nping\n", "nobody expected this of the client's POST"},
		"a client does not go":     {"streamable/client", "-- connect --\n-- drop own --\n", "the client is still there"},
		"headers without HTTP":     {"stdio/server", "-- connect --\nX: y\n", "there are no headers"},
		"no stream to send it on":  {"streamable/client", "-- start 2025-06-18 --\n-- server --\n" + ping + "\n", "there is no stream to send it on"},
		"nothing is known of that": {"stdio/client", "-- connect --\n-- progress a --\n{}\n", "there is no a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := playText(t, row.folder, row.steps+"\n")
			if row.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, row.want)
			}
		})
	}
}

const (
	ping2  = `{"jsonrpc":"2.0","id":2,"method":"ping"}`
	pong2  = `{"jsonrpc":"2.0","id":2,"result":{}}`
	sleeps = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"sleep","arguments":{"n":5}}}`
	slept  = `{"jsonrpc":"2.0","id":1,"result":"$any"}`
	roots  = "-- connect --\n-- client --\n" + `{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}` + "\n"
)

// Every expectation of every transcript counts: without it, or with another text, the transcript fails.
func TestEveryExpectationCounts(t *testing.T) {
	t.Parallel()
	changed := 0
	for _, tr := range load(t) {
		for i := range tr.steps {
			for how, other := range without(tr, i) {
				changed++
				on, rev := tr.transports[0], tr.revisions[0]
				t.Run(tr.name+"/"+tr.steps[i].title+"/"+how, func(t *testing.T) {
					t.Parallel()
					require.Error(t, play(t, other, on, rev))
				})
			}
		}
	}
	require.Greater(t, changed, 500)
}

// without returns tr without what it expects in a step, and with something else there.
func without(tr *transcript, i int) map[string]*transcript {
	st := tr.steps[i]
	library := map[string]string{ofClient: "client", ofServer: "server"}[tr.side]
	switch st.verb {
	case library:
		if st.arg(0) == "closes" && tr.transports[0] != onStdio {
			return nil // that is looked for, but nobody minds
		}
	case "told", "result", "error", "progress":
	case "response", "events", "end":
		if tr.side == ofClient || strings.TrimSpace(st.body) == ":" {
			return nil // the script does that, and comments mean nothing
		}
	case "GET", "POST", "DELETE":
		if tr.side == ofServer {
			return nil // likewise
		}
	default:
		return nil
	}
	changed := func(f func(st *step)) *transcript {
		c := *tr
		c.steps = append([]step(nil), tr.steps...)
		f(&c.steps[i])
		return &c
	}
	all := map[string]*transcript{"left out": changed(func(st *step) { st.verb, st.args, st.body = "wait", []string{"0s"}, "" })}
	if strings.Contains(st.body, "{") {
		all["altered"] = changed(func(st *step) { st.body = strings.Replace(st.body, "{", `{"sabotage":true,`, 1) })
	}
	return all
}
