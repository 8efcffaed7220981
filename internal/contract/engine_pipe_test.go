package contract

import (
	"io"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// serveStream makes a connection of a byte stream, with a message to a line as on stdio.
func serveStream(rwc io.ReadWriteCloser, h jsonrpc.Handler, p *pool.Pool, opts transport.Options) *conn {
	c := newConn(h, p, opts)
	s := newStream(c, rwc, lines, func(err error) {
		c.fail(transport.Closed, err)
	})
	s.out = newCoalescer(rwc, c.opts.Limits.QueueBytes, func(err error) {
		c.fail(transport.Closed, err)
		_ = rwc.Close()
	})
	c.out = s.out
	c.streams = []*stream{s}
	c.onClose = func() { _ = rwc.Close() }
	s.start()
	return c
}

// memPipe returns the ends of a pipe in memory that holds size bytes on either way.
func memPipe(size int) (a, b io.ReadWriteCloser) {
	x, y := newHalf(size), newHalf(size)
	return &end{x, y}, &end{y, x}
}

type end struct{ in, out *half }

func (e *end) Read(p []byte) (int, error)  { return e.in.read(p) }
func (e *end) Write(p []byte) (int, error) { return e.out.write(p) }

func (e *end) Close() error {
	e.in.close()
	e.out.close()
	return nil
}

// half is one way of a pipe: a ring of bytes.
type half struct {
	mu         sync.Mutex
	data, room sync.Cond
	ring       []byte
	start, n   int
	closed     bool
}

func newHalf(size int) *half {
	h := &half{ring: make([]byte, size)}
	h.data.L, h.room.L = &h.mu, &h.mu
	return h
}

func (h *half) read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.n == 0 {
		if h.closed {
			return 0, io.EOF
		}
		h.data.Wait()
	}
	first := h.ring[h.start:min(h.start+h.n, len(h.ring))]
	k := copy(p, first)
	h.start, h.n = (h.start+k)%len(h.ring), h.n-k
	h.room.Signal()
	return k, nil
}

func (h *half) write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for done := 0; ; {
		for h.n == len(h.ring) && !h.closed {
			h.room.Wait()
		}
		if h.closed {
			return done, io.ErrClosedPipe
		}
		at := (h.start + h.n) % len(h.ring)
		k := copy(h.ring[at:min(len(h.ring), at+len(h.ring)-h.n)], p[done:])
		done, h.n = done+k, h.n+k
		h.data.Signal()
		if done == len(p) {
			return done, nil
		}
	}
}

func (h *half) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.data.Broadcast()
	h.room.Broadcast()
}
