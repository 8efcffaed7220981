package streamable

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpclient"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	"github.com/mcpwire/mcpwire/transport/internal/sse"
)

// clientStream is an event stream that is being read.
type clientStream struct {
	c     *client
	body  io.ReadCloser
	rd    *sse.Reader
	timer *time.Timer

	silent atomic.Bool         // nothing has come for too long, or no end of a message
	inside bool                // a message has begun: its end has to come within Timeouts.ReadMessage
	got    int                 // bytes
	ended  bool                // the body has been read to its end
	lost   *transport.Overlong // an event that is over its limit
	onLost func([]byte)
	live   bool // it was closed before its timer ran
}

// open begins to read an event stream, which goes on behind the event last.
func (c *client) open(resp *http.Response, last string) *clientStream {
	cfg := sse.Config{Pool: c.opts.Pool, Limit: c.opts.Limits.Event, LastEventID: last}
	s, ok := c.streams.Get().(*clientStream)
	if !ok {
		s = &clientStream{c: c, body: resp.Body}
		s.onLost = s.lose
		cfg.OnLost = s.onLost
		s.rd = sse.NewReader(s, cfg)
		s.timer = time.AfterFunc(c.opts.Timeouts.IdleStream, s.expire)
	} else {
		s.body, s.got, s.ended, s.inside, s.lost = resp.Body, 0, false, false, nil
		cfg.OnLost = s.onLost
		s.rd.Reset(s, cfg)
		s.timer.Reset(c.opts.Timeouts.IdleStream)
	}
	return s
}

// lose looks through what is too large to be kept.
func (s *clientStream) lose(data []byte) {
	if s.lost == nil {
		s.lost = s.c.conn.Overlong()
	}
	if s.lost.Feed(data) {
		s.lost = nil
	}
}

// expire is called when nothing has come for too long.
func (s *clientStream) expire() {
	s.silent.Store(true)
	s.abort()
}

// Read reads from the body; whatever comes shows that the server is alive.
func (s *clientStream) Read(p []byte) (int, error) {
	s.bound(s.rd.Begun())
	n, err := s.body.Read(p)
	if n > 0 {
		s.got += n
		if !s.inside {
			s.timer.Reset(s.c.opts.Timeouts.IdleStream)
		}
	}
	if err != nil {
		s.ended = errors.Is(err, io.EOF)
	}
	return n, err
}

// bound sets how long may pass until something comes, or, inside a message, until its end.
func (s *clientStream) bound(inside bool) {
	if inside == s.inside {
		return
	}
	s.inside = inside
	d := s.c.opts.Timeouts.IdleStream
	if inside {
		d = min(d, s.c.opts.Timeouts.ReadMessage)
	}
	s.timer.Reset(d)
}

// abort makes a Read that waits fail. It may be called at any time before close.
func (s *clientStream) abort() { _ = s.body.Close() }

// close ends the stream.
func (s *clientStream) close() {
	s.live = s.timer.Stop()
	s.rd.Close()
	s.abort()
}

// free gives a closed stream back, of which nothing is asked any more. One whose timer is just running out is not used again.
func (s *clientStream) free() {
	if s.live && !s.silent.Load() {
		s.body = nil
		s.c.streams.Put(s)
	}
}

// next returns the next message. Events that have none are passed over (rule D-12).
func (s *clientStream) next() (*transport.Incoming, error) {
	for {
		e, err := s.rd.Next()
		if err == nil {
			s.lost = nil // if it was none to its end
			s.bound(false)
		}
		switch {
		case transport.CodeOf(err) == transport.MessageTooLarge:
			// That event only.
		case err != nil:
			return nil, err
		case e.Type == sse.TypeMessage && len(e.Data) > 0:
			b := s.rd.Hold()
			in := s.c.conn.Borrow(b, e.Data)
			b.Drop()
			return in, nil
		}
	}
}

// broken returns why a stream has ended without what it was to bring.
func (s *clientStream) broken(err error, what string) error {
	switch {
	case s.silent.Load() && s.inside:
		return transport.NewError(transport.Timeout, "reading a message of the stream", nil)
	case s.silent.Load():
		return transport.NewError(transport.Timeout, "nothing came on the stream for "+s.c.opts.Timeouts.IdleStream.String(), nil)
	case errors.Is(err, io.EOF):
		err = nil
	default:
		err = httpclient.Short(err)
	}
	return transport.NewError(transport.Lost, what, err)
}

// readStream reads the stream that answers a request. If it breaks, or the server ends it, before the answer is there, it is resumed,
// where the server has named events for that purpose (rules D-14, D-25, E-46).
func (x *clientCall) readStream(resp *http.Response) error {
	s := x.c.open(resp, "")
	r := resumption{retry: -1}
	for {
		err := x.events(s)
		if err == nil {
			x.finish(s)
			return nil
		}
		last := s.rd.LastEventID()
		r.note(s)
		s.close()
		switch {
		case x.ctx.Err() != nil:
			return transport.FromContext(x.ctx, "reading the stream")
		case x.o.Revision.Modern() || last == "":
			return s.broken(err, "the stream ended before the answer")
		}
		s.free()
		if resp, err = x.c.resume(x.ctx, last, &r); err != nil { //nolint:bodyclose // the stream does
			return err
		}
		s = x.c.open(resp, last)
	}
}

