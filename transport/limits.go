package transport

// The defaults of Limits.
const (
	DefaultMessage       = 16 << 20 // bytes, at clients and on stdio
	DefaultServerMessage = 4 << 20  // bytes, at HTTP servers
	DefaultEvent         = 16 << 20 // bytes
	DefaultBatch         = 100
	DefaultHeader        = 64 << 10 // bytes
	DefaultInFlight      = 1024
	DefaultQueueMessages = 1024
	DefaultQueueBytes    = 4 << 20
	DefaultSessions      = 10_000
	DefaultStreams       = 16
)

// Limits bounds what a peer can make a transport hold. The zero Limits has the defaults: a field that is zero or negative takes its own.
//
// Depth is not among them. JSON may nest codec.DefaultMaxDepth levels deep, the envelope included, on every transport.
type Limits struct {
	// Message is the size of a message in bytes, in both directions; the default depends on the
	// transport: DefaultServerMessage at HTTP servers, else DefaultMessage. A larger one fails alone, with MessageTooLarge.
	Message int
	// Event is the size of one SSE event in bytes, its field names included.
	Event int
	// Batch is the number of messages in a batch of revision 2025-03-26. The answers to a batch are together as large as Message
	// allows one to be: a handler whose answer finds no more room gets MessageTooLarge, and may give a shorter one; else its request is
	// answered with -32603. Half a kilobyte has room in any case.
	Batch int
	// Header is the size of the headers of an HTTP message in bytes.
	Header int
	// InFlight is the number of calls that wait for their answers, and of requests that are being handled, each for one connection
	// or session. A request counts until its handler has returned: an answer, or a cancellation, makes no room for another one.
	InFlight int
	// QueueMessages and QueueBytes bound what waits to be written to one peer. A message is begun only while less waits than that, so
	// that bytes may be more by the one message that was begun last; answers are begun while less than twice as much waits. A sender waits for
	// room, however many there are; a peer that takes nothing for Timeouts.Write loses its connection.
	QueueMessages int
	QueueBytes    int
	// Sessions is the number of sessions of one server.
	Sessions int
	// Streams is the number of streams that one session holds open at the same time.
	Streams int
}

// WithDefaults returns l with defaults in place of what is zero or negative. message is the default of
// Message, which depends on the transport.
func (l Limits) WithDefaults(message int) Limits {
	for _, f := range []struct {
		field *int
		value int
	}{
		{&l.Message, message},
		{&l.Event, DefaultEvent},
		{&l.Batch, DefaultBatch},
		{&l.Header, DefaultHeader},
		{&l.InFlight, DefaultInFlight},
		{&l.QueueMessages, DefaultQueueMessages},
		{&l.QueueBytes, DefaultQueueBytes},
		{&l.Sessions, DefaultSessions},
		{&l.Streams, DefaultStreams},
	} {
		if *f.field <= 0 {
			*f.field = f.value
		}
	}
	return l
}
