package streamable

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpclient"
	"github.com/mcpwire/mcpwire/transport/sse"
)

// DialOptions are those of a client. The zero DialOptions is safe and complete.
type DialOptions struct {
	transport.ClientOptions

	// HTTPClient is whose Transport and Jar are used; nil for a transport that keeps a connection for each call of Limits.InFlight, takes
	// nothing compressed, and bounds headers by Limits.Header. Its CheckRedirect and Timeout are not used: Timeouts are, and a
	// stream may last. A Transport of the user's has to bound connecting and headers itself.
	HTTPClient *http.Client
	// PublicOnly refuses to connect to addresses that are not public: those of this machine, of private networks, and those that lead to such.
	// The address is checked when the connection is made, after names were resolved (rules S18, H-12). Proxies of the environment are
	// then not used. It does not go with an HTTPClient.
	PublicOnly bool
	// Header is sent with each request. It cannot replace the headers of MCP or HTTP itself; nor can that of a Call.
	Header http.Header
	// Token returns the bearer token, and is asked before each HTTP request, also for those of streams; "" sends none. It may be called by
	// many goroutines at a time (rules I-02, I-11). An error fails the request.
	Token func(ctx context.Context) (string, error)
	// OnChallenge is called when the server answers with 401, or with 403 and a Bearer challenge. It gets authorization, so that Token
	// returns something else from then on, and returns true to have the request sent again; false leaves it refused. It is not called by
	// two goroutines at a time: requests that were refused meanwhile are sent again without it. It is called twice for
	// a request at most (rules I-05 to I-07). ctx is the request's. Without it, and with what it has not solved, the error is
	// a Rejected with the status, or, if it has returned an error, with that as its cause.
	OnChallenge func(ctx context.Context, c *transport.Challenge) (retry bool, err error)
	// DisableStandaloneSSE does without the stream that the server of a revision with sessions sends on what belongs to no request.
	DisableStandaloneSSE bool
	// DisableSSEFallback does not try HTTP+SSE, the transport of 2024-11-05, where nothing else works.
	DisableSSEFallback bool
}

// Dial connects to the server at url, of scheme http or https, and finds out what revision it speaks, if o.Revision does not say so: it is asked
// for its modern revisions, then to open a session, and then whether it has HTTP+SSE (rules F-18 to F-21, D-71). What needs
// authorization, or fails at the server, is an error, and no reason to try something older (rules D-72, I-10). h answers what the server
// sends; nil answers that there is no such method. o may be nil.
//
// The Client may be used by many goroutines. A call is one POST: it fails with Rejected if the server has refused it or cannot be reached,
// and with Lost if the connection broke before the answer, when nobody knows what has become of it; it is never sent twice by itself, but for a server
// that has not looked at it: it does not know the session any more, or has missed a header. The end of a call's
// context cancels it at the server. Streams that break are resumed where the revision allows it, within the time that the call has
// (rules D-14, D-25).
//
// A session that the server has forgotten is opened again by the next request, once for all that wait (rules D-54, D-60). Close ends it
// at the server.
//
// What the server speaks is found out again when it looks as if that had changed, as when a new version of it is rolled out or taken back: a session
// cannot be opened again, or requests of 2026-07-28 are refused as by a server that does not know it. The Client then goes on in the other
// revision (rule F-21).
//
// Session ids and tokens are sent to the origin of url only, and are in no error. Redirects are not followed, but those of a GET within that
// origin. What errors quote of a response is cut to 256 bytes.
func Dial(ctx context.Context, url string, h jsonrpc.Handler, o *DialOptions) (*transport.Client, error) {
	if o == nil {
		o = new(DialOptions)
	}
	d := &dialer{o: *o}
	d.o.Limits = o.Limits.WithDefaults(transport.DefaultMessage)
	d.o.Timeouts = o.Timeouts.WithDefaults()
	var err error
	d.http, err = httpclient.New(url, httpclient.Config{
		HTTPClient: o.HTTPClient, PublicOnly: o.PublicOnly, Token: o.Token, OnChallenge: o.OnChallenge, Limits: d.o.Limits, Timeouts: d.o.Timeouts,
	})
	if err != nil {
		return nil, err
	}
	d.makeHeaders()
	c, err := transport.Connector{Open: d.open, Retry: d.retry}.Dial(ctx, h, &d.o.ClientOptions)
	if err == nil {
		return c, nil
	}
	defer d.http.CloseIdle()
	if ctx.Err() != nil || !d.maybeSSE(err) {
		return nil, err
	}
	c, sseErr := dialSSE(ctx, url, h, o)
	if sseErr != nil {
		return nil, errors.Join(err, sseErr)
	}
	return c, nil
}

