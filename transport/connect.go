package transport

import (
	"context"
	"io"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// Stream is a connection that carries bytes in order, with one message to a line, as stdio has it: what a transport of
// that kind is made of. Programs use package stdio, or Pipe.
type Stream struct {
	// Name is for Observations.
	Name string
	// In is read by one goroutine at a time, Out is written by one at a time, at the same time.
	In  io.Reader
	Out io.Writer
	// Close closes both, so that a Read and a Write that wait return. It is called once. nil if they cannot be closed: a Read
	// that waits is then left behind at the end, with the one buffer that it reads into.
	Close func() error
	// OnEnd, if not nil, is given what Read has returned at the end, or Write before that, and returns what calls that wait fail
	// with: an *Error, or io.EOF for the peer's ordinary end. It may be called for both at the same time.
	OnEnd func(err error) error
	// Agreed, if not nil, is told how the agreement of a client with the server on a revision has ended, before the connection
	// is used or, after an error, closed. It returns the error that the client is to have.
	Agreed func(err error) error
	// Inline says that whoever sends may have to wait for Out, for at most Timeouts.Write: the process's own
	// standard output, whose reader has started the process.
	Inline bool
}

// Serve answers the messages of a client that come on s with h, until the client closes its end, the connection
// breaks, or ctx ends. Requests that are being handled then have Timeouts.Shutdown to be answered, after that their
// contexts end and they have Timeouts.Kill. If ctx ends, their contexts end at once.
//
// It returns nil if the client has closed the connection, or a Session's Close has; a Canceled or Timeout for ctx; and else what
// broke. o may be nil.
func (s Stream) Serve(ctx context.Context, h jsonrpc.Handler, o *Options) error {
	if o == nil {
		o = new(Options)
	}
	p := newPeer(s.Name, h, o.withDefaults())
	s.link(ctx, p)
	if err := p.begin(); err != nil {
		return err
	}
	select {
	case <-p.gone.wait():
	case <-p.Done():
	case <-ctx.Done():
		p.end(FromContext(ctx, "serving"))
	}
	p.linger()
	return endOf(p.cause)
}

func (s Stream) name() string              { return s.Name }
func (s Stream) agreed() func(error) error { return s.Agreed }

func (s Stream) link(ctx context.Context, p *peer) {
	p.base, p.stop = context.WithCancel(ctx)
	p.stream = newStream(p, s)
	p.out, p.offer = p.stream.out, p.stream.out.offer
}

var errOnlyOne = NewError(Closed, "there is no second connection", nil)

// Dial makes a client of s: it finds out what revision the server speaks, and opens a session if that has sessions. h
// answers what the server sends; nil answers that there is no such method. o may be nil.
func (s Stream) Dial(ctx context.Context, h jsonrpc.Handler, o *ClientOptions) (*Client, error) {
	opened := false
	return Connector{Open: func(context.Context) (Link, error) {
		if opened {
			return nil, errOnlyOne
		}
		opened = true
		return s, nil
	}}.Dial(ctx, h, o)
}
