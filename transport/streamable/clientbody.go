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
)

// readBody reads a response into a buffer, and closes it.
func (c *client) readBody(resp *http.Response) (*transport.Incoming, error) {
	defer resp.Body.Close()
	size, limit := resp.ContentLength, int64(c.opts.Limits.Message)
	if size > limit {
		return nil, transport.TooLarge("response", size, limit)
	}
	in := c.conn.NewIncoming(int(size))
	if err := c.readAll(in, resp.Body, int(size)); err != nil {
		in.Release()
		return nil, err
	}
	return in, nil
}

// readAll reads body to its end. size is what it has, or -1.
func (c *client) readAll(in *transport.Incoming, body io.ReadCloser, size int) error {
	var slow *slowBody
	for {
		room, err := in.Room()
		if err != nil {
			return err
		}
		n, err := body.Read(room)
		in.Added(n)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil && slow != nil && slow.late.Load():
			return transport.NewError(transport.Timeout, "reading the response", nil)
		case err != nil:
			return transport.NewError(transport.Lost, "the response broke off", httpclient.Short(err))
		case slow == nil && in.Len() != size: // what comes in one piece needs no timer
			slow = watch(body, c.opts.Timeouts.ReadMessage)
			defer slow.timer.Stop()
		}
	}
}

// slowBody closes a body that takes too long.
type slowBody struct {
	timer *time.Timer
	late  atomic.Bool
}

func watch(body io.Closer, d time.Duration) *slowBody {
	s := new(slowBody)
	s.timer = time.AfterFunc(d, func() {
		s.late.Store(true)
		_ = body.Close() // whoever reads gets the error
	})
	return s
}

// within sends a request whose response may be a stream without end: its header has to come within Timeouts.ResponseHeader.
func (c *client) within(ctx context.Context, r httpclient.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(ctx)
	t := time.AfterFunc(c.opts.Timeouts.ResponseHeader, cancel)
	resp, err := c.http.Do(ctx, r)
	inTime := t.Stop()
	switch {
	case err == nil && inTime:
		resp.Body = &cancelBody{resp.Body, cancel}
		return resp, nil
	case err == nil:
		_ = resp.Body.Close() // it comes too late
	}
	cancel()
	if !inTime {
		return nil, transport.NewError(transport.Timeout, "waiting for the header of the response", nil)
	}
	return nil, err
}

// cancelBody ends the context of its exchange when it is closed.
type cancelBody struct {
	io.ReadCloser

	cancel context.CancelFunc
}

func (b *cancelBody) Close() error {
	err := b.ReadCloser.Close()
	b.cancel()
	return err
}
