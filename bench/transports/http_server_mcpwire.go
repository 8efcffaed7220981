package transports

import (
	"context"

	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

const (
	httpMCPwire  = "http mcpwire"
	httpUnpooled = "http mcpwire, no pooling"
)

// serveHTTPMCPwire is mcpwire's server as it comes; it speaks all revisions at one address.
func serveHTTPMCPwire(ctx context.Context, _ frame) error {
	return serveStreamable(ctx, pooled())
}

// serveHTTPUnpooled is the same with a new buffer for everything.
func serveHTTPUnpooled(ctx context.Context, _ frame) error { return serveStreamable(ctx, unpooled()) }

func serveStreamable(ctx context.Context, o transport.Options) error {
	countPool(o)
	return serveHTTP(ctx, streamable.NewHandler(echoHandler(), &streamable.HandlerOptions{Options: o}))
}
