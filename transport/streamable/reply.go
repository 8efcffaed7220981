package streamable

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
	"github.com/mcpwire/mcpwire/transport/internal/httpheader"
)

// reply is the response to one POST, and the Sink of what is sent because of it. It stays undecided as long as it can: an answer
// before anything else becomes a JSON body, anything before the answer makes it an event stream, and so does a long time without either.
type reply struct {
	h      *Handler
	w      http.ResponseWriter // nil once nothing can be written any more
	r      *http.Request
	accept httpheader.Accept
	body   bodyReader

	modern  bool
	listens bool         // it is for subscriptions/listen: others write to it without waiting
	opens   *httpSession // the session that begins with it
	session *httpSession // that it belongs to
	batch   bool         // it is for a batch: it cannot be resumed
	apart   bool         // the handler may go on when the HTTP exchange has ended

	id []byte // of the request, as JSON; empty if there is none

	mu       sync.Mutex
	phase    phase
	spare    []byte        // room in the buffer of the request, for a message that fits
	buf      pool.Buffer   // while a message is appended that does not; zero else
	last     time.Duration // something was written, or the exchange began; after Handler.began
	fresh    bool          // the exchange has begun since the timer was set, and last says nothing
	timer    *time.Timer   // of tick; made once
	near     bool          // timer is running, and rings in Handler.step at the latest
	answered bool
	whole    bool        // the response was written at once, and has ended
	err      error       // why nothing can be written
	out      *resumable  // what is sent goes there, once it is an event stream that can be resumed, or one that others write to
	conn     *connection // that writes for out
}

// phase is how far a reply is.
type phase uint8

const (
	ended   phase = iota // nothing is written any more; also in the pool
	reading              // the body
	open                 // nothing is written
	events               // it is an event stream
)

const (
	firstMessage = 1 << 10 // bytes
	maxSize      = 256 << 10
	dataField    = "data: " // an event stream's messages stand behind it, and JSON bodies leave it out
	minLength    = 2 << 10  // bytes: net/http itself knows the length of shorter bodies
)

var errOver = transport.NewError(transport.Closed, "the HTTP response has ended", nil)

// newReply returns a reply from the pool.
func (h *Handler) newReply(w http.ResponseWriter, r *http.Request, accept httpheader.Accept) *reply {
	o, ok := h.replies.Get().(*reply)
	if !ok {
		o = &reply{h: h}
	}
	o.mu.Lock()
	o.w, o.r, o.accept = w, r, accept
	o.phase, o.fresh = reading, true
	if !o.near {
		o.wrote(h.now())
		o.arm(h.step())
		o.near = true
	}
	o.mu.Unlock()
	return o
}

// wrote notes that something was written now, or that the exchange has begun. mu is held.
func (o *reply) wrote(now time.Duration) { o.last, o.fresh = now, false }

// arm makes tick run in d. It is left to run when the response has ended, as most do long before, and finds out whose turn it is then: to ask
// for the time, and to start and to stop a timer, costs more than all else that a reply does, and is not done for each request. mu is held.
func (o *reply) arm(d time.Duration) {
	o.near = false
	if o.timer == nil {
		o.timer = time.AfterFunc(d, o.tick)
		return
	}
	o.timer.Reset(d)
}

// disarm stops the timer, for a reply that is not used again soon. mu is held.
func (o *reply) disarm() {
	o.near = false
	o.timer.Stop()
}

// step is the time in which the timer finds out that an exchange has begun, if it was running then. A body may take longer by so much at most,
// and a comment come earlier.
func (h *Handler) step() time.Duration {
	return min(h.opts.Timeouts.KeepAlive, h.opts.Timeouts.ReadMessage) / 8
}

// recycle gives o back. Nobody else may have it any more but its timer, which looks at nothing of a reply that has ended.
func (o *reply) recycle() {
	if o.phase == reading { // the request was refused
		o.end()
	}
	o.id = o.id[:0]
	o.w, o.r, o.opens, o.session, o.spare, o.out, o.conn, o.err = nil, nil, nil, nil, nil, nil, nil, nil
	o.modern, o.listens, o.batch, o.apart, o.answered, o.whole = false, false, false, false, false, false
	o.h.replies.Put(o)
}

// end is for a reply whose response is no business of ours.
func (o *reply) end() {
	o.mu.Lock()
	o.phase = ended
	o.mu.Unlock()
}

// ready is called when all is known of the request, and nothing refuses it any more: from now on messages may be sent. spare is room in its
// buffer, for as long as that lasts; nil for none.
func (o *reply) ready(id jsonrpc.ID, spare []byte) {
	if !id.IsZero() {
		o.id, _ = id.AppendJSON(o.id[:0]) // only the zero ID fails
	}
	o.mu.Lock()
	o.phase, o.spare = open, spare
	o.mu.Unlock()
}

// Begin implements transport.Sink.
func (o *reply) Begin() []byte {
	o.mu.Lock()
	if out := o.out; out != nil {
		o.mu.Unlock()
		return out.q.Begin()
	}
	return o.begin()
}

