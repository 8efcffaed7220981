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
func serveMCPwire(ctx context.Context, _ frame) error { return serveStdio(ctx, pooled()) }

// serveUnpooled is the same with a new buffer for everything.
func serveUnpooled(ctx context.Context, _ frame) error { return serveStdio(ctx, unpooled()) }

func serveStdio(ctx context.Context, o transport.Options) error {
	countPool(o)
	return wire.Serve(ctx, echoHandler(), &wire.ServeOptions{Options: o})
}

// pooled returns options with a pool whose counts are those of one row, and which has the sizes of the one that transports share.
func pooled() transport.Options {
	sizes := []int{1 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10, 128 << 10, 256 << 10, 512 << 10, 1 << 20}
	return transport.Options{Pool: pool.New(pool.Config{Name: "bench", Classes: sizes})}
}

func unpooled() transport.Options {
	return transport.Options{Pool: pool.New(pool.Config{Name: "disabled", Disabled: true})}
}

// countPool makes this process, a child, tell of the pool in o.
func countPool(o transport.Options) {
	self.Lock()
	defer self.Unlock()
	self.pool = o.Pool
}
