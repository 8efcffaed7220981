package transport

import (
	"context"
	"errors"
)

// ErrUnknownEvent is what EventStore.Replay returns for an id that it does not know, or not any more, or that belongs to
// somebody else. These three look alike to a client.
var ErrUnknownEvent = errors.New("transport: unknown event id")

// StreamOwner says whose a stream is. Events go to nobody else.
type StreamOwner struct {
	Session   string
	Principal string // "" without authorization
}

// EventStore keeps the events of Streamable HTTP's legacy streams, so that a client whose connection broke can
// come back for what it has missed. It is safe for concurrent use.
//
// A store is bounded: it may forget the oldest events of a stream, and whole streams, when it is full.
type EventStore interface {
	// Append adds an event to a stream of owner and returns its id, which no other event of owner's streams
	// has or had. Calls for one stream come one after the other. data is the event's text, empty for an event that has an id
	// only; it is borrowed until Append returns.
	Append(ctx context.Context, owner StreamOwner, stream string, data []byte) (id string, err error)
	// Replay finds the stream of owner that the event last is on, and calls yield with each later event of that
	// stream, in order. data is borrowed until yield returns. An error of yield ends the replay and
	// is returned. The stream's name is returned as soon as it is known, also with an error.
	Replay(ctx context.Context, owner StreamOwner, last string, yield func(id string, data []byte) error) (stream string, err error)
	// Forget drops one stream of owner, or all of them if stream is "".
	Forget(ctx context.Context, owner StreamOwner, stream string) error
}
