package transports

import (
	"context"

	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	wire "github.com/mcpwire/mcpwire/transport/stdio"
)

const (
	mcpwireServer  = "mcpwire"
	unpooledServer = "mcpwire, no pooling"
)

// serveMCPwire is mcpwire's server as it comes; it speaks both eras.
func serveMCPwire(ctx context.Context, _ frame) error { return wire.Serve(ctx, echoHandler(), nil) }

// serveUnpooled is the same with a new buffer for everything.
func serveUnpooled(ctx context.Context, _ frame) error {
	return wire.Serve(ctx, echoHandler(), &wire.ServeOptions{Options: unpooled()})
}

func unpooled() transport.Options {
	return transport.Options{Pool: pool.New(pool.Config{Name: "disabled", Disabled: true})}
}
