package stdio

import (
	"bytes"
	"sync"
)

const (
	maxTail  = 64 << 10 // bytes of standard error that are kept
	maxQuote = 4 << 10  // of them, in an error
)

// tail keeps the end of what is written to it, and hands on its lines.
type tail struct {
	line func([]byte) // nil for nobody

	mu   sync.Mutex
	kept []byte

	part []byte // of a line; of the writer
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	t.kept = append(t.kept, b...)
	if len(t.kept) > 2*maxTail {
		t.kept = append(t.kept[:0], t.kept[len(t.kept)-maxTail:]...)
	}
	t.mu.Unlock()
	if t.line != nil {
		t.lines(b)
	}
	return len(b), nil
}

func (t *tail) lines(b []byte) {
	for {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			t.part = append(t.part, b[:min(len(b), maxTail-len(t.part))]...)
			return
		}
		if len(t.part) == 0 {
			t.line(bytes.TrimSuffix(b[:min(i, maxTail)], []byte("\r")))
		} else {
			t.part = append(t.part, b[:min(i, maxTail-len(t.part))]...)
			t.flush()
		}
		b = b[i+1:]
	}
}

// flush hands on a line that has no end yet.
func (t *tail) flush() {
	if t.line != nil && len(t.part) > 0 {
		t.line(bytes.TrimSuffix(t.part, []byte("\r")))
	}
	t.part = t.part[:0]
}

// String returns what an error quotes.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.kept[max(0, len(t.kept)-maxQuote):]))
}
