package main

import (
	"context"
	"fmt"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/gen/mcp"
	"github.com/mcpwire/mcpwire/transport/tasks"
)

// taskTools become tasks of clients that have them.
var taskTools = []tool{
	{
		"greet", "Greets at once.",
		`{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}`,
		func(_ context.Context, c *call) error { return c.text("Hello, " + c.args.Name + "!") },
	},
	{
		"slow_compute", "Takes as long as it is told.",
		`{"type":"object","properties":{"seconds":{"type":"number"},"label":{"type":"string"}},"required":["seconds"]}`, slowCompute,
	},
	{"failing_job", "Fails after a second. The client has to have tasks.", "", failingJob},
	{"protocol_error_job", "Ends with a protocol error.", "", protocolErrorJob},
	{
		"confirm_delete", "Asks, in a task, before it pretends to delete a file.",
		`{"type":"object","properties":{"filename":{"type":"string"}},"required":["filename"]}`, confirmDelete,
	},
	{"multi_input", "Asks two things at once, in a task.", "", multiInput},
	{"test_tool_with_task", "Asks for a name, and is a task then.", "", askThenTask},
}

// slowCompute lets clients without tasks wait.
func slowCompute(ctx context.Context, c *call) error {
	if c.args.Seconds > 0 {
		_ = tasks.Begin(ctx) // either way is all right
	}
	if err := pause(ctx, time.Duration(c.args.Seconds*float64(time.Second))); err != nil {
		return err
	}
	return c.text(fmt.Sprintf("Computed %s in %g s.", c.args.Label, c.args.Seconds))
}

func failingJob(ctx context.Context, c *call) error {
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	if err := pause(ctx, time.Second); err != nil {
		return err
	}
	c.out.SetError("The job has failed.")
	return nil
}

func protocolErrorJob(ctx context.Context, _ *call) error {
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	if err := pause(ctx, step); err != nil {
		return err
	}
	return jsonrpc.NewError(jsonrpc.CodeInternalError, "the job has broken the protocol", nil)
}

func formConfirm(message string) *mcp.ElicitFormParams {
	return form(message, "confirm", &mcp.BooleanSchema{})
}

func confirmDelete(ctx context.Context, c *call) error {
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	return elicit(ctx, c, "confirm", formConfirm("Delete "+c.args.Filename+"?"))
}

func multiInput(ctx context.Context, c *call) error {
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	_, one := answer[*mcp.ElicitResult](c, "first")
	_, two := answer[*mcp.ElicitResult](c, "second")
	if one && two {
		return c.text("both are answered")
	}
	ask := new(mcp.InputRequiredResult)
	ask.Add("first", &mcp.ElicitRequest{Params: formConfirm("First?")})
	ask.Add("second", &mcp.ElicitRequest{Params: formConfirm("Second?")})
	return c.RequireInput(ask)
}

func askThenTask(ctx context.Context, c *call) error {
	answer, err := c.Elicit(ctx, "user_name", formName())
	if err != nil {
		return err
	}
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	return c.text("Hello, " + text(answer, "name") + ", from a task!")
}
