package transporttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mcpwire/mcpwire/internal/leaks"
	"github.com/mcpwire/mcpwire/transport"
)

func TestMemoryEventStore(t *testing.T) {
	t.Cleanup(func() { require.NoError(t, leaks.Find(leaks.Patience)) })
	TestEventStore(t, func(_ testing.TB, maxBytes int) transport.EventStore {
		return transport.NewMemoryEventStore(&transport.MemoryEventStoreOptions{MaxBytes: maxBytes})
	})
}

// The suite asks for nothing that only one store does.
func TestPlainEventStore(t *testing.T) {
	t.Cleanup(func() { require.NoError(t, leaks.Find(leaks.Patience)) })
	TestEventStore(t, func(_ testing.TB, maxBytes int) transport.EventStore { return &plainStore{maxBytes: maxBytes} })
}

// The check that has to find a fault.
var faults = map[fault]string{
	idOfStream:      "D-39 ids are unique over all streams of a session",
	idWithLineEnd:   "D-38 D-47 ids fit into a header and a line",
	idWithOwner:     "D-38 D-47 ids fit into a header and a line",
	lastAgain:       "D-40 D-42 after an id come the later events of its stream",
	oneMissing:      "D-40 D-42 after an id come the later events of its stream",
	backwards:       "D-40 D-42 after an id come the later events of its stream",
	wrongName:       "D-40 D-42 after an id come the later events of its stream",
	emptyLeftOut:    "D-40 D-42 empty, large and odd events come back as they were",
	borrowedKept:    "D-40 D-42 empty, large and odd events come back as they were",
	allStreams:      "D-43 events of other streams do not come",
	anySession:      "D-43 H-05 S9 ids of others are refused",
	anyPrincipal:    "D-43 H-05 S9 ids of others are refused",
	namesTogether:   "D-43 H-05 S9 names of owners are not run together",
	emptyForUnknown: "D-44 what is no id is refused",
	spacesTrimmed:   "D-44 what is no id is refused",
	caseFolded:      "D-44 what is no id is refused",
	otherError:      "D-44 what is no id is refused",
	neverFinished:   "D-45 a finished stream can be resumed and says so",
	alwaysFinished:  "D-45 a finished stream can be resumed and says so",
	finalDropped:    "D-45 a finished stream can be resumed and says so",
	neverClosed:     "D-59 a closed session is gone, and no other",
	closedByPrefix:  "D-59 a closed session is gone, and no other",
	endOpen:         "F19 a replay ends with what was there when it began",
	givenOnce:       "F19 resuming again gives the same again",
	endsWhenClosed:  "F19 a replay without an error has no gap",
	gapForForgotten: "F19 D-44 what is forgotten is an error and no gap",
	gapInReplay:     "F19 D-44 what is forgotten is an error and no gap",
	tooLargeIgnored: "F19 D-44 an event that is too large is an error and no gap",
	lockedReplay:    "S8 a slow replay holds nobody up",
	lostAppend:      "F19 S9 sessions append and resume at the same time",
	oneReplay:       "F19 S9 any order of calls",
	forgottenBack:   "F19 S9 any order of calls of a small store",
}

func TestBrokenEventStores(t *testing.T) {
	t.Cleanup(func() { require.NoError(t, leaks.Find(leaks.Patience)) })
	unproven := map[string]bool{}
	for _, c := range eventStoreChecks {
		unproven[c.name] = true
	}
	for broken, name := range faults {
		t.Run(string(broken), func(t *testing.T) {
			fake := &fakeTB{TB: t}
			r := storeRig{TB: fake, patience: time.Minute, open: func(_ testing.TB, maxBytes int) transport.EventStore {
				return &plainStore{maxBytes: maxBytes, fault: broken}
			}}
			if broken == lockedReplay {
				r.patience = 20 * time.Millisecond
			}
			i := slices.IndexFunc(eventStoreChecks, func(c eventStoreCheck) bool { return c.name == name })
			require.True(t, fake.run(func() { eventStoreChecks[i].check(r) }))
		})
		delete(unproven, name)
	}
	require.Empty(t, unproven, "checks that may be unable to fail")
}

// fakeTB keeps failures to itself.
type fakeTB struct {
	testing.TB

	mu     sync.Mutex
	failed bool
}

