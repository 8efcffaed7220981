package sse

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpclient"
)

// DialOptions are the options of a client. The zero DialOptions is safe and complete.
type DialOptions struct {
	transport.ClientOptions

	// HTTPClient is whose Transport and Jar are used, and nothing else of it; nil for a transport of the client's own.
	HTTPClient *http.Client
	// Header is sent with each request, in addition to what the client sets itself.
	Header http.Header
	// PublicOnly refuses to connect to addresses that are not public ones: loopback, private and others (rules H-12, S18). It does not go with an
	// HTTPClient.
	PublicOnly bool
	// Token returns the bearer token for a request, each time that one is sent; nil, or "" from it, for none (rule I-02). It is not
	// sent to any origin but that of the URL that Dial is given.
	Token func(ctx context.Context) (string, error)
	// OnChallenge is called when the server wants authorization: with status 401, or 403 and a Bearer challenge. It gets another
	// token, which Token then returns, and says whether to send the request again (rules I-05, I-07). nil fails the request.
	OnChallenge func(ctx context.Context, c *transport.Challenge) (retry bool, err error)
	// EndpointOrigins are origins that the server may want messages to be sent to, besides its own, such as https://messages.example.com; a message
	// may hold what is for the server alone (rule C-08). They get no token.
	EndpointOrigins []string

	// Retry is asked after the stream has ended by itself, and after each failure to open another one; failed counts these. It returns how long to wait
	// before the next try, or false for no more. nil never tries again. A new stream is a new session: what was going on in the
	// one before is lost (rule C-11).
	Retry func(cause error, failed int) (wait time.Duration, again bool)
	// OnRetry is called, on a goroutine of its own, each time that there is a new session.
	OnRetry func(c *transport.Client)
}

// Dial opens a stream at a URL and a session on it. Timeouts.Connect bounds the wait for the response and for the event that names where to
// POST to, Timeouts.Call that for the answer to initialize. The session lasts until Close, whatever becomes of ctx. h answers what the
// server sends; it and o may be nil.
//
// The server is taken to be of a revision with sessions and not asked for others, unless ClientOptions.Revision is one.
//
// A call whose POST fails, fails alone: with a Rejected and the status of the response, or with a Lost if there was none. If the stream ends, or
// nothing comes on it for Timeouts.IdleStream, all calls fail with a Lost or a Timeout, and so does what comes after, unless
// DialOptions.Retry opens another one. A server that says nothing for half of that time is asked for a sign of life (rule G-20).
func Dial(ctx context.Context, rawURL string, h jsonrpc.Handler, o *DialOptions) (*transport.Client, error) {
	if o == nil {
		o = new(DialOptions)
	}
	d, err := newDialer(rawURL, o)
	if err != nil {
		return nil, err
	}
	return transport.Connector{Open: d.open, Retry: o.Retry, Opened: o.OnRetry, Legacy: true}.Dial(ctx, h, &d.opts.ClientOptions)
}

// buffers serves the clients whose options name no pool.
var buffers = pool.New(pool.Config{Name: "sse"})

// dialer opens the streams of one client.
type dialer struct {
	opts    DialOptions
	http    *httpclient.Client
	config  httpclient.Config
	allowed []*url.URL
	limits  transport.Limits
	times   transport.Timeouts
	header  http.Header // of a POST
	get     http.Header // of a GET
}

func newDialer(rawURL string, o *DialOptions) (*dialer, error) {
	d := &dialer{opts: *o, limits: o.Limits.WithDefaults(transport.DefaultMessage), times: o.Timeouts.WithDefaults()}
	d.config = httpclient.Config{HTTPClient: o.HTTPClient, PublicOnly: o.PublicOnly, Token: o.Token, Limits: d.limits, Timeouts: d.times}
	if o.OnChallenge != nil {
		d.config.OnChallenge = func(ctx context.Context, c *transport.Challenge) (bool, error) {
			if b, ok := ctx.Value(boundKey{}).(*bound); ok { // somebody may have to log in
				b.timer.Stop()
				defer b.timer.Reset(b.limit)
			}
			return o.OnChallenge(ctx, c)
		}
	}
	if d.opts.Pool == nil {
		d.opts.Pool = buffers
	}
	for _, origin := range o.EndpointOrigins {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" {
			return nil, transport.NewError(transport.Unknown, "EndpointOrigins has an entry that is no origin", nil)
		}
		d.allowed = append(d.allowed, u)
	}
	d.header, d.get = o.Header.Clone(), o.Header.Clone()
	if d.header == nil {
		d.header, d.get = http.Header{}, http.Header{}
	}
	d.header["Content-Type"] = []string{"application/json"}
	d.header["Accept"] = []string{"application/json, text/event-stream"}
	d.get["Accept"], d.get["Cache-Control"] = []string{"text/event-stream"}, []string{"no-cache"}
	for _, h := range []http.Header{d.header, d.get} {
		h["Accept-Encoding"] = []string{"identity"} // what is small on the wire may be large (rule S17)
	}
	var err error
	d.http, err = httpclient.New(rawURL, d.config)
	return d, err
}

// bound ends a context with a Timeout when a step takes too long.
type bound struct {
	limit time.Duration
	timer *time.Timer
}

type boundKey struct{}

func newBound(limit time.Duration, what string, cancel context.CancelCauseFunc) *bound {
	return &bound{limit, time.AfterFunc(limit, func() { cancel(transport.NewError(transport.Timeout, what, nil)) })}
}

// within returns ctx for the requests of the step, so that b does not count the time of a challenge.
func (b *bound) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, boundKey{}, b)
}
