package transport

import (
	"context"
	"errors"
	"sync"
	"time"
)

// The defaults of MemoryEventStoreOptions.
const (
	DefaultStoreBytes        = 64 << 20
	DefaultStoreSessionBytes = 16 << 20
	DefaultStoreStreamBytes  = 8 << 20
	DefaultStoreStreamEvents = 10_000
	DefaultStoreTTL          = 30 * time.Minute // as long as an idle session lives
)

// MemoryEventStoreOptions bounds a MemoryEventStore. A field that is zero or negative takes its default.
//
// Bytes are what the store takes up, and not just the text of events: each event counts about 100 bytes more, each stream and each
// session some hundreds, so that a flood of small events is bounded as well.
type MemoryEventStoreOptions struct {
	// MaxBytes bounds all that the store holds: 64 MiB.
	MaxBytes int
	// MaxSessionBytes bounds what it holds for one owner, so that one session cannot crowd out all others: 16 MiB.
	MaxSessionBytes int
	// MaxStreamBytes bounds the events of one stream: 8 MiB. It has to be more than the largest message that is to be resumed.
	MaxStreamBytes int
	// MaxStreamEvents is the number of events of one stream: 10,000.
	MaxStreamEvents int
	// TTL is how long an event can be replayed: 30 minutes. Its memory is free an eighth of that later at the latest.
	TTL time.Duration
}

func (o MemoryEventStoreOptions) withDefaults() MemoryEventStoreOptions {
	for _, f := range []struct {
		field *int
		value int
	}{
		{&o.MaxBytes, DefaultStoreBytes},
		{&o.MaxSessionBytes, DefaultStoreSessionBytes},
		{&o.MaxStreamBytes, DefaultStoreStreamBytes},
		{&o.MaxStreamEvents, DefaultStoreStreamEvents},
	} {
		if *f.field <= 0 {
			*f.field = f.value
		}
	}
	if o.TTL <= 0 {
		o.TTL = DefaultStoreTTL
	}
	return o
}

// MemoryEventStore is an EventStore in the memory of the process. The zero MemoryEventStore is ready for use and has the
// default bounds. It has no goroutine and needs no Close.
//
// When a bound is reached, the oldest events go: of the stream, of the session, or of all sessions, as the bound may be. The place
// where a stream stands is kept as long as it is neither finished nor closed with its session, as far as MaxBytes
// and MaxSessionBytes allow, so that a stream that was silent for longer than TTL can be resumed.
type MemoryEventStore struct {
	set  MemoryEventStoreOptions // as the caller has set them
	once sync.Once
	max  MemoryEventStoreOptions // set by once

	mu       sync.Mutex
	ids      eventIDs
	start    time.Time
	sweeper  *time.Timer // nil until the first event
	sweeping bool        // the timer is running
	last     uint64      // the number of the newest stream
	streams  map[uint64]*memoryStream
	sessions map[StreamOwner]*memorySession
	memoryUse
	purged, expired int64
}

// NewMemoryEventStore returns a MemoryEventStore. opts may be nil, for the defaults.
func NewMemoryEventStore(opts *MemoryEventStoreOptions) *MemoryEventStore {
	s := new(MemoryEventStore)
	if opts != nil {
		s.set = *opts
	}
	return s
}

func (s *MemoryEventStore) init() {
	s.once.Do(func() {
		s.max = s.set.withDefaults()
		s.ids = newEventIDs()
		s.start = time.Now()
		s.streams = make(map[uint64]*memoryStream)
		s.sessions = make(map[StreamOwner]*memorySession)
	})
}

// now is the time since the start; it never goes backwards.
func (s *MemoryEventStore) now() time.Duration { return time.Since(s.start) }

// MemoryEventStoreStats is what a MemoryEventStore holds and has forgotten.
type MemoryEventStoreStats struct {
	Sessions, Streams, Events int
	Bytes                     int   // as they count for MaxBytes
	Purged                    int64 // events that were forgotten because of a bound, since the store was made
	Expired                   int64 // events that were forgotten because of their age
}

// Stats returns what the store holds and has forgotten.
func (s *MemoryEventStore) Stats() MemoryEventStoreStats {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	return MemoryEventStoreStats{
		Sessions: len(s.sessions), Streams: len(s.streams), Events: s.events.count, Bytes: s.bytes,
		Purged: s.purged, Expired: s.expired,
	}
}

