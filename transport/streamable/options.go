package streamable

import (
	"context"
	"net/http"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/transport"
)

// HandlerOptions are the options of a Handler. The zero HandlerOptions is safe and complete. A message may have
// transport.DefaultServerMessage bytes unless Limits.Message says otherwise.
type HandlerOptions struct {
	transport.Options

	// AllowedHosts are the names and addresses, with or without a port, that requests may name as their host, such as api.example.com; none
	// for any, except on a loopback address, where only this machine may be named: a web page whose name was made
	// to point here names another. "*" allows all.
	AllowedHosts []string
	// AllowedOrigins are the origins whose web pages may send requests, besides that of the server itself, such as
	// https://app.example.com; the port may be * for any. "*" allows all. They say nothing about what browsers let
	// those pages read: that needs CORS headers, which a Handler does not send.
	AllowedOrigins []string

	// Authorize, if not nil, is called for each request before its body is read, and says who sends it (rules I-03, I-09). A session does
	// not exist for others than who has opened it (rule H-05). An error
	// refuses the request: a *transport.AuthError as it says, any other with status 401. Its text is not sent.
	Authorize func(r *http.Request) (transport.Identity, error)
	// ResourceMetadata is the URL of the protected resource metadata (RFC 9728) that challenges name, where their AuthError names
	// none; "" for none.
	ResourceMetadata string

	// EventStore keeps what is sent on event streams of sessions, so that clients whose connection broke can come back for it. nil for
	// none: their streams have no event ids then.
	EventStore transport.EventStore
	// EventStreams answers requests with event streams, where clients take them, even if nothing comes before the answer, which has a JSON body
	// otherwise. In sessions that can resume, the stream begins before the handler runs: a client whose connection breaks comes back for the
	// answer of any request. Errors whose status says something keep their JSON bodies.
	EventStreams bool
	// ToolSchema returns the input schema of a tool, if there is such a tool, and keeps it unchanged. With it, the Mcp-Param headers
	// of modern requests are checked against the arguments that the schema has annotated with x-mcp-header (rules E-26 to E-29). nil to check
	// none. It is called for each tools/call, by many goroutines; what was found in a schema is remembered by its text.
	ToolSchema func(ctx context.Context, tool string) (inputSchema codec.Raw, ok bool)
}
