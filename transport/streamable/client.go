package streamable

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpclient"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// client is a Carrier: one connection with a server, which for the revisions with sessions is one session.
type client struct {
	d    *dialer
	http *httpclient.Client
	conn *transport.Conn
	opts transport.Options

	session atomic.Pointer[string]
	gone    atomic.Bool // the server does not know the session any more
	heads   atomic.Pointer[clientHeaders]
	usual   usualHeaders
	streams sync.Pool // of *clientStream: of its own, as they have timers

	life context.Context // of what the client does by itself
	stop context.CancelFunc

	mu     sync.Mutex
	closed bool
	ending map[*clientStream]struct{} // streams whose end is waited for, though the answer is there
	tasks  sync.WaitGroup
}

// The methods that the client has to know.
const (
	callInitialize  = "initialize"
	callDiscover    = "server/discover"
	callListen      = "subscriptions/listen"
	callToolsCall   = "tools/call"
	callToolsList   = "tools/list"
	noteInitialized = "notifications/initialized"
)

func newClient(d *dialer) *client {
	c := &client{d: d, http: d.http, ending: map[*clientStream]struct{}{}}
	c.life, c.stop = context.WithCancel(context.Background())
	return c
}

func (c *client) Begin(conn *transport.Conn) { c.conn, c.opts = conn, conn.Options() }

// FallsBack says what failures of the probe leave it possible that there is a server of another revision (rules F-18, F-19, D-72,
// I-10, trap T-06).
func (c *client) FallsBack(err error) bool {
	if isModern(err) {
		return false
	}
	switch status := int(c.d.status.Load()); status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusProxyAuthRequired, http.StatusTooManyRequests:
		return false
	default:
		if status >= 500 {
			return false
		}
	}
	var e *transport.Error
	if !errors.As(err, &e) {
		return true // what the server has answered
	}
	switch e.Code() {
	case transport.Rejected:
		return e.HTTPStatus() != 0 // it is there
	case transport.Timeout, transport.Lost, transport.Protocol, transport.MessageTooLarge:
		return true
	}
	return false
}

// beginSession takes the session id that comes with the answer to initialize (rules D-48, D-50).
func (c *client) beginSession(h http.Header) error {
	values := h[outSession]
	if len(values) == 0 {
		return nil
	}
	if len(values) > 1 || !httpheader.ValidSessionID(values[0]) {
		return transport.NewError(transport.Protocol, "the session id is not valid", nil)
	}
	c.session.Store(&values[0])
	c.heads.Store(nil)
	c.conn.SetID(values[0])
	return nil
}

// notFound is the error for a 404 to what was sent in the session; nil if there is none (rule D-54).
func (c *client) notFound(cause error) error {
	if c.session.Load() == nil {
		return nil
	}
	return transport.FromStatus(transport.SessionNotFound, "", http.StatusNotFound, cause)
}

// lose ends the connection, as the server does not know its session any more. What has become of calls is not known.
func (c *client) lose(cause error) {
	if !c.gone.Swap(true) {
		c.conn.Fail(transport.NewError(transport.Lost, "the session is gone", cause))
	}
}

// Send posts a notification or an answer.
func (c *client) Send(ctx context.Context, frame []byte, o *transport.Outbound) error {
	h, err := c.header(o)
	if err != nil {
		return err
	}
	body := httpclient.NewBody(frame)
	defer body.Detach()
	ctx, stop := context.WithTimeout(ctx, c.opts.Timeouts.ResponseHeader)
	defer stop()
	resp, err := c.http.Do(ctx, httpclient.Request{Method: http.MethodPost, Header: h, Body: body})
	switch {
	case err != nil:
		return err
	case resp.StatusCode/100 == 2:
		if httpheader.MediaType(resp.Header["Content-Type"]) == httpheader.Events { // trap T-23
			_ = resp.Body.Close() // nobody waits for anything on it
		} else {
			httpclient.Discard(resp.Body)
		}
		if o.Method == noteInitialized && !c.d.o.DisableStandaloneSSE {
			c.startListening(ctx)
		}
		return nil
	case resp.StatusCode == http.StatusNotFound:
		if err := c.notFound(nil); err != nil {
			httpclient.Discard(resp.Body)
			c.lose(err)
			return err
		}
	}
	return httpclient.Refused(resp, nil)
}

// spawn runs f on a goroutine of its own, which Close waits for. It reports false if the client is closed.
func (c *client) spawn(f func()) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.tasks.Go(f)
	return true
}

// Close ends the session at the server, if it has one (rules D-55, D-56). A server that cannot be told, or does not let clients
// decide, finds out by itself.
func (c *client) Close(ctx context.Context) error {
	c.mu.Lock()
	c.closed = true
	for s := range c.ending {
		s.abort()
	}
	c.mu.Unlock()
	c.stop()
	if c.session.Load() != nil && !c.gone.Load() {
		resp, err := c.http.Do(ctx, httpclient.Request{Method: http.MethodDelete, Header: c.headers(c.revision()).get}) //nolint:bodyclose // Discard does
		if err == nil {
			httpclient.Discard(resp.Body)
		}
	}
	done := make(chan struct{})
	go func() {
		c.tasks.Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-ctx.Done():
	}
	c.http.CloseIdle()
	return nil
}
