package transport_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/transport"
)

var alice = transport.StreamOwner{Session: "s1", Principal: "alice"}

func appendEvent(t testing.TB, s transport.EventStore, o transport.StreamOwner, stream, data string, final bool) string {
	t.Helper()
	id, err := s.Append(context.Background(), o, stream, []byte(data), final)
	require.NoError(t, err)
	return id
}

// eventsAfter returns the texts of a replay, and Finished.
func eventsAfter(t testing.TB, s transport.EventStore, o transport.StreamOwner, last string) ([]string, bool) {
	t.Helper()
	replay, err := s.After(context.Background(), o, last)
	require.NoError(t, err)
	texts := []string{}
	for e, err := range replay.Events {
		require.NoError(t, err)
		texts = append(texts, string(e.Data))
	}
	return texts, replay.Finished
}

func noEventsAfter(t testing.TB, s transport.EventStore, o transport.StreamOwner, last string, want error) {
	t.Helper()
	_, err := s.After(context.Background(), o, last)
	require.ErrorIs(t, err, want)
	require.ErrorIs(t, err, transport.ErrUnknownEvent)
	for _, other := range []error{transport.ErrMalformedEventID, transport.ErrForeignEvent, transport.ErrEventsPurged} {
		if !errors.Is(want, other) {
			require.NotErrorIs(t, err, other)
		}
	}
}

// A client whose connection broke asks for what it has missed.
func ExampleMemoryEventStore() {
	ctx := context.Background()
	store := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{MaxBytes: 256 << 20, TTL: time.Hour})
	owner := transport.StreamOwner{Session: "b8f2", Principal: "alice"}

	last, err := store.Append(ctx, owner, "1", nil, false) // the priming event
	if err != nil {
		panic(err)
	}
	_, _ = store.Append(ctx, owner, "1", []byte(`{"jsonrpc":"2.0","method":"notifications/progress"}`), false)
	_, _ = store.Append(ctx, owner, "1", []byte(`{"jsonrpc":"2.0","id":1,"result":{}}`), true)

	replay, err := store.After(ctx, owner, last)
	if err != nil {
		panic(err)
	}
	for event, err := range replay.Events {
		if err != nil {
			panic(err)
		}
		fmt.Println(string(event.Data))
	}
	fmt.Println("stream", replay.Stream, "finished:", replay.Finished)

	_, err = store.After(ctx, transport.StreamOwner{Session: "b8f2", Principal: "mallory"}, last)
	fmt.Println(err)
	// Output:
	// {"jsonrpc":"2.0","method":"notifications/progress"}
	// {"jsonrpc":"2.0","id":1,"result":{}}
	// stream 1 finished: true
	// transport: unknown event id: it is somebody else's
}

// D-44: the reasons can be told apart, by the server.
func TestMemoryEventStoreErrors(t *testing.T) {
	s := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{MaxStreamEvents: 2})
	id := appendEvent(t, s, alice, "1", "a", false)
	for name, row := range map[string]struct {
		owner transport.StreamOwner
		last  string
		want  error
	}{
		"empty":                   {alice, "", transport.ErrMalformedEventID},
		"short":                   {alice, id[1:], transport.ErrMalformedEventID},
		"long":                    {alice, id + "A", transport.ErrMalformedEventID},
		"line ends":               {alice, "\n" + id[:20] + "\n", transport.ErrMalformedEventID},
		"only line ends":          {alice, strings.Repeat("\r", len(id)), transport.ErrMalformedEventID},
		"another alphabet":        {alice, "+" + id[1:], transport.ErrMalformedEventID},
		"bits beyond the last":    {alice, id[:21] + "B", transport.ErrMalformedEventID},
		"of another store":        {alice, appendEvent(t, new(transport.MemoryEventStore), alice, "1", "a", false), transport.ErrUnknownEvent},
		"made up":                 {alice, strings.Repeat("A", len(id)), transport.ErrUnknownEvent},
		"of another session":      {transport.StreamOwner{Session: "s2", Principal: "alice"}, id, transport.ErrForeignEvent},
		"of another principal":    {transport.StreamOwner{Session: "s1", Principal: "bob"}, id, transport.ErrForeignEvent},
		"of nobody in particular": {transport.StreamOwner{}, id, transport.ErrForeignEvent},
	} {
		t.Run(name, func(t *testing.T) { noEventsAfter(t, s, row.owner, row.last, row.want) })
	}
	for _, text := range []string{"b", "c", "d"} {
		appendEvent(t, s, alice, "1", text, false)
	}
	noEventsAfter(t, s, alice, id, transport.ErrEventsPurged)
	other := appendEvent(t, s, alice, "2", "a", false)
	require.NoError(t, s.SessionClosed(t.Context(), alice))
	noEventsAfter(t, s, alice, other, transport.ErrEventsPurged)

	appendEvent(t, s, alice, "1", "", true)
	_, err := s.Append(t.Context(), alice, "1", nil, false)
	require.ErrorContains(t, err, "finished")
}

