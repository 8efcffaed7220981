package contract

import (
	"context"
	"time"
)

// A handle is its request's context too. It ends when the request is cancelled and when ServeMessage returns. Contexts
// that are derived from it cost no goroutine, thanks to AfterFunc.

type handleKey struct{}

// handleOf returns the handle that ctx comes from; nil if there is none.
func handleOf(ctx context.Context) *handle {
	h, _ := ctx.Value(handleKey{}).(*handle)
	return h
}

// closed is the Done channel of contexts that had ended before anybody asked.
var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (h *handle) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

func (h *handle) Value(key any) any {
	if key == (handleKey{}) {
		return h
	}
	r, err := h.enter()
	if err != nil || r.parent == nil {
		if err == nil {
			r.mu.Unlock()
		}
		return nil
	}
	parent := r.parent
	r.mu.Unlock()
	return parent.Value(key)
}

func (h *handle) Err() error {
	r, err := h.enter()
	if err != nil {
		return context.Canceled
	}
	defer r.mu.Unlock()
	if r.over {
		return context.Canceled
	}
	if r.linked {
		return r.parent.Err()
	}
	return nil
}

func (h *handle) Done() <-chan struct{} {
	r, err := h.enter()
	if err != nil {
		return closed
	}
	defer r.mu.Unlock()
	switch {
	case r.over:
		return closed
	case r.done == nil:
		r.done = make(chan struct{})
		h.link()
	}
	return r.done
}

// link makes the end of the parent end h, from the first time on that somebody waits for it.
func (h *handle) link() {
	r := h.r
	if !r.linked || r.ends != nil {
		return
	}
	r.ends = map[*func()]struct{}{}
	stop := context.AfterFunc(r.parent, func() { h.cancel(false) })
	unlink := func() { stop() }
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

// end ends the context and returns what is to run after mu is unlocked.
func (r *request) end() (run func()) {
	r.over = true
	if r.done != nil {
		close(r.done)
		r.done = nil
	}
	if len(r.ends) == 0 {
		return func() {}
	}
	ends := r.ends
	r.ends = nil
	return func() {
		for f := range ends {
			(*f)()
		}
	}
}

// cancel ends the context. If the peer wants it, there is no answer any more.
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
	run()
}
