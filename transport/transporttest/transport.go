package transporttest

import (
	"context"
	"testing"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport"
)

// Transport is what Run tests. Serve is required.
type Transport struct {
	// Revisions are those that the transport speaks, the oldest first; nil for all.
	Revisions []jsonrpc.Revision

	// Serve starts a server that answers with h, and ends it in t.Cleanup; it returns before a client has come. o is not
	// nil, and used by this server alone. Serve may be called several times in one test.
	Serve func(t testing.TB, h jsonrpc.Handler, o *transport.Options) Server

	// ServeRaw returns a server that is the test itself, for one client of the transport, which dial connects with it. dial returns
	// when the test has answered what the client asks at the beginning. nil if there is no such thing.
	ServeRaw func(t testing.TB) (server Conn, dial Dial)

	// Bubble says that all of the above works in the bubble of a testing/synctest test: everything is in memory, and
	// whatever waits, waits in a way that synctest knows.
	Bubble bool

	// OtherProcess says that Serve does not use h and o: the server is another process, which serves Handler().
	OtherProcess bool

	// Exchanges says that each message to the server is an exchange of its own, as with HTTP. What ends one exchange does not end
	// others, nor the session. Where there are no sessions, a client cancels by ending the exchange, and the ids of
	// requests have nothing to do with each other.
	Exchanges bool

	// Reconnects says that a client is not Done when the server ends its session, as in Streamable HTTP: what waits fails, and
	// the next call is made in a session of its own (rules D-54, D-60).
	Reconnects bool

	// Posts says that each message of a client comes by itself, as in the body of an HTTP request: one that breaks off, or is not sent to
	// its end, has nothing to do with the others; order is kept for who waits for one message before sending the next
	// (rule C-10), and what is refused is answered even if it is no request. A raw Conn receives that answer as a message, if it is one.
	Posts bool

	// NoProbe says that a client which is not told what revision to speak takes one with sessions, and does not ask for others.
	NoProbe bool

	// Calls is how many calls are made at the same time where many are; 0 for 10,000, or less in a slow build.
	Calls int
}

// Server is one that runs.
type Server struct {
	// Dial connects a client. If the server is another process, each client may have one of its own.
	Dial Dial
	// DialRaw connects a client that is the test itself. nil if there is no such thing.
	DialRaw func(t testing.TB) Conn
}

// Dial connects a client with a server and agrees on a revision with it. h answers what the server sends. Neither h nor o is nil. The
// suite closes the client.
type Dial func(ctx context.Context, h jsonrpc.Handler, o *transport.ClientOptions) (Client, error)

// Client is a client as programs use it. *transport.Client is one.
type Client interface {
	jsonrpc.Caller

	Revision() jsonrpc.Revision
	Done() <-chan struct{}
	Err() error
	Close() error
}

// Conn is one end of a connection that carries messages, without an engine behind it. Its methods are called by one goroutine at a
// time, but that Close may be called at any time. The suite closes it.
type Conn interface {
	// Send sends one message, which may be no message at all but holds no line break. It returns when the transport
	// has taken it, which may be before the peer has.
	Send(message []byte) error
	// SendPart sends the first n bytes of a message, fewer than it has, and goes no further. What comes next, if anything, is
	// about the same message: SendPart with a larger n, or Send for all that is left of it.
	SendPart(message []byte, n int) error
	// Receive waits for the next message of the peer, and returns it in memory of its own; io.EOF if there are no
	// more. Nothing is read from the connection without Receive, so that a peer can be stopped by not calling it.
	Receive() ([]byte, error)
	// CloseWrite tells the peer that nothing more comes, and leaves the other direction open. It returns errors.ErrUnsupported
	// if that cannot be said.
	CloseWrite() error
	// Close cuts the connection, whatever goes on there. A Receive that waits returns.
	Close() error
}
