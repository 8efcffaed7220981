package streamable

import (
	"errors"
	"net/http"
	"time"
)

// writeFlushed writes b, and sees to it that it goes out, within d from now on.
func writeFlushed(w http.ResponseWriter, d time.Duration, now time.Time, b []byte) error {
	rc := http.NewResponseController(w)
	if rc.SetWriteDeadline(now.Add(d)) == nil { // the server's own stays where there is no way to set it
		defer func() { _ = rc.SetWriteDeadline(time.Time{}) }() // in HTTP/2, one that passes between two writes ends the stream
	}
	if _, err := w.Write(b); err != nil {
		return err
	}
	if err := rc.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

func setWriteDeadline(w http.ResponseWriter, t time.Time) {
	_ = http.NewResponseController(w).SetWriteDeadline(t) // as above
}

func setReadDeadline(w http.ResponseWriter, t time.Time) {
	if w != nil {
		_ = http.NewResponseController(w).SetReadDeadline(t) // as above
	}
}

// canFlush reports whether w can be an event stream: middleware may have hidden that it can be flushed.
func canFlush(w http.ResponseWriter) bool {
	for {
		switch x := w.(type) {
		case http.Flusher:
			return true
		case interface{ FlushError() error }:
			return true
		case interface{ Unwrap() http.ResponseWriter }:
			w = x.Unwrap()
		default:
			return false
		}
	}
}
