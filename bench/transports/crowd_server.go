package transports

import (
	"context"
	"net"
	"net/http"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/sse"
	"github.com/mcpwire/mcpwire/transport/streamable"
)

const (
	crowdMCPwire    = "crowd mcpwire"
	crowdMCPwireSSE = "crowd mcpwire HTTP+SSE"
)

// maxCrowd is more sessions than there will be.
const maxCrowd = 100_000

// serveCrowd serves many clients that are mostly idle.
func serveCrowd(ctx context.Context, f frame, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: requestLimit}
	if f.narrow {
		server.ConnState = func(c net.Conn, state http.ConnState) {
			if tcp, ok := c.(*net.TCPConn); ok && state == http.StateNew {
				_ = tcp.SetWriteBuffer(narrowBuffer) // the load sees to it that it is full
			}
		}
	}
	return serveOn(ctx, server)
}

// serveCrowdMCPwire has sessions, and requests of 2026-07-28 that listen.
func serveCrowdMCPwire(ctx context.Context, f frame) error {
	return serveCrowd(ctx, f, streamable.NewHandler(crowdHandler(), &streamable.HandlerOptions{Options: crowdOptions(f)}))
}

func serveCrowdMCPwireSSE(ctx context.Context, f frame) error {
	return serveCrowd(ctx, f, sse.NewHandler(crowdHandler(), &sse.HandlerOptions{Options: crowdOptions(f)}))
}

func crowdHandler() *mcp.ServerHandler {
	h := echoHandler()
	h.Subscribe = func(context.Context, *mcp.Request[mcp.SubscribeParams], *mcp.EmptyResult) error { return nil }
	return h
}

// crowdOptions returns options with a Hub, by which this process, a child, publishes.
func crowdOptions(f frame) transport.Options {
	o := pooled()
	hub := new(transport.Hub)
	o.Hub, o.Limits.Sessions, o.Timeouts.Session = hub, maxCrowd, f.ttl
	seen := new(transport.Counters) // OnSession would do, too, but keeps more of each session
	o.Observer = seen
	params := codec.RawString(updatedParams())

	self.Lock()
	defer self.Unlock()
	self.pool = o.Pool
	self.sessions = func() int { return int(seen.Count(transport.SessionBegin) - seen.Count(transport.SessionEnd)) }
	self.publish = func() error {
		_, err := hub.Publish(context.Background(), methodUpdated, params, nil)
		return err
	}
	return o
}
