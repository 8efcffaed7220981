package stdio

import (
	"bytes"
	"io"
	"sync"
)

// maxTail is how much of standard error is kept, and how long a line of it may be, in bytes.
const maxTail = 64 << 10

// tail keeps the end of what is written to it, and hands it on.
type tail struct {
	sink *sink // nil for nobody

	mu   sync.Mutex
	ring []byte
	next int // the oldest byte of a full ring

	part []byte // of a line; of the writer
}

// sink is who wants to have what is written, one call at a time: the processes of a Client may write to it one after the
// other, and the last of one while the next begins.
type sink struct {
	mu     sync.Mutex
	line   func([]byte)
	all    io.Writer
	failed func(v any) // is told of a panic
}

// Write never fails: a process that writes must not be stopped by what becomes of that here.
func (t *tail) Write(b []byte) (int, error) {
	t.keep(b)
	if t.sink != nil {
		t.sink.write(b)
		t.lines(b)
	}
	return len(b), nil
}

func (t *tail) keep(b []byte) {
	b = b[max(0, len(b)-maxTail):]
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(b), maxTail-len(t.ring))
	t.ring = append(t.ring, b[:n]...)
	for b = b[n:]; len(b) > 0; b = b[n:] {
		n = copy(t.ring[t.next:], b)
		t.next = (t.next + n) % maxTail
	}
}

func (t *tail) lines(b []byte) {
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			t.part = append(t.part, b[:min(len(b), maxTail-len(t.part))]...)
			return
		}
		if len(t.part) == 0 {
			t.sink.hear(b[:min(i, maxTail)])
		} else {
			t.part = append(t.part, b[:min(i, maxTail-len(t.part))]...)
			t.flush()
		}
		b = b[i+1:]
	}
}

// flush hands on a line that has no end yet.
func (t *tail) flush() {
	if t.sink != nil && len(t.part) > 0 {
		t.sink.hear(t.part)
	}
	t.part = t.part[:0]
}

// String returns what an error quotes.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	b := append(bytes.Clone(t.ring[t.next:]), t.ring[:t.next]...)
	return string(bytes.TrimSpace(b))
}

func (s *sink) hear(line []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.line == nil {
		return
	}
	defer s.recover(func() { s.line = nil })
	s.line(bytes.TrimSuffix(line, []byte("\r")))
}

func (s *sink) write(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		return
	}
	defer s.recover(func() { s.all = nil })
	if _, err := s.all.Write(b); err != nil {
		s.all = nil
	}
}

// recover is deferred: who panics is not called again.
func (s *sink) recover(drop func()) {
	if v := recover(); v != nil {
		drop()
		s.failed(v)
	}
}
