package main

import (
	"context"
	"errors"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport"
)

// step is how long a tool that takes its time works at a time.
const step = 50 * time.Millisecond

// notifyTools tell the client something before they answer, or tell all clients.
func (s *server) notifyTools() []tool {
	return []tool{
		{"test_tool_with_progress", "Reports its progress.", "", withProgress},
		{"test_tool_with_logging", "Sends log messages.", "", withLogging},
		{"test_logging_tool", "Sends a log message to clients that want it.", "", logging},
		{"test_reconnection", "Closes the stream of its answer, which clients come back for.", "", reconnection},
		{"test_trigger_tool_change", "Says that the list of tools has changed.", "", s.trigger(mcp.MethodToolListChanged)},
		{"test_trigger_prompt_change", "Says that the list of prompts has changed.", "", s.trigger(mcp.MethodPromptListChanged)},
	}
}

func withProgress(ctx context.Context, c *call) error {
	for _, percent := range []float64{0, 50, 100} {
		if err := c.Progress(ctx, percent, 100, ""); err != nil {
			return err
		}
		if err := pause(ctx, step); err != nil {
			return err
		}
	}
	return c.text("done")
}

func withLogging(ctx context.Context, c *call) error {
	for _, text := range []string{"Tool execution started", "Tool processing data", "Tool execution completed"} {
		if err := c.Log(ctx, mcp.LoggingLevelInfo, "", codec.Quote(text)); err != nil {
			return err
		}
		if err := pause(ctx, step); err != nil {
			return err
		}
	}
	return c.text("logged")
}

func logging(ctx context.Context, c *call) error {
	c.out.AddText("logged, if that was wanted")
	return c.Log(ctx, mcp.LoggingLevelInfo, "tool", codec.Quote("A log message"))
}

// reconnection lets the client come back for the answer, where its revision allows that.
func reconnection(ctx context.Context, c *call) error {
	if c, ok := c.ResponseWriter.(jsonrpc.StreamCloser); ok {
		if err := c.CloseStream(10 * time.Millisecond); err != nil && !errors.Is(err, transport.ErrCannotClose) {
			return err
		}
	}
	if err := pause(ctx, 2*step); err != nil {
		return err
	}
	return c.text("Reconnection test completed successfully. If you received this, the client properly reconnected after stream closure.")
}

// trigger returns a tool that publishes a notification.
func (s *server) trigger(method string) func(context.Context, *call) error {
	return func(ctx context.Context, c *call) error {
		c.out.AddText("published " + method)
		_, err := s.hub.Publish(ctx, method, nil, nil)
		return err
	}
}
