package stdio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime/debug"
	"slices"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// StartOptions are the options of Start. The zero StartOptions is safe and complete.
type StartOptions struct {
	transport.ClientOptions

	// Stderr is called with each line that the server writes to its standard error, without its end, cut at 64 KiB. Calls come one
	// after the other; line is borrowed until it returns. A server that writes waits for it, so it must not wait for the
	// server. If it panics, that is reported as a HandlerPanic, and it is not called any more. What a server writes
	// there is no sign of an error (rule B-10).
	Stderr func(line []byte)
	// Restart starts the server again after it has ended by itself; nil does not. Calls that were waiting fail: what has become of
	// them is not known. Calls that are made while no server is there wait for it, within their timeouts. Subscriptions
	// have to be made again (rule B-26), for which there is OnRestart.
	Restart *Restart
	// OnRestart is called, on a goroutine of its own, each time the server is back. The server may have ended again
	// meanwhile, or Close was called: then calls fail. A panic is reported as a HandlerPanic.
	OnRestart func(c *transport.Client)
}

// Start starts cmd as a server and is its client. The start includes the agreement on a revision, and is bounded by ctx and
// Timeouts.Spawn together. The process lives until Close, whatever becomes of ctx. h answers what the server sends; it
// and o may be nil.
//
// cmd names the program, its arguments, environment and folder; nothing of it goes through a shell. It is copied, for each
// restart too, and may be used again: only its ExtraFiles have to stay open while there may be restarts. It must not have
// been started, nor have a Stdin or Stdout. What the server writes to its standard error goes to Stderr too, if that is set. If
// cmd was made by exec.CommandContext, the end of that context kills the server; Cancel and WaitDelay are not
// used.
//
// The process gets a process group of its own on Unix, and a job object on Windows; SysProcAttr.Pgid is not used. So an interrupt
// that is typed at a terminal reaches a server through its client only. What the server starts belongs to the group, unless it
// leaves it, as a daemon does by setsid. On systems that are neither, only the process itself is looked after.
//
// Close closes the server's standard input and gives it Timeouts.Shutdown to end, then ends its process group with SIGTERM, and
// after Timeouts.Kill with SIGKILL; on Windows, and after a start that took too long, one step is left out: there is no
// SIGTERM on the one, and no time before it after the other. Nothing of the group runs when Close returns, or when Start has
// failed. If the server ends by itself, what is left of the group is killed, and all calls fail with a Process error, which
// has its exit code and the end of what it wrote to standard error.
func Start(ctx context.Context, cmd *exec.Cmd, h jsonrpc.Handler, o *StartOptions) (*transport.Client, error) {
	if o == nil {
		o = new(StartOptions)
	}
	own, err := copyOf(cmd)
	if err != nil {
		return nil, transport.FromProcess("starting the server", -1, "", err)
	}
	t := o.Timeouts.WithDefaults()
	out := o.sink(cmd)
	k := transport.Connector{
		Open: func(ctx context.Context) (transport.Link, error) {
			p, err := spawn(ctx, own, t, out)
			if err != nil {
				return nil, err
			}
			return transport.Stream{Name: name, In: p.stdout, Out: p.stdin, Close: p.close, OnEnd: p.ended, Agreed: p.agreed}, nil
		},
		Timeout: t.Spawn,
	}
	if o.Restart != nil {
		k.Retry = o.Restart.retry()
	}
	if f := o.OnRestart; f != nil {
		observer := o.Observer
		k.Opened = func(c *transport.Client) {
			defer func() {
				if v := recover(); v != nil {
					panicked(observer, v)
				}
			}()
			f(c)
		}
	}
	return k.Dial(ctx, h, &o.ClientOptions)
}

// name is the transport's, for Observations.
const name = "stdio"

// copyOf returns a copy of cmd that what becomes of cmd does not touch, or says why cmd is not fit for a server.
func copyOf(cmd *exec.Cmd) (*exec.Cmd, error) {
	switch {
	case cmd.Process != nil:
		return nil, errors.New("the command was started already")
	case cmd.Stdin != nil, cmd.Stdout != nil:
		return nil, errors.New("the command has a Stdin or Stdout, which are for the messages")
	}
	own := *cmd
	own.Args, own.Env, own.ExtraFiles = slices.Clone(cmd.Args), slices.Clone(cmd.Env), slices.Clone(cmd.ExtraFiles)
	if cmd.SysProcAttr != nil {
		attr := *cmd.SysProcAttr
		own.SysProcAttr = &attr
	}
	return &own, nil
}

// sink returns who wants to have what the server writes to its standard error; nil for nobody.
func (o *StartOptions) sink(cmd *exec.Cmd) *sink {
	if o.Stderr == nil && cmd.Stderr == nil {
		return nil
	}
	observer := o.Observer
	return &sink{line: o.Stderr, all: cmd.Stderr, failed: func(v any) { panicked(observer, v) }}
}

// panicked reports a panic of a function of the options, as the engine reports those of handlers.
func panicked(o transport.Observer, v any) {
	err := fmt.Errorf("panic: %v\n%s", v, debug.Stack())
	if o == nil {
		slog.Error("mcpwire: function of the options panicked", "transport", name, "err", err)
		return
	}
	o.Observe(transport.Observation{Event: transport.HandlerPanic, Transport: name, Err: err})
}
