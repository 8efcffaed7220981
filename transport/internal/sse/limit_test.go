package sse

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// Each row has a text whose first event, or comment, has a place for padding, so that its size is exactly the limit.
var limits = []struct {
	rule   string
	before string // behind it comes the padding
	after  string
	padded func(padding string) []result // what is read of it within the limit
}{
	{"one line of data", "data: ", "\n\n", func(x string) []result { return message1(x) }},
	{"one line with CRLF", "data: ", "\r\n\r\n", func(x string) []result { return message1(x) }},
	{"the byte order mark is not counted", "\uFEFFdata: ", "\n\n", func(x string) []result { return message1(x) }},
	{"two lines of data", "data: a\ndata: ", "\n\n", func(x string) []result { return message1("a\n" + x) }},
	{"the last line is short", "data: ", "\ndata\n\n", func(x string) []result { return message1(x + "\n") }},
	{"a name and data", "event: e\ndata: ", "\n\n", func(x string) []result { return []result{{"e", "", x, -1}} }},
	{"an id and data", "id: 1\ndata: ", "\n\n", func(x string) []result { return []result{{"message", "1", x, -1}} }},
	{"an unknown field", "data: a\nfoo: ", "\n\n", func(string) []result { return message1("a") }},
	{"a line without colon", "data: a\nfoo", "\n\n", func(string) []result { return message1("a") }},
	{"a comment alone", ":", "\n\n", func(string) []result { return nil }},
	{"a comment behind data", "data: a\n:", "\n\n", func(string) []result { return message1("a") }},
}

// sizeOf counts as the package's doc says.
func sizeOf(event string) int {
	event = strings.TrimPrefix(strings.ReplaceAll(event, "\r\n", "\n"), "\uFEFF")
	return len(event) - 1 // the blank line
}

func TestLimit(t *testing.T) {
	t.Parallel()
	const next = "data: next\n\n"
	for _, limit := range []int{40, 1000, 70_000} {
		for _, row := range limits {
			t.Run(row.rule, func(t *testing.T) {
				t.Parallel()
				for _, over := range []int{-1, 0, 1, 2, 10, 3 * limit} {
					padding := strings.Repeat("x", limit+over-sizeOf(row.before+row.after))
					text := row.before + padding + row.after + next
					want := row.padded(padding)
					if over > 0 {
						want = []result{tooLarge}
					}
					last := result{"message", "", "next", -1}
					if strings.HasPrefix(row.before, "id: 1\n") {
						last.ID = "1" // it counts, also if its event is lost
					}
					want = append(want, last)
					for _, sizes := range [][]byte{nil, {0}, {6, 0, 99}, {255}} {
						src := &chunks{text: []byte(text), sizes: sizes}
						require.Equal(t, want, readAll(t, src, Config{Limit: limit, Buffer: 16}).Events, "limit %d, %d over", limit, over)
					}
				}
			})
		}
	}
}

// Comments between the lines of an event keep a stream alive; they are not counted, however many, nor kept.
func TestCommentsAreNotCounted(t *testing.T) {
	t.Parallel()
	text := "data: a\n" + strings.Repeat(": still there\n", 10_000) + "data: b\n\n"
	for _, sizes := range [][]byte{nil, {13}} {
		p := pool.New(pool.Config{})
		r := NewReader(&chunks{text: []byte(text), sizes: sizes}, Config{Limit: 100, Pool: p})
		e, err := r.Next()
		require.NoError(t, err)
		require.Equal(t, "a\nb", string(e.Data))
		require.Len(t, r.b.Mem, firstBlock)
		r.Close()
	}
}