var errStreamFinished = errors.New("transport: event for a stream that is finished")

// Append implements EventStore. It does not wait, and fails only for a stream that is finished.
func (s *MemoryEventStore) Append(_ context.Context, owner StreamOwner, stream string, data []byte, final bool) (string, error) {
	s.init()
	e := &memoryEvent{data: append([]byte(nil), data...)}
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.open(owner, stream)
	if st.finished {
		return "", errStreamFinished
	}
	id := s.ids.format(st.number, st.next())
	if s.fits(e, st) {
		s.add(e, st)
	} else {
		s.skip(st)
	}
	st.finished = final
	s.settle(st)
	s.makeRoom(st)
	if !s.sweeping {
		s.sweepAfter(s.max.TTL)
	}
	return id, nil
}

// After implements EventStore. Its errors are the four that are ErrUnknownEvent; that of ctx comes from the replay.
func (s *MemoryEventStore) After(ctx context.Context, owner StreamOwner, last string) (Replay, error) {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	number, seq, ok := s.ids.parse(last)
	if !ok {
		return Replay{}, ErrMalformedEventID
	}
	if number == 0 || number > s.last {
		return Replay{}, ErrUnknownEvent
	}
	st := s.streams[number]
	if st == nil {
		return Replay{}, ErrEventsPurged
	}
	if st.session.owner != owner {
		return Replay{}, ErrForeignEvent
	}
	if seq >= st.next() {
		return Replay{}, ErrUnknownEvent
	}
	for now := s.now(); len(st.events) > 0 && s.old(st.events[0], now); {
		s.forget(st.events[0], &s.expired)
	}
	if seq+1 < st.first {
		return Replay{}, ErrEventsPurged
	}
	end := st.next()
	return Replay{Stream: st.name, Finished: st.finished, Events: func(yield func(StoredEvent, error) bool) {
		for ; seq+1 < end; seq++ {
			if e, err := s.at(ctx, number, seq+1); !yield(e, err) || err != nil {
				return
			}
		}
	}}, nil
}

// at returns one event. A replay holds on to numbers, not to events, or a slow one could keep any number of forgotten ones in memory.
func (s *MemoryEventStore) at(ctx context.Context, stream, seq uint64) (StoredEvent, error) {
	if ctx.Err() != nil {
		return StoredEvent{}, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.streams[stream]
	if st == nil || seq < st.first {
		return StoredEvent{}, ErrEventsPurged
	}
	return StoredEvent{s.ids.format(stream, seq), st.events[seq-st.first].data}, nil
}

// SessionClosed implements EventStore. The memory of all streams is free when it returns.
func (s *MemoryEventStore) SessionClosed(_ context.Context, owner StreamOwner) error {
	s.init()
	s.mu.Lock()
	defer s.mu.Unlock()
	session := s.sessions[owner]
	if session == nil {
		return nil
	}
	// From here on it cannot be found, so that nothing is added while others have their turn.
	delete(s.sessions, owner)
	dropped := 0
	for _, st := range session.streams {
		dropped += 1 + len(st.events)
		s.drop(st)
		if dropped >= atOnce {
			dropped = 0
			s.yield()
		}
	}
	return nil
}

// sweepAfter lets the timer run.
func (s *MemoryEventStore) sweepAfter(d time.Duration) {
	s.sweeping = true
	if s.sweeper == nil {
		s.sweeper = time.AfterFunc(d, s.sweep)
		return
	}
	s.sweeper.Reset(d)
}

// sweep forgets what is too old. The timer stops when the store has no events.
func (s *MemoryEventStore) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for n := 1; s.events.first != nil && s.old(s.events.first, now); n++ {
		s.forget(s.events.first, &s.expired)
		if n%atOnce == 0 {
			s.yield()
		}
	}
	s.sweeping = false
	if e := s.events.first; e != nil {
		s.sweepAfter(max(e.added+s.max.TTL-now, s.max.TTL/8))
	}
}

// atOnce is how many events are dropped before others get their turn.
const atOnce = 1024

// yield lets others have the lock. Who has waited for a millisecond gets it for sure.
func (s *MemoryEventStore) yield() {
	s.mu.Unlock()
	s.mu.Lock()
}
