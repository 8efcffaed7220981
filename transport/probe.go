package transport

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// probe asks for the revisions of the server. If the modern one is among them, x.meta stays set: it is spoken. versions are what the
// server has said that it has, in its result or its error.
func (x *connection) probe(ctx context.Context, o *ClientOptions, s self, timeout time.Duration) (versions []string, err error) {
	v := jsonrpc.Latest
	info := codec.Raw{}
	if !o.OmitInfo {
		info = text(s.info, v, defaultInfo)
	}
	x.meta.Store(newClientMeta(v, info, text(s.capabilities, v, "{}")))
	call := x.NewCall(methodDiscover)
	defer call.Release()
	call.Timeout = timeout
	err = x.Do(ctx, call)
	found := false
	var refused *jsonrpc.Error
	if err == nil {
		versions, found, err = x.discovered(call.Reply.Result, v)
	} else if errors.As(err, &refused) && refused.Code == jsonrpc.CodeUnsupportedProtocolVersion {
		versions = supported(refused)
	}
	if !found {
		x.meta.Store(nil)
	}
	return versions, err
}

// discovered takes what server/discover has answered. An answer without the list of revisions is none of a modern
// server (trap T-06). One with it is, and has to be whole.
func (x *connection) discovered(result codec.Raw, v jsonrpc.Revision) (versions []string, found bool, err error) {
	versions, err = peek.Strings(result, "supportedVersions")
	if err != nil || !slices.Contains(versions, v.String()) {
		return versions, false, nil //nolint:nilerr // a list of something else is no list of revisions
	}
	bad := func(err error) ([]string, bool, error) {
		return versions, false, NewError(Protocol, "the answer to "+methodDiscover, err)
	}
	kind, err := peek.String(result, "resultType")
	if err != nil || kind != "" && kind != "complete" { // rules J-02, J-03
		return bad(cmp.Or(err, errors.New("its resultType is "+strconv.Quote(quotable(kind)))))
	}
	capabilities, err := peek.Member(result, "capabilities")
	if err != nil {
		return bad(err)
	}
	if x.server.instructions, err = peek.String(result, "instructions"); err != nil {
		return bad(err)
	}
	x.server.capabilities = capabilities.Clone()
	if meta, _ := peek.Member(result, "_meta"); meta.Is(codec.KindObject) { // a second _meta is not worth a failure here
		info, _ := peek.Member(meta, peek.KeyServerInfo)
		x.server.info = info.Clone()
	}
	x.info.Store(&jsonrpc.Info{Revision: v, Session: x.peer, Capabilities: x.server.capabilities})
	return versions, true, nil
}

// isModern reports whether an error is one that only servers of modern revisions answer (trap T-05).
func isModern(err error) bool {
	var e *jsonrpc.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case jsonrpc.CodeHeaderMismatch, jsonrpc.CodeMissingRequiredClientCapability, jsonrpc.CodeUnsupportedProtocolVersion:
		return true
	}
	return false
}

// supported returns the revisions that an error says the server has; nil if it does not.
func supported(e *jsonrpc.Error) []string {
	if !e.Data.Is(codec.KindObject) {
		return nil
	}
	versions, err := peek.Strings(e.Data, "supported")
	if err != nil {
		return nil
	}
	return versions
}

// newest returns the newest revision with sessions among versions; 0 for none.
func newest(versions []string) (v jsonrpc.Revision) {
	for _, name := range versions {
		if r, _ := jsonrpc.ParseRevision(name); r.Legacy() {
			v = max(v, r)
		}
	}
	return v
}

// quoteList quotes the first few of a list that comes from the peer.
func quoteList(list []string) string {
	const few = 8
	text := ""
	for i, s := range list {
		if i == few {
			return text + ", ..."
		}
		if i > 0 {
			text += ", "
		}
		text += strconv.Quote(quotable(s))
	}
	return text
}
