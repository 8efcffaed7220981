package sse

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestAppendEvent(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ rule, event, id, data, want string }{
		{"data only", "", "", `{"a":1}`, "data: {\"a\":1}\n\n"},
		{"type and id stand in front", "message", "s-1", "x", "event: message\nid: s-1\ndata: x\n\n"},
		{"D-11: an id and no data", "", "s-1", "", "id: s-1\ndata: \n\n"},
		{"T-30: LF begins another line", "", "", "a\nb", "data: a\ndata: b\n\n"},
		{"T-30: so does CR", "", "", "a\rb", "data: a\ndata: b\n\n"},
		{"T-30: so does CRLF, once", "", "", "a\r\nb", "data: a\ndata: b\n\n"},
		{"T-30: mixed", "", "", "\r\r\n\n\ra", "data: \ndata: \ndata: \ndata: \ndata: a\n\n"},
		{"T-30: at both ends", "", "", "\na\r\n", "data: \ndata: a\ndata: \n\n"},
		{"T-30: CR at the end", "", "", "a\r", "data: a\ndata: \n\n"},
		{"a field in the data stays data", "", "", "a\n\nevent: e\nid: 1\n", "data: a\ndata: \ndata: event: e\ndata: id: 1\ndata: \n\n"},
		{"a space in front of data stays", "", "", " a", "data:  a\n\n"},
		{"a name with LF is left out", "a\nb", "", "x", "data: x\n\n"},
		{"a name with CR is left out", "a\r", "", "x", "data: x\n\n"},
		{"a name with NUL is left out", "\x00", "", "x", "data: x\n\n"},
		{"an id with LF is left out", "e", "1\ndata: evil", "x", "event: e\ndata: x\n\n"},
		{"an id with CR is left out", "e", "\r", "x", "event: e\ndata: x\n\n"},
		{"D-47: an id with NUL is left out", "e", "1\x00", "x", "event: e\ndata: x\n\n"},
		{"a name may have spaces and colons", " a: b ", " : ", "x", "event:  a: b \nid:  : \ndata: x\n\n"},
	} {
		got := string(AppendEvent([]byte("before"), row.event, row.id, []byte(row.data)))
		require.Equal(t, "before"+row.want, got, row.rule)
		if !strings.ContainsAny(row.data, "\r\n") {
			start := append(AppendStart(nil, row.event, row.id), row.data...)
			require.Equal(t, row.want, string(AppendEnd(start)), row.rule)
		}
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"": true, "message": true, "\u00e4 \t:\xff": true, "a\n": false, "\ra": false, "a\x00b": false,
		strings.Repeat("x", MaxField): true, strings.Repeat("x", MaxField+1): false,
	} {
		require.Equal(t, want, Valid(s), "%.20q", s)
	}
}

// What AppendRetry writes, a Reader reads.
func TestAppendRetry(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0", -time.Second: "0", 1: "1", time.Millisecond: "1", time.Millisecond + 1: "2",
		1500 * time.Millisecond: "1500", 24 * time.Hour: "86400000", 1<<63 - 1: "86400000",
	} {
		text := AppendRetry([]byte("x\n"), d)
		require.Equal(t, "x\nretry: "+want+"\n\n", string(text))
		got := readAll(t, strings.NewReader(string(text)), Config{})
		require.Empty(t, got.Events)
		require.GreaterOrEqual(t, got.Retry, min(d, MaxRetry))
	}
}

func TestAppendComment(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": ": \n\n", "keep-alive": ": keep-alive\n\n", "a\nb\rc\r\n": ": a b c  \n\n", "\n\ndata: evil\n\n": ":   data: evil  \n\n"} {
		got := AppendComment([]byte("x\n"), text)
		require.Equal(t, "x\n"+want, string(got))
		require.Empty(t, readAll(t, strings.NewReader(string(got)), Config{}).Events)
	}
}
