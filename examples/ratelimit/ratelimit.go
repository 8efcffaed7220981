// Package ratelimit has two middlewares that limit rates with golang.org/x/time/rate: of what peers ask, and of the progress and log messages
// that handlers send (MCP wants both limited, and leaves the figures to programs). Copy what you need.
package ratelimit

import (
	"context"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// CodeTooMany is the code of the error for a request that comes too soon. The codes from -32768 to -32000 belong to JSON-RPC and MCP.
const CodeTooMany = 429

// Requests answers requests that come faster than limit allows with CodeTooMany, and tells how long to wait; notifications are never refused, as a
// cancellation is one. Who has a session shares the limit with nobody. Requests of revisions without sessions share it by principal, of
// whom there are as many as authorization lets in; those without one share one limit.
func Requests(limit rate.Limit, burst int) func(jsonrpc.Handler) jsonrpc.Handler {
	return func(next jsonrpc.Handler) jsonrpc.Handler {
		r := &requests{next: next, limit: limit, burst: burst, others: map[string]*rate.Limiter{}}
		return jsonrpc.HandlerFunc(r.serve)
	}
}

type requests struct {
	next  jsonrpc.Handler
	limit rate.Limit
	burst int

	mu     sync.Mutex
	others map[string]*rate.Limiter // by principal
}

type limiterKey struct{}

func (r *requests) serve(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
	if m.Kind == jsonrpc.Request {
		if wait := delay(r.of(m.Info())); wait > 0 {
			_ = w.Error(tooMany(wait)) // the peer is gone if that fails
			return
		}
	}
	r.next.ServeMessage(ctx, w, m)
}

// delay takes a token, or says how long it takes until there is one.
func delay(l *rate.Limiter) time.Duration {
	token := l.Reserve()
	wait := token.Delay()
	if wait > 0 {
		token.Cancel()
	}
	return wait
}

// of returns the limiter of a peer.
func (r *requests) of(info *jsonrpc.Info) *rate.Limiter {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := info.Session; s != nil {
		l, ok := s.Value(limiterKey{}).(*rate.Limiter)
		if !ok {
			l = rate.NewLimiter(r.limit, r.burst)
			s.SetValue(limiterKey{}, l)
		}
		return l
	}
	l, ok := r.others[info.Principal]
	if !ok {
		l = rate.NewLimiter(r.limit, r.burst)
		r.others[info.Principal] = l
	}
	return l
}

func tooMany(wait time.Duration) *jsonrpc.Error {
	e := jsonrpc.NewError(CodeTooMany, "too many requests", nil)
	e.Data = codec.RawString(`{"retryAfterMs":` + strconv.FormatInt(wait.Milliseconds()+1, 10) + `}`)
	return e
}

// Notifications drops the progress and the log messages of a request that its handler sends faster than limit allows. Both are about what is going on
// right now, so that a later one makes up for what was dropped.
func Notifications(limit rate.Limit, burst int) func(jsonrpc.Handler) jsonrpc.Handler {
	return func(next jsonrpc.Handler) jsonrpc.Handler {
		return jsonrpc.HandlerFunc(func(ctx context.Context, w jsonrpc.ResponseWriter, m *jsonrpc.Message) {
			next.ServeMessage(ctx, &notifier{w, rate.NewLimiter(limit, burst)}, m)
		})
	}
}

type notifier struct {
	jsonrpc.ResponseWriter
	limit *rate.Limiter
}

func (n *notifier) Notify(ctx context.Context, method string, params codec.Appender) error {
	if (method == "notifications/progress" || method == "notifications/message") && !n.limit.Allow() {
		return nil
	}
	return n.ResponseWriter.Notify(ctx, method, params)
}

// CloseStream passes on what the transport's own ResponseWriter can do.
func (n *notifier) CloseStream(retry time.Duration) error {
	if c, ok := n.ResponseWriter.(jsonrpc.StreamCloser); ok {
		return c.CloseStream(retry)
	}
	return transport.ErrCannotClose
}
