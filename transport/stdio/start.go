package stdio

import (
	"context"
	"os/exec"
	"time"

	"github.com/cenkalti/backoff/v5"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// StartOptions are the options of Start. The zero StartOptions is safe and complete.
type StartOptions struct {
	transport.ClientOptions

	// Stderr is called with each line that the server writes to its standard error, without its end, cut at 64 KiB. line is
	// borrowed until it returns; a server that writes waits for it. What a server writes there is no sign of an
	// error (rule B-10).
	Stderr func(line []byte)
	// Restart starts the server again after it has ended by itself; nil does not. Calls that were waiting fail: what has become of
	// them is not known. Subscriptions have to be made again (rule B-26), for which there is OnRestart.
	Restart *Restart
	// OnRestart is called, on a goroutine of its own, each time the server is back.
	OnRestart func(c *transport.Client)
}

// Restart says how often and how fast a server is started again. The pauses grow and vary.
type Restart struct {
	// Max is how many starts may fail one after the other; 0 for 5.
	Max int
	// Initial is the first pause, Longest the longest one; 0 for 500 ms and 30 s.
	Initial, Longest time.Duration
}

// Start starts cmd as a server and is its client. cmd names the program, its arguments, environment and folder; it must not have been
// started, its Stdin, Stdout, Stderr and Cancel are not used, and nothing of it goes through a shell. The process
// gets a process group of its own (on Unix), and lives until Close, whatever becomes of ctx, which bounds the start
// together with Timeouts.Spawn: the start includes the agreement on a revision. h answers what the server sends; it
// and o may be nil.
//
// Close closes the server's standard input and gives it Timeouts.Shutdown to end, then ends its process group with SIGTERM, and
// after Timeouts.Kill with SIGKILL. Nothing of the group is left when Close returns. If the server ends by itself, all calls fail
// with a Process error, which has its exit code and the end of what it wrote to standard error.
func Start(ctx context.Context, cmd *exec.Cmd, h jsonrpc.Handler, o *StartOptions) (*transport.Client, error) {
	if o == nil {
		o = new(StartOptions)
	}
	t := o.Timeouts.WithDefaults()
	k := transport.Connector{
		Open: func(ctx context.Context) (transport.Link, error) {
			p, err := spawn(ctx, cmd, t, o.Stderr)
			if err != nil {
				return nil, err
			}
			return transport.Stream{Name: "stdio", In: p.stdout, Out: p.stdin, Close: p.close, OnEnd: p.ended}, nil
		},
		Timeout: t.Spawn,
		Opened:  o.OnRestart,
	}
	if o.Restart != nil {
		k.Retry = o.Restart.retry()
	}
	return k.Dial(ctx, h, &o.ClientOptions)
}

// retry returns what a Connector asks before it opens another connection.
func (r Restart) retry() func(cause error, failed int) (time.Duration, bool) {
	b := backoff.NewExponentialBackOff()
	b.InitialInterval, b.MaxInterval = orElse(r.Initial, 500*time.Millisecond), orElse(r.Longest, 30*time.Second)
	limit := r.Max
	if limit <= 0 {
		limit = 5
	}
	return func(_ error, failed int) (time.Duration, bool) {
		if failed == 0 {
			b.Reset()
		}
		return b.NextBackOff(), failed < limit
	}
}

func orElse(d, other time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return other
}
