package transport

import (
	"context"

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
