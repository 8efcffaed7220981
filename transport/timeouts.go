package transport

import "time"

// The defaults of Timeouts.
const (
	DefaultConnect        = 10 * time.Second
	DefaultSpawn          = 30 * time.Second
	DefaultProbe          = 5 * time.Second
	DefaultCall           = 60 * time.Second
	DefaultMaxCall        = 30 * time.Minute
	DefaultResponseHeader = 60 * time.Second
	DefaultReadMessage    = 30 * time.Second
	DefaultIdleStream     = 5 * time.Minute
	DefaultKeepAlive      = 15 * time.Second
	DefaultWrite          = 30 * time.Second
	DefaultSession        = 30 * time.Minute
	DefaultShutdown       = 5 * time.Second
	DefaultKill           = 5 * time.Second
)

// Timeouts bounds every wait. The zero Timeouts has the defaults: a field that is zero or negative takes its own.
type Timeouts struct {
	// Connect bounds a TCP connect and TLS handshake, and the wait for the endpoint event of HTTP+SSE.
	Connect time.Duration
	// Spawn bounds the start of a child process up to its first answer.
	Spawn time.Duration
	// Probe bounds the request by which a client finds out what revisions a server has.
	Probe time.Duration
	// Call bounds the wait for an answer, for a Call that has no Timeout of its own.
	Call time.Duration
	// MaxCall bounds the wait of a Call with OnProgress, whose Timeout begins anew with each progress notification: however much
	// progress comes, the Call ends MaxCall after its begin (rule G-04). A Timeout that is longer than MaxCall is neither shortened by
	// it nor made longer by progress, and a Call without OnProgress, or with a negative Timeout, has nothing to do with it.
	MaxCall time.Duration
	// ResponseHeader bounds the wait for the headers of an HTTP response; a call that may take longer has longer.
	ResponseHeader time.Duration
	// ReadMessage bounds the time from the first byte of a message to its last; a server of Streamable HTTP may wait an eighth longer.
	ReadMessage time.Duration
	// IdleStream is how long nothing, not even a comment, may come on an SSE stream before a client takes it for dead.
	IdleStream time.Duration
	// KeepAlive is the pause after which a server writes a comment to an SSE stream, and turns an
	// answer that is still to come into one, which may be an eighth earlier.
	KeepAlive time.Duration
	// Write bounds the wait for a peer that does not read.
	Write time.Duration
	// Session is how long a session of Streamable HTTP lives without a message or a stream; up to an eighth longer after many messages.
	Session time.Duration
	// Shutdown bounds the wait for what is going on when a connection, server or child process is closed.
	Shutdown time.Duration
	// Kill bounds the wait after that, when what is left has been told to end.
	Kill time.Duration
}

// WithDefaults returns t with the defaults in place of what is zero or negative.
func (t Timeouts) WithDefaults() Timeouts {
	for _, f := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&t.Connect, DefaultConnect},
		{&t.Spawn, DefaultSpawn},
		{&t.Probe, DefaultProbe},
		{&t.Call, DefaultCall},
		{&t.MaxCall, DefaultMaxCall},
		{&t.ResponseHeader, DefaultResponseHeader},
		{&t.ReadMessage, DefaultReadMessage},
		{&t.IdleStream, DefaultIdleStream},
		{&t.KeepAlive, DefaultKeepAlive},
		{&t.Write, DefaultWrite},
		{&t.Session, DefaultSession},
		{&t.Shutdown, DefaultShutdown},
		{&t.Kill, DefaultKill},
	} {
		if *f.field <= 0 {
			*f.field = f.value
		}
	}
	return t
}
