package transport

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// negotiate finds out what revision the server speaks, and opens a session if that has sessions (rules F-01 to F-17). After an error,
// again says that another connection may do better, with legacy set: the server has not survived the probe (rule F-16).
func (x *connection) negotiate(ctx context.Context, o *ClientOptions, legacy bool) (again bool, err error) {
	self, err := describe(x.handler, o)
	if err != nil {
		return false, err
	}
	if o.Revision.Legacy() {
		return false, x.openSession(ctx, o.Revision, o.Revision, self)
	}
	if legacy {
		_, err = x.fallBack(ctx, o, self, jsonrpc.LatestLegacy, era{remembered: x.carrier != nil && !x.of.connector.Legacy && x.of.wasLegacy()})
		return false, err
	}
	patience := o.Timeouts.Probe
	if o.Revision.Modern() { // there is nothing else to try
		patience = o.Timeouts.Call
	}
	versions, err := x.probe(ctx, o, self, patience)
	if isModern(err) && slices.Contains(versions, jsonrpc.Latest.String()) { // it has what it was asked for, after all (rule F-13)
		versions, err = x.probe(ctx, o, self, patience)
	}
	v := newest(versions)
	switch {
	case x.meta.Load() != nil:
		return false, nil
	case err != nil && errors.Is(err, ctx.Err()), err != nil && x.carrier != nil && !isModern(err) && !x.carrier.FallsBack(err):
		return false, err
	case o.Revision.Modern():
		return false, noModern(err)
	case err != nil && slices.Contains(versions, jsonrpc.Latest.String()):
		return false, err
	case err != nil && !isModern(err) && x.hasEnded():
		return true, x.ended()
	case len(versions) > 0 && v == 0: // rule F-13
		return false, NewError(Protocol, "no revision in common: the server has "+quoteList(versions), err)
	case v == 0 && isModern(err): // rule F-14: never initialize
		return false, err
	case v == 0:
		v = jsonrpc.LatestLegacy
	}
	return x.fallBack(ctx, o, self, v, era{slow: errors.Is(err, Timeout)})
}

// era is what makes it doubtful that a server has no modern revisions.
type era struct {
	slow       bool // it has not answered the probe in time
	remembered bool // it is what an earlier connection has found out (rule F-21, trap T-34)
}

// fallBack opens a session with a server that has not answered the probe as one of modern revisions does (rules F-14, F-15). again is as for
// negotiate.
func (x *connection) fallBack(ctx context.Context, o *ClientOptions, s self, v jsonrpc.Revision, e era) (again bool, err error) {
	err = x.openSession(ctx, v, 0, s)
	var refused *jsonrpc.Error
	switch {
	case err == nil || ctx.Err() != nil:
		return false, err
	case errors.As(err, &refused):
	case e.remembered && x.carrier != nil && isAnswer(err) && x.carrier.FallsBack(err):
		refused = new(jsonrpc.Error)
	default:
		return x.hasEnded(), err // it may have ended because of the probe, after an answer to that
	}
	versions := supported(refused)
	switch other := newest(versions); {
	case slices.Contains(versions, jsonrpc.Latest.String()): // rule F-24
	case other != 0 && other != v: // rules F-10, T-36
		return false, x.openSession(ctx, other, 0, s)
	case !e.slow && !e.remembered:
		return false, err
	}
	// It has no initialize: perhaps it was only slow to answer, or is another one by now.
	patience := o.Timeouts.Call
	if e.remembered {
		patience = o.Timeouts.Probe
	}
	if _, failed := x.probe(ctx, o, s, patience); failed == nil && x.meta.Load() != nil {
		return false, nil
	}
	return err != nil && x.hasEnded(), err // it may have answered the probe before it went
}

func noModern(err error) error {
	if err == nil {
		return NewError(Protocol, "the server does not speak "+jsonrpc.Latest.String(), nil)
	}
	return err
}

// self is what a client says of itself, as JSON. info may be zero.
type self struct {
	info, capabilities codec.Appender
}

// defaultInfo is what a client without a name says of itself.
const defaultInfo = `{"name":"mcpwire","version":"0"}`

// describe finds what the client says of itself.
func describe(h jsonrpc.Handler, o *ClientOptions) (self, error) {
	s := self{o.Info, o.Capabilities}
	if d, ok := h.(Describer); ok {
		info, capabilities := d.DescribeClient()
		if s.info == nil {
			s.info = info
		}
		if s.capabilities == nil {
			s.capabilities = capabilities
		}
	}
	for _, v := range []codec.Appender{s.info, s.capabilities} {
		if v == nil {
			continue
		}
		b, err := v.AppendJSON(nil)
		if err == nil && !codec.MakeRaw(b).Is(codec.KindObject) {
			err = codec.ErrType
		}
		if err != nil {
			return s, NewError(Unknown, "what the client says of itself", err)
		}
	}
	return s, nil
}

// text returns v in the form of a revision, and other if v is nil or cannot be written.
func text(v codec.Appender, rev jsonrpc.Revision, other string) codec.Raw {
	if v == nil {
		return codec.RawString(other)
	}
	var (
		b   []byte
		err error
	)
	if r, ok := v.(jsonrpc.RevisionAppender); ok {
		b, err = r.AppendJSONFor(nil, rev)
	} else {
		b, err = v.AppendJSON(nil)
	}
	if err != nil {
		return codec.RawString(other)
	}
	return codec.MakeRaw(b)
}

// openSession does the initialize of revisions with sessions (rules F-01 to F-08). pinned is the one revision that is wanted, or 0.
func (x *connection) openSession(ctx context.Context, v, pinned jsonrpc.Revision, s self) error {
	call := x.NewCall(methodInitialize)
	defer call.Release()
	call.Params = append(call.Params, `{"protocolVersion":"`+v.String()+`","capabilities":`...)
	call.Params = append(call.Params, text(s.capabilities, v, "{}").Bytes()...)
	call.Params = append(call.Params, `,"clientInfo":`...)
	call.Params = append(call.Params, text(s.info, v, defaultInfo).Bytes()...)
	call.Params = append(call.Params, '}')
	if err := x.Do(ctx, call); err != nil {
		return err
	}
	if err := x.agreed(call.Reply.Result, pinned); err != nil {
		return err
	}
	x.startPings()
	return x.notify(ctx, methodInitialized, nil, x.info.Load().Revision)
}

// agreed takes what initialize has answered. pinned is the one revision that is wanted, or 0.
func (x *connection) agreed(result codec.Raw, pinned jsonrpc.Revision) error {
	name, err := peek.String(result, "protocolVersion")
	if err != nil {
		return NewError(Protocol, "the answer to initialize", err)
	}
	v, _ := jsonrpc.ParseRevision(name) // an unknown one is not legacy
	if !v.Legacy() || pinned != 0 && v != pinned {
		return NewError(Protocol, "the server wants to speak revision "+strconv.Quote(quotable(name)), nil) // rule F-08: disconnect
	}
	capabilities, err := peek.Member(result, "capabilities")
	if err != nil {
		return NewError(Protocol, "the answer to initialize", err)
	}
	info, err := peek.Member(result, "serverInfo")
	if err != nil {
		return NewError(Protocol, "the answer to initialize", err)
	}
	if x.server.instructions, err = peek.String(result, "instructions"); err != nil {
		return NewError(Protocol, "the answer to initialize", err)
	}
	x.server.info, x.server.capabilities = info.Clone(), capabilities.Clone()
	x.info.Store(&jsonrpc.Info{Revision: v, Session: x.peer, Capabilities: x.server.capabilities, CanCall: true})
	return nil
}
