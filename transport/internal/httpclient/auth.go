package httpclient

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// maxChallenges is how many challenges to one request are answered (rule I-07).
const maxChallenges = 2

// authorizer lets one challenge be answered at a time: all the requests that an expired token was sent with get one.
type authorizer struct {
	lock   chan struct{}
	passed atomic.Int64 // counts the challenges that were answered
}

// token returns the value of the Authorization header; "" for none (rules I-02, I-11).
func (c *Client) token(ctx context.Context) (string, error) {
	token, err := c.cfg.Token(ctx)
	switch {
	case err != nil && ctx.Err() != nil:
		return "", transport.FromContext(ctx, "waiting for a token")
	case err != nil:
		return "", transport.NewError(transport.Rejected, "there is no token", err)
	case token == "":
		return "", nil
	case !httpheader.ValidSessionID(token): // visible ASCII, as a token is
		return "", transport.NewError(transport.Rejected, "the token has characters that a header must not have", nil)
	}
	return "Bearer " + token, nil
}

// challenged reports whether a request is to be sent again, as resp was a challenge that is answered now. since is what passed was before
// the request got its token.
func (c *Client) challenged(ctx context.Context, resp *http.Response, since int64, attempt int) (again bool, err error) {
	status := resp.StatusCode
	if c.cfg.OnChallenge == nil || attempt > maxChallenges || status != http.StatusUnauthorized && status != http.StatusForbidden {
		return false, nil
	}
	b, ok := httpheader.ParseBearer(resp.Header["Www-Authenticate"])
	if status == http.StatusForbidden && !ok { // it is about the origin, or the host (trap T-17)
		return false, nil
	}
	select {
	case c.auth.lock <- struct{}{}:
		defer func() { <-c.auth.lock }()
	case <-ctx.Done():
		return false, transport.FromContext(ctx, "waiting for authorization")
	}
	if c.auth.passed.Load() != since { // there is another token since
		return true, nil
	}
	again, err = c.cfg.OnChallenge(ctx, &transport.Challenge{
		Status: status, Attempt: attempt,
		Realm: b.Realm, Scope: b.Scope, Error: b.Error, ErrorDescription: b.ErrorDescription, ResourceMetadata: b.ResourceMetadata,
		Header: resp.Header,
	})
	switch {
	case err != nil && ctx.Err() != nil:
		return false, transport.FromContext(ctx, "waiting for authorization")
	case err != nil:
		return false, transport.FromStatus(transport.Rejected, "authorization has failed", status, err)
	case again:
		c.auth.passed.Add(1)
	}
	return again, nil
}