// run reports whether f fails.
func (f *fakeTB) run(check func()) bool {
	var all sync.WaitGroup
	all.Go(check) // FailNow ends the goroutine
	all.Wait()
	return f.Failed()
}

func (f *fakeTB) Fail() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed = true
}

func (f *fakeTB) Failed() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.failed
}

func (f *fakeTB) Helper()               {}
func (f *fakeTB) Logf(string, ...any)   {}
func (f *fakeTB) Errorf(string, ...any) { f.Fail() }
func (f *fakeTB) FailNow()              { f.Fail(); runtime.Goexit() }

// fault is something that a store does wrong.
type fault string

const (
	idOfStream      fault = "ids are unique in their stream only"
	idWithLineEnd   fault = "ids have a line end"
	idWithOwner     fault = "ids hold the owner"
	lastAgain       fault = "the replay begins with the event that the client has"
	oneMissing      fault = "the replay leaves out the first event"
	backwards       fault = "the replay is in reverse order"
	wrongName       fault = "the stream's name is wrong"
	emptyLeftOut    fault = "empty events are left out"
	borrowedKept    fault = "data is kept and not copied"
	allStreams      fault = "events of all streams come"
	anySession      fault = "the session is not compared"
	anyPrincipal    fault = "the principal is not compared"
	namesTogether   fault = "session and principal are one text"
	emptyForUnknown fault = "an unknown id is an empty stream"
	spacesTrimmed   fault = "spaces around an id do not count"
	caseFolded      fault = "upper and lower case are the same"
	otherError      fault = "unknown ids look like a failure of the store"
	neverFinished   fault = "no stream is finished"
	alwaysFinished  fault = "each stream is finished"
	finalDropped    fault = "a stream is dropped when it is finished"
	neverClosed     fault = "closed sessions stay"
	closedByPrefix  fault = "sessions are closed by a prefix"
	endOpen         fault = "the replay goes on with what is new"
	givenOnce       fault = "what was replayed is forgotten"
	endsWhenClosed  fault = "a replay ends when its session is closed"
	gapForForgotten fault = "forgotten events are left out"
	gapInReplay     fault = "events that are forgotten during a replay are left out"
	tooLargeIgnored fault = "an event that is too large is not counted"
	lockedReplay    fault = "the lock is held during a replay"
	lostAppend      fault = "only fifty events are kept"
	oneReplay       fault = "a replay ends when another begins"
	forgottenBack   fault = "the bound holds only at times"
)

// plainStore is an EventStore that is as simple as can be: a list of all events. It can have one fault.
type plainStore struct {
	fault    fault
	maxBytes int

	mu     sync.Mutex
	events []*plainEvent
	held   int // bytes
	calls  int
}

type plainEvent struct {
	owner                 transport.StreamOwner
	stream, id            string
	data                  []byte
	final, purged, closed bool
}

func (s *plainStore) Append(_ context.Context, o transport.StreamOwner, stream string, data []byte, final bool) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := &plainEvent{owner: o, stream: stream, data: bytes.Clone(data), final: final}
	e.id = fmt.Sprintf("e%d", len(s.events))
	switch s.fault {
	case idOfStream:
		e.id = fmt.Sprintf("e%d", len(s.later(o, stream, 0)))
	case idWithLineEnd:
		e.id += "\n"
	case idWithOwner:
		e.id += o.Session + o.Principal
	case borrowedKept:
		e.data = data
	case tooLargeIgnored:
		if s.maxBytes > 0 && len(data) > s.maxBytes {
			e.stream = "nowhere"
		}
	case lostAppend:
		if len(s.later(o, stream, 0)) == 50 {
			e.stream = "nowhere"
		}
	}
	s.events = append(s.events, e)
	if final && s.fault == finalDropped {
		s.close(func(e *plainEvent) bool { return e.owner == o && e.stream == stream })
	}
	s.held += len(data)
	for _, e := range s.events {
		if s.maxBytes == 0 || s.held <= s.maxBytes {
			break
		}
		if !e.purged {
			e.purged = true
			s.held -= len(e.data)
		}
	}
	return e.id, nil
}

