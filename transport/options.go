package transport

import (
	"context"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
)

// Options are what all transports have in common. The zero Options is safe and complete. A transport reads them once, when it
// is made; what they point to may be shared by any number of transports.
type Options struct {
	// OnSession is called when a connection or session begins, before its first message is handled. An error
	// refuses it, and is not told to the peer. ctx ends with the session.
	OnSession func(ctx context.Context, s jsonrpc.Session) error
	// OnSessionEnd is called once for each session that OnSession has let in, after its last message was handled. cause says why
	// it ended; nil if either side closed it in the ordinary way.
	OnSessionEnd func(s jsonrpc.Session, cause error)

	Limits   Limits
	Timeouts Timeouts

	// PingInterval is how often the peer of a revision with sessions is asked for a sign of life, once its session is open, and how long it
	// may take to give one: a session whose peer does not answer ends with Timeout, as does the connection (rule G-20). 0 asks never, and costs
	// nothing. Revisions without sessions have no ping; they leave this to the transport.
	//
	// A server over Streamable HTTP asks only while the client holds the session's own stream open. The peer is not blamed for what this side
	// delays: a handler of a notification that lasts, calls that wait for their turn.
	PingInterval time.Duration

	// Pool is where buffers come from; nil for a pool of the transport's own. A pool with Disabled set turns
	// pooling off.
	Pool *pool.Pool
	// Observer is told what happens; nil for nobody.
	Observer Observer
	// Hub is what publishes to the peers of a server; the server then answers subscriptions/listen with it. nil for none.
	Hub *Hub
}

// Observe tells the Observer, if there is one.
func (o *Options) Observe(what Observation) {
	if o.Observer != nil {
		o.Observer.Observe(what)
	}
}

// withDefaults returns a copy of o with the defaults of a stream or client.
func (o *Options) withDefaults() *Options {
	x := *o
	x.Limits, x.Timeouts = x.Limits.WithDefaults(DefaultMessage), x.Timeouts.WithDefaults()
	return &x
}
