// Package stdio speaks MCP over standard input and output, or any other stream of bytes, with a message to a line.
//
// Serve is for a program that is started by its client; ServeConn is for the same over a socket; Start starts a server
// and is its client.
//
// Handlers of requests run on the goroutine that reads, and another one reads on if a handler takes longer than a millisecond or two. A
// handler that blocks in a system call or in cgo for long belongs on a goroutine of its own. What the streams hold is
// bounded by transport.Limits, what they wait for by transport.Timeouts.
package stdio

import (
	"context"
	"io"
	"os"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// ServeOptions are the options of a server. The zero ServeOptions is safe and complete.
type ServeOptions struct {
	transport.Options
}

func (o *ServeOptions) options() *transport.Options {
	if o == nil {
		return nil
	}
	return &o.Options
}

// Serve answers the messages on the process's standard input with h, and writes to its standard output, until the
// input ends, which is how a client ends a server (rule B-23), or ctx does. Pending requests are answered first, as
// transport.Stream.Serve says, which also says what is returned. The messages of clients of all revisions
// are served, those with sessions and those without, in the same process. o may be nil.
//
// Nothing else may be written to standard output while Serve runs; ProtectStdout sees to that. Without it, whole lines that are written
// through os.Stdout do not get into the middle of messages.
//
// A client that is gone makes writes to standard output and standard error fail, as long as Serve runs: on Unix it
// takes delivery of SIGPIPE, which would kill the process otherwise.
//
// A read of standard input that is going on cannot be interrupted if it is a blocking one. If ctx ends, Serve leaves it
// behind, with the one buffer that it reads into.
func Serve(ctx context.Context, h jsonrpc.Handler, o *ServeOptions) error {
	defer withoutSIGPIPE()()
	in, out := standard()
	return transport.Stream{Name: "stdio", In: in, Out: out, Inline: true}.Serve(ctx, h, o.options())
}

// ServeConn is Serve for a connection: a socket, a pipe. It is closed at the end. Closing it has to make a Read that
// waits return.
func ServeConn(ctx context.Context, rwc io.ReadWriteCloser, h jsonrpc.Handler, o *ServeOptions) error {
	return transport.Stream{Name: "stdio", In: rwc, Out: rwc, Close: rwc.Close}.Serve(ctx, h, o.options())
}

// DialConn is the client of ServeConn: it speaks to a server on a connection that is there. h answers what the server
// sends; it and o may be nil.
func DialConn(ctx context.Context, rwc io.ReadWriteCloser, h jsonrpc.Handler, o *transport.ClientOptions) (*transport.Client, error) {
	return transport.Stream{Name: "stdio", In: rwc, Out: rwc, Close: rwc.Close}.Dial(ctx, h, o)
}

// standard returns the streams of the process.
func standard() (in, out *os.File) {
	if o := protected.Load(); o != nil {
		return os.Stdin, o.file
	}
	return os.Stdin, os.Stdout
}
