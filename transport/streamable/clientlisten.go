package streamable

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpclient"
)

const (
	// maxUnheard is how often the session's stream is asked for in vain before there is none.
	maxUnheard = 5
	// goodStream is how long a stream lasts that breaks in the ordinary way.
	goodStream = time.Minute
)

// firstStream is how long the first request of a session waits for the session's stream.
const firstStream = time.Second

// startListening opens the stream of the session and waits until the server has answered that, for a while: what servers send on it before it is
// there is lost, and some send what belongs to a request there too. A server need not answer before it has something to send.
func (c *client) startListening(ctx context.Context) {
	answered := make(chan struct{})
	if !c.spawn(func() { c.listen(sync.OnceFunc(func() { close(answered) })) }) {
		return
	}
	t := time.NewTimer(firstStream)
	defer t.Stop()
	select {
	case <-answered:
	case <-t.C:
	case <-ctx.Done():
	case <-c.life.Done():
	}
}

// listen reads the stream of the session, on what belongs to no request, as long as the session lasts. If the server has none, that is all
// right (rules D-26 to D-33). answered is called once the server has answered, and may be called again.
func (c *client) listen(answered func()) {
	r := resumption{retry: -1}
	last, opened := "", false
	for {
		resp, err := c.get(c.life, last)
		answered()
		wait := time.Duration(0)
		switch {
		case c.life.Err() != nil:
			if err == nil {
				_ = resp.Body.Close() // nobody wants it any more
			}
			return
		case err != nil:
		case isStream(resp):
			opened = true
			last, err = c.hear(resp, last, &r)
		case resp.StatusCode == http.StatusNotFound && opened && c.session.Load() != nil:
			httpclient.Discard(resp.Body)
			c.lose(c.notFound(nil))
			return
		case last != "" && resp.StatusCode/100 == 4 && !isTemporaryStatus(resp.StatusCode): // it has forgotten the event
			err, last = httpclient.Refused(resp, nil), ""
			r.tries++
			wait = minPause
		default:
			err = httpclient.Refused(resp, nil)
		}
		if wait == 0 && err != nil {
			if !isTemporary(err) || !opened && r.tries == maxUnheard {
				if !hasNone(resp) {
					c.opts.Observe(transport.Observation{Event: transport.StreamLost, Transport: "streamable", Err: err})
				}
				return
			}
			wait = max(r.pause(), retryAfter(err))
			r.tries = min(r.tries+1, maxResume)
		}
		c.opts.Observe(transport.Observation{Event: transport.StreamLost, Transport: "streamable", Err: err})
		if !sleep(c.life, wait) {
			return
		}
	}
}

// hasNone reports whether a response says, in one of the usual ways, that there is no stream (rule D-29).
func hasNone(resp *http.Response) bool {
	return resp != nil && (resp.StatusCode == http.StatusMethodNotAllowed || resp.StatusCode == http.StatusNotFound)
}

// hear takes all that comes on a stream. It returns the last event that the stream has named, and why it ended.
func (c *client) hear(resp *http.Response, last string, r *resumption) (string, error) {
	began, messages := time.Now(), 0
	s := c.open(resp, last)
	defer s.close()
	for {
		in, err := s.next()
		if err != nil {
			if d := s.rd.Retry(); d >= 0 {
				r.retry = d
			}
			if messages > 0 || s.got > 0 && time.Since(began) > goodStream || s.rd.LastEventID() != last {
				r.tries = 0
			}
			return s.rd.LastEventID(), s.broken(err, "the stream of the session")
		}
		messages++
		s.take(in)
	}
}
