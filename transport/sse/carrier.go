package sse

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
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

	mu   sync.Mutex
	left map[*post]struct{} // whose calls do not wait any more

	idle  *time.Timer // nil before Begin
	slow  *time.Timer // runs while a message has begun; likewise
	begun bool        // it does
	asked atomic.Bool // for a sign of life, since one came
	lost  *transport.Overlong
}

// Begin implements transport.Carrier.
func (c *carrier) Begin(conn *transport.Conn) {
	c.conn = conn
	c.idle = time.AfterFunc(c.d.times.IdleStream/2, c.quiet)
	c.slow = time.AfterFunc(c.d.times.ReadMessage, func() { c.cancel(errSlow) })
	c.slow.Stop()
	go c.read()
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
	errSlow   = transport.NewError(transport.Timeout, "reading a message of the stream", nil)
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

// Read reads from the stream. What has come of a message by then has to get to its end within Timeouts.ReadMessage.
func (c *carrier) Read(p []byte) (int, error) {
	c.bound(c.events.Begun())
	return c.body.Read(p)
}

// bound starts or stops the time that the rest of a message has.
func (c *carrier) bound(begun bool) {
	if begun == c.begun || c.slow == nil {
		return
	}
	if c.begun = begun; begun {
		c.slow.Reset(c.d.times.ReadMessage)
	} else {
		c.slow.Stop()
	}
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
	defer c.slow.Stop()
	for {
		e, err := c.events.Next()
		switch {
		case err == nil:
			c.lost = nil
			c.bound(false)
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
