package transport

import (
	"sync/atomic"
	"time"
)

// The reader of a stream runs the handlers of its requests itself: a hop to another goroutine for each message costs half
// of the throughput. So that a slow handler does not keep later messages from being read, the role of the reader
// can be taken from it. One word says how things are: twice the number of the turn, plus 1 while the reader runs a
// handler or writes and the role may be taken. Whoever changes the word from that to the next turn has the role.
//
// A turn is not on offer while the reader runs a handler of a notification: later messages have to wait for it.
type turn struct {
	s *stream // nil if the handler runs on a goroutine of its own
	n uint64
	// noting says that a notification is being handled: whoever sends must not wait for the peer.
	noting bool
}

func (t turn) offered() uint64 { return t.n<<1 | 1 }

// held reports whether the reader still has the role in this turn. If it does, it will look after what is to be flushed.
func (t turn) held() bool { return t.s != nil && t.s.word.Load() == t.offered() }

// leave takes the role from the reader for somebody who is about to wait in its handler.
func (t turn) leave() {
	if t.s != nil {
		t.s.takeover(t.offered())
	}
}

// offer lets others take the role while the reader handles h; nil if it only writes.
func (s *stream) offer(n uint64, h *handle) {
	s.cur.Store(h)
	s.word.Store(turn{s: s, n: n}.offered())
	s.watch.wake()
}

// reclaim ends the offer. It reports false if the role is gone.
func (s *stream) reclaim(n *uint64) bool {
	t := turn{s: s, n: *n}
	*n++
	return s.word.CompareAndSwap(t.offered(), *n<<1)
}

// takeover takes the role from the reader if the word is still as it was seen, and reads on another goroutine.
func (s *stream) takeover(word uint64) {
	if word&1 == 0 {
		return
	}
	p, next := s.p, word>>1+1
	// The loser passes this lock before it forgets its request.
	p.mu.Lock()
	if !s.word.CompareAndSwap(word, next<<1) {
		p.mu.Unlock()
		return
	}
	p.busy++ // the loser
	// While the reader was busy with the request, nobody could look for it.
	if h := s.cur.Load(); h != nil {
		p.track(h)
	}
	p.mu.Unlock()
	go s.read()
}

// watch is what keeps the monitor of a stream awake. The monitor takes the role from a reader that is in the same handler, or
// the same write, at two ticks, and ends a stream whose peer takes nothing. It sleeps while neither can happen.
type watch struct {
	asleep atomic.Bool
	alarm  chan struct{}
	stop   chan struct{}
}

const (
	tick      = time.Millisecond
	idleTicks = 16 // with nothing to do, until it falls asleep
)

// wake is called after each change of the word, and when a write begins.
func (w *watch) wake() {
	if w.asleep.Load() && w.asleep.CompareAndSwap(true, false) {
		w.alarm <- struct{}{} // has room: whoever turns asleep off sends one, and only the monitor turns it on
	}
}

// monitor is what the monitor of s remembers from one tick to the next.
type monitor struct {
	s     *stream
	word  uint64
	idle  int       // ticks with nothing to do
	write uint32    // the number of the write, odd while it lasts
	since time.Time // when the monitor saw it first
}

func (s *stream) monitor() {
	m := &monitor{s: s}
	t := time.NewTimer(tick)
	defer t.Stop()
	for {
		select {
		case <-s.watch.stop:
			return
		case <-t.C:
		}
		m.look()
		if m.idle >= idleTicks {
			m.idle = 0
			if !m.sleep(t) {
				return
			}
		}
		t.Reset(tick)
	}
}

// look does what is to be done at a tick.
func (m *monitor) look() {
	word := m.s.word.Load()
	switch {
	case word != m.word:
		m.idle = 0
	case word&1 == 1:
		m.s.takeover(word)
		m.idle = 0
	default:
		m.idle++
	}
	m.word = word
	m.left()
}

// left returns how long the write that goes on, if there is one, may still last, and ends the stream when
// its time is over. 0 stands for no write.
func (m *monitor) left() time.Duration {
	write := m.s.out.writes.Load()
	if write != m.write {
		m.write, m.since = write, time.Now()
	}
	if write&1 == 0 {
		return 0
	}
	left := m.s.p.opts.Timeouts.Write - time.Since(m.since)
	if left > 0 {
		return left
	}
	m.s.stuck()
	m.since = time.Now()
	return m.s.p.opts.Timeouts.Write
}

// sleep waits until the word changes or a write has lasted too long, for which it has t. It reports false at the end of the stream.
func (m *monitor) sleep(t *time.Timer) bool {
	w := &m.s.watch
	w.asleep.Store(true)
	if m.s.word.Load() != m.word && w.asleep.CompareAndSwap(true, false) {
		return true
	}
	var expired <-chan time.Time
	if left := m.left(); left > 0 {
		t.Reset(left)
		defer t.Stop()
		expired = t.C
	}
	select {
	case <-w.alarm:
		return true
	case <-w.stop:
		return false
	case <-expired:
		if !w.asleep.CompareAndSwap(true, false) {
			<-w.alarm // whoever has turned it off sends
		}
		m.left()
		return true
	}
}
