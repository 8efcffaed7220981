package transport

import (
	"context"
	"errors"
	"io"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// PipeOptions are the options of the two ends of a Pipe.
type PipeOptions struct {
	Server Options
	Client ClientOptions
	// Size is how many bytes the pipe holds in either direction; 0 for 32 KiB.
	Size int
}

const defaultPipe = 32 << 10

// Pipe connects a client with a server in memory: server answers the messages of the Client that it returns, client those
// of the server, and may be nil. It works as stdio does, with a message to a line, and both ends agree on a revision first. The
// server ends when the Client does; ctx is for the beginning only. o may be nil.
func Pipe(ctx context.Context, server, client jsonrpc.Handler, o *PipeOptions) (*Client, error) {
	if o == nil {
		o = new(PipeOptions)
	}
	size := o.Size
	if size <= 0 {
		size = defaultPipe
	}
	a, b := newPipe(size)
	ended := make(chan error, 1)
	go func() { ended <- a.stream().Serve(context.WithoutCancel(ctx), server, &o.Server) }()
	c, err := b.stream().Dial(ctx, client, &o.Client)
	if err != nil {
		_ = b.Close() // never fails
		if err := errors.Join(err, <-ended); err != nil {
			return nil, err
		}
	}
	return c, err
}

// newPipe returns the ends of a pipe that holds size bytes on either way.
func newPipe(size int) (a, b *pipeEnd) {
	x, y := newHalf(size), newHalf(size)
	return &pipeEnd{x, y}, &pipeEnd{y, x}
}

// pipeEnd is one end: an io.ReadWriteCloser.
type pipeEnd struct{ in, out *half }

func (e *pipeEnd) Read(p []byte) (int, error)     { return e.in.read(p) }
func (e *pipeEnd) Write(p []byte) (int, error)    { return e.out.write(p) }
func (e *pipeEnd) tryWrite(p []byte) (int, error) { return e.out.tryWrite(p) }

func (e *pipeEnd) Close() error {
	e.in.close()
	e.out.close()
	return nil
}

func (e *pipeEnd) stream() Stream { return Stream{Name: "pipe", In: e, Out: e, Close: e.Close} }

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
	for done := 0; ; h.room.Wait() {
		if h.closed {
			return done, io.ErrClosedPipe
		}
		if done += h.put(p[done:]); done == len(p) {
			return done, nil
		}
	}
}

// tryWrite writes what there is room for.
func (h *half) tryWrite(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return 0, io.ErrClosedPipe
	}
	return h.put(p), nil
}

// put copies what there is room for into the ring.
func (h *half) put(p []byte) int {
	done := 0
	for done < len(p) && h.n < len(h.ring) {
		at := (h.start + h.n) % len(h.ring)
		k := copy(h.ring[at:min(len(h.ring), at+len(h.ring)-h.n)], p[done:])
		done, h.n = done+k, h.n+k
	}
	if done > 0 {
		h.data.Signal()
	}
	return done
}

func (h *half) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	h.data.Broadcast()
	h.room.Broadcast()
}