// All ids are different and none has been had before, even if a stream is forgotten and begins again under its name (rule D-39).
func TestMemoryEventStoreBeginsAgain(t *testing.T) {
	s := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{MaxBytes: 1})
	seen := map[string]bool{}
	for range 100 {
		id := appendEvent(t, s, alice, "1", "a", false)
		require.False(t, seen[id])
		seen[id] = true
		noEventsAfter(t, s, alice, id, transport.ErrEventsPurged)
	}
	require.Equal(t, transport.MemoryEventStoreStats{Purged: 100}, s.Stats())
}

// Each bound holds after each event, and the oldest go first.
func TestMemoryEventStoreBounds(t *testing.T) {
	const size = 1 << 10
	text := strings.Repeat("x", size)
	for name, row := range map[string]struct {
		options           transport.MemoryEventStoreOptions
		sessions, streams int
		bytes, events     int // at most
	}{
		"stream, events":  {transport.MemoryEventStoreOptions{MaxStreamEvents: 7}, 1, 3, 3 * 9 * size, 3 * 7},
		"stream, bytes":   {transport.MemoryEventStoreOptions{MaxStreamBytes: 10 * size}, 2, 2, 4*10*size + 4096, 4 * 9},
		"session":         {transport.MemoryEventStoreOptions{MaxSessionBytes: 50 * size}, 3, 4, 3 * 50 * size, 3 * 49},
		"store":           {transport.MemoryEventStoreOptions{MaxBytes: 100 * size}, 5, 2, 100 * size, 99},
		"store < session": {transport.MemoryEventStoreOptions{MaxBytes: 20 * size, MaxSessionBytes: 1 << 30}, 2, 2, 20 * size, 19},
		"all": {transport.MemoryEventStoreOptions{MaxBytes: 100 * size, MaxSessionBytes: 20 * size, MaxStreamBytes: 10 * size, MaxStreamEvents: 5},
			10, 3, 100 * size, 99},
	} {
		t.Run(name, func(t *testing.T) {
			s := transport.NewMemoryEventStore(&row.options)
			var last []string
			for i := range 600 {
				o := transport.StreamOwner{Session: strconv.Itoa(i % row.sessions)}
				last = append(last, appendEvent(t, s, o, strconv.Itoa(i/row.sessions%row.streams), text, false))
				got := s.Stats()
				require.LessOrEqual(t, got.Bytes, row.bytes)
				require.LessOrEqual(t, got.Events, row.events)
				require.EqualValues(t, i+1, int64(got.Events)+got.Purged)
			}
			require.Greater(t, s.Stats().Events, row.events*3/4, "it forgets more than it has to")
			// What is left are the newest of all: each event after the first that is left is left.
			left := 0
			for i, id := range last {
				replay, err := s.After(t.Context(), transport.StreamOwner{Session: strconv.Itoa(i % row.sessions)}, id)
				if err == nil {
					left++
					require.Equal(t, strconv.Itoa(i/row.sessions%row.streams), replay.Stream)
				}
				require.True(t, err == nil || left == 0, "event %d of %d is forgotten, an older one is not", i, len(last))
			}
		})
	}
}

// S9: a session that floods the store keeps to its own share.
func TestMemoryEventStoreFlood(t *testing.T) {
	s := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{MaxBytes: 1 << 20, MaxSessionBytes: 256 << 10})
	id := appendEvent(t, s, alice, "1", "", false)
	appendEvent(t, s, alice, "1", "the answer", true)
	flood := transport.StreamOwner{Session: "flood"}
	for i := range 5000 {
		appendEvent(t, s, flood, strconv.Itoa(i%50), strings.Repeat("x", i%2000), i%3 == 0 && i >= 4950)
	}
	for range 10 {
		appendEvent(t, s, flood, "large", strings.Repeat("x", 2<<20), false) // larger than the whole store
	}
	texts, finished := eventsAfter(t, s, alice, id)
	require.Equal(t, []string{"the answer"}, texts)
	require.True(t, finished)
}