// later returns the events of a stream in the list from one on.
func (s *plainStore) later(o transport.StreamOwner, stream string, from int) []*plainEvent {
	var all []*plainEvent
	for _, e := range s.events[from:] {
		if s.same(e.owner, o) && (e.stream == stream || s.fault == allStreams) {
			all = append(all, e)
		}
	}
	return all
}

func (s *plainStore) same(a, b transport.StreamOwner) bool {
	switch s.fault {
	case anySession:
		return a.Principal == b.Principal
	case anyPrincipal:
		return a.Session == b.Session
	case namesTogether:
		return a.Session+":"+a.Principal == b.Session+":"+b.Principal
	}
	return a == b
}

func (s *plainStore) find(last string) int {
	if s.fault == spacesTrimmed {
		last = strings.TrimSpace(last)
	}
	return slices.IndexFunc(s.events, func(e *plainEvent) bool {
		return !e.closed && (e.id == last || s.fault == caseFolded && strings.EqualFold(e.id, last))
	})
}

func (s *plainStore) After(ctx context.Context, o transport.StreamOwner, last string) (transport.Replay, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	call := s.calls
	i := s.find(last)
	if i < 0 {
		switch s.fault {
		case emptyForUnknown:
			return transport.Replay{Events: func(func(transport.StoredEvent, error) bool) {}}, nil
		case otherError:
			return transport.Replay{}, errors.New("no such row")
		}
		return transport.Replay{}, transport.ErrUnknownEvent
	}
	at := s.events[i]
	if !s.same(at.owner, o) {
		return transport.Replay{}, transport.ErrForeignEvent
	}
	all := s.later(o, at.stream, i+1)
	replay := transport.Replay{Stream: at.stream, Finished: at.final || len(all) > 0 && all[len(all)-1].final}
	for n, e := range all {
		if e.purged && s.fault == gapForForgotten {
			all = slices.Delete(slices.Clone(all), n, n+1)
			break
		}
		if e.purged && (s.fault != forgottenBack || s.calls%2 == 0) {
			return transport.Replay{}, transport.ErrEventsPurged
		}
	}
	switch s.fault {
	case lastAgain:
		all = append([]*plainEvent{at}, all...)
	case oneMissing:
		all = all[min(1, len(all)):]
	case backwards:
		slices.Reverse(all)
	case wrongName:
		replay.Stream += "x"
	case neverFinished, alwaysFinished:
		replay.Finished = s.fault == alwaysFinished
	}
	replay.Events = func(yield func(transport.StoredEvent, error) bool) {
		if s.fault == lockedReplay {
			s.mu.Lock()
			defer s.mu.Unlock()
		}
		if s.fault == endOpen {
			all = s.later(o, at.stream, i+1)
		}
		for _, e := range all {
			if s.fault == oneReplay && call != s.calls || !s.replay(ctx, e, yield) {
				return
			}
		}
	}
	return replay, nil
}

// replay yields one event, and reports whether there is to be another.
func (s *plainStore) replay(ctx context.Context, e *plainEvent, yield func(transport.StoredEvent, error) bool) bool {
	if s.fault != lockedReplay {
		s.mu.Lock()
	}
	closed, purged := e.closed, e.purged
	if s.fault == givenOnce {
		e.purged = true
	}
	if s.fault != lockedReplay {
		s.mu.Unlock()
	}
	switch {
	case closed && s.fault == endsWhenClosed:
		return false
	case purged && s.fault == gapInReplay, len(e.data) == 0 && s.fault == emptyLeftOut:
		return true
	case ctx.Err() != nil:
		yield(transport.StoredEvent{}, ctx.Err())
		return false
	case (closed || purged) && s.fault != forgottenBack:
		yield(transport.StoredEvent{}, transport.ErrEventsPurged)
		return false
	}
	return yield(transport.StoredEvent{ID: e.id, Data: e.data}, nil)
}

func (s *plainStore) SessionClosed(_ context.Context, o transport.StreamOwner) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.close(func(e *plainEvent) bool {
		prefix := s.fault == closedByPrefix && strings.HasPrefix(e.owner.Session, o.Session)
		return (e.owner == o || prefix) && s.fault != neverClosed
	})
	return nil
}

func (s *plainStore) close(which func(e *plainEvent) bool) {
	for _, e := range s.events {
		e.closed = e.closed || which(e)
	}
}
