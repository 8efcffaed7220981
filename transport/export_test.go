package transport

import (
	"io"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// NewPipe returns the ends of a pipe that holds size bytes on either way.
func NewPipe(size int) (a, b io.ReadWriteCloser) { return newPipe(size) }

// Held is what a connection holds of its exchanges.
type Held struct{ Calls, Waiting, InFlight, Taken, Busy int }

// HeldBy returns what the connection s holds.
func HeldBy(s jsonrpc.Session) Held {
	p := s.(*peer)
	p.mu.Lock()
	defer p.mu.Unlock()
	h := Held{Calls: len(p.calls), Waiting: len(p.waiting), Taken: p.requests.len(), Busy: p.busy}
	for _, x := range p.requests.list {
		if x.r.registered {
			h.InFlight++
		}
	}
	return h
}

// QueuedBy returns how many messages and bytes wait to be written to the peer of s.
func QueuedBy(s jsonrpc.Session) (messages, size int) {
	p := s.(*peer)
	if p.queue != nil {
		return WaitingIn(p.queue)
	}
	return waitingIn(p.stream.out)
}

// WaitingIn is QueuedBy for what waits in q.
func WaitingIn(q *Queue) (messages, size int) { return waitingIn(q.use()) }

func waitingIn(o *writer) (messages, size int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.count, len(o.buf)
}

// MonitorSleeps reports whether the monitor of s sleeps.
func MonitorSleeps(s jsonrpc.Session) bool {
	return s.(*peer).stream.watch.asleep.Load()
}

// RequestOf tells requests apart by the memory that they are in: w is a ResponseWriter.
func RequestOf(w jsonrpc.ResponseWriter) any {
	return w.(*handle).r
}

const (
	Tick    = tick
	MaxHeld = maxHeld
)

// EarlyCancels are cancellations that have come before their requests.
type EarlyCancels struct{ e earlyCancels }

// Add keeps one.
func (e *EarlyCancels) Add(id jsonrpc.ID) { e.e.add(id) }

// Take reports whether there is one.
func (e *EarlyCancels) Take(id jsonrpc.ID) bool { return e.e.take(id) }

// Len returns how many there are.
func (e *EarlyCancels) Len() int { return len(e.e.list) }

// MaxEarly bounds them.
const MaxEarly = maxEarly
