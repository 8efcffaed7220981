package sse

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpclient"
	event "github.com/mcpwire/mcpwire/transport/internal/sse"
)

// carrier is the client's side of one session: a stream, and where to POST to.
type carrier struct {
	d      *dialer
	life   context.Context // of the stream
	cancel context.CancelCauseFunc
	body   io.ReadCloser   // nil before there is a response
	events *event.Reader   // likewise
	conn   *transport.Conn // nil before Begin
	done   chan struct{}   // the stream is not read any more

	http    *httpclient.Client // to POST with
	url     *url.URL           // to POST to
	headers http.Header        // of a POST

	idle  *time.Timer // nil before Begin
	asked atomic.Bool // for a sign of life, since one came
	lost  *transport.Overlong
}

// Begin implements transport.Carrier.
func (c *carrier) Begin(conn *transport.Conn) {
	c.conn = conn
	c.idle = time.AfterFunc(c.d.times.IdleStream/2, c.quiet)
	go c.read()
}

// answered is how long the response to a POST may take after the answer to its request has come, which can be faster. Without it, the
// connection could not be used again.
const answered = time.Second

// Call implements transport.Carrier: the answer comes on the stream.
func (c *carrier) Call(ctx context.Context, frame []byte, o *transport.Outbound) error {
	post, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	defer context.AfterFunc(c.life, func() { cancel(context.Cause(c.life)) })()
	defer context.AfterFunc(ctx, func() {
		if !c.conn.Answered(ctx) {
			cancel(ctx.Err())
			return
		}
		t := time.AfterFunc(answered, func() { cancel(ctx.Err()) })
		context.AfterFunc(post, func() { t.Stop() })
	})()
	if err := c.post(post, frame, o); err != nil {
		return why(c.life, err)
	}
	<-ctx.Done()
	return ctx.Err()
}

// Send implements transport.Carrier.
func (c *carrier) Send(ctx context.Context, frame []byte, o *transport.Outbound) error {
	if err := why(c.life, nil); err != nil {
		return err
	}
	post, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.life, func() { cancel(context.Cause(c.life)) })()
	b := newBound(c.d.times.ResponseHeader, "waiting for the response", cancel)
	defer b.timer.Stop()
	err := c.post(b.within(post), frame, o)
	if err != nil && post.Err() != nil && transport.CodeOf(context.Cause(post)) != transport.Unknown {
		return context.Cause(post)
	}
	return err
}

// post sends a message (rules C-03, C-09).
func (c *carrier) post(ctx context.Context, frame []byte, o *transport.Outbound) error {
	body := httpclient.NewBody(frame)
	defer body.Detach()
	resp, err := c.http.Do(ctx, httpclient.Request{Method: http.MethodPost, URL: c.url, Header: c.header(o), Body: body})
	if err != nil {
		return err
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		err := httpclient.Refused(resp, nil)
		switch resp.StatusCode {
		case http.StatusGone: // the session has ended, and so will the stream
			c.awaitEnd(ctx, c.d.times.Shutdown+c.d.times.Kill)
		case http.StatusNotFound: // it may have
			c.awaitEnd(ctx, endSoon)
		}
		return err
	}
	t := time.AfterFunc(answered, func() { _ = resp.Body.Close() }) // whatever is in it may have no end
	httpclient.Discard(resp.Body)
	t.Stop()
	return nil
}

// endSoon is how long the end of a stream may take after the end of its session.
const endSoon = 100 * time.Millisecond

// awaitEnd waits for the end of the stream, which says more than a status does.
func (c *carrier) awaitEnd(ctx context.Context, limit time.Duration) {
	t := time.NewTimer(limit)
	defer t.Stop()
	select {
	case <-c.life.Done():
	case <-ctx.Done():
	case <-t.C:
	}
}

// header returns the header of a POST, which must not be changed.
func (c *carrier) header(o *transport.Outbound) http.Header {
	versioned := o.Revision >= jsonrpc.Rev20250618 // rule D-62, for what it is worth here
	if !versioned && len(o.Header) == 0 {
		return c.headers
	}
	h := make(http.Header, len(c.headers)+len(o.Header)+1)
	for name, values := range o.Header {
		if name = http.CanonicalHeaderKey(name); c.http == c.d.http || !slices.Contains(secrets, name) {
			h[name] = values
		}
	}
	maps.Copy(h, c.headers)
	if versioned {
		h["Mcp-Protocol-Version"] = []string{o.Revision.String()}
	}
	return h
}