// An event that is too large costs its stream what came before, and no other stream anything (rule D-44).
func TestMemoryEventStoreTooLarge(t *testing.T) {
	for name, o := range map[string]transport.MemoryEventStoreOptions{
		"stream": {MaxStreamBytes: 1000}, "session": {MaxSessionBytes: 2000}, "store": {MaxBytes: 2000}, "with what is around it": {MaxBytes: 4200},
	} {
		t.Run(name, func(t *testing.T) {
			s := transport.NewMemoryEventStore(&o)
			other := appendEvent(t, s, alice, "2", "a", false)
			appendEvent(t, s, alice, "2", "b", false)
			first := appendEvent(t, s, alice, "1", "a", false)
			large := appendEvent(t, s, alice, "1", strings.Repeat("x", 4000), false)
			appendEvent(t, s, alice, "1", "c", true)
			noEventsAfter(t, s, alice, first, transport.ErrEventsPurged)
			texts, finished := eventsAfter(t, s, alice, large)
			require.Equal(t, []string{"c"}, texts)
			require.True(t, finished)
			texts, finished = eventsAfter(t, s, alice, other)
			require.Equal(t, []string{"b"}, texts)
			require.False(t, finished)
		})
	}
}

// The zero value and nil options have the bounds that the docs name.
func TestMemoryEventStoreDefaults(t *testing.T) {
	for name, s := range map[string]*transport.MemoryEventStore{
		"zero": {}, "nil": transport.NewMemoryEventStore(nil), "negative": transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{
			MaxBytes: -1, MaxSessionBytes: -1, MaxStreamBytes: -1, MaxStreamEvents: -1, TTL: -1,
		}),
	} {
		t.Run(name, func(t *testing.T) {
			require.Zero(t, s.Stats())
			require.NoError(t, s.SessionClosed(t.Context(), alice))
			noEventsAfter(t, s, alice, "x", transport.ErrMalformedEventID)
			for range 11_000 {
				appendEvent(t, s, alice, "1", "", false)
			}
			require.Equal(t, 10_000, s.Stats().Events)
			text := strings.Repeat("x", 1<<20)
			full := func(o transport.StreamOwner, stream string) int {
				for range 9 {
					appendEvent(t, s, o, stream, text, false)
				}
				return s.Stats().Bytes >> 20
			}
			require.Equal(t, 7, full(alice, "1"))
			full(alice, "2")
			require.Equal(t, 15, full(alice, "3"))
			for i := range 5 {
				full(transport.StreamOwner{Session: strconv.Itoa(i)}, "1")
				full(transport.StreamOwner{Session: strconv.Itoa(i)}, "2")
			}
			require.Equal(t, 63, s.Stats().Bytes>>20)
		})
	}
}

// An event can be replayed for TTL, and its memory is free an eighth later though nobody calls.
func TestMemoryEventStoreTTL(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{TTL: 8 * time.Minute})
		first := appendEvent(t, s, alice, "1", "a", false)
		answered := appendEvent(t, s, alice, "2", "", false)
		appendEvent(t, s, alice, "2", "the answer", true)
		time.Sleep(time.Minute)
		second := appendEvent(t, s, alice, "1", "b", false)
		third := appendEvent(t, s, alice, "1", "c", false)

		time.Sleep(7*time.Minute - time.Nanosecond)
		texts, finished := eventsAfter(t, s, alice, answered)
		require.Equal(t, []string{"the answer"}, texts)
		require.True(t, finished, "D-45: the answer is kept for a while")
		time.Sleep(time.Nanosecond)
		noEventsAfter(t, s, alice, answered, transport.ErrEventsPurged)

		time.Sleep(time.Minute - time.Nanosecond)
		texts, _ = eventsAfter(t, s, alice, first)
		require.Equal(t, []string{"b", "c"}, texts, "the first is too old, what comes after it is not")
		time.Sleep(time.Nanosecond)
		noEventsAfter(t, s, alice, first, transport.ErrEventsPurged)
		noEventsAfter(t, s, alice, second, transport.ErrEventsPurged)

		// K-02: nothing is missed on a stream that is silent for hours.
		time.Sleep(24 * time.Hour)
		texts, finished = eventsAfter(t, s, alice, third)
		require.Empty(t, texts)
		require.False(t, finished)
		appendEvent(t, s, alice, "1", "d", true)
		texts, finished = eventsAfter(t, s, alice, third)
		require.Equal(t, []string{"d"}, texts)
		require.True(t, finished)

		time.Sleep(9 * time.Minute)
		synctest.Wait()
		require.Equal(t, transport.MemoryEventStoreStats{Expired: 6}, s.Stats())
		appendEvent(t, s, alice, "1", "e", true)
		time.Sleep(9 * time.Minute)
		synctest.Wait()
		require.Equal(t, transport.MemoryEventStoreStats{Expired: 7}, s.Stats(), "the timer runs again")
	})
}

