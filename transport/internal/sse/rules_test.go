package sse

import (
	"bytes"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
)

func message1(data string) []result { return []result{{"message", "", data, -1}} }

// The rules of the standard's sections "Parsing an event stream" and "Interpreting an event stream", and its examples in words of our own.
var rules = []struct {
	rule   string
	text   string
	events []result
	lastID string
	retry  time.Duration // 0 for none: no row is about a time of 0 but one
}{
	{rule: "an empty stream has no events"},
	{rule: "a line ends with LF", text: "data: a\n\n", events: message1("a")},
	{rule: "a line ends with CRLF", text: "data: a\r\n\r\n", events: message1("a")},
	{rule: "a line ends with CR", text: "data: a\r\r", events: message1("a")},
	{rule: "line ends mix", text: "data: a\rdata: b\r\ndata: c\n\r\n", events: message1("a\nb\nc")},
	{rule: "CR and LF of one CRLF are not two", text: "data: a\r\ndata: b\r\n\r\n", events: message1("a\nb")},
	{rule: "LF and CR are two", text: "data: a\n\rdata: b\n\r", events: []result{{"message", "", "a", -1}, {"message", "", "b", -1}}},
	{rule: "CR and CRLF are two", text: "data: a\r\r\ndata: b\r\r\n", events: []result{{"message", "", "a", -1}, {"message", "", "b", -1}}},
	{rule: "no other character ends a line", text: "data: a\v\f\x00\u0085\u2028b\n\n", events: message1("a\v\f\x00\u0085\u2028b")},
	{rule: "one byte order mark at the beginning is skipped", text: "\uFEFFdata: a\n\n", events: message1("a")},
	{rule: "a second byte order mark is part of a name", text: "\uFEFF\uFEFFdata: a\n\ndata: b\n\n", events: message1("b")},
	{rule: "a byte order mark later is part of a name", text: "data: a\n\uFEFFdata: b\n\n", events: message1("a")},
	{rule: "half a byte order mark is part of a name", text: "\xef\xbbdata: a\n\ndata: b\n\n", events: message1("b")},
	{rule: "a byte order mark before a blank line", text: "\uFEFF\ndata: a\n\n", events: message1("a")},
	{rule: "a byte order mark alone", text: "\uFEFF"},
	{rule: "a line that begins with a colon is a comment", text: ": data: a\n:\n:data: b\ndata: c\n: d\n\n", events: message1("c")},
	{rule: "only comments are no event", text: ":\n\n: a\n\n"},
	{rule: "one space behind the colon is dropped", text: "data:  a \n\n", events: message1(" a ")},
	{rule: "no space behind the colon is needed", text: "data:a\n\n", events: message1("a")},
	{rule: "a tab behind the colon is not dropped", text: "data:\ta\n\n", events: message1("\ta")},
	{rule: "the value goes on behind another colon", text: "data: a: b\n\n", events: message1("a: b")},
	{rule: "a line without colon is a name with an empty value", text: "data\n\n", events: message1("")},
	{rule: "a name is compared whole", text: "dat: a\ndataa: b\ndata: c\n\n", events: message1("c")},
	{rule: "a name is compared in its case", text: "Data: a\nDATA: b\n\n"},
	{rule: "a space before the name is part of it", text: " data: a\n\n"},
	{rule: "a space before the colon is part of the name", text: "data : a\n\n"},
	{rule: "unknown fields are ignored", text: "foo: a\nbar\ndata: b\nx:\n\n", events: message1("b")},
	{rule: "lines of data are joined with LF", text: "data: a\ndata:\ndata: b\n\n", events: message1("a\n\nb")},
	{rule: "lines of data need not follow each other", text: "data: a\nevent: e\n: c\ndata: bcdefghijklmnop\nid: 1\ndata\n\n", events: []result{{"e", "1", "a\nbcdefghijklmnop\n", -1}}, lastID: "1"},
	{rule: "event without data is not dispatched", text: "event: e\n\ndata: a\n\n", events: message1("a")},
	{rule: "D-11, D-12: event with an empty line of data is", text: "id: 1\ndata:\n\n", events: []result{{"message", "1", "", -1}}, lastID: "1"},
	{rule: "event names the type", text: "event: endpoint\ndata: /m\n\n", events: []result{{"endpoint", "", "/m", -1}}},
	{rule: "the last event field counts", text: "event: a\nevent: b\ndata: c\n\n", events: []result{{"b", "", "c", -1}}},
	{rule: "an empty event field is none", text: "event: a\nevent\ndata: b\n\n", events: message1("b")},
	{rule: "the type is for one event", text: "event: a\ndata: b\n\ndata: c\n\n", events: []result{{"a", "", "b", -1}, {"message", "", "c", -1}}},
	{rule: "the type of an event without data is forgotten", text: "event: a\n\ndata: c\n\n", events: message1("c")},
	{rule: "D-47: the id persists", text: "id: 1\ndata: a\n\ndata: b\n\n", events: []result{{"message", "1", "a", -1}, {"message", "1", "b", -1}}, lastID: "1"},
	{rule: "D-47: the id may stand behind the data", text: "data: a\nid: 1\n\n", events: []result{{"message", "1", "a", -1}}, lastID: "1"},
	{rule: "D-47: the last id field counts", text: "id: 1\nid: 2\ndata: a\n\n", events: []result{{"message", "2", "a", -1}}, lastID: "2"},
	{rule: "D-47: an empty id resets", text: "id: 1\ndata: a\n\nid:\ndata: b\n\n", events: []result{{"message", "1", "a", -1}, {"message", "", "b", -1}}},
	{rule: "D-47: an id field without colon resets", text: "id: 1\n\nid\ndata: b\n\n", events: message1("b")},
	{rule: "D-47: an id with NUL is ignored", text: "id: 1\n\nid: 2\x00\ndata: a\n\n", events: []result{{"message", "1", "a", -1}}, lastID: "1"},
	{rule: "D-12: the id of an event without data counts", text: "id: 1\n\n", lastID: "1"},
	{rule: "the id of an incomplete event does not count", text: "id: 1\n\nid: 2\ndata: a\n", lastID: "1"},
	{rule: "an id may have spaces and any text", text: "id:  \u00e4 :\n\n", lastID: " \u00e4 :"},
	{rule: "D-16: retry is in milliseconds", text: "data: a\n\nretry: 1500\ndata: b\n\n", events: []result{{"message", "", "a", -1}, {"message", "", "b", 1500 * time.Millisecond}}, retry: 1500 * time.Millisecond},
	{rule: "retry counts at once, without the end of its event", text: "retry: 20\n", retry: 20 * time.Millisecond},
	{rule: "retry with anything but ASCII digits is ignored", text: "retry: 7\nretry: 1.5\nretry: -1\nretry: +1\nretry: 1s\nretry:  1\nretry: 1 \nretry: \u0661\n", retry: 7 * time.Millisecond},
	{rule: "retry without digits is ignored", text: "retry: 7\nretry\nretry:\nretry: \n", retry: 7 * time.Millisecond},
	{rule: "retry may have leading zeros", text: "retry: 0000000000000000000000000000012\n", retry: 12 * time.Millisecond},
	{rule: "retry is bounded", text: "retry: 99999999999999999999999999999999999999\n", retry: MaxRetry},
	{rule: "retry of exactly the bound", text: "retry: 86400000\n", retry: MaxRetry},
	{rule: "an incomplete event at the end is dropped", text: "data: a\n\ndata: b\n", events: message1("a")},
	{rule: "an incomplete line at the end is dropped", text: "data: a\n\ndata: b\n\ndata", events: []result{{"message", "", "a", -1}, {"message", "", "b", -1}}},
	{rule: "a blank line without its end is none", text: "data: a\n"},
	{rule: "blank lines are no events", text: "\n\n\r\r\n\ndata: a\n\n\n\n", events: message1("a")},
	{rule: "bytes that are not UTF-8 stay", text: "data: \xff\xfe\n\n", events: message1("\xff\xfe")},
	{rule: "NUL in data stays", text: "data: a\x00b\n\n", events: message1("a\x00b")},

	// The examples of the standard.
	{
		rule: "example: three messages, one with two lines",
		text: "data: one line\n\ndata: of two lines,\ndata: the second\n\ndata: the last\n\n",
		events: []result{
			{"message", "", "one line", -1}, {"message", "", "of two lines,\nthe second", -1}, {"message", "", "the last", -1},
		},
	},
	{
		rule: "example: two types",
		text: "event: up\ndata: 73\n\nevent: down\ndata: 21\n\nevent: up\ndata: 11\n\n",
		events: []result{
			{"up", "", "73", -1}, {"down", "", "21", -1}, {"up", "", "11", -1},
		},
	},
	{
		rule:   "example: fields of a share price",
		text:   "data: ACME\ndata: -3\ndata: 7\n\n",
		events: message1("ACME\n-3\n7"),
	},
	{
		rule: "example: a comment, an event with an id, one that resets it, and an incomplete one",
		text: ": a comment\n\ndata: first\nid: 7\n\ndata:second\nid\n\ndata:  third",
		events: []result{
			{"message", "7", "first", -1}, {"message", "", "second", -1},
		},
	},
	{
		rule: "example: empty data, a line break only, and an incomplete event",
		text: "data\n\ndata\ndata\n\ndata:",
		events: []result{
			{"message", "", "", -1}, {"message", "", "\n", -1},
		},
	},
	{
		rule: "example: with and without the space",
		text: "data:same\n\ndata: same\n\n",
		events: []result{
			{"message", "", "same", -1}, {"message", "", "same", -1},
		},
	},
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, row := range rules {
		t.Run(row.rule, func(t *testing.T) {
			t.Parallel()
			want := stream{row.events, row.lastID, row.retry}
			if want.Retry == 0 {
				want.Retry = -1
			}
			require.Equal(t, want, reference(row.text, 0), "the reference itself")
			for _, buffer := range []int{0, 1, 16} {
				c := Config{Buffer: buffer}
				require.Equal(t, want, readAll(t, bytes.NewReader([]byte(row.text)), c), "at once")
				require.Equal(t, want, readAll(t, iotest.OneByteReader(bytes.NewReader([]byte(row.text))), c), "byte by byte")
				require.Equal(t, want, readAll(t, &chunks{text: []byte(row.text), early: true}, c), "with its end")
				for i := range len(row.text) + 1 {
					src := io.MultiReader(bytes.NewReader([]byte(row.text[:i])), bytes.NewReader([]byte(row.text[i:])))
					require.Equal(t, want, readAll(t, src, c), "split at %d", i)
				}
			}
		})
	}
}

// A time of 0 is one, and not none.
func TestRetryZero(t *testing.T) {
	t.Parallel()
	require.Equal(t, stream{}, readAll(t, bytes.NewReader([]byte("retry: 0\n\n")), Config{}))
}

// An event may be larger than all that has been read before it: what belongs to it moves along.
func TestGrowth(t *testing.T) {
	t.Parallel()
	var text []byte
	want := stream{Retry: -1}
	for _, n := range []int{1, 100, 5000, 70_000, 3, 200_000, 17} {
		line := bytes.Repeat([]byte("x"), n)
		text = append(append(append(text, "data: "...), line...), "\n: a comment\nevent: e\n"...)
		text = append(append(append(text, "data: "...), line...), "\n\n"...)
		want.Events = append(want.Events, result{"e", "", string(line) + "\n" + string(line), -1})
	}
	for _, buffer := range []int{0, 1, 64, 1000} {
		for _, sizes := range [][]byte{nil, {0}, {200, 3, 255}} {
			require.Equal(t, want, readAll(t, &chunks{text: text, sizes: sizes}, Config{Buffer: buffer}))
		}
	}
}
