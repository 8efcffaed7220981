package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

var (
	errBusy        = jsonrpc.NewError(jsonrpc.CodeInternalError, "too many requests at a time", nil)
	errSameID      = jsonrpc.NewError(jsonrpc.CodeInvalidRequest, "a request with this id is being handled", nil)
	errInitialized = jsonrpc.NewError(jsonrpc.CodeInvalidRequest, "the session is initialized already", nil)
	errNoSession   = jsonrpc.NewError(jsonrpc.CodeInvalidParams,
		"the request has no protocol version in its _meta, and there was no initialize before it", nil)
	errNoCapabilities = jsonrpc.NewError(jsonrpc.CodeInvalidParams,
		"the _meta of the request lacks "+peek.KeyClientCapabilities, nil)
	errLogLevel   = jsonrpc.NewError(jsonrpc.CodeInvalidParams, "unknown log level", nil)
	errNoRequests = errors.New("in this revision, servers send no requests")
)

// The Infos of messages that come before anything is known.
var (
	infoBefore = jsonrpc.Info{}
	infoModern = jsonrpc.Info{Revision: jsonrpc.Latest} // of notifications where no session is open
)

// admit decides whether a request may be handled, and sets what is known of its sender.
func (p *peer) admit(r *request) error {
	if err := p.classify(r); err != nil {
		return err
	}
	var twice, full bool
	if !p.stateless {
		p.mu.Lock()
		twice, full = p.inflight[r.m.ID] != nil, len(p.taken) >= p.opts.Limits.InFlight
		p.mu.Unlock()
	}
	switch {
	case twice: // the first one is still answered
		return errSameID
	case full:
		return errBusy
	case r.m.Method == methodInitialize && !p.client && !r.m.Info().Revision.Modern():
		if !p.opening.CompareAndSwap(false, true) {
			return errInitialized
		}
		r.opens = true
	}
	if p.opts.Hub != nil && (r.m.Method == methodSubscribe || r.m.Method == methodUnsubscribe) {
		if r.subs = true; r.m.Method == methodSubscribe && p.subs.full() {
			return errSubscriptions
		}
	}
	if p.opts.Observer != nil {
		r.began = time.Now()
	}
	return nil
}

// classify finds the revision that a message is in, each message for itself: a client of any revision may talk to the same
// process (rules F-22, F-23, T-35).
func (p *peer) classify(r *request) error {
	if r.exchange.parent == nil {
		r.exchange.parent = p.base //nolint:fatcontext // of this message only
	}
	info := p.info.Load()
	switch {
	case p.client:
		if info == nil {
			info = &infoBefore
		}
		if r.m.Kind == jsonrpc.Request && info.Revision.Modern() {
			return errNoRequests // rule A-54: it must not be answered
		}
	case r.m.Kind == jsonrpc.Notification:
		if r.m.Method == methodInitialized {
			p.ready.Store(true)
		}
		if info == nil {
			info = &infoModern
		}
	default:
		var err error
		if info, err = p.infoOf(r, info); err != nil {
			return err
		}
	}
	if r.headers != nil {
		r.info = *info
		r.info.Headers, info = r.headers, &r.info
	}
	r.m.SetInfo(info)
	return nil
}

// infoOf returns the Info of a client's request; session is that of the session, nil if none is open.
func (p *peer) infoOf(r *request, session *jsonrpc.Info) (*jsonrpc.Info, error) {
	var meta peek.Meta
	if err := meta.Read(&r.m); err != nil {
		return nil, jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid _meta: %w", err)
	}
	switch {
	case meta.Modern:
		return p.modern(r, &meta)
	case r.m.Method == methodInitialize:
		return p.initialize(r)
	case session != nil:
		if r.m.Method != methodPing {
			p.ready.Store(true) // a client that asks for more than a pulse is ready, even if it does not say so
		}
		return session, nil
	case r.m.Method == methodPing: // rule G-19: at any time
		return &jsonrpc.Info{Revision: jsonrpc.LatestLegacy, Session: p}, nil
	}
	return nil, errNoSession // rules A-43, F-01
}

