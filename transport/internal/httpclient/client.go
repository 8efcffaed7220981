package httpclient

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/mcpwire/mcpwire/transport"
)

// Config says how a Client works. The zero Config is a good one.
type Config struct {
	// HTTPClient is whose Transport and Jar are used; nil for a transport of the Client's own.
	HTTPClient *http.Client
	// PublicOnly refuses to connect to addresses that are not public. It needs the transport of the Client's own.
	PublicOnly bool
	// Token returns the bearer token for a request; nil, or "" from it, for none.
	Token func(ctx context.Context) (string, error)
	// OnChallenge is called with a 401, or a 403 with a Bearer challenge; see streamable.DialOptions.
	OnChallenge func(ctx context.Context, c *transport.Challenge) (retry bool, err error)

	Limits   transport.Limits // with its defaults
	Timeouts transport.Timeouts
}

// Client sends requests to one origin. It is safe for concurrent use.
type Client struct {
	cfg  Config
	url  *url.URL
	rt   http.RoundTripper
	own  *http.Transport // rt, if it is the Client's own
	jar  http.CookieJar
	auth authorizer
}

// New returns a Client for the server at a URL, of scheme http or https.
func New(rawURL string, c Config) (*Client, error) {
	u, err := url.Parse(rawURL)
	switch {
	case err != nil:
		return nil, transport.NewError(transport.Unknown, "the URL is not valid", nil) // err quotes it, with what is secret in it
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, transport.NewError(transport.Unknown, "the URL is not one of http or https", nil)
	case u.User != nil:
		return nil, transport.NewError(transport.Unknown, "the URL has a user in it: set a header or a token instead", nil)
	case c.PublicOnly && c.HTTPClient != nil:
		return nil, transport.NewError(transport.Unknown, "PublicOnly does not go with an HTTPClient", nil)
	}
	u.Fragment, u.RawFragment = "", ""
	x := &Client{cfg: c, url: u}
	x.auth.lock = make(chan struct{}, 1)
	if c.HTTPClient == nil {
		x.own = newTransport(c.Limits, c.Timeouts, c.PublicOnly)
		x.rt = x.own
		return x, nil
	}
	x.rt, x.jar = c.HTTPClient.Transport, c.HTTPClient.Jar
	if x.rt == nil {
		x.rt = http.DefaultTransport
	}
	return x, nil
}

// URL returns the URL that New was given. It must not be changed.
func (c *Client) URL() *url.URL { return c.url }

// Shares reports whether the same header may be used for several requests at a time: what users put in front of their transports is known
// to change headers.
func (c *Client) Shares() bool { return c.own != nil }

// CloseIdle closes connections that are not in use, if the transport is the Client's own.
func (c *Client) CloseIdle() {
	if c.own != nil {
		c.own.CloseIdleConnections()
	}
}

// Request is a request to a server.
type Request struct {
	Method string
	URL    *url.URL    // nil for the Client's; of the same origin
	Header http.Header // it is not changed
	Body   *Body       // nil for none
}

// Do sends a request and returns the response, whatever its status. Challenges are answered. Redirects are not followed, but those of a
// GET within the origin (rules H-13, S21). The error is a *transport.Error: a Lost says that the server may have seen the request, a
// Rejected that it has not.
func (c *Client) Do(ctx context.Context, r Request) (*http.Response, error) {
	if r.URL == nil {
		r.URL = c.url
	}
	if !SameOrigin(r.URL, c.url) {
		return nil, transport.NewError(transport.Rejected, "the URL is of another origin", nil)
	}
	for attempt := 1; ; attempt++ {
		since := c.auth.passed.Load()
		resp, err := c.follow(ctx, &r)
		if err != nil {
			return nil, err
		}
		again, err := c.challenged(ctx, resp, since, attempt)
		if err == nil && !again {
			return resp, nil
		}
		Discard(resp.Body)
		if err != nil {
			return nil, err
		}
	}
}

// maxHops is how many redirects are followed.
const maxHops = 5

func (c *Client) follow(ctx context.Context, r *Request) (*http.Response, error) {
	to := r.URL
	for hop := 0; ; hop++ {
		resp, err := c.send(ctx, r, to)
		if err != nil || r.Method != http.MethodGet || hop == maxHops {
			return resp, err
		}
		switch resp.StatusCode {
		case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		default:
			return resp, nil
		}
		next, err := to.Parse(resp.Header.Get("Location"))
		if err != nil || !SameOrigin(next, c.url) {
			return resp, nil //nolint:nilerr // the redirect is what the server says
		}
		Discard(resp.Body)
		to = next
	}
}

// send sends one HTTP request.
func (c *Client) send(ctx context.Context, r *Request, to *url.URL) (*http.Response, error) {
	h, err := c.header(ctx, r.Header, to)
	if err != nil {
		return nil, err
	}
	for tries := 0; ; tries++ {
		resp, err := c.roundTrip(ctx, r, to, h)
		switch {
		case err == nil:
			return resp, nil
		case tries < maxRaces && errors.Is(err, context.Canceled) && ctx.Err() == nil && !r.Body.Sent():
			// net/http had put the connection of another request, which was cancelled just when it was over, among those that can be
			// used again. Nothing of this one was sent.
		default:
			return nil, c.failure(ctx, err, r.Body.Sent())
		}
	}
}

// maxRaces is how often a request is sent again that was not sent at all.
const maxRaces = 10

// roundTrip sends one HTTP request, and keeps the cookies of the response.
func (c *Client) roundTrip(ctx context.Context, r *Request, to *url.URL, h http.Header) (*http.Response, error) {
	blank := http.Request{Method: r.Method, URL: to, Host: to.Host, Header: h, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	var req *http.Request
	if short := c.short(ctx, r.Body); short != nil {
		req = blank.WithContext(short)
		req.Body, req.GetBody, req.ContentLength = io.NopCloser(&short.reader), short.again, r.Body.size
	} else if req = blank.WithContext(ctx); r.Body != nil {
		req.Body, req.GetBody, req.ContentLength = r.Body.reader(), r.Body.again, r.Body.size
	}
	resp, err := c.rt.RoundTrip(req)
	if err == nil && c.jar != nil {
		if list := resp.Cookies(); len(list) > 0 {
			c.jar.SetCookies(to, list)
		}
	}
	return resp, err
}

// header returns h with a token and cookies.
func (c *Client) header(ctx context.Context, h http.Header, to *url.URL) (http.Header, error) {
	if c.own == nil {
		h = h.Clone()
	}
	if c.cfg.Token != nil {
		token, err := c.token(ctx)
		if err != nil {
			return nil, err
		}
		if token != "" {
			h = maps.Clone(h)
			h["Authorization"] = []string{token}
		}
	}
	if c.jar != nil {
		r := http.Request{Header: h}
		for _, cookie := range c.jar.Cookies(to) {
			r.AddCookie(cookie)
		}
	}
	return h, nil
}

// SameOrigin reports whether two URLs have the same scheme, host and port.
func SameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && (a.Host == b.Host || strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b))
}

func port(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case u.Scheme == "https":
		return "443"
	}
	return "80"
}

// maxDiscard is how much of a body that nobody wants is read, so that its connection can be used again.
const maxDiscard = 4 << 10

// Discard closes a body that nobody wants.
func Discard(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, maxDiscard) // it is not needed
	_ = body.Close()
}
