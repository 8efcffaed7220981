package streamable

import (
	"context"
	"sync"
	"time"

	"github.com/mcpwire/mcpwire/transport"
)

// registry holds the sessions of a Handler. One timer ends those that are idle; it runs only while there are any.
type registry struct {
	h *Handler

	mu      sync.Mutex
	byID    map[string]*httpSession
	count   int // sessions, and those that are about to be
	sweeper *time.Timer
	stopped bool
}

// reserve makes room for a session, if there may be one more.
func (g *registry) reserve() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count >= g.h.opts.Limits.Sessions || g.stopped {
		return false
	}
	g.count++
	return true
}

// put adds a session that there is room for.
func (g *registry) put(id string, s *httpSession) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.Ended() { // by OnSession
		return
	}
	g.byID[id] = s
	switch next := g.interval(); {
	case len(g.byID) > 1:
	case g.sweeper == nil:
		g.sweeper = time.AfterFunc(next, g.sweep)
	default:
		g.sweeper.Reset(next)
	}
}

// remove takes out a session that has begun to end. It is called once for each that there was room for.
func (g *registry) remove(id string) {
	g.mu.Lock()
	g.count--
	s := g.byID[id]
	delete(g.byID, id)
	if len(g.byID) == 0 && g.sweeper != nil {
		g.sweeper.Stop()
	}
	g.mu.Unlock()
	if s != nil {
		s.over()
	}
}

// find returns the session of that id, if it is the principal's, and holds it.
func (g *registry) find(id, principal string) *httpSession {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.byID[id]
	if s == nil || s.Principal() != principal {
		return nil
	}
	s.hold() // before the sweeper can see it idle
	return s
}

func (g *registry) all() []*httpSession {
	g.mu.Lock()
	defer g.mu.Unlock()
	all := make([]*httpSession, 0, len(g.byID))
	for _, s := range g.byID {
		all = append(all, s)
	}
	return all
}

func (g *registry) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	if g.sweeper != nil {
		g.sweeper.Stop()
	}
}

// interval is the longest time between two sweeps: that much longer than Timeouts.Session may a session live that was busy before.
func (g *registry) interval() time.Duration { return g.h.opts.Timeouts.Session / 8 }

// sweep ends the sessions that were idle for too long (rule D-59).
func (g *registry) sweep() {
	ttl := g.h.opts.Timeouts.Session
	next := g.interval()
	var dead []*httpSession
	g.mu.Lock()
	for id, s := range g.byID {
		idle := s.idle()
		if idle >= ttl {
			dead = append(dead, s)
			delete(g.byID, id) // nobody finds it any more
			continue
		}
		next = min(next, ttl-idle)
	}
	if len(g.byID) > 0 && !g.stopped {
		g.sweeper.Reset(max(next, ttl/64)) // many sessions that end one after the other do not cost a sweep each
	}
	g.mu.Unlock()
	for _, s := range dead {
		s.End(errIdle)
		s.over()
	}
}

var errIdle = transport.NewError(transport.Timeout, "the session was idle for too long", nil)

// over is called when a session has begun to end: its streams end, and nothing is kept of them.
func (s *httpSession) over() {
	s.endStreams()
	if s.h.set.EventStore != nil {
		go s.forget()
	}
}

// forget drops what the EventStore has of an ended session.
func (s *httpSession) forget() {
	store, t := s.h.set.EventStore, s.h.opts.Timeouts
	wait, stop := context.WithTimeout(context.Background(), t.Shutdown+t.Kill+t.Shutdown)
	s.Wait(wait) // until then, handlers may append
	stop()
	ctx, stop := context.WithTimeout(context.Background(), t.Shutdown)
	defer stop()
	if err := store.SessionClosed(ctx, s.owner()); err != nil {
		s.h.opts.Observe(transport.Observation{Event: transport.MessageDropped, Transport: "streamable", Err: err})
	}
}

func (s *httpSession) owner() transport.StreamOwner {
	return transport.StreamOwner{Session: s.ID(), Principal: s.Principal()}
}
