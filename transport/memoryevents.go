package transport

import (
	"strings"
	"time"
)

// What a MemoryEventStore holds: sessions with streams with events. An event is in two queues as well, that of its session and that of
// the store, so that the oldest is found and taken out at once, whichever bound is reached. All of it is under the store's lock.

// Bytes that are counted for what is not text, on 64-bit platforms; a test compares them with the heap. Maps are counted as
// half full.
const (
	eventBytes   = 96
	streamBytes  = 352
	sessionBytes = 512
)

// The queues that an event is in.
const (
	ofStore = iota
	ofSession
	queues
)

type memoryEvent struct {
	links  [queues]struct{ previous, next *memoryEvent }
	stream *memoryStream
	added  time.Duration // since the start of the store
	data   []byte        // never changed
}

// cost counts what the allocator has given, which is more than was asked for.
func (e *memoryEvent) cost() int { return eventBytes + cap(e.data) }

// eventQueue is a list of events, the oldest first.
type eventQueue struct {
	first, last *memoryEvent
	count       int
}

func (q *eventQueue) push(e *memoryEvent, which int) {
	e.links[which].previous = q.last
	if q.last == nil {
		q.first = e
	} else {
		q.last.links[which].next = e
	}
	q.last = e
	q.count++
}

func (q *eventQueue) remove(e *memoryEvent, which int) {
	l := &e.links[which]
	if l.previous == nil {
		q.first = l.next
	} else {
		l.previous.links[which].next = l.next
	}
	if l.next == nil {
		q.last = l.previous
	} else {
		l.next.links[which].previous = l.previous
	}
	l.previous, l.next = nil, nil
	q.count--
}

// memoryUse is what a session or the store holds.
type memoryUse struct {
	bytes  int
	events eventQueue
	silent eventQueue // the places of streams without events
}

type memorySession struct {
	memoryUse
	owner   StreamOwner
	streams map[string]*memoryStream
}

type memoryStream struct {
	session  *memorySession
	name     string
	number   uint64         // among all streams that the store has had, from 1
	first    uint64         // the number on this stream of events[0], from 1
	events   []*memoryEvent // without gaps
	bytes    int            // of events
	place    memoryEvent    // in the queues of silent streams, if there are no events
	finished bool
	silent   bool // place is in use
}

// next is the number of the event that comes next.
func (st *memoryStream) next() uint64 { return st.first + uint64(len(st.events)) }

func (st *memoryStream) cost() int { return streamBytes + len(st.name) }

func (m *memorySession) cost() int {
	return sessionBytes + len(m.owner.Session) + len(m.owner.Principal)
}

// open finds a stream, or makes it. Names are cloned because they may be cut out of something larger, as headers are.
func (s *MemoryEventStore) open(owner StreamOwner, name string) *memoryStream {
	session := s.sessions[owner]
	if session == nil {
		owner = StreamOwner{strings.Clone(owner.Session), strings.Clone(owner.Principal)}
		session = &memorySession{owner: owner, streams: make(map[string]*memoryStream)}
		s.sessions[owner] = session
		s.charge(session, session.cost())
	}
	st := session.streams[name]
	if st == nil {
		s.last++
		st = &memoryStream{session: session, name: strings.Clone(name), number: s.last, first: 1}
		st.place.stream = st
		session.streams[st.name] = st
		s.streams[st.number] = st
		s.charge(session, st.cost())
	}
	return st
}

func (s *MemoryEventStore) charge(session *memorySession, bytes int) {
	session.bytes += bytes
	s.bytes += bytes
}

// fits reports whether an event can be held at all.
func (s *MemoryEventStore) fits(e *memoryEvent, st *memoryStream) bool {
	return e.cost() <= s.max.MaxStreamBytes && e.cost()+st.cost()+st.session.cost() <= min(s.max.MaxSessionBytes, s.max.MaxBytes)
}

// add puts an event at the end of a stream.
func (s *MemoryEventStore) add(e *memoryEvent, st *memoryStream) {
	e.stream, e.added = st, s.now()
	st.events = append(st.events, e)
	st.bytes += e.cost()
	s.charge(st.session, e.cost())
	s.events.push(e, ofStore)
	st.session.events.push(e, ofSession)
}

// skip counts an event that is too large to be held. Adding it would crowd out everything else first. What its stream has
// before it is of no use any more.
func (s *MemoryEventStore) skip(st *memoryStream) {
	for len(st.events) > 0 {
		s.forget(st.events[0], &s.purged)
	}
	st.first++
	s.purged++
}

// forget takes out an event, which is the oldest of its stream, and counts it.
func (s *MemoryEventStore) forget(e *memoryEvent, count *int64) {
	st := e.stream
	st.events[0] = nil
	st.events = st.events[1:]
	st.first++
	s.release(e)
	*count++
	s.settle(st)
}

// release takes an event out of the queues.
func (s *MemoryEventStore) release(e *memoryEvent) {
	e.stream.bytes -= e.cost()
	s.charge(e.stream.session, -e.cost())
	s.events.remove(e, ofStore)
	e.stream.session.events.remove(e, ofSession)
}

// settle sees to it that a stream without events is either among the silent ones, or gone if it is finished.
func (s *MemoryEventStore) settle(st *memoryStream) {
	if len(st.events) == 0 {
		st.events = nil
		if st.finished {
			s.drop(st)
			return
		}
	}
	if silent := len(st.events) == 0; silent != st.silent {
		st.silent = silent
		if silent {
			s.silent.push(&st.place, ofStore)
			st.session.silent.push(&st.place, ofSession)
		} else {
			s.silent.remove(&st.place, ofStore)
			st.session.silent.remove(&st.place, ofSession)
		}
	}
}

// drop removes a stream, and its session if that has no other.
func (s *MemoryEventStore) drop(st *memoryStream) {
	for _, e := range st.events {
		s.release(e)
	}
	st.events = nil
	if st.silent {
		st.silent = false
		s.silent.remove(&st.place, ofStore)
		st.session.silent.remove(&st.place, ofSession)
	}
	session := st.session
	delete(s.streams, st.number)
	delete(session.streams, st.name)
	s.charge(session, -st.cost())
	if len(session.streams) > 0 {
		return
	}
	s.charge(session, -session.cost())
	// A session that is being closed may have a successor already.
	if s.sessions[session.owner] == session {
		delete(s.sessions, session.owner)
	}
}

// makeRoom forgets what is over the bounds, now that a stream has grown.
func (s *MemoryEventStore) makeRoom(st *memoryStream) {
	for st.bytes > s.max.MaxStreamBytes || len(st.events) > s.max.MaxStreamEvents {
		s.forget(st.events[0], &s.purged)
	}
	s.shrink(&st.session.memoryUse, s.max.MaxSessionBytes)
	s.shrink(&s.memoryUse, s.max.MaxBytes)
}

// shrink forgets the oldest events, and when there are none the streams that have been silent for longest.
func (s *MemoryEventStore) shrink(use *memoryUse, bound int) {
	for use.bytes > bound {
		switch {
		case use.events.first != nil:
			s.forget(use.events.first, &s.purged)
		case use.silent.first != nil:
			s.drop(use.silent.first.stream)
		default:
			return
		}
	}
}

// old reports whether an event is not to be replayed any more.
func (s *MemoryEventStore) old(e *memoryEvent, now time.Duration) bool {
	return now-e.added >= s.max.TTL
}
