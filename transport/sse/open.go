package sse

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpclient"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
	event "github.com/mcpwire/mcpwire/transport/internal/sse"
)

// open opens a stream and waits for the event that names the endpoint.
func (d *dialer) open(ctx context.Context) (transport.Link, error) {
	const what = "waiting for the stream and its endpoint event"
	life, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { cancel(transport.FromContext(ctx, what)) })
	b := newBound(d.times.Connect, what, cancel)
	c := &carrier{d: d, life: life, cancel: cancel, done: make(chan struct{})}
	err := c.connect(b.within(life))
	b.timer.Stop()
	stop()
	if err == nil || ctx.Err() == nil {
		err = why(life, err)
	} else {
		err = transport.FromContext(ctx, what)
	}
	if err != nil {
		c.drop(err)
		return nil, err
	}
	return transport.Carried{Name: "sse", Carrier: c, Notify: true}, nil
}

// why returns why ctx has ended, if it has, and else err.
func why(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// connect opens the stream and reads its first event.
func (c *carrier) connect(ctx context.Context) error {
	resp, err := c.d.http.Do(ctx, httpclient.Request{Method: http.MethodGet, Header: c.d.get}) //nolint:bodyclose // drop closes it
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return httpclient.Refused(resp, nil)
	}
	c.body = resp.Body
	if kind := httpheader.MediaType(resp.Header["Content-Type"]); kind != httpheader.Events {
		return transport.FromStatus(transport.Protocol, "the response is no event stream", resp.StatusCode, nil)
	}
	if encoding := resp.Header["Content-Encoding"]; len(encoding) > 0 && !strings.EqualFold(encoding[0], "identity") {
		return transport.FromStatus(transport.Protocol, "the event stream is encoded", resp.StatusCode, nil)
	}
	c.events = event.NewReader(c, event.Config{
		Pool: c.d.opts.Pool, Limit: c.d.limits.Event, OnRead: c.onRead, OnLost: c.onLost,
	})
	base := c.d.http.URL()
	if resp.Request != nil && resp.Request.URL != nil {
		base = resp.Request.URL // after redirects
	}
	return c.endpoint(base)
}

// endpoint waits for the event that names where to POST to (rules C-02, C-08).
func (c *carrier) endpoint(base *url.URL) error {
	for {
		e, err := c.events.Next()
		switch {
		case err != nil:
			return transport.NewError(transport.Protocol, "the stream has no endpoint event", httpclient.Short(err))
		case e.Type == event.TypeEndpoint:
			return c.postTo(base, string(e.Data))
		case e.Type == event.TypeMessage:
			return transport.NewError(transport.Protocol, "there is a message before the endpoint event", nil)
		}
	}
}

// postTo makes ref, which is relative to base, the URL of POSTs, if messages may go there.
func (c *carrier) postTo(base *url.URL, ref string) error {
	u, err := base.Parse(ref)
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil:
		return transport.NewError(transport.Protocol, "the endpoint event has no URL to POST to", nil) // it may be a secret
	case httpclient.SameOrigin(u, c.d.http.URL()):
		u.Fragment, u.RawFragment = "", ""
		c.url, c.http, c.headers = u, c.d.http, c.d.header
		return nil
	}
	for _, origin := range c.d.allowed {
		if httpclient.SameOrigin(u, origin) {
			config := c.d.config
			config.Token, config.OnChallenge = nil, nil // they are for another origin
			c.http, err = httpclient.New(u.String(), config)
			if err == nil {
				c.url, c.headers = c.http.URL(), c.d.header.Clone()
				for _, name := range secrets {
					delete(c.headers, name)
				}
			}
			return err
		}
	}
	return transport.NewError(transport.Protocol, "the endpoint is of another origin than the stream", nil)
}

// secrets are headers that are not sent to other origins than that of the stream (rules H-13, S21).
var secrets = []string{"Authorization", "Cookie", "Proxy-Authorization"}