// Whatever happens, what is counted comes back to nothing when all is gone.
func TestMemoryEventStoreCounts(t *testing.T) {
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 2))
			s := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{
				MaxBytes: 20_000, MaxSessionBytes: 9000, MaxStreamBytes: 3000, MaxStreamEvents: 9, TTL: time.Minute,
			})
			var all sync.WaitGroup
			for range 3 {
				random := rand.New(rand.NewPCG(seed, random.Uint64()))
				all.Go(func() {
					for range 700 {
						o := transport.StreamOwner{Session: strconv.Itoa(random.IntN(5))}
						switch n := random.IntN(40); {
						case n == 0:
							s.SessionClosed(t.Context(), o)
						case n == 1:
							time.Sleep(time.Duration(random.IntN(40)) * time.Second)
						default:
							id, err := s.Append(t.Context(), o, strconv.Itoa(random.IntN(9)), make([]byte, random.IntN(4000)), n < 10)
							if n == 20 && err == nil {
								_, _ = s.After(t.Context(), o, id)
							}
						}
						if got := s.Stats(); got.Bytes > 20_000 || got.Bytes < 0 {
							t.Errorf("%d bytes", got.Bytes)
						}
					}
				})
			}
			all.Wait()
			if seed%2 == 0 {
				time.Sleep(time.Hour)
				synctest.Wait()
				require.Zero(t, s.Stats().Events)
			}
			for i := range 5 {
				require.NoError(t, s.SessionClosed(t.Context(), transport.StreamOwner{Session: strconv.Itoa(i)}))
			}
			got := s.Stats()
			got.Purged, got.Expired = 0, 0
			require.Zero(t, got)
		})
	}
}

// A large session is closed in steps, between which others come in: with other sessions, and with one of its own name.
func TestMemoryEventStoreCloseLarge(t *testing.T) {
	s := transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{MaxBytes: 8 << 20})
	bob := transport.StreamOwner{Session: "s2", Principal: "bob"}
	for range 5 {
		for i := range 40_000 {
			appendEvent(t, s, alice, strconv.Itoa(i%40), "x", i >= 39_980)
		}
		var all sync.WaitGroup
		closed := make(chan struct{})
		for _, o := range []transport.StreamOwner{alice, bob} {
			all.Go(func() {
				for i, n := 0, 0; n < 100; i++ {
					_, err := s.Append(t.Context(), o, "new"+strconv.Itoa(i%40), []byte("{}"), false)
					if err != nil {
						t.Error(err)
					}
					select {
					case <-closed:
						n++
					default:
					}
				}
			})
		}
		if err := s.SessionClosed(t.Context(), alice); err != nil {
			t.Error(err)
		}
		close(closed)
		all.Wait()
		require.NoError(t, s.SessionClosed(t.Context(), alice))
		require.Equal(t, 1, s.Stats().Sessions)
		require.NoError(t, s.SessionClosed(t.Context(), bob))
		got := s.Stats()
		got.Purged = 0
		require.Zero(t, got)
	}
}

// A replay whose context ends says why.
func TestMemoryEventStoreContext(t *testing.T) {
	s := new(transport.MemoryEventStore)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	first := appendEvent(t, s, alice, "1", "", false)
	appendEvent(t, s, alice, "1", "a", false)
	appendEvent(t, s, alice, "1", "b", false)
	replay, err := s.After(ctx, alice, first)
	require.NoError(t, err)
	var got []string
	for e, err := range replay.Events {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		got = append(got, string(e.Data))
		cancel(errors.New("the connection is gone"))
	}
	require.Equal(t, []string{"a", "the connection is gone"}, got)
}
