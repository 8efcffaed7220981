package transport

import "sync"

// gate is a lock for handlers of users, which may take their time: who waits for it waits for a channel, as synctest knows how to, and costs
// nothing while nobody does.
type gate struct {
	mu     sync.Mutex
	closed bool
	opens  chan struct{} // closed when it is open, if somebody waits
}

// close waits until g is open, and closes it.
func (g *gate) close() { g.wait(true) }

// pass waits until g is open.
func (g *gate) pass() { g.wait(false) }

func (g *gate) wait(closing bool) {
	g.mu.Lock()
	for g.closed {
		if g.opens == nil {
			g.opens = make(chan struct{})
		}
		opens := g.opens
		g.mu.Unlock()
		<-opens
		g.mu.Lock()
	}
	g.closed = closing
	g.mu.Unlock()
}

// open opens g, which the caller has closed.
func (g *gate) open() {
	g.mu.Lock()
	g.closed = false
	if g.opens != nil {
		close(g.opens)
		g.opens = nil
	}
	g.mu.Unlock()
}
