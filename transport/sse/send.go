package sse

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpclient"
)

// post is the POST of a call. It may last longer than the call: the answer can come before the response, and a connection whose
// request is given up cannot be used again.
type post struct {
	body   *httpclient.Body
	ctx    context.Context
	cancel context.CancelCauseFunc
	done   chan struct{} // there is a response, or an err
	err    error
}

// lateResponse is how long the response to a POST may take when nobody waits for it any more.
const lateResponse = time.Second

// Call implements transport.Carrier: the answer comes on the stream.
func (c *carrier) Call(ctx context.Context, frame []byte, o *transport.Outbound) error {
	p := &post{body: httpclient.NewBody(frame), done: make(chan struct{})}
	defer p.body.Detach()
	p.ctx, p.cancel = context.WithCancelCause(context.WithoutCancel(ctx))
	go p.run(c, c.header(o))
	select {
	case <-p.done:
		if p.err != nil {
			return why(c.life, p.err)
		}
		<-ctx.Done()
	case <-ctx.Done():
		c.leave(p)
	}
	return ctx.Err()
}

func (p *post) run(c *carrier, h http.Header) {
	stop := context.AfterFunc(c.life, func() { p.cancel(context.Cause(c.life)) })
	p.err = c.post(p.ctx, p.body, h)
	stop()
	p.cancel(nil)
	close(p.done)
	c.mu.Lock()
	delete(c.left, p)
	c.mu.Unlock()
}

// leave leaves p to itself, for a while. What was not sent to its end, the server will not look at.
func (c *carrier) leave(p *post) {
	if !p.body.Whole() {
		p.cancel(context.Canceled)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case <-p.done:
		return
	default:
	}
	if c.left == nil {
		c.left = map[*post]struct{}{}
	}
	c.left[p] = struct{}{}
	t := time.AfterFunc(lateResponse, func() { p.cancel(context.Canceled) })
	context.AfterFunc(p.ctx, func() { t.Stop() })
}

// awaitLeft waits until the server has all requests that calls have left behind: what is sent on another connection could overtake them.
func (c *carrier) awaitLeft(ctx context.Context) {
	c.mu.Lock()
	var list []*post
	for p := range c.left {
		list = append(list, p)
	}
	c.mu.Unlock()
	for _, p := range list {
		select {
		case <-p.done:
		case <-ctx.Done():
			return
		}
	}
}

// Send implements transport.Carrier.
func (c *carrier) Send(ctx context.Context, frame []byte, o *transport.Outbound) error {
	if err := why(c.life, nil); err != nil {
		return err
	}
	if o.Method == "notifications/cancelled" {
		c.awaitLeft(ctx)
	}
	sending, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(c.life, func() { cancel(context.Cause(c.life)) })()
	b := newBound(c.d.times.ResponseHeader, "waiting for the response", cancel)
	defer b.timer.Stop()
	body := httpclient.NewBody(frame)
	defer body.Detach()
	err := c.post(b.within(sending), body, c.header(o))
	if err != nil && sending.Err() != nil && transport.CodeOf(context.Cause(sending)) != transport.Unknown {
		return context.Cause(sending)
	}
	return err
}

// post sends a message (rules C-03, C-09).
func (c *carrier) post(ctx context.Context, body *httpclient.Body, h http.Header) error {
	resp, err := c.http.Do(ctx, httpclient.Request{Method: http.MethodPost, URL: c.url, Header: h, Body: body})
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
	t := time.AfterFunc(lateResponse, func() { _ = resp.Body.Close() }) // whatever is in it may have no end
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
