package transporttest

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

// concurrent has sessions that append to several streams, while each stream is resumed all the time.
func (r storeRig) concurrent() {
	r = r.with(0)
	const sessions, streams, events = 4, 3, 60
	ctx := r.Context()
	failures := make(chan error, sessions*streams*2)
	var all sync.WaitGroup
	var owners [sessions]transport.StreamOwner
	var ids [sessions][streams][]string
	for i := range sessions {
		owners[i] = newOwner()
		for j := range streams {
			stream := strconv.Itoa(j)
			first, done := make(chan string, 1), make(chan struct{})
			all.Go(func() {
				defer close(done)
				defer close(first)
				for n := range events {
					id, err := r.Append(ctx, owners[i], stream, []byte(eventText(owners[i], stream, n)), n == events-1)
					if err != nil {
						failures <- err
						return
					}
					if ids[i][j] = append(ids[i][j], id); n == 0 {
						first <- id
					}
				}
			})
			all.Go(func() {
				if id, ok := <-first; ok {
					failures <- followStream(ctx, r, owners[i], stream, id, events, done)
				}
			})
		}
	}
	all.Wait()
	close(failures)
	for err := range failures {
		require.NoError(r, err)
	}
	for i, o := range owners {
		seen := map[string]bool{}
		for j := range streams {
			r.replays(o, ids[i][j][0], ids[i][j][1:], eventTexts(o, strconv.Itoa(j), 1, events))
			for _, id := range ids[i][j] {
				require.False(r, seen[id], "id %q twice", id)
				seen[id] = true
			}
		}
	}
}

// followStream resumes a stream until it is finished, and checks that nothing is missing or twice. done is closed when all
// has been appended.
func followStream(ctx context.Context, store transport.EventStore, o transport.StreamOwner, stream, last string, events int, done <-chan struct{}) error {
	for n, end := 1, false; !end; {
		select {
		case <-done:
			end = true // the next replay has all the rest
		default:
		}
		replay, err := store.After(ctx, o, last)
		if err != nil {
			return err
		}
		for e, err := range replay.Events {
			if err != nil {
				return err
			}
			if want := eventText(o, stream, n); want != string(e.Data) {
				return fmt.Errorf("event %d of stream %s is %q", n, stream, e.Data)
			}
			last = e.ID
			n++
		}
		switch {
		case replay.Stream != stream:
			return fmt.Errorf("stream %q instead of %q", replay.Stream, stream)
		case replay.Finished != (n == events):
			return fmt.Errorf("stream %s is finished: %t, after %d of %d events", stream, replay.Finished, n, events)
		case replay.Finished:
			return nil
		}
	}
	return fmt.Errorf("stream %s is not finished after its final event", stream)
}

// model makes calls in any order, one after the other, and compares with what was appended.
func (r storeRig) model(maxBytes int) {
	for seed := range uint64(4) {
		m := storeModel{storeRig: r.with(maxBytes), random: rand.New(rand.NewPCG(seed, 1)), bounded: maxBytes > 0}
		m.run(seed)
	}
}

type storeModel struct {
	storeRig

	random   *rand.Rand
	bounded  bool // the store may forget
	sessions [4]*modelSession
	streams  []*modelStream // all that there ever were
	held     []*heldReplay
}

type modelSession struct {
	owner   transport.StreamOwner
	streams []*modelStream
}

type modelStream struct {
	owner            transport.StreamOwner
	name             string
	ids, data        []string
	finished, closed bool
	refused          int // what comes after events before this one was refused once, and so has to be again
}

// heldReplay is a replay that other calls come in between of.
type heldReplay struct {
	of   *modelStream
	want []string
	next func() (transport.StoredEvent, error, bool)
	stop func()
}

func (m *storeModel) run(seed uint64) {
	call := 0
	defer func() {
		if m.Failed() {
			m.Logf("seed %d, call %d", seed, call)
		}
		for _, h := range m.held {
			h.stop()
		}
	}()
	for i := range m.sessions {
		m.sessions[i] = &modelSession{owner: newOwner()}
	}
	for ; call < 1500; call++ {
		switch n := m.random.IntN(100); {
		case n < 55 || len(m.streams) == 0:
			m.append()
		case n < 75:
			m.resume()
		case n < 82:
			m.steal()
		case n < 85:
			m.hold()
		case n < 99:
			m.advance()
		default:
			m.close()
		}
	}
}