// dialSSE connects over HTTP+SSE. It is a variable for tests.
var dialSSE = func(ctx context.Context, url string, h jsonrpc.Handler, o *DialOptions) (*transport.Client, error) {
	return sse.Dial(ctx, url, h, &sse.DialOptions{
		ClientOptions: o.ClientOptions, HTTPClient: o.HTTPClient, PublicOnly: o.PublicOnly, Header: o.Header, Token: o.Token, OnChallenge: o.OnChallenge,
	})
}

// dialer is what the connections of one Client have in common.
type dialer struct {
	o     DialOptions
	http  *httpclient.Client
	plain http.Header // of a POST, without revision and session
	tools toolTable

	// status is that of the last response to a server/discover or initialize; 0 if there was none.
	status atomic.Int32

	opened time.Time // the last connection; used by one goroutine at a time
	brief  int       // how many connections in a row were lost soon
	pauses *backoff.ExponentialBackOff
}

func (d *dialer) open(context.Context) (transport.Link, error) {
	d.opened = time.Now()
	return transport.Carried{Name: "streamable", Carrier: newClient(d)}, nil
}

// maybeSSE reports whether the server that has failed may be one of HTTP+SSE (rules F-20, D-71, D-72).
func (d *dialer) maybeSSE(err error) bool {
	if d.o.DisableSSEFallback || d.o.Revision.Modern() || isModern(err) {
		return false
	}
	switch d.status.Load() {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed:
		return true
	}
	return false
}

// isModern reports whether an error is one that only servers of modern revisions answer with (traps T-04, T-05).
func isModern(err error) bool {
	var e *jsonrpc.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case jsonrpc.CodeHeaderMismatch, jsonrpc.CodeMissingRequiredClientCapability, jsonrpc.CodeUnsupportedProtocolVersion:
		return true
	}
	return false
}

const (
	// soon is how long a session lasts at least, if nothing is wrong with the server.
	soon = 10 * time.Second
	// maxTries is how often a session is tried to be opened again.
	maxTries = 6
)

// retry is the Connector's Retry: a session that the server has forgotten is opened again, at once for the first time.
func (d *dialer) retry(cause error, failed int) (time.Duration, bool) {
	if failed == 0 {
		if !errors.Is(cause, transport.SessionNotFound) {
			return 0, false
		}
		d.pauses = newPauses()
		if time.Since(d.opened) > soon {
			d.brief = 0
		}
		d.brief++
		wait := time.Duration(0)
		for range min(d.brief-1, maxTries) {
			wait = d.pauses.NextBackOff()
		}
		return wait, true
	}
	if failed == maxTries || !isTemporary(cause) {
		return 0, false
	}
	var e *transport.Error
	_ = errors.As(cause, &e) // isTemporary has found one
	return max(d.pauses.NextBackOff(), e.RetryAfter()), true
}

// newPauses returns growing pauses between tries.
func newPauses() *backoff.ExponentialBackOff {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.Multiplier, b.MaxInterval = 500*time.Millisecond, 2, 30*time.Second
	return b
}

// isTemporary reports whether a request that has failed may do better later.
func isTemporary(err error) bool {
	var e *transport.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code() {
	case transport.Timeout, transport.Lost:
		return true
	case transport.Rejected:
		status := e.HTTPStatus()
		return status == 0 && !errors.Is(err, httpclient.ErrPrivate) || isTemporaryStatus(status)
	}
	return false
}

func isTemporaryStatus(status int) bool {
	return status == http.StatusTooManyRequests || status >= 500 && status != http.StatusNotImplemented
}
