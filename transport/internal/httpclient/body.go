package httpclient

import (
	"errors"
	"io"
	"sync"
)

// Body is the body of a request, in memory that is borrowed. net/http may read it even after the exchange is over, and so it
// has to be told when that memory is gone: by Detach.
type Body struct {
	mu    sync.Mutex
	size  int64
	text  []byte // nil once it is detached
	read  bool
	whole bool
	first bodyReader
	short shortBody
}

var errDetached = errors.New("the request is over")

// NewBody returns a Body of text, which is not empty, and borrowed until Detach.
func NewBody(text []byte) *Body { return &Body{text: text, size: int64(len(text))} }

// Detach ends the use of the text. Whoever still reads it gets an error.
func (b *Body) Detach() {
	b.mu.Lock()
	b.text = nil
	b.mu.Unlock()
}

// Sent reports whether the text was read: some of it may have been sent.
func (b *Body) Sent() bool {
	if b == nil {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.read
}

// Whole reports whether all of the text was read: it may be sent even if the request is given up.
func (b *Body) Whole() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.whole
}

// Reader returns a reader of the whole text. The first one costs nothing.
func (b *Body) reader() io.ReadCloser {
	if b.first.b == nil {
		b.first.b = b
		return &b.first
	}
	return &bodyReader{b: b}
}

// again is for http.Request.GetBody.
func (b *Body) again() (io.ReadCloser, error) { return &bodyReader{b: b}, nil }

type bodyReader struct {
	b  *Body
	at int
}

func (r *bodyReader) Read(p []byte) (int, error) {
	r.b.mu.Lock()
	defer r.b.mu.Unlock()
	switch {
	case r.b.text == nil:
		return 0, errDetached
	case r.at == len(r.b.text):
		return 0, io.EOF
	}
	r.b.read = true
	n := copy(p, r.b.text[r.at:])
	r.at += n
	r.b.whole = r.b.whole || r.at == len(r.b.text)
	return n, nil
}

func (r *bodyReader) Close() error { return nil }