// begin is Begin for what does not wait for the client. mu is held, and stays so.
func (o *reply) begin() []byte {
	size := int(o.h.size.Load())
	if cap(o.spare) >= size {
		return append(o.spare, dataField...)
	}
	o.buf = o.h.opts.Pool.Get(max(size, firstMessage))
	return append(o.buf.Bytes(), dataField...)
}

// keep gives what begin has returned back as it has become.
func (o *reply) keep(b []byte) {
	if !o.buf.IsZero() {
		o.buf.Set(b)
	}
}

// TryBegin implements transport.Bounded.
func (o *reply) TryBegin(final bool) ([]byte, bool) {
	o.mu.Lock()
	if out := o.out; out != nil {
		o.mu.Unlock()
		return out.q.TryBegin(final)
	}
	return o.begin(), true
}

// Room implements transport.Bounded.
func (o *reply) Room(ctx context.Context, final bool) error {
	o.mu.Lock()
	out := o.out
	o.mu.Unlock()
	if out == nil {
		return nil
	}
	return out.q.Room(ctx, final)
}

// Abort implements transport.Sink.
func (o *reply) Abort() {
	if o.out != nil {
		o.out.q.Abort()
		return
	}
	o.release()
}

func (o *reply) release() {
	if !o.buf.IsZero() {
		o.buf.Release()
		o.buf = pool.Buffer{}
	}
	o.mu.Unlock()
}

// Send implements transport.Sink.
func (o *reply) Send(ctx context.Context, b []byte, m transport.Outgoing) error {
	if o.out != nil {
		return o.out.send(ctx, b, m)
	}
	o.h.learn(len(b))
	o.keep(b)
	message := b[len(dataField):]
	if !m.Answer && !o.streams() {
		defer o.release()
		return o.elsewhere(ctx, message)
	}
	if o.usesQueue() && !(m.Answer && o.phase == open) {
		return o.moveOut(ctx, message, m)
	}
	defer o.release()
	return o.write(b, m)
}

// learn notes the size of a message, so that later ones begin with room for as much.
func (h *Handler) learn(size int) {
	if old := int(h.size.Load()); size > old || size < old-old/4 {
		h.size.Store(int32(min(max(size, old-old/8, 1), maxSize)))
	}
}

// write writes a message: an answer that nothing came before as JSON, anything else as an event. mu is held.
func (o *reply) write(b []byte, m transport.Outgoing) error {
	if o.w == nil || o.phase == ended {
		return errOver
	}
	if o.err != nil {
		return o.err
	}
	if m.Answer {
		o.answered = true
	}
	var err error
	switch {
	case m.Answer && o.phase == open && (m.Code != 0 || o.accept.JSON && !(o.h.set.EventStreams && o.streams())):
		err = o.json(o.status(m), b[len(dataField):])
		o.phase, o.whole = ended, true
	case m.Answer && o.phase == open: // a stream of one event needs no chunks, and is written with its headers
		eventHeaders(o.w.Header())
		b = append(b, "\n\n"...)
		o.keep(b)
		err = o.respond(http.StatusOK, b)
		o.phase, o.whole = ended, true
	default:
		if o.phase == open {
			o.startEvents()
		}
		b = append(b, "\n\n"...)
		o.keep(b)
		err = o.flush(b)
	}
	if err != nil {
		o.err = transport.NewError(transport.Closed, "writing", err)
		return o.err
	}
	if o.h.opts.Observer != nil {
		o.h.opts.Observe(transport.Observation{Event: transport.MessageOut, Transport: "streamable", Bytes: len(b) - len(dataField)})
	}
	return nil
}

// status returns the status of an answer that nothing came before (rules E-26 to E-34).
func (o *reply) status(m transport.Outgoing) int {
	switch {
	case m.Code == 0:
		return http.StatusOK
	case o.modern:
		switch m.Code {
		case jsonrpc.CodeMethodNotFound:
			return http.StatusNotFound
		case jsonrpc.CodeHeaderMismatch, jsonrpc.CodeMissingRequiredClientCapability, jsonrpc.CodeUnsupportedProtocolVersion:
			return http.StatusBadRequest
		}
		fallthrough
	default:
		switch {
		case !m.Refused:
			return http.StatusOK
		case m.Code == jsonrpc.CodeInternalError: // too many requests in the session
			return http.StatusTooManyRequests
		}
		return http.StatusBadRequest
	}
}

// json writes the whole response, of one JSON text.
func (o *reply) json(status int, body []byte) error {
	o.w.Header()["Content-Type"] = typeJSON
	return o.respond(status, body)
}