// modern returns the Info of a request that says all itself. It borrows the message.
func (p *peer) modern(r *request, meta *peek.Meta) (*jsonrpc.Info, error) {
	v, _ := jsonrpc.ParseRevision(meta.Version) // an unknown one is not modern
	switch {
	case !v.Modern():
		return nil, unsupportedVersion(meta.Version)
	case meta.Capabilities.IsZero(): // rule A-43
		return nil, errNoCapabilities
	case meta.LogLevel != "" && severity(meta.LogLevel) < 0: // rule A-48
		return nil, errLogLevel
	}
	r.info = jsonrpc.Info{Revision: v, Principal: r.principal, Capabilities: meta.Capabilities, LogLevel: meta.LogLevel}
	return &r.info, nil
}

// initialize returns the Info of an initialize: the revision is the one that is asked for, if it has sessions.
func (p *peer) initialize(r *request) (*jsonrpc.Info, error) {
	name, err := peek.String(r.m.Params, "protocolVersion")
	if err != nil {
		return nil, jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid protocolVersion: %w", err)
	}
	caps, err := peek.Member(r.m.Params, "capabilities")
	if err != nil {
		return nil, jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid capabilities: %w", err)
	}
	v, _ := jsonrpc.ParseRevision(name) // an unknown one has no sessions
	if !v.Legacy() {
		v = jsonrpc.LatestLegacy
	}
	return &jsonrpc.Info{Revision: v, Session: p, Principal: p.principal, Capabilities: caps.Clone()}, nil
}

// opened is called with the answer to initialize before it is sent: the client may go on as soon as it has it. The
// revision is the one that the handler has agreed to.
func (p *peer) opened(r *request, frame []byte) {
	var m jsonrpc.Message
	name := ""
	if jsonrpc.Scan(frame, &m) == nil {
		name, _ = peek.String(m.Result, "protocolVersion") // "" is none
	}
	v, _ := jsonrpc.ParseRevision(name)
	if !v.Legacy() { // it has failed: the client may try again
		p.opening.Store(false)
		return
	}
	info := *r.m.Info()
	info.Revision, info.CanCall, info.Headers = v, true, nil
	p.info.Store(&info)
	if p.opts.Hub != nil {
		p.opts.Hub.join(p)
	}
}

// unsupportedVersion is the error for a revision that is not served (rules A-37, E-30).
func unsupportedVersion(requested string) *jsonrpc.Error {
	e := jsonrpc.NewError(jsonrpc.CodeUnsupportedProtocolVersion, "unsupported protocol version", nil)
	data := []byte(`{"requested":`)
	data = codec.AppendString(data, fmt.Sprintf("%.64s", requested))
	data = append(data, `,"supported":["`+jsonrpc.Latest.String()+`"]}`...)
	e.Data = codec.MakeRaw(data)
	return e
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

// sendError sends an error response, to a request that has no handle.
func (p *peer) sendError(out sink, id jsonrpc.ID, e *jsonrpc.Error, t turn) {
	buf, err := jsonrpc.AppendError(out.begin(), id, e)
	if err != nil {
		out.abort()
		return
	}
	_ = out.send(context.Background(), buf, t, true) // a failed write ends the stream
}

// serve calls the handler.
func (p *peer) serve(h *handle) {
	defer h.finish()
	defer func() {
		if v := recover(); v != nil {
			p.panicked(h.r.m.Method, v)
		}
	}()
	if h.r.m.Method == methodListen && p.opts.Hub != nil && h.r.m.Info().Revision.Modern() {
		p.listen(h)
		return
	}
	p.handler.ServeMessage(h, h, &h.r.m)
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
}

// cancelled ends the request that a notification is about. One that cannot be read, or is about nothing that is
// being handled, is ignored (rules G-07, G-08).
func (p *peer) cancelled(m *jsonrpc.Message) {
	id, err := peek.Cancelled(m.Params)
	if err != nil || id.IsZero() {
		return
	}
	p.mu.Lock()
	target := p.inflight[id]
	p.mu.Unlock()
	switch {
	case target != nil && !target.r.opens: // rule F-11: an initialize is never cancelled
		target.cancel(true)
	case target == nil && p.client && m.Info().Revision.Modern(): // rule E-58: a listen that the server ends
		if n, ok := id.Int64(); ok {
			p.lose(n, NewError(Canceled, "the server has ended the subscription", nil))
		}
	}
}
