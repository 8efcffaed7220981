package transport

import "time"

// CloseStream implements jsonrpc.StreamCloser, if the Sink of the request is a StreamCloser; else it returns ErrCannotClose.
func (h *handle) CloseStream(retry time.Duration) error {
	r, err := h.enter()
	if err != nil {
		return err
	}
	settled, to := r.settled, r.via.to
	r.mu.Unlock()
	if settled != nil {
		return settled
	}
	if c, ok := to.(StreamCloser); ok {
		return c.CloseStream(retry)
	}
	return ErrCannotClose
}

// StreamCloser is a Sink whose connection can be closed before the answer is there, as jsonrpc.StreamCloser says.
type StreamCloser interface {
	CloseStream(retry time.Duration) error
}

// ErrCannotClose is what CloseStream returns for a stream that its client could not resume.
var ErrCannotClose = NewError(CannotCall, "the stream cannot be resumed", nil)
