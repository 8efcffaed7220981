package streamable

import (
	"context"
	"testing"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// SetDialSSE replaces how the client connects over HTTP+SSE, for one test.
func SetDialSSE(t *testing.T, f func(context.Context, string, jsonrpc.Handler, *DialOptions) (*transport.Client, error)) {
	t.Helper()
	old := dialSSE
	dialSSE = f
	t.Cleanup(func() { dialSSE = old })
}
