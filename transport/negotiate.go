package transport

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

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
	if o.Revision.Legacy() || legacy {
		return false, x.openSession(ctx, o, self)
	}
	found, err := x.probe(ctx, o, self, o.Timeouts.Probe)
	switch {
	case err == nil && found:
		return false, nil
	case err != nil && errors.Is(err, ctx.Err()), err != nil && x.carrier != nil && !x.carrier.FallsBack(err):
		return false, err
	case o.Revision.Modern():
		return false, noModern(err)
	case x.hasEnded():
		return true, x.ended()
	}
	err = x.openSession(ctx, o, self)
	var refused *jsonrpc.Error
	if errors.As(err, &refused) && offersModern(refused) { // it was slow to answer the probe, or has answered it oddly
		if found, again := x.probe(ctx, o, self, o.Timeouts.Call); found && again == nil {
			return false, nil
		}
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
		if _, err := v.AppendJSON(nil); err != nil {
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

// probe asks for the modern revisions of the server. found is false if it has none that this client has; err says what it has answered
// instead, if it has answered at all.
func (x *connection) probe(ctx context.Context, o *ClientOptions, s self, timeout time.Duration) (found bool, err error) {
	v := jsonrpc.Latest
	info := codec.Raw{}
	if !o.OmitInfo && s.info != nil {
		info = text(s.info, v, "")
	}
	x.meta.Store(newClientMeta(v, info, text(s.capabilities, v, "{}")))
	call := x.NewCall(methodDiscover)
	defer call.Release()
	call.Timeout = timeout
	if err = x.Do(ctx, call); err == nil {
		found, err = x.discovered(call.Reply.Result, v)
	}
	if !found {
		x.meta.Store(nil)
	}
	return found, err
}

// discovered takes what server/discover has answered. An answer without the list of revisions is none of a modern
// server (trap T-06).
func (x *connection) discovered(result codec.Raw, v jsonrpc.Revision) (bool, error) {
	versions, err := peek.Strings(result, "supportedVersions")
	if err != nil || !slices.Contains(versions, v.String()) {
		return false, err
	}
	capabilities, err := peek.Member(result, "capabilities")
	if err != nil {
		return false, err
	}
	x.server.capabilities = capabilities.Clone()
	if x.server.instructions, err = peek.String(result, "instructions"); err != nil {
		return false, err
	}
	if meta, _ := peek.Member(result, "_meta"); meta.Is(codec.KindObject) { // a second _meta is not worth a failure here
		info, _ := peek.Member(meta, "io.modelcontextprotocol/serverInfo")
		x.server.info = info.Clone()
	}
	x.info.Store(&jsonrpc.Info{Revision: v, Session: x.peer, Capabilities: x.server.capabilities})
	return true, nil
}

// offersModern reports whether an error names a modern revision that the server has (rule F-24).
func offersModern(e *jsonrpc.Error) bool {
	if !e.Data.Is(codec.KindObject) {
		return false
	}
	versions, err := peek.Strings(e.Data, "supported")
	return err == nil && slices.Contains(versions, jsonrpc.Latest.String())
}

// openSession does the initialize of revisions with sessions (rules F-01 to F-08).
func (x *connection) openSession(ctx context.Context, o *ClientOptions, s self) error {
	v := o.Revision
	if !v.Legacy() {
		v = jsonrpc.LatestLegacy
	}
	call := x.NewCall(methodInitialize)
	defer call.Release()
	call.Params = append(call.Params, `{"protocolVersion":"`+v.String()+`","capabilities":`...)
	call.Params = append(call.Params, text(s.capabilities, v, "{}").Bytes()...)
	call.Params = append(call.Params, `,"clientInfo":`...)
	call.Params = append(call.Params, text(s.info, v, `{"name":"mcpwire","version":"0"}`).Bytes()...)
	call.Params = append(call.Params, '}')
	if err := x.Do(ctx, call); err != nil {
		return err
	}
	if err := x.agreed(call.Reply.Result, o.Revision); err != nil {
		return err
	}
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
		if len(name) > 64 {
			name = name[:64]
		}
		return NewError(Protocol, "the server wants to speak revision "+strconv.Quote(name), nil) // rule F-08: disconnect
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