// FallsBack implements transport.Carrier. Nothing has failed that says what the server can do.
func (c *carrier) FallsBack(error) bool { return true }

// Close implements transport.Carrier: the end of the stream ends the session (rule C-07).
func (c *carrier) Close(ctx context.Context) error {
	c.drop(errClosed)
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return transport.FromContext(ctx, "waiting for a handler of notifications")
	}
}

var (
	errClosed = transport.NewError(transport.Closed, "by this side", nil)
	errQuiet  = transport.NewError(transport.Timeout, "waiting for a sign of life on the stream", nil)
)

// drop gives up the stream, for a reason.
func (c *carrier) drop(why error) {
	c.cancel(why)
	if c.body != nil {
		_ = c.body.Close() // nobody reads it
	}
	if c.conn == nil && c.events != nil {
		c.events.Close()
	}
	c.d.http.CloseIdle()
	if c.http != nil {
		c.http.CloseIdle()
	}
}

// quiet is called when nothing has come for half of the time after which the stream is given up.
func (c *carrier) quiet() {
	limit := c.d.times.IdleStream
	if !c.asked.CompareAndSwap(false, true) {
		c.cancel(errQuiet)
		return
	}
	c.idle.Reset(limit - limit/2)
	if c.conn.Revision().Modern() { // rule G-21
		return
	}
	ping := c.conn.Caller().NewCall("ping")
	defer ping.Release()
	ping.Timeout = limit
	_ = c.conn.Caller().Do(c.life, ping) // whatever comes is a sign of life
}

// onRead is called when something has come.
func (c *carrier) onRead(int) {
	if c.idle != nil {
		c.asked.Store(false)
		c.idle.Reset(c.d.times.IdleStream / 2)
	}
}

// onLost is called with the text of a message that is too large.
func (c *carrier) onLost(data []byte) {
	if c.conn == nil {
		return
	}
	if c.lost == nil {
		c.lost = c.conn.Overlong()
	}
	if c.lost.Feed(data) {
		c.lost = nil
	}
}

// read reads the stream, to its end.
func (c *carrier) read() {
	defer close(c.done)
	defer c.events.Close()
	defer c.idle.Stop()
	for {
		e, err := c.events.Next()
		switch {
		case err == nil:
			c.lost = nil
			if e.Type == event.TypeMessage && len(e.Data) > 0 {
				c.idle.Stop() // what takes its time is a handler
				c.message(e.Data)
				c.onRead(0)
			}
		case transport.CodeOf(err) != transport.MessageTooLarge: // that was but one event
			c.end(err)
			return
		}
	}
}

// end is called when nothing comes any more. There is no way to go on with the session (rule C-11).
func (c *carrier) end(err error) {
	err = why(c.life, transport.NewError(transport.Lost, "the stream has ended", httpclient.Short(err)))
	c.drop(err)
	c.conn.Fail(err)
}

// message hands on what an event has brought.
func (c *carrier) message(data []byte) {
	if len(data) > c.conn.Options().Limits.Message {
		c.onLost(data)
		c.lost = nil
		return
	}
	b := c.events.Hold()
	defer b.Drop()
	in := c.conn.Borrow(b, data)
	switch err := in.Scan(); {
	case err == nil:
		c.conn.Receive(c.life, in)
	case errors.Is(err, jsonrpc.ErrBatch) && c.conn.Revision() == jsonrpc.Rev20250326: // rule A-26
		c.batch(in)
	default:
		c.conn.Refuse(in, err)
	}
}

func (c *carrier) batch(in *transport.Incoming) {
	list, err := c.conn.Split(in)
	if err != nil {
		c.conn.Refuse(in, err)
		return
	}
	for _, in := range list {
		if err := in.Scan(); err != nil {
			c.conn.Refuse(in, err)
			continue
		}
		c.conn.Receive(c.life, in)
	}
}