// The error tells the limit and comes as soon as it is passed, once for each event; the next event is read, or the end.
func TestResynchronize(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 200)
	for name, row := range map[string]struct {
		text string
		want []result
		last string
	}{
		"line":                        {"data: " + long + "\n\ndata: a\n\n", append([]result{tooLarge}, message1("a")...), ""},
		"CR":                          {"data: " + long + "\r\rdata: a\r\r", append([]result{tooLarge}, message1("a")...), ""},
		"several long lines":          {"data: " + long + "\ndata: " + long + "\n:" + long + "\n\ndata: a\n\n", append([]result{tooLarge}, message1("a")...), ""},
		"many lines":                  {strings.Repeat("data: abc\n", 50) + "\ndata: a\n\n", append([]result{tooLarge}, message1("a")...), ""},
		"one after the other":         {"data:" + long + "\n\nfoo" + long + "\n\ndata: a\n\n", append([]result{tooLarge, tooLarge}, message1("a")...), ""},
		"long line inside":            {"data: a\ndata:" + long + "\ndata: b\n\ndata: a\n\n", append([]result{tooLarge}, message1("a")...), ""},
		"its type is forgotten":       {"event: e\ndata:" + long + "\nevent: e\n\ndata: a\n\n", append([]result{tooLarge}, message1("a")...), ""},
		"an id behind it counts":      {"data:" + long + "\nid: 7\n\n", []result{tooLarge}, "7"},
		"an id that is long does not": {"id: 7\n\nid:" + long + "\n\n", []result{tooLarge}, "7"},
		"retry behind it counts":      {"data:" + long + "\nretry: 5\n\n", []result{tooLarge}, ""},
		"the end of the stream":       {"data: a\n\ndata: " + long, append(message1("a"), tooLarge), ""},
	} {
		for _, sizes := range [][]byte{nil, {0}, {50}} {
			got := readAll(t, &chunks{text: []byte(row.text), sizes: sizes}, Config{Limit: 100})
			require.Equal(t, row.want, got.Events, name)
			require.Equal(t, row.last, got.LastID, name)
			require.Equal(t, strings.Contains(row.text, "retry"), got.Retry > 0, name)
		}
	}
	r := NewReader(io.MultiReader(strings.NewReader("data: "+long), iotest.ErrReader(io.ErrUnexpectedEOF)), Config{Limit: 100})
	_, err := r.Next()
	var e *transport.Error
	require.ErrorAs(t, err, &e)
	require.EqualValues(t, 100, e.Limit())
	require.EqualValues(t, -1, e.Size())
	require.EqualError(t, err, "transport: message too large: event: the limit is 100 bytes")
	_, err = r.Next()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// A name or id may have MaxField bytes, whatever the limit.
func TestMaxField(t *testing.T) {
	t.Parallel()
	for name, lost := range map[string]string{"event": "name of an event", "id": "id of an event"} {
		for over := -1; over <= 1; over++ {
			value := strings.Repeat("x", MaxField+over)
			text := "data: a\n" + name + ": " + value + "\n\ndata: next\n\n"
			require.Equal(t, reference(text, 0), readAll(t, strings.NewReader(text), Config{}), "%s %d", name, over)
			r := NewReader(strings.NewReader(text), Config{})
			_, err := r.Next()
			if over <= 0 {
				require.NoError(t, err)
				require.Equal(t, name == "id", r.LastEventID() == value)
				r.Close()
				continue
			}
			require.EqualError(t, err, "transport: message too large: "+lost+": 4097 bytes: the limit is 4096 bytes")
			e, err := r.Next()
			require.NoError(t, err)
			require.Equal(t, "next", string(e.Data))
			require.Empty(t, e.ID)
			r.Close()
		}
	}
	// Once is enough.
	text := "id: " + strings.Repeat("x", MaxField+1)
	require.Equal(t, []result{tooLarge}, readAll(t, strings.NewReader(text+"\n"+text+"\nevent"+text[2:]+"\n\n"), Config{}).Events)
}

// What is lost is told piece by piece, whole and in order, so that the id of a message can be found at its end too.
func TestOnLost(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300)
	for name, row := range map[string]struct{ text, want string }{
		"one line":            {"data: {" + long + `,"id":7}` + "\n\n", "{" + long + `,"id":7}`},
		"several":             {"data: {\ndata: " + long + "\ndata: }\n\n", "{" + long + "}"},
		"several long":        {"data: 1\ndata: " + long + "\ndata:" + long + "\n\n", "1" + long + long},
		"other lines":         {"event: e\n:c\ndata: 1\n: " + long + "\n: " + long + "\ndata:2\nid: " + long + "\n\n", "12"},
		"no data":             {"foo: " + long + "\n\n", ""},
		"until the end":       {"data: " + long, long},
		"a long name":         {"data: 1\nevent: " + strings.Repeat("x", MaxField+1) + "\ndata: 2\n\n", "12"},
		"nothing that is not": {"data: 1\n\ndata: 2", ""},
	} {
		for _, sizes := range [][]byte{nil, {6}, {0}} {
			var got []byte
			c := Config{Limit: 100, OnLost: func(data []byte) { got = append(got, data...) }}
			if name == "a long name" {
				c.Limit = 2 * MaxField
			}
			readAll(t, &chunks{text: []byte(row.text), sizes: sizes}, c)
			require.Equal(t, row.want, string(got), "%s %v", name, sizes)
		}
	}
}

// What is there of an event that is too large has been told when the error comes.
func TestOnLostBeforeTheError(t *testing.T) {
	t.Parallel()
	lost := 0
	r := NewReader(&chunks{text: bytes.Repeat([]byte("data: abc"), 100), sizes: []byte{49}}, Config{Limit: 100, OnLost: func(data []byte) { lost += len(data) }})
	_, err := r.Next()
	require.ErrorIs(t, err, transport.MessageTooLarge)
	require.Equal(t, 100-len("data: "), lost, "two reads, and not a third")
	for !errors.Is(err, io.EOF) {
		_, err = r.Next()
	}
	require.Equal(t, 900-len("data: "), lost)
}
