package transport

import (
	"errors"
	"fmt"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

var (
	errNoSession = jsonrpc.NewError(jsonrpc.CodeInvalidParams,
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
		if info == nil {
			info = &infoModern
		} else if r.m.Method == methodInitialized {
			p.ready.Store(true)
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
	meta := r.known
	if meta == nil {
		var room peek.Meta
		var err error
		if meta, err = p.metas.Read(&r.m, &room); err != nil {
			return nil, jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid _meta: %w", err)
		}
	}
	switch {
	case meta.Modern:
		return p.modern(r, meta)
	case r.m.Method == methodInitialize:
		return p.initialize(r)
	case session != nil:
		if r.m.Method != methodPing {
			p.ready.Store(true) // a client that asks for more than a pulse is ready, even if it does not say so
		}
		return session, nil
	case r.m.Method == methodPing && !p.stateless: // rule G-19: at any time, where there may be a session
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
	p.startPings()
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