func (m *storeModel) append() {
	s := m.sessions[m.random.IntN(len(m.sessions))]
	if len(s.streams) == 0 || m.random.IntN(12) == 0 {
		st := &modelStream{owner: s.owner, name: strconv.Itoa(len(s.streams))}
		s.streams, m.streams = append(s.streams, st), append(m.streams, st)
	}
	st := s.streams[len(s.streams)-1-m.random.IntN(min(len(s.streams), 4))]
	if st.finished {
		return
	}
	data := ""
	if size := m.random.IntN(2 * eventPad); size%10 > 0 {
		data = eventText(st.owner, st.name, len(st.ids)) + strings.Repeat(" ", size)
	}
	st.finished = m.random.IntN(20) == 0
	id := m.add(st.owner, st.name, data, st.finished)
	for _, other := range s.streams {
		require.NotContains(m, other.ids, id)
	}
	st.ids, st.data = append(st.ids, id), append(st.data, data)
}

// pick returns an event, more often a late than an early one, as the others may be forgotten.
func (m *storeModel) pick() (*modelStream, int) {
	for {
		st := m.streams[len(m.streams)-1-m.random.IntN(min(len(m.streams), 20))]
		if len(st.ids) > 0 {
			return st, len(st.ids) - 1 - m.random.IntN(min(len(st.ids), 1+m.random.IntN(50)))
		}
	}
}

// begin asks for what comes after an event. It reports false if that is rightly refused.
func (m *storeModel) begin(st *modelStream, i int) (transport.Replay, bool) {
	replay, err := m.After(m.Context(), st.owner, st.ids[i])
	if err != nil {
		require.ErrorIs(m, err, transport.ErrUnknownEvent)
		require.True(m, m.bounded || st.closed, "event %d of %d is refused", i, len(st.ids))
		st.refused = max(st.refused, i+1)
		return replay, false
	}
	require.False(m, st.closed, "the session is closed")
	require.LessOrEqual(m, st.refused, i, "a later event was refused")
	require.Equal(m, st.name, replay.Stream)
	require.Equal(m, st.finished, replay.Finished)
	return replay, true
}

func (m *storeModel) resume() {
	st, i := m.pick()
	if replay, ok := m.begin(st, i); ok {
		ids, data, err := collectEvents(replay.Events)
		require.NoError(m, err)
		require.Equal(m, st.data[i+1:], data)
		require.True(m, slices.Equal(st.ids[i+1:], ids))
	}
}

func (m *storeModel) steal() {
	st, i := m.pick()
	thief := m.sessions[m.random.IntN(len(m.sessions))].owner
	if thief == st.owner {
		thief.Principal = "thief"
	}
	m.refuses(thief, st.ids[i])
}

func (m *storeModel) hold() {
	st, i := m.pick()
	if replay, ok := m.begin(st, i); ok && len(m.held) < 8 {
		next, stop := iter.Pull2(replay.Events)
		m.held = append(m.held, &heldReplay{st, slices.Clone(st.data[i+1:]), next, stop})
	}
}

func (m *storeModel) advance() {
	if len(m.held) == 0 {
		return
	}
	i := m.random.IntN(len(m.held))
	h := m.held[i]
	e, err, ok := h.next()
	switch {
	case !ok:
		require.Empty(m, h.want, "the replay ends too early")
	case err != nil:
		require.ErrorIs(m, err, transport.ErrUnknownEvent)
		require.True(m, m.bounded || h.of.closed)
	default:
		require.NotEmpty(m, h.want, "the replay goes on too long")
		require.Equal(m, h.want[0], string(e.Data))
		h.want = h.want[1:]
		return
	}
	h.stop()
	m.held = slices.Delete(m.held, i, i+1)
}

func (m *storeModel) close() {
	i := m.random.IntN(len(m.sessions))
	require.NoError(m, m.SessionClosed(m.Context(), m.sessions[i].owner))
	for _, st := range m.sessions[i].streams {
		st.closed = true
	}
	m.sessions[i] = &modelSession{owner: newOwner()}
}
