package streamable

import (
	"context"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// catchUp writes to c what came after the event last, until c has all of it and is the connection of a stream, which is returned. If the stream
// is at its end, the error is errFinished. found, if not nil, is called once with the stream, before anything is written; nil for one that is finished. x is
// the stream, if it is known.
func (s *httpSession) catchUp(ctx context.Context, c *connection, x *resumable, last string, found func(*resumable) error) (*resumable, error) {
	for idle := 0; ; idle++ {
		if idle == maxIdleReplays { // the store does not have what it was given
			return nil, transport.ErrUnknownEvent
		}
		replay, err := s.h.set.EventStore.After(ctx, s.owner(), last)
		if err != nil {
			return nil, err
		}
		if found != nil {
			if x = s.stream(replay.Stream); x == nil && !replay.Finished {
				continue // it has ended just now, or is one of another process
			}
			err := found(x)
			switch {
			case err != errOver: //nolint:errorlint // it is never wrapped
			case replay.Finished: // it has ended since, and all of it is there
				err = found(nil)
			default:
				continue // likewise
			}
			if err != nil {
				return nil, err
			}
			found = nil
		}
		for event, err := range replay.Events {
			if err != nil {
				return nil, err
			}
			last, idle = event.ID, 0
			if len(event.Data) == 0 && s.Revision() < jsonrpc.Rev20251125 {
				continue // trap T-11
			}
			if _, err := c.Write(appendEvent(nil, event.ID, event.Data)); err != nil {
				return nil, err
			}
		}
		if replay.Finished {
			return nil, errFinished
		}
		ok, err := x.take(ctx, c, func() bool { return !x.broken && x.last == last })
		switch {
		case ok:
			return x, nil
		case err != nil && err != errOver: //nolint:errorlint // it is never wrapped
			return nil, err
		}
	}
}

var errFinished = transport.NewError(transport.Closed, "the stream is at its end", nil)

// maxIdleReplays bounds how often a store is asked that has nothing.
const maxIdleReplays = 4

// stream returns the stream of that name, if it is not finished.
func (s *httpSession) stream(name string) *resumable {
	if name == ownStream {
		return s.own()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams[name]
}
