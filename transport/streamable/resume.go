package streamable

import (
	"context"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// catchUp writes to c what came after the event last, until c has all of it and is the connection of the stream, or the stream
// is at its end. found, if not nil, is called once with the stream, before anything is written; a stream that is finished has no q. x is
// that stream, or, with found, only says where to look.
func (x *resumable) catchUp(ctx context.Context, c *connection, last string, found func(*resumable) error) error {
	s := x.s
	for idle := 0; ; idle++ {
		if idle == maxIdleReplays { // the store does not have what it was given
			return transport.ErrUnknownEvent
		}
		replay, err := x.store.After(ctx, s.owner(), last)
		if err != nil {
			return err
		}
		if found != nil {
			to := s.stream(replay.Stream)
			switch {
			case replay.Finished:
				to = &resumable{h: x.h, s: s, store: x.store}
			case to == nil: // it has ended just now, or is one of another process
				continue
			}
			if err := found(to); err != nil {
				return err
			}
			x, found = to, nil
		}
		for event, err := range replay.Events {
			if err != nil {
				return err
			}
			last, idle = event.ID, 0
			if len(event.Data) == 0 && s.Revision() < jsonrpc.Rev20251125 {
				continue // trap T-11
			}
			if _, err := c.Write(appendEvent(nil, event.ID, event.Data)); err != nil {
				return err
			}
		}
		if replay.Finished {
			return nil
		}
		ok, err := x.take(ctx, c, func() bool { return !x.broken && x.last == last })
		if ok || err != nil && err != errOver { //nolint:errorlint // it is never wrapped
			return err
		}
	}
}

// maxIdleReplays bounds how often a store is asked that has nothing.
const maxIdleReplays = 4

// stream returns the stream of that name, if it is not finished.
func (s *httpSession) stream(name string) *resumable {
	if name == s.out.name {
		return &s.out
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.streams[name]
}
