package transporttest

import (
	"bytes"
	"context"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

func (r storeRig) snapshot() {
	r = r.with(0)
	o := newOwner()
	ids := r.fill(o, "1", 3)
	replay := r.after(o, ids[0])
	empty := r.after(o, ids[2])
	last := r.add(o, "1", "the end", true)
	_, data, err := collectEvents(replay.Events)
	require.NoError(r, err)
	require.Equal(r, eventTexts(o, "1", 1, 3), data)
	_, data, err = collectEvents(empty.Events)
	require.NoError(r, err)
	require.Empty(r, data)
	require.False(r, replay.Finished)
	require.True(r, r.replays(o, ids[2], []string{last}, []string{"the end"}).Finished)
}

func (r storeRig) again() {
	r = r.with(0)
	o := newOwner()
	ids := r.fill(o, "1", 20)
	for i := range ids {
		for e, err := range r.after(o, ids[0]).Events { // cut short, as by a connection that breaks
			require.NoError(r, err)
			if e.ID == ids[max(i, 1)] {
				break
			}
		}
		r.replays(o, ids[i], ids[i+1:], eventTexts(o, "1", i+1, 20))
	}
}

func (r storeRig) interrupted() {
	r = r.with(0)
	for name, stop := range map[string]func(o transport.StreamOwner, cancel func()) error{
		"context": func(_ transport.StreamOwner, cancel func()) error { cancel(); return nil },
		"session": func(o transport.StreamOwner, _ func()) error { return r.SessionClosed(r.Context(), o) },
	} {
		o := newOwner()
		ids := r.fill(o, "1", 20)
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		replay, err := r.After(ctx, o, ids[0])
		require.NoError(r, err)
		var got []string
		var failed error
		for e, err := range replay.Events {
			if failed = err; err != nil {
				break
			}
			got = append(got, string(e.Data))
			if len(got) == 5 {
				r.soon(name, func() error { return stop(o, cancel) })
			}
		}
		want := eventTexts(o, "1", 1, 20)
		require.Equal(r, want[:len(got)], got, name)
		require.True(r, failed != nil || len(got) == len(want), "%s: a replay of %d events ends after %d without an error", name, len(want), len(got))
	}
}

// eventPad makes events large enough for a small store to forget some.
const eventPad = 1 << 10

func paddedText(o transport.StreamOwner, stream string, i int) string {
	return eventText(o, stream, i) + strings.Repeat(" ", eventPad)
}

func (r storeRig) forgotten() {
	r = r.with(48 * eventPad)
	o, other := newOwner(), newOwner()
	ids, want := map[string][]string{}, map[string][]string{}
	for i := range 150 {
		for _, stream := range []string{"1", "2"} {
			text := paddedText(o, stream, i)
			ids[stream], want[stream] = append(ids[stream], r.add(o, stream, text, false)), append(want[stream], text)
		}
	}
	for stream, of := range ids {
		found := 0
		for i, id := range of {
			ok := r.replaysOrRefuses(o, id, want[stream][i+1:])
			require.True(r, ok || found == 0, "the replay after event %d fails, that after an earlier one did not", i)
			if ok {
				found++
			}
		}
		// What is left is forgotten while it is replayed.
		replay, err := r.After(r.Context(), o, of[len(of)-1-min(found, 10)/2])
		if err != nil {
			require.ErrorIs(r, err, transport.ErrUnknownEvent)
			continue
		}
		var got []string
		for e, err := range replay.Events {
			if err != nil {
				require.ErrorIs(r, err, transport.ErrUnknownEvent)
				got = nil
				break
			}
			got = append(got, string(e.Data))
			for i := range 150 {
				r.add(other, stream, paddedText(other, stream, i), false)
			}
		}
		if got != nil {
			require.Equal(r, want[stream][len(of)-min(found, 10)/2:], got)
		}
	}
}

func (r storeRig) tooLarge() {
	r = r.with(48 * eventPad)
	o := newOwner()
	want := []string{"before", strings.Repeat("x", 200*eventPad), "after", strings.Repeat("y", 200*eventPad)}
	var ids []string
	for i, data := range want {
		ids = append(ids, r.add(o, "1", data, i == len(want)-1))
	}
	for i, id := range ids {
		r.replaysOrRefuses(o, id, want[i+1:])
	}
}

func (r storeRig) slow() {
	r = r.with(0)
	o, other := newOwner(), newOwner()
	ids := r.fill(o, "1", 5)
	n := 0
	for e, err := range r.after(o, ids[0]).Events {
		require.NoError(r, err)
		n++
		data := bytes.Clone(e.Data)
		r.soon("Append of another session during a replay", func() error {
			_, err := r.Append(r.Context(), other, "1", []byte("{}"), false)
			return err
		})
		r.soon("Append to the same stream during a replay", func() error {
			_, err := r.Append(r.Context(), o, "1", []byte("{}"), false)
			return err
		})
		r.soon("After during a replay", func() error {
			replay, err := r.After(r.Context(), o, ids[0])
			if err == nil {
				_, _, err = collectEvents(replay.Events)
			}
			return err
		})
		r.soon("SessionClosed of another session during a replay", func() error { return r.SessionClosed(r.Context(), other) })
		require.Equal(r, data, e.Data, "data changes while it is borrowed")
	}
	require.Equal(r, 4, n)
}
