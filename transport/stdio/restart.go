package stdio

import (
	"time"

	"github.com/cenkalti/backoff/v5"
)

// Restart says how often and how fast a server is started again. The pauses grow and vary; they begin anew after a server
// that has lived for longer than the longest of them.
type Restart struct {
	// Max is how many starts may fail one after the other; 0 for 5.
	Max int
	// Initial is the first pause, Longest the longest one; 0 for 500 ms and 30 s.
	Initial, Longest time.Duration
}

// retry returns what a Connector asks before it opens another connection.
func (r Restart) retry() func(cause error, failed int) (time.Duration, bool) {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = orElse(r.Initial, 500*time.Millisecond), orElse(r.Longest, 30*time.Second)
	limit := r.Max
	if limit <= 0 {
		limit = 5
	}
	last := time.Now() // when a server was started last, or earlier
	return func(_ error, failed int) (time.Duration, bool) {
		if failed == 0 && time.Since(last) > b.MaxInterval {
			b.Reset()
		}
		wait := b.NextBackOff()
		last = time.Now().Add(wait)
		return wait, failed < limit
	}
}

func orElse(d, other time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return other
}
