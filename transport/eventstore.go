package transport

import (
	"context"
	"errors"
	"fmt"
	"iter"
)

// ErrUnknownEvent is what EventStore.After returns for an id after which it cannot replay. The errors below are ErrUnknownEvent
// too, as errors.Is sees it, and say why, for logs and counters. A store that cannot tell returns ErrUnknownEvent itself.
// A client is told nothing of the reason: it could find out by it which ids others have.
var ErrUnknownEvent = errors.New("transport: unknown event id")

// The reasons why a store cannot replay.
var (
	// ErrMalformedEventID: the text is none that this store gives as an id.
	ErrMalformedEventID = fmt.Errorf("%w: malformed", ErrUnknownEvent)
	// ErrForeignEvent: the event is on a stream of another session or of another principal.
	ErrForeignEvent = fmt.Errorf("%w: it is somebody else's", ErrUnknownEvent)
	// ErrEventsPurged: what comes after the id is not in the store any more, or not all of it. A store that is too small, or
	// that keeps events for too short a time, shows by this error.
	ErrEventsPurged = fmt.Errorf("%w: events after it are purged", ErrUnknownEvent)
)

// MaxEventID is the length of the longest id that an EventStore may give, in bytes.
const MaxEventID = 256

// StreamOwner says whose a stream is. Its events go to nobody else (rules D-43, H-05): two owners are the same
// only if both fields are.
type StreamOwner struct {
	Session   string
	Principal string // "" without authorization
}

// EventStore keeps the events of Streamable HTTP's streams in revisions 2025-03-26 to 2025-11-25, so that a client whose
// connection broke can come back for what it has missed. All sessions of a process can share one store, and a store may be
// shared by processes. Clients of 2026-07-28 resume nothing (rule E-46); their streams never reach a store.
//
// A store has bounds: it may forget events, the oldest of a stream first, and whole streams. A replay that would begin
// with a forgotten event fails, always: a store never leaves out an event silently, and never begins a new stream in place of one
// that it does not find (rule D-44). What is asked for by the id of a forgotten event is still there if all later events are:
// a stream may be silent for hours, as that of a call that waits for a task, and resuming it misses nothing. So whoever forgets
// by age should forget what events say, and keep their places until the stream is finished or the session closed.
//
// Methods may be called concurrently, for one session and for many. ctx bounds what they wait for; that of Append does not end
// with the client's connection. transporttest.TestEventStore holds a store to all of this.
//
// # How package streamable uses a store
//
// A stream begins with the response to a POST that is sent as text/event-stream, or with a GET without Last-Event-ID.
// Its name is a counter of the session. From then on, under the lock of that stream:
//
//  1. If the client speaks 2025-11-25: Append without data, and a priming event with that id, before anything else (rule D-11;
//     older clients take it for broken JSON, trap T-11).
//  2. For each message: Append, then an event with its id, if there is a connection. final is set for the answer to the last request
//     of the POST, or without data if there is none because the client has cancelled (rule D-24). The response ends after it.
//  3. CloseStream, once an id has been written (rule D-13): an event with retry in milliseconds (rule D-15), and the connection
//     is closed. The stream goes on: what is sent meanwhile is only appended.
//  4. If Append fails: the event has an empty id, which makes the client forget the last one (rule D-47), nothing is
//     appended to this stream any more, CloseStream fails, and resuming the stream is refused.
//
// A GET with Last-Event-ID, after its session and principal are checked, calls After:
//
//  1. ErrUnknownEvent is answered with status 400 and always the same text, any other error with 500.
//  2. If the stream is not finished and this process does not have it, After is called again, as it may have ended just now; else
//     it is one of another process, or one for which Append failed, and refused like an unknown id.
//  3. A connection that the stream still has is closed: the new one takes over (rule D-46).
//  4. Events are written as they come out, without the lock. An error among them closes the connection, so that the client asks again
//     after the last id that it got, and hears that there is no more.
//  5. If the replay is finished, the response ends (rule D-45).
//  6. Otherwise, under the lock: if something was appended after the last id written, once more from there, and again if it is
//     much; else the connection is the stream's.
//
// When a session ends, no stream of it appends any more; then SessionClosed, with a context of its own that Timeouts.Shutdown
// bounds.
type EventStore interface {
	// Append adds an event at the end of a stream of owner, and begins the stream with its first event. stream names it among all
	// streams of owner, also among those that have ended. data is the event's text, empty for an event that has an id only; it is
	// borrowed until Append returns, so what is kept has to be copied. final says that the stream ends with this event: nothing is
	// appended to it later. Calls for one stream come one after the other.
	//
	// The id is for owner's client. It has 1 to MaxEventID bytes from '!' to '~'. No other event of owner's streams has it
	// or had it (rule D-39), and the stream can be found by it (rule D-40). An error means that resuming is over for this stream. An
	// event that is too large for the bounds of a store is no error: it gets an id and is forgotten at once.
	Append(ctx context.Context, owner StreamOwner, stream string, data []byte, final bool) (id string, err error)
	// After returns the events that were appended after the event last, to the same stream, up to the newest.
	// last is what a client has sent, and can be anything. If it is not an id of owner's, or not all later events are there, the
	// error is ErrUnknownEvent; any other error means that the store has failed.
	After(ctx context.Context, owner StreamOwner, last string) (Replay, error)
	// SessionClosed drops all streams of owner. A store cannot rely on being told, and so forgets by itself as well. An owner without
	// streams is no error.
	SessionClosed(ctx context.Context, owner StreamOwner) error
}

// Replay is what a client has missed of one stream.
type Replay struct {
	// Stream is the name of the stream.
	Stream string
	// Finished says that the stream has had its final event, which is the last of Events unless the client
	// knows it already. Nothing will follow.
	Finished bool
	// Events yields, in order, each event that was appended after the one asked for and before After returned. It can be
	// ranged over once. The store holds no lock while the loop's body runs: it may take its time, may call the
	// store, and holds nobody else up. If the store cannot go on, the last error is not nil: ErrEventsPurged if an event was
	// forgotten meanwhile, or else the store's or the context's. Without an error, all events were there.
	Events iter.Seq2[StoredEvent, error]
}

// StoredEvent is an event that comes back from an EventStore.
type StoredEvent struct {
	ID string
	// Data is borrowed until the loop over Replay.Events takes its next turn, and must not be changed.
	Data []byte
}
