package transport

import (
	"context"
	"time"
)

// A handle is its request's context too. It ends when the request is cancelled and when ServeMessage returns. Contexts
// that are derived from it cost no goroutine, thanks to AfterFunc.

type handleKey struct{}

// handleOf returns the handle that ctx comes from; nil if there is none.
func handleOf(ctx context.Context) *handle {
	h, _ := ctx.Value(handleKey{}).(*handle) // absent is nil
	return h
}

// ended is the Done channel of contexts that had ended before anybody asked.
var ended = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// Deadline is the parent's: Serve may have been called with one.
func (h *handle) Deadline() (deadline time.Time, ok bool) {
	r, err := h.enter()
	if err != nil {
		return time.Time{}, false
	}
	parent := r.exchange.parent
	if r.detached {
		parent = nil
	}
	r.mu.Unlock()
	if parent != nil {
		return parent.Deadline()
	}
	return time.Time{}, false
}

// parent returns the context that h's values come from; nil if there is none or h is stale.
func (h *handle) parent() context.Context {
	r, err := h.enter()
	if err != nil {
		return nil
	}
	defer r.mu.Unlock()
	return r.exchange.parent
}

func (h *handle) Value(key any) any {
	if key == (handleKey{}) {
		return h
	}
	if parent := h.parent(); parent != nil {
		return parent.Value(key)
	}
	return nil
}

func (h *handle) Err() error {
	r, err := h.enter()
	if err != nil {
		return context.Canceled
	}
	defer r.mu.Unlock()
	return r.look()
}

// look returns why the context has ended, or nil. Once there is a reason, it stays.
func (r *request) look() error {
	switch {
	case r.why != nil:
	case r.exchange.parent != nil && !r.detached && r.exchange.parent.Err() != nil:
		r.why = r.exchange.parent.Err()
	case r.p.stateless && r.p.done.isEnded():
		r.why = context.Canceled
	}
	return r.why
}

func (h *handle) Done() <-chan struct{} {
	r, err := h.enter()
	if err != nil {
		return ended
	}
	defer r.mu.Unlock()
	switch {
	case r.over:
		return ended
	case r.done == nil:
		r.done = make(chan struct{})
		h.link()
	}
	return r.done
}

// link makes the end of the parent end h, from the first time on that somebody waits for it.
func (h *handle) link() {
	r := h.r
	if r.exchange.parent == nil || r.detached || r.ends != nil {
		return
	}
	r.ends = map[*func()]struct{}{}
	stop := context.AfterFunc(r.exchange.parent, func() { h.cancel(false) })
	unlink := func() { stop() }
	if r.p.stateless {
		r.p.link(h)
		unlink = func() {
			stop()
			h.p.unlink(h)
		}
	}
	r.ends[&unlink] = struct{}{}
}

// AfterFunc calls f when the context ends. The context package uses it for children, with an f that waits for nothing.
func (h *handle) AfterFunc(f func()) (stop func() bool) {
	r, err := h.enter()
	if err != nil {
		go f() // not at once: the context package holds a lock that f takes
		return func() bool { return false }
	}
	defer r.mu.Unlock()
	if r.over {
		go f()
		return func() bool { return false }
	}
	h.link()
	if r.ends == nil {
		r.ends = map[*func()]struct{}{}
	}
	key := &f
	r.ends[key] = struct{}{}
	return func() bool {
		r, err := h.enter()
		if err != nil {
			return false
		}
		defer r.mu.Unlock()
		_, waiting := r.ends[key]
		delete(r.ends, key)
		return waiting
	}
}

// end ends the context and returns what is to run after mu is unlocked; nil for nothing.
func (r *request) end() (run func()) {
	if r.over = true; r.look() == nil {
		r.why = context.Canceled
	}
	if r.done != nil {
		close(r.done)
		r.done = nil
	}
	if len(r.ends) == 0 {
		return nil
	}
	ends := r.ends
	r.ends = nil
	return func() {
		for f := range ends {
			(*f)()
		}
	}
}

// cancel ends the context. If the peer wants it, there is no answer any more (rules B-16, G-06).
func (h *handle) cancel(byPeer bool) {
	r, err := h.enter()
	if err != nil {
		return
	}
	if byPeer && r.settled == nil {
		r.settle(errCanceled)
	}
	run := r.end()
	r.mu.Unlock()
	if run != nil {
		run()
	}
}
