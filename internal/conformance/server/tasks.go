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
		`{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}`, greet,
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

func greet(_ context.Context, r *callRequest, out *callResult) error {
	var args struct {
		Name string `json:"name"`
	}
	if err := arguments(r, &args); err != nil {
		return err
	}
	out.AddText("Hello, " + args.Name + "!")
	return nil
}

// slowCompute lets clients without tasks wait.
func slowCompute(ctx context.Context, r *callRequest, out *callResult) error {
	var args struct {
		Seconds float64 `json:"seconds"`
		Label   string  `json:"label"`
	}
	if err := arguments(r, &args); err != nil {
		return err
	}
	if args.Seconds > 0 {
		_ = tasks.Begin(ctx) // either way is all right
	}
	if err := pause(ctx, time.Duration(args.Seconds*float64(time.Second))); err != nil {
		return err
	}
	out.AddText(fmt.Sprintf("Computed %s in %g s.", args.Label, args.Seconds))
	return nil
}

func failingJob(ctx context.Context, _ *callRequest, out *callResult) error {
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	if err := pause(ctx, time.Second); err != nil {
		return err
	}
	out.SetError("The job has failed.")
	return nil
}

func protocolErrorJob(ctx context.Context, _ *callRequest, _ *callResult) error {
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	if err := pause(ctx, step); err != nil {
		return err
	}
	return jsonrpc.NewError(jsonrpc.CodeInternalError, "the job has broken the protocol", nil)
}

func formConfirm(message string) *mcp.ElicitFormParams {
	p := &mcp.ElicitFormParams{Message: message}
	p.AddField("confirm", &mcp.BooleanSchema{}, true)
	return p
}

func confirmDelete(ctx context.Context, r *callRequest, out *callResult) error {
	var args struct {
		Filename string `json:"filename"`
	}
	if err := arguments(r, &args); err != nil {
		return err
	}
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	return elicit(ctx, r, out, "confirm", formConfirm("Delete "+args.Filename+"?"))
}

func multiInput(ctx context.Context, r *callRequest, out *callResult) error {
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	_, one := answer[*mcp.ElicitResult](r, "first")
	_, two := answer[*mcp.ElicitResult](r, "second")
	if one && two {
		out.AddText("both are answered")
		return nil
	}
	ask := new(mcp.InputRequiredResult)
	ask.Add("first", &mcp.ElicitRequest{Params: formConfirm("First?")})
	ask.Add("second", &mcp.ElicitRequest{Params: formConfirm("Second?")})
	return r.RequireInput(ask)
}

func askThenTask(ctx context.Context, r *callRequest, out *callResult) error {
	answer, err := r.Elicit(ctx, "user_name", formName())
	if err != nil {
		return err
	}
	name := text(answer, "name") // belongs to the request, as out does
	if err := tasks.Begin(ctx); err != nil {
		return err
	}
	out.AddText("Hello, " + name + ", from a task!")
	return nil
}