// respond writes the whole response, whose type is set.
func (o *reply) respond(status int, body []byte) error {
	header := o.w.Header()
	o.sessionHeader(header, true)
	if len(body) > minLength {
		header["Content-Length"] = []string{strconv.Itoa(len(body))}
		o.writeDeadline()
	} else if o.body.server != nil && o.body.server.WriteTimeout > 0 {
		o.writeDeadline()
	}
	if status != http.StatusOK {
		if status == http.StatusTooManyRequests {
			header.Set(retryLater[0], retryLater[1])
		}
		o.w.WriteHeader(status)
	}
	_, err := o.w.Write(body)
	return err
}

// sessionHeader names the session that begins, unless initialize has failed (rule D-58).
func (o *reply) sessionHeader(header http.Header, answer bool) {
	if o.opens != nil && (!answer || o.opens.Revision() != 0) {
		header["Mcp-Session-Id"] = []string{o.opens.ID()}
		header["Cache-Control"] = noStore // the id is a secret
	}
}

// startEvents makes the response an event stream, which begins with something else than the answer.
func (o *reply) startEvents() {
	header := o.w.Header()
	eventHeaders(header)
	o.sessionHeader(header, false)
	o.w.WriteHeader(http.StatusOK)
	o.phase = events
}

// eventHeaders sets the headers of an event stream (rules C-14, E-43).
func eventHeaders(header http.Header) {
	header["Content-Type"] = typeEvents
	header["Cache-Control"] = noCache
	header["X-Accel-Buffering"] = no
}

// flush writes b and sees to it that it goes out.
func (o *reply) flush(b []byte) error {
	now := time.Now()
	o.wrote(now.Sub(o.h.began))
	return writeFlushed(o.w, o.h.opts.Timeouts.Write, now, b)
}

// writeDeadline bounds the wait for a client that does not read; what a server's WriteTimeout says ends with it.
func (o *reply) writeDeadline() {
	setWriteDeadline(o.w, time.Now().Add(o.h.opts.Timeouts.Write))
}

// streams reports whether the response can be an event stream.
func (o *reply) streams() bool {
	return o.phase == events || o.accept.Events && (o.w == nil || canFlush(o.w))
}

// elsewhere sends what belongs to the request, and cannot be sent with its answer: to the stream of the session, or nowhere.
func (o *reply) elsewhere(ctx context.Context, message []byte) error {
	if o.session != nil {
		return o.session.send(ctx, message)
	}
	if o.h.opts.Observer != nil {
		o.h.opts.Observe(transport.Observation{
			Event: transport.MessageDropped, Transport: "streamable", Bytes: len(message), Err: errNoEvents,
		})
	}
	return nil
}

var errNoEvents = errors.New("the client takes no event stream")

// tick runs when nothing may have happened for a while.
func (o *reply) tick() {
	if !o.mu.TryLock() { // somebody is sending, who may wait for the client
		time.AfterFunc(o.h.step(), o.tick)
		return
	}
	defer o.mu.Unlock()
	o.near = false
	now, t := o.h.now(), o.h.opts.Timeouts
	if o.fresh {
		o.wrote(now)
		if o.phase != reading {
			o.last -= o.h.step() // it began then at the earliest
		}
	}
	quiet := now - o.last
	if o.phase == reading {
		if quiet < t.ReadMessage {
			o.arm(t.ReadMessage - quiet)
			return
		}
		setReadDeadline(o.w, time.Now()) // the reader answers
		return
	}
	if o.phase != open && o.phase != events || o.w == nil && o.out == nil || o.err != nil {
		return
	}
	if quiet < t.KeepAlive {
		o.arm(t.KeepAlive - quiet)
		return
	}
	if !o.streams() {
		return
	}
	o.arm(t.KeepAlive)
	if o.out == nil && o.usesQueue() {
		if o.listens {
			return // it begins with the acknowledgement
		}
		o.startQueue()
	}
	if o.out != nil {
		o.wrote(now)
		o.out.q.Comment(comment)
		return
	}
	if o.phase == open {
		o.startEvents()
	}
	if err := o.flush([]byte(comment)); err != nil {
		o.err = transport.NewError(transport.Closed, "writing", err)
	}
}

// comment keeps a connection alive (rules E-44, T-32).
const comment = ": \n\n"

var errCanceled = jsonrpc.NewError(jsonrpc.CodeInternalError, "the request was cancelled", nil)

// finish ends the response, when the handler has returned.
func (o *reply) finish() {
	if o.whole { // there is no need for the lock: not even the timer looks at more than the phase
		return
	}
	o.mu.Lock()
	if o.out != nil {
		o.mu.Unlock()
		o.finishQueue()
		return
	}
	defer o.mu.Unlock()
	if o.phase == open && !o.answered && o.w != nil && o.r.Context().Err() == nil {
		// Cancelled by the client before anything was written: there is no right answer, but the exchange has to end (rules D-24, T-27).
		var id jsonrpc.ID
		if len(o.id) > 0 && id.UnmarshalJSON(o.id) != nil {
			id = noID // it was one before
		}
		if body, err := jsonrpc.AppendError(nil, id, errCanceled); err == nil {
			_ = o.json(http.StatusOK, body) // the client is gone if that fails
		}
	}
	o.phase = ended
}
