package streamable

import "errors"

// Quiet returns an error if a request is being served.
func (h *Handler) Quiet() error {
	if n := h.active.Load(); n > 0 {
		return errors.New("requests are being served")
	}
	return nil
}

// Sessions returns how many there are.
func (h *Handler) Sessions() int {
	h.sessions.mu.Lock()
	defer h.sessions.mu.Unlock()
	if h.sessions.count != len(h.sessions.byID) {
		panic("a session is counted and not there, or the other way round")
	}
	return h.sessions.count
}
