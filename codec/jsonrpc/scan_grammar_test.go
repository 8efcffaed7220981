package jsonrpc_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// badValues are no JSON values; each breaks one rule of RFC 8259 or of UTF-8.
var badValues = []string{
	"", "[", "]", "{", "}", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1}", `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `{"a" 1}`, `{a:1}`, `{'a':1}`, `{1:1}`,
	`{"a":1 "b":2}`, `{"a":1,,"b":2}`, `{"a"::1}`, "01", "-01", "-", "+1", "1.", ".1", "1.e1", "1e", "1e+", "0x1", "1_0", "NaN", "Infinity", "-Infinity",
	"1a", "--1", "1.2.3", "\u0661", "tru", "True", "nul", "nulll", "falsey", "undefined", `"`, `"a`, `'a'`, `"\`, `"\"`, `"\x41"`, `"\u12"`, `"\u12g4"`, `"\u"`, `"\ `,
	`"\a"`, "\"\n\"", "\"\t\"", "\"\x00\"", "\"\x1f\"", "\"\x80\"", "\"\xff\"", "\"\xc0\xaf\"", "\"\xe0\x80\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
	"\"\xf8\x88\x80\x80\x80\"", "\"\xc3\"", "\"\xe2\x82\"", "{\"\xff\":1}", "{\"a\x00\":1}", "\xef\xbb\xbf{}", "\ufeff1", "\u00a01", "\v1", "\f1", "\x001",
	"//c\n1", "/**/1", "1 1", "{}{}", "[]]", "1;", strings.Repeat("[", 2000), strings.Repeat(`{"a":`, 2000),
}

// A bad value is a parse error wherever it stands, and never hides an id that stands before it.
func TestScanRefusesBadGrammar(t *testing.T) {
	places := []struct{ name, before, after, id string }{
		{"params", `{"jsonrpc":"2.0","id":7,"method":"m","params":`, `}`, "7"},
		{"in params", `{"jsonrpc":"2.0","id":"q","method":"m","params":{"x":`, `}}`, `"q"`},
		{"result", `{"jsonrpc":"2.0","id":7,"result":`, `}`, "7"},
		{"in result", `{"jsonrpc":"2.0","id":7,"result":{"x":[{"y":`, `}]}}`, "7"},
		{"data", `{"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"","data":{"y":`, `}}}`, "7"},
		{"error", `{"jsonrpc":"2.0","id":7,"error":`, `}`, "7"},
		{"unknown", `{"x":`, `,"jsonrpc":"2.0","id":7,"method":"m"}`, "none"},
		{"version", `{"jsonrpc":`, `,"id":7,"method":"m"}`, "none"},
		{"second version", `{"id":7,"jsonrpc":"2.0","jsonrpc":`, `,"method":"m"}`, "7"},
		{"id", `{"jsonrpc":"2.0","id":`, `,"method":"m"}`, "none"},
		{"method", `{"jsonrpc":"2.0","id":7,"method":`, `}`, "7"},
		{"after a broken rule", `{"jsonrpc":"1.0","id":7,"method":"m","params":`, `}`, "7"},
	}
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			for _, bad := range badValues {
				src := p.before + bad + p.after
				require.Error(t, codec.Valid([]byte(src)), "%.100q", src)
				m, err := scanBad(t, src, jsonrpc.CodeParseError)
				require.True(t, strings.HasPrefix(err.Message, "parse error at byte "), err.Message)
				require.Less(t, len(err.Message), 200)
				if p.id != "none" || p.name != "id" && p.name != "unknown" && p.name != "version" {
					require.Equal(t, p.id, m.ID.String(), "%.100q", src)
				}
			}
		})
	}
}