// events takes what comes on a stream until the answer is there.
func (x *clientCall) events(s *clientStream) error {
	for {
		in, err := s.next()
		if err != nil {
			return err
		}
		if answered, _ := x.accept(in); answered { // what is no message was observed
			return nil
		}
	}
}

// linger is how long a stream may take to end after the answer. Its connection can be used again only if it does.
const linger = time.Second

// finish gives up a stream that has brought the answer. Its end is not the caller's to wait for.
func (x *clientCall) finish(s *clientStream) {
	c := x.c
	if s.ended || x.mismatch != nil || x.o.Method == callListen {
		s.close()
		s.free()
		return
	}
	release := c.conn.Keep(x.ctx)
	c.mu.Lock()
	closed := c.closed
	if !closed {
		c.ending[s] = struct{}{}
		c.tasks.Go(func() {
			defer release()
			s.rest()
		})
	}
	c.mu.Unlock()
	if closed {
		s.close()
		release()
	}
}

// rest takes what still comes on a stream whose answer is there.
func (s *clientStream) rest() {
	end := time.AfterFunc(linger, s.abort)
	for {
		in, err := s.next()
		if err != nil {
			break
		}
		s.take(in)
	}
	inTime := end.Stop()
	s.c.mu.Lock()
	delete(s.c.ending, s)
	s.c.mu.Unlock()
	if s.close(); inTime {
		s.free()
	}
}

// take takes a message that has come on a stream which belongs to no call.
func (s *clientStream) take(in *transport.Incoming) {
	x := clientCall{c: s.c, ctx: s.c.life, o: &transport.Outbound{Revision: s.c.revision()}, again: true}
	if _, err := x.accept(in); err != nil {
		s.c.opts.Observe(transport.Observation{Event: transport.BadMessage, Transport: "streamable", Err: err})
	}
}

// resumption is what is known of the tries to resume a stream.
type resumption struct {
	retry time.Duration // what the server has asked for; negative for nothing
	tries int           // in a row, that have brought nothing
}

func (r *resumption) note(s *clientStream) {
	if s.got > 0 {
		r.tries = 0
	}
	if d := s.rd.Retry(); d >= 0 {
		r.retry = d
	}
}

const (
	// maxResume is how often a stream is tried to be resumed while nothing comes.
	maxResume = 8
	// minPause is between two streams at least.
	minPause = 50 * time.Millisecond
)

// pause returns how long to wait before the next try (rule D-16).
func (r *resumption) pause() time.Duration {
	wait := max(r.retry, minPause)
	switch {
	case r.tries > 0:
		b := newPauses()
		extra := time.Duration(0)
		for range r.tries {
			extra = b.NextBackOff()
		}
		wait += extra
	case r.retry < 0:
		wait = newPauses().NextBackOff()
	}
	return wait
}

// resume connects again to the stream that the event last was on.
func (c *client) resume(ctx context.Context, last string, r *resumption) (*http.Response, error) {
	for {
		if r.tries == maxResume {
			return nil, transport.NewError(transport.Lost, "the stream cannot be resumed", nil)
		}
		if !sleep(ctx, r.pause()) {
			return nil, transport.FromContext(ctx, "waiting to resume the stream")
		}
		r.tries++
		resp, err := c.get(ctx, last)
		switch {
		case ctx.Err() != nil:
			if err == nil {
				_ = resp.Body.Close() // nobody wants it any more
			}
			return nil, transport.FromContext(ctx, "resuming the stream")
		case err != nil && !isTemporary(err):
			return nil, transport.NewError(transport.Lost, "the stream cannot be resumed", err)
		case err != nil:
		case isStream(resp):
			return resp, nil
		case resp.StatusCode == http.StatusNotFound && c.session.Load() != nil:
			httpclient.Discard(resp.Body)
			c.lose(c.notFound(nil))
			return nil, transport.NewError(transport.Lost, "the session is gone", nil)
		default:
			err := httpclient.Refused(resp, nil)
			if !isTemporary(err) {
				return nil, transport.NewError(transport.Lost, "the stream cannot be resumed", err)
			}
			if !sleep(ctx, retryAfter(err)) {
				return nil, transport.FromContext(ctx, "waiting to resume the stream")
			}
		}
	}
}

func retryAfter(err error) time.Duration {
	var e *transport.Error
	if errors.As(err, &e) {
		return e.RetryAfter()
	}
	return 0
}

func isStream(resp *http.Response) bool {
	return resp.StatusCode == http.StatusOK && httpheader.MediaType(resp.Header["Content-Type"]) == httpheader.Events
}

// get asks for a stream: for one that goes on behind an event, or for that of the session.
func (c *client) get(ctx context.Context, last string) (*http.Response, error) {
	h := c.headers(c.revision()).get
	if last != "" { // rule D-47
		h = h.Clone()
		h[outLastEvent] = []string{last}
	}
	return c.within(ctx, httpclient.Request{Method: http.MethodGet, Header: h})
}

// sleep reports whether d passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
