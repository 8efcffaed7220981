package transport

// Requests that belong to no session are not tracked, as that would make all of them wait for one lock. Only those whose handlers wait
// for the end of their context are known, so that it comes when the server shuts down.

// link notes a request of a stateless peer. h.r.mu is held.
func (p *peer) link(h *handle) {
	p.mu.Lock()
	if p.linked == nil {
		p.linked = map[*handle]struct{}{}
	}
	p.linked[h] = struct{}{}
	p.mu.Unlock()
	if p.done.isEnded() { // end may not have seen it
		go h.cancel(false)
	}
}

func (p *peer) unlink(h *handle) {
	p.mu.Lock()
	delete(p.linked, h)
	p.mu.Unlock()
}

// EndSubscriptions ends what clients have opened with subscriptions/listen outside of sessions: each gets its result (rule E-57). Later
// ones get it at once.
func (e *Endpoint) EndSubscriptions() { e.none.subs.end() }

// Cancel ends the contexts of all requests that belong to no session, now and later.
func (e *Endpoint) Cancel() {
	e.EndSubscriptions()
	e.none.end(NewError(Closed, "by this side", nil))
}
