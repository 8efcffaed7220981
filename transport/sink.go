package transport

import "context"

// Sink is where messages to a peer go, in a transport in which each message comes by itself: the response to an HTTP request, the
// stream of a session. Programs use the transports; Sink is for who writes one. A Queue is a Sink.
//
// It is safe for concurrent use: Begin locks it, until Send or Abort.
type Sink interface {
	// Begin returns the buffer to append one message to, and keeps other writers out until Send or Abort. It may have
	// something in it; what is appended is one JSON text without line breaks.
	Begin() []byte
	// Abort gives the buffer back: there is no message after all.
	Abort()
	// Send sends the message that was appended to what Begin has returned. It may wait for the peer, within ctx. A message
	// is sent whole or not at all, or the Sink fails from then on.
	Send(ctx context.Context, buf []byte, o Outgoing) error
}

// Offerer is a Sink that can also queue a message without waiting, as what a Hub publishes needs it.
type Offerer interface {
	// Offer queues the message that f appends, if there is room for it, and reports whether there was. f must not be called later.
	Offer(f func(dst []byte) []byte) bool
}

// Bounded is a Sink that keeps what is sent until the peer takes it, up to a limit. The engine then begins what can wait with TryBegin.
type Bounded interface {
	// TryBegin is Begin if there is room for a message, and else reports false and keeps nobody out. final says that it is the answer to a
	// request; for answers there is twice as much room, so that they get past what they answer.
	TryBegin(final bool) ([]byte, bool)
	// Room waits, within ctx, until there may be room.
	Room(ctx context.Context, final bool) error
}

// Outgoing says what a message is that a Sink sends.
type Outgoing struct {
	// Answer is set for the answer to the request that the Sink belongs to.
	Answer bool
	// Code is the code of the error that the answer is; 0 for a result.
	Code int
	// Refused is set for an error that no handler has given: the request was not admitted.
	Refused bool
}

// carried makes a Sink of a transport the sink of one request. It lies in the request, so that it costs nothing.
type carried struct {
	to Sink
	r  *request // nil for what belongs to no request
}

func (c *carried) begin(k rank) ([]byte, bool) {
	if b, ok := c.to.(Bounded); ok && k != urgent {
		return b.TryBegin(k == answer)
	}
	return c.to.Begin(), true
}

func (c *carried) room(ctx context.Context, k rank) error {
	if b, ok := c.to.(Bounded); ok {
		return b.Room(ctx, k == answer)
	}
	return nil
}

func (c *carried) abort() { c.to.Abort() }

func (c *carried) send(ctx context.Context, buf []byte, _ turn, final bool) error {
	o := Outgoing{Answer: final}
	if final && c.r != nil {
		o.Code, o.Refused = c.r.code, c.r.refused // only the one answer gets here
	}
	return c.to.Send(ctx, buf, o)
}

// offerer returns what queues messages on a sink that is no writer; nil if it has no way.
func offerer(s sink) Offerer {
	if c, ok := s.(*carried); ok {
		o, _ := c.to.(Offerer) // absent is nil
		return o
	}
	return nil
}
