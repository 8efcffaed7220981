package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

var (
	errBusy        = jsonrpc.NewError(jsonrpc.CodeInternalError, "too many requests at a time", nil)
	errSameID      = jsonrpc.NewError(jsonrpc.CodeInvalidRequest, "a request with this id is being handled", nil)
	errInitialized = jsonrpc.NewError(jsonrpc.CodeInvalidRequest, "the session is initialized already", nil)
)

// admit decides whether a request may be handled, and sets what is known of its sender.
func (p *peer) admit(r *request) error {
	if err := p.examine(r); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mayBegin(r)
}

// examine is the part of admit that looks at the request alone.
func (p *peer) examine(r *request) error {
	if err := p.classify(r); err != nil {
		return err
	}
	if p.opts.Hub != nil && (r.m.Method == methodSubscribe || r.m.Method == methodUnsubscribe) {
		if r.subs = true; r.m.Method == methodSubscribe && p.subs.full(&r.m) {
			return errSubscriptions
		}
	}
	if p.opts.Observer != nil {
		r.began = time.Now()
	}
	return nil
}

// mayBegin is the part of admit that looks at others too. mu is held, unless p is stateless and keeps none.
func (p *peer) mayBegin(r *request) error {
	switch {
	case p.requests.find(r.m.ID) != nil: // the first one is still answered
		return errSameID
	case p.requests.len() >= p.opts.Limits.InFlight:
		return errBusy
	case r.m.Method == methodInitialize && !p.client && !r.m.Info().Revision.Modern(): // there is none in modern revisions
		if !p.opening.CompareAndSwap(false, true) {
			return errInitialized
		}
		r.opens = true
	}
	return nil
}

// levels are those of RFC 5424, the least severe first.
var levels = []string{"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"}

func severity(level string) int { return slices.Index(levels, level) }

// wantsLog reports whether a log message, which is frame, is to be sent to a client that has asked for a level. Modern
// clients get none that they have not asked for (rule A-48).
func wantsLog(level string, frame []byte) bool {
	if level == "" {
		return false
	}
	var m jsonrpc.Message
	if jsonrpc.Scan(frame, &m) != nil {
		return false
	}
	of, err := peek.String(m.Params, "level")
	return err == nil && severity(of) >= severity(level)
}

// answers reports whether a message that is not handled gets an answer. Notifications never do (rule A-16), unless the text
// broke off and may have been a request; nor does what looks like an answer itself. Clients answer requests only: what
// a server writes to its standard output by mistake is for nobody.
func (p *peer) answers(m *jsonrpc.Message, e *jsonrpc.Error) bool {
	switch m.Kind {
	case jsonrpc.Response:
		return false
	case jsonrpc.Request:
		info := p.info.Load()
		return !p.client || info == nil || !info.Revision.Modern() // rule B-12
	case jsonrpc.Notification:
		return !p.client && e.Code == jsonrpc.CodeParseError
	default:
		return !p.client
	}
}

// sendError sends an error response, to a request that has no handle. It waits for room: who does not read is not listened to any further.
func (p *peer) sendError(out sink, id jsonrpc.ID, e *jsonrpc.Error) {
	ctx := context.Background() // a peer that takes nothing loses its stream
	buf, err := begin(ctx, out, answer)
	if err != nil {
		return
	}
	if buf, err = jsonrpc.AppendError(buf, id, e); err != nil {
		out.abort()
		return
	}
	_ = out.send(ctx, buf, turn{}, true) // a failed write ends the stream
}

// localCause returns what is wrong with a message of the peer's without looking like an answer of its own (rule A-36): a handler that returns
// its error would send it on.
func localCause(err error) error {
	var e *jsonrpc.Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Unwrap() != nil:
		return e.Unwrap()
	}
	return errors.New(e.Message)
}

// observeStray tells of an answer that no call waits for. An error that answers nothing in particular is about the
// connection (rule A-14).
func (p *peer) observeStray(m *jsonrpc.Message) {
	if p.opts.Observer == nil {
		return
	}
	o := Observation{Event: LateAnswer}
	if e := new(jsonrpc.Error); m.ID.IsZero() && m.DecodeError(e) == nil {
		o.Err = e.Clone()
	}
	p.observe(o)
}

// serve calls the handler.
func (p *peer) serve(h *handle) {
	defer h.finish()
	defer p.recovered(h.r.m.Method)
	if h.r.m.Method == methodListen && p.opts.Hub != nil && h.r.m.Info().Revision.Modern() {
		p.listen(h)
		return
	}
	p.handler.ServeMessage(h, h, &h.r.m)
}

// recovered is deferred around code of the user's.
func (p *peer) recovered(method string) {
	if v := recover(); v != nil {
		p.panicked(method, v)
	}
}

// panicked reports a panic. It must not be lost, so that without an Observer it goes to the default logger.
func (p *peer) panicked(method string, v any) {
	err := fmt.Errorf("panic: %v\n%s", v, debug.Stack())
	if p.opts.Observer == nil {
		slog.Error("mcpwire: handler panicked", "transport", p.name, "method", fmt.Sprintf("%.64q", method), "err", err)
		return
	}
	p.observe(Observation{Event: HandlerPanic, Method: method, Err: err})
}

// note handles a notification; the next message has to wait until it returns.
func (p *peer) note(h *handle) {
	switch m := &h.r.m; m.Method {
	case methodCancelled:
		p.cancelled(m)
		return
	case methodProgress:
		if p.progressed(m) {
			return
		}
	}
	p.noting.Store(h)
	p.endIfClosed(h)
	p.serve(h)
	p.noting.CompareAndSwap(h, nil) // an idle session is not to hold the handles of others, which lie beside this one
}

// cancelled ends the request that a notification is about. One that cannot be read, or is about nothing that is
// being handled, nor comes right behind it, is ignored (rules G-07, G-08).
func (p *peer) cancelled(m *jsonrpc.Message) {
	id, err := peek.Cancelled(m.Params)
	if err != nil || id.IsZero() {
		return
	}
	p.mu.Lock()
	target := p.requests.find(id)
	opens := target != nil && target.r.opens // with the lock held, it is not answered, and so not reused
	if target == nil && p.stream == nil && !p.stateless {
		p.early.add(id)
	}
	p.mu.Unlock()
	switch {
	case opens: // rule F-11: an initialize is never cancelled
	case target != nil:
		target.cancel(true)
	case p.client && m.Info().Revision.Modern():
		p.listenEnds(id)
	}
}

// listenGrace is how long the result of a subscription may come after the cancellation that announces it.
const listenGrace = time.Second

// listenEnds is told that the server cancels one of our requests, which only a subscriptions/listen can be (rules G-11, E-58). A result
// may follow or not (trap T-08).
func (p *peer) listenEnds(id jsonrpc.ID) {
	n, ok := id.Int64()
	if !ok {
		return
	}
	p.mu.Lock()
	cl := p.calls[n]
	ok = cl != nil && cl.Method == methodListen
	p.mu.Unlock()
	if ok { // ids are not used again
		time.AfterFunc(listenGrace, func() { p.lose(n, NewError(Canceled, "the server has ended the subscription", nil)) })
	}
}
