package transports

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
	wire "github.com/mcpwire/mcpwire/transport/stdio"
)

// clientRow measures mcpwire's client.
func clientRow(name string, era Era, o transport.Options) row {
	return row{name, responder, era, func(s Scenario, opts Options) (sample, error) { return driveClient(era, o, s, opts) }}
}

// driveClient lets a client call the responder from as many goroutines as requests are to be in flight.
func driveClient(era Era, t transport.Options, s Scenario, o Options) (got sample, err error) {
	f, err := newFrame(era, s)
	if err != nil {
		return got, err
	}
	cmd, err := command(responder, era, s)
	if err != nil {
		return got, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.limit())
	defer cancel()
	revision := jsonrpc.LatestLegacy
	if era == Modern {
		revision = jsonrpc.Latest
	}
	h := &mcp.ClientHandler{ClientInfo: mcp.Implementation{Name: "load", Version: "1.0.0"}}
	client, err := wire.Start(ctx, cmd, h, &wire.StartOptions{ClientOptions: transport.ClientOptions{Options: t, Revision: revision}})
	if err != nil {
		return got, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()

	c := callers{caller: client, text: f.text, args: codec.RawString(`{"text":"` + f.json + `"}`)}
	if _, _, err := c.run(ctx, s.InFlight, o.warmUp()); err != nil {
		return got, fmt.Errorf("warm-up: %w", err)
	}
	before := ownUsage(t.Pool)
	got.count, got.elapsed, err = c.run(ctx, s.InFlight, o.Load)
	got.used = ownUsage(t.Pool).since(before)
	return got, err
}

// callers call the echo tool at the same time.
type callers struct {
	caller jsonrpc.Caller
	text   string
	args   codec.Raw
}

// run calls from n goroutines until the time is over, and returns how many calls were answered in what time.
func (c *callers) run(ctx context.Context, n int, limit time.Duration) (int, time.Duration, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var total atomic.Int64
	var running sync.WaitGroup
	start := time.Now()
	for range n {
		running.Go(func() {
			count, err := c.loop(ctx, start, limit)
			total.Add(int64(count))
			if err != nil {
				cancel(err)
			}
		})
	}
	running.Wait()
	return int(total.Load()), time.Since(start), context.Cause(ctx)
}

// loop makes one call after the other, with memory that is used again.
func (c *callers) loop(ctx context.Context, start time.Time, limit time.Duration) (count int, err error) {
	params := mcp.CallToolParams{Name: toolName, Arguments: c.args}
	var res mcp.CallToolResult
	d := codec.GetDecoder()
	defer d.Release()
	for count < maxCount && time.Since(start) < limit {
		if err := mcp.CallToolInto(ctx, c.caller, &params, &res, d); err != nil {
			return count, fmt.Errorf("call %d: %w", count, err)
		}
		if len(res.Content) != 1 {
			return count, fmt.Errorf("call %d: %d contents", count, len(res.Content))
		}
		if got, ok := res.Content[0].(*mcp.TextContent); !ok || got.Text != c.text {
			return count, fmt.Errorf("call %d: another content came back", count)
		}
		count++
	}
	return count, nil
}