func TestScanRefusesBadDocuments(t *testing.T) {
	good := `{"jsonrpc":"2.0","id":12,"method":"m"}`
	for _, src := range []string{
		"", " ", "\x00", "{", `{"jsonrpc"`, good + good, good + "x", good + ",", "x" + good, "\ufeff" + good, `"a`, "1 2", "nul", "\xff", good + "\x00",
		`{"jsonrpc":"2.0","id":12,"method":"m",}`, `{,"jsonrpc":"2.0","id":12,"method":"m"}`, good[:len(good)-1], good + "}",
	} {
		scanBad(t, src, jsonrpc.CodeParseError)
	}
}

// Every beginning of a message is a parse error, and the id it yields is the whole one or none.
func TestScanRefusesCutMessages(t *testing.T) {
	for _, good := range []string{
		`{"jsonrpc":"2.0","id":1234,"method":"tools\/call","params":{"a":[1,{"b":"\u00e9"}]}}`,
		`{"jsonrpc":"2.0","method":"m","id":1234}`,
		`{"id":1234,"error":{"code":-32600,"message":"x"},"jsonrpc":"2.0"}`,
	} {
		for n := range len(good) {
			m, _ := scanBad(t, good[:n], jsonrpc.CodeParseError)
			if !m.ID.IsZero() {
				require.Equal(t, "1234", m.ID.String(), good[:n])
			}
			require.NotEqual(t, jsonrpc.Notification, m.Kind, "its id may be cut off")
		}
		scanOK(t, good)
	}
}

// Rule A-12: an id that could not be read is not repeated. An answer to 0 would be taken for that of another request.
func TestScanBrokenID(t *testing.T) {
	for _, id := range []string{"01", "-01", "00", "1x", "1\"a\"", "12[", "1-2", "1.5.2", "0x10", "1\x00", "1\xc2\xa0"} {
		m, _ := scanBad(t, `{"jsonrpc":"2.0","id":`+id+`,"method":"m"}`, jsonrpc.CodeParseError)
		require.True(t, m.ID.IsZero(), "%s: %s", id, m.ID)
	}
	for _, rest := range []string{`,"method":}`, ` ,x`, "\n\t}x", "\r"} {
		m, _ := scanBad(t, `{"jsonrpc":"2.0","id":7`+rest, jsonrpc.CodeParseError)
		require.Equal(t, "7", m.ID.String(), "what follows a whole id does not matter: %q", rest)
	}
}

func TestScanDepth(t *testing.T) {
	nest := func(n int) string {
		return `{"jsonrpc":"2.0","id":1,"method":"m","params":{"x":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}}`
	}
	scanOK(t, nest(codec.DefaultMaxDepth-2)) // the envelope and params are two levels
	m, err := scanBad(t, nest(codec.DefaultMaxDepth-1), jsonrpc.CodeParseError)
	require.ErrorIs(t, err, codec.ErrDepth)
	require.Equal(t, "1", m.ID.String())
}

// Hostile input takes no longer than other input of its size.
func TestScanIsQuick(t *testing.T) {
	const n = 4 << 20
	for name, src := range map[string]string{
		"brackets":    `{"x":` + strings.Repeat("[", n),
		"backslashes": `{"jsonrpc":"2.0","method":"` + strings.Repeat(`\\`, n/2) + `"}`,
		"duplicates":  `{` + strings.Repeat(`"id":1,`, n/7) + `"method":"m"}`,
		"escaped ids": `{"id":"` + strings.Repeat(`\ud800`, n/6) + `","jsonrpc":"2.0","method":"m"}`,
		"digits":      `{"id":` + strings.Repeat("9", n) + `,"jsonrpc":"2.0","method":"m"}`,
		"zeros":       `{"id":1.` + strings.Repeat("0", n) + `e5,"jsonrpc":"2.0","method":"m"}`,
		"white space": strings.Repeat(" ", n) + `{"jsonrpc":"2.0"` + strings.Repeat("\n", n) + `}`,
	} {
		t.Run(name, func(t *testing.T) {
			var m jsonrpc.Message
			start := time.Now()
			_ = jsonrpc.Scan([]byte(src), &m)
			require.Less(t, time.Since(start), time.Minute) // it is milliseconds; the rest is for slow machines under -race
		})
	}
}
