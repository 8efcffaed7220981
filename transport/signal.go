package transport

import "sync/atomic"

// signal is a channel that is closed once, and made when somebody waits for it.
type signal struct {
	c atomic.Pointer[chan struct{}]
}

// wait returns the channel.
func (s *signal) wait() <-chan struct{} {
	if c := s.c.Load(); c != nil {
		return *c
	}
	c := make(chan struct{})
	if !s.c.CompareAndSwap(nil, &c) {
		return *s.c.Load()
	}
	return c
}

// end closes the channel. It is called once.
func (s *signal) end() {
	if !s.c.CompareAndSwap(nil, &ended) {
		close(*s.c.Load())
	}
}

// isEnded reports whether end was called.
func (s *signal) isEnded() bool {
	c := s.c.Load()
	if c == nil {
		return false
	}
	select {
	case <-*c:
		return true
	default:
		return false
	}
}
