package contract

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
	s.word.Store(turn{s, n}.offered())
	s.watch.wake()
}

// reclaim ends the offer. It reports false if the role is gone.
func (s *stream) reclaim(n *uint64) bool {
	t := turn{s, *n}
	*n++
	return s.word.CompareAndSwap(t.offered(), *n<<1)
}

// takeover takes the role from the reader if the word is still as it was seen, and reads on another goroutine.
func (s *stream) takeover(word uint64) bool {
	if word&1 == 0 {
		return false
	}
	c, next := s.c, word>>1+1
	// The loser passes this lock before it forgets its request.
	c.mu.Lock()
	if !s.word.CompareAndSwap(word, next<<1) {
		c.mu.Unlock()
		return false
	}
	// While the reader was busy with the request, nobody could look for it.
	if h := s.cur.Load(); h != nil {
		c.track(h)
	}
	c.mu.Unlock()
	go s.read()
	return true
}

// watch is the monitor of a stream: it takes the role from a reader that is in the same handler, or the same write, at two
// ticks. It sleeps while the reader reads.
type watch struct {
	asleep atomic.Bool
	alarm  chan struct{}
	stop   chan struct{}
}

const (
	tick      = time.Millisecond
	idleTicks = 16 // with nothing to do, until it falls asleep
)

// wake is called by the reader after each change of the word.
func (w *watch) wake() {
	if w.asleep.Load() && w.asleep.CompareAndSwap(true, false) {
		w.alarm <- struct{}{} // has room: whoever turns asleep off sends one, and only the monitor turns it on
	}
}

func (s *stream) monitor() {
	w := &s.watch
	t := time.NewTimer(tick)
	defer t.Stop()
	var last uint64
	for idle := 0; ; {
		select {
		case <-w.stop:
			return
		case <-t.C:
		}
		word := s.word.Load()
		switch {
		case word != last || word&1 == 1:
			if word == last {
				s.takeover(word)
			}
			idle = 0
		default:
			idle++
		}
		last = word
		if idle >= idleTicks {
			idle = 0
			if !s.sleep(word) {
				return
			}
		}
		t.Reset(tick)
	}
}

// sleep waits until the word changes. It reports false at the end of the stream.
func (s *stream) sleep(word uint64) bool {
	w := &s.watch
	w.asleep.Store(true)
	if s.word.Load() != word && w.asleep.CompareAndSwap(true, false) {
		return true
	}
	select {
	case <-w.alarm:
		return true
	case <-w.stop:
		return false
	}
}
