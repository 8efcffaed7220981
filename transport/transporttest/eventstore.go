package transporttest

import (
	"crypto/rand"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

// TestEventStore tests that a store keeps the promises of transport.EventStore. Failures name the rule that is broken.
//
// open returns a store to test; it may be the same one each time, and hold other things, as owners have names of their own. If
// maxBytes is 0, it has to hold 8 MiB and 10,000 events for as long as the test runs. Else it should forget events when
// it holds more than about maxBytes of them; a store without such a bound ignores maxBytes. Clean up with t.Cleanup. There are some 20,000 calls.
func TestEventStore(t *testing.T, open func(t testing.TB, maxBytes int) transport.EventStore) {
	t.Helper()
	for _, c := range eventStoreChecks {
		t.Run(c.name, func(t *testing.T) { c.check(storeRig{TB: t, open: open, patience: 30 * time.Second}) })
	}
}

type eventStoreCheck struct {
	name  string
	check func(storeRig)
}

var eventStoreChecks = []eventStoreCheck{
	{"D-39 ids are unique over all streams of a session", storeRig.unique},
	{"D-38 D-47 ids fit into a header and a line", storeRig.form},
	{"D-40 D-42 after an id come the later events of its stream", storeRig.later},
	{"D-40 D-42 empty, large and odd events come back as they were", storeRig.data},
	{"D-43 events of other streams do not come", storeRig.otherStreams},
	{"D-43 H-05 S9 ids of others are refused", storeRig.owners},
	{"D-43 H-05 S9 names of owners are not run together", storeRig.names},
	{"D-44 what is no id is refused", storeRig.garbage},
	{"D-45 a finished stream can be resumed and says so", storeRig.finished},
	{"D-59 a closed session is gone, and no other", storeRig.closed},
	{"F19 a replay ends with what was there when it began", storeRig.snapshot},
	{"F19 resuming again gives the same again", storeRig.again},
	{"F19 a replay without an error has no gap", storeRig.interrupted},
	{"F19 D-44 what is forgotten is an error and no gap", storeRig.forgotten},
	{"F19 D-44 an event that is too large is an error and no gap", storeRig.tooLarge},
	{"S8 a slow replay holds nobody up", storeRig.slow},
	{"F19 S9 sessions append and resume at the same time", storeRig.concurrent},
	{"F19 S9 any order of calls", func(r storeRig) { r.model(0) }},
	{"F19 S9 any order of calls of a small store", func(r storeRig) { r.model(48 * eventPad) }},
}

// storeRig is a store with calls that fail the test.
type storeRig struct {
	testing.TB
	transport.EventStore

	open     func(t testing.TB, maxBytes int) transport.EventStore
	patience time.Duration // how long something may take that must not wait
}

func (r storeRig) with(maxBytes int) storeRig {
	r.EventStore = r.open(r.TB, maxBytes)
	return r
}

func newOwner() transport.StreamOwner {
	return transport.StreamOwner{Session: rand.Text(), Principal: "somebody"}
}

// add appends an event. It writes over data afterwards, as a pooled buffer would be.
func (r storeRig) add(o transport.StreamOwner, stream, data string, final bool) string {
	r.Helper()
	borrowed := []byte(data)
	id, err := r.Append(r.Context(), o, stream, borrowed, final)
	require.NoError(r, err)
	require.NotEmpty(r, id)
	for i := range borrowed {
		borrowed[i] = '#'
	}
	return id
}

// fill appends n events and returns their ids. The events are told apart by eventText.
func (r storeRig) fill(o transport.StreamOwner, stream string, n int) []string {
	r.Helper()
	var ids []string
	for i := range n {
		ids = append(ids, r.add(o, stream, eventText(o, stream, i), false))
	}
	return ids
}

func eventText(o transport.StreamOwner, stream string, i int) string {
	return fmt.Sprintf(`{"jsonrpc":"2.0","method":"%s/%s/%d"}`, o.Session, stream, i)
}

// eventTexts returns what the events from one to another of fill have as text.
func eventTexts(o transport.StreamOwner, stream string, from, to int) []string {
	all := []string{}
	for i := from; i < to; i++ {
		all = append(all, eventText(o, stream, i))
	}
	return all
}

func (r storeRig) after(o transport.StreamOwner, last string) transport.Replay {
	r.Helper()
	replay, err := r.After(r.Context(), o, last)
	require.NoError(r, err)
	return replay
}

// collectEvents ranges over events until they end or fail.
func collectEvents(events iter.Seq2[transport.StoredEvent, error]) (ids, data []string, err error) {
	data = []string{}
	for e, err := range events {
		if err != nil {
			return ids, data, err
		}
		ids, data = append(ids, e.ID), append(data, string(e.Data))
	}
	return ids, data, nil
}

// replays requires that what comes after last is what is wanted, and no more.
func (r storeRig) replays(o transport.StreamOwner, last string, wantIDs, want []string) transport.Replay {
	r.Helper()
	replay := r.after(o, last)
	ids, data, err := collectEvents(replay.Events)
	require.NoError(r, err)
	require.Equal(r, want, data)
	require.True(r, slices.Equal(wantIDs, ids), "ids %q, not %q", ids, wantIDs)
	return replay
}

// refuses requires that nothing of a stream comes out.
func (r storeRig) refuses(o transport.StreamOwner, last string) {
	r.Helper()
	replay, err := r.After(r.Context(), o, last)
	require.ErrorIs(r, err, transport.ErrUnknownEvent, "id %.100q of %v", last, o)
	require.Empty(r, replay.Stream)
	require.Nil(r, replay.Events)
}

// replaysOrRefuses is for a store that may have forgotten events. It reports which of the two it was.
func (r storeRig) replaysOrRefuses(o transport.StreamOwner, last string, want []string) bool {
	r.Helper()
	replay, err := r.After(r.Context(), o, last)
	if errors.Is(err, transport.ErrUnknownEvent) {
		return false
	}
	require.NoError(r, err)
	_, data, err := collectEvents(replay.Events)
	if errors.Is(err, transport.ErrUnknownEvent) {
		require.Equal(r, want[:min(len(data), len(want))], data)
		return false
	}
	require.NoError(r, err)
	require.Equal(r, want, data)
	return true
}

// soon fails if f takes so long that it must be waiting for something.
func (r storeRig) soon(what string, f func() error) {
	r.Helper()
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		require.NoError(r, err, what)
	case <-time.After(r.patience):
		require.FailNow(r, what+" waits")
	}
}
