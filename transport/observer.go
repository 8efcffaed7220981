package transport

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
)

// Event is the kind of thing that an Observer is told of.
type Event uint8

// The events.
const (
	MessageIn      Event = iota // a message came whole: Method, Bytes
	MessageOut                  // a message was written: Method, Bytes
	RequestDone                 // a request of the peer was handled: Method, Duration, Err
	CallDone                    // a call of ours has ended: Method, Duration, Err
	LateAnswer                  // an answer came that no call waits for; it is dropped: Err, if it is an error that answers nothing in particular
	BadMessage                  // what came is no message: Bytes, Err
	MessageDropped              // a message found no stream, or no room in a queue: Method, Err
	SessionBegin                // a connection or session is there
	SessionEnd                  // it is gone: Duration, Err
	HandlerPanic                // a handler panicked: Method, Err; the request is answered with -32603
	ToolDropped                 // a tool is kept from the application, as its schema asks for headers that cannot be: Err (rule E-15)
	StreamLost                  // a stream of the server's messages broke, and is opened again: Err

	events // how many there are
)

var eventNames = [events]string{
	"message in", "message out", "request done", "call done", "late answer", "bad message", "message dropped",
	"session begin", "session end", "handler panic", "tool dropped", "stream lost",
}

// String returns the event in words.
func (e Event) String() string {
	if e < events {
		return eventNames[e]
	}
	return "unknown event"
}

// Observation is one thing that happened. Fields that an event has no use for are zero.
type Observation struct {
	Event     Event
	Transport string // "stdio", "sse", "streamable", "pipe"
	// Method is borrowed until Observe returns. It may be what a peer has sent, and so anything.
	Method   string
	Bytes    int
	Duration time.Duration
	Err      error
}

// Observer is told what happens in a transport, to log it, count it or trace it. Without one, a transport does no more than
// compare a pointer.
//
// Observe is called by the goroutine to which the thing happens, from many at a time, and must return at once.
type Observer interface {
	Observe(o Observation)
}

// Counters is an Observer that counts. Its zero value is ready for use.
type Counters struct {
	counts, bytes [events]atomic.Int64
}

// Observe counts o.
func (c *Counters) Observe(o Observation) {
	if o.Event < events {
		c.counts[o.Event].Add(1)
		c.bytes[o.Event].Add(int64(o.Bytes))
	}
}

// Count returns how often e has happened.
func (c *Counters) Count(e Event) int64 {
	if e < events {
		return c.counts[e].Load()
	}
	return 0
}

// Bytes returns the sum of Bytes over all e.
func (c *Counters) Bytes(e Event) int64 {
	if e < events {
		return c.bytes[e].Load()
	}
	return 0
}

// Log returns an Observer that writes to l: messages and what went well at debug level, what went wrong as
// warnings. What comes from a peer is cut to 64 bytes.
func Log(l *slog.Logger) Observer { return logger{l} }

type logger struct{ l *slog.Logger }

// maxLogged is how many bytes of a method a log line has.
const maxLogged = 64

func (g logger) Observe(o Observation) {
	level := slog.LevelDebug
	if o.Err != nil || o.Event == LateAnswer {
		level = slog.LevelWarn
	}
	ctx := context.Background()
	if !g.l.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 5)
	attrs = append(attrs, slog.String("transport", o.Transport))
	if o.Method != "" {
		attrs = append(attrs, slog.String("method", strings.Clone(o.Method[:min(len(o.Method), maxLogged)])))
	}
	if o.Bytes > 0 {
		attrs = append(attrs, slog.Int("bytes", o.Bytes))
	}
	if o.Duration > 0 {
		attrs = append(attrs, slog.Duration("duration", o.Duration))
	}
	if o.Err != nil {
		attrs = append(attrs, slog.String("error", o.Err.Error()))
	}
	g.l.LogAttrs(ctx, level, o.Event.String(), attrs...)
}

// Observers returns an Observer that tells each of list, nil ones left out; nil if none is left.
func Observers(list ...Observer) Observer {
	var all tee
	for _, o := range list {
		if o != nil {
			all = append(all, o)
		}
	}
	switch len(all) {
	case 0:
		return nil
	case 1:
		return all[0]
	}
	return all
}

type tee []Observer

func (t tee) Observe(o Observation) {
	for _, each := range t {
		each.Observe(o)
	}
}
