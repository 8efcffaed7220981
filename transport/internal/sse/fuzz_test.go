package sse

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// sizes are ways to cut a text into pieces, for seeds.
var sizes = [][]byte{nil, {0}, {2}, {0, 6, 1}, {30, 2}}

// A Reader says the same of a text as the reference, however it arrives, whatever the buffers and the limit.
func FuzzReader(f *testing.F) {
	for i, row := range rules {
		f.Add([]byte(row.text), sizes[i%len(sizes)], byte(i%3*8), uint16(0), i%2 == 0)
	}
	for i, row := range limits {
		f.Add([]byte(row.before+"xyz"+row.after+"data: a\n\n"), sizes[i%len(sizes)], byte(1), uint16(20), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, text, sizes []byte, buffer byte, limit uint16, early bool) {
		want := reference(string(text), int(limit))
		got := readAll(t, &chunks{text: text, sizes: sizes, early: early}, Config{Buffer: int(buffer), Limit: int(limit)})
		if len(want.Events)+len(got.Events) == 0 {
			want.Events, got.Events = nil, nil
		}
		require.Equal(t, want, got)
	})
}

// A Reader gives back what was written, with LF in place of other line breaks, and nothing else: no text ends an event early, or
// begins a field.
func FuzzRoundTrip(f *testing.F) {
	for i, row := range rules {
		f.Add("message", "s-1", []byte(row.text), row.rule, sizes[i%len(sizes)])
		f.Add(row.text, row.text, []byte(row.rule), row.text, sizes[i%len(sizes)])
	}
	f.Fuzz(func(t *testing.T, event, id string, data []byte, comment string, sizes []byte) {
		text := AppendComment(nil, comment)
		text = AppendEvent(text, event, id, data)
		text = AppendComment(text, comment)
		text = AppendEvent(text, "", "", data)
		want := result{Type: event, ID: id, Retry: -1}
		if event == "" || !Valid(event) {
			want.Type = TypeMessage
		}
		if !Valid(id) {
			want.ID = ""
		}
		want.Data = strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\r", "\n")
		second := want
		second.Type = TypeMessage
		all := stream{Events: []result{want, second}, LastID: want.ID, Retry: -1}
		require.Equal(t, all, readAll(t, &chunks{text: text, sizes: sizes}, Config{Buffer: 16}))
		require.Equal(t, all, reference(string(text), 0))
	})
}
