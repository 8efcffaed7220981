//go:build !unix

package transport

import "io"

// tryWriter returns a function that writes to w what it takes without waiting; nil if w has no such way.
func tryWriter(w io.Writer) func([]byte) (int, error) {
	if p, ok := w.(interface {
		tryWrite(b []byte) (int, error)
	}); ok {
		return p.tryWrite
	}
	return nil
}
