package transport

import (
	"bytes"
	"slices"
	"strconv"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// clientMeta is what a client puts into the _meta of each request of a modern revision (rules ). What the caller's
// params say themselves counts: a gateway sends on what its own client has declared.
type clientMeta struct {
	members [3]metaMember
}

type metaMember struct {
	key  string
	text []byte // the member, with its key
}

// newClientMeta encodes what is the same for all requests. info may be nil.
func newClientMeta(v jsonrpc.Revision, info, capabilities codec.Raw) *clientMeta {
	m := new(clientMeta)
	m.set(0, peek.KeyProtocolVersion, codec.AppendString(nil, v.String()))
	m.set(1, peek.KeyClientCapabilities, capabilities.Bytes())
	if !info.IsZero() {
		m.set(2, peek.KeyClientInfo, info.Bytes())
	}
	return m
}

func (m *clientMeta) set(i int, key string, value []byte) {
	text := append(codec.AppendString(nil, key), ':')
	m.members[i] = metaMember{key, append(text, value...)}
}

// appendRequest appends the request of cl with what m and a wish for progress add to its _meta. m may be nil.
func (m *clientMeta) appendRequest(dst []byte, id jsonrpc.ID, cl *call) ([]byte, error) {
	dst, err := jsonrpc.AppendRequest(dst, id, cl.Method, nil)
	if err != nil {
		return dst, err
	}
	dst = append(dst[:len(dst)-1], `,"params":`...)
	start := len(dst)
	var token []byte
	if cl.OnProgress != nil {
		token = strconv.AppendInt(cl.token[:0], cl.id, 10)
	}
	if dst, err = m.splice(dst, cl.Params, token); err != nil {
		return dst, err
	}
	oneLine(dst[start:])
	return append(dst, '}'), nil
}

// oneLine makes spaces of raw line breaks, which in JSON are white space.
func oneLine(text []byte) {
	for _, c := range []byte("\n\r") {
		for rest := text; ; {
			i := bytes.IndexByte(rest, c)
			if i < 0 {
				break
			}
			rest[i] = ' '
			rest = rest[i+1:]
		}
	}
}

// existing is what params have of a _meta.
type existing struct {
	members    int // where they begin: behind the brace, or behind that of params if there is no _meta
	found      bool
	empty      bool // _meta, or params if there is none, have no member
	seen       [3]bool
	token      bool
	from, to   int // of the token's value
	nullAt, n0 int // of a _meta that is null
}

// splice appends params with the members of m, and a progressToken if token is not nil.
func (m *clientMeta) splice(dst, params, token []byte) ([]byte, error) {
	if len(params) == 0 {
		dst = append(dst, `{"_meta":{`...)
		dst = m.add(dst, token, existing{})
		return append(dst, '}', '}'), nil
	}
	e, err := m.find(params)
	if err != nil {
		return dst, codec.At(err, "params")
	}
	switch {
	case e.nullAt > 0:
		dst = append(dst, params[:e.nullAt]...)
		dst = m.add(append(dst, '{'), token, e)
		return append(append(dst, '}'), params[e.nullAt+e.n0:]...), nil
	case !e.found:
		dst = append(dst, params[:e.members]...)
		dst = m.add(append(dst, `"_meta":{`...), token, e)
		dst = append(dst, '}')
		if !e.empty {
			dst = append(dst, ',')
		}
		return append(dst, params[e.members:]...), nil
	}
	dst = append(dst, params[:e.members]...)
	n := len(dst)
	if e.token { // it is replaced where it stands
		dst = m.add(dst, nil, e)
	} else {
		dst = m.add(dst, token, e)
	}
	if len(dst) > n && !e.empty {
		dst = append(dst, ',')
	}
	if e.token && token != nil {
		dst = append(dst, params[e.members:e.from]...)
		dst = append(dst, token...)
		return append(dst, params[e.to:]...), nil
	}
	return append(dst, params[e.members:]...), nil
}

// add appends the members that e does not have.
func (m *clientMeta) add(dst, token []byte, e existing) []byte {
	n := len(dst)
	if m != nil {
		for i := range m.members {
			if len(m.members[i].text) == 0 || e.seen[i] {
				continue
			}
			if len(dst) > n {
				dst = append(dst, ',')
			}
			dst = append(dst, m.members[i].text...)
		}
	}
	if token != nil {
		if len(dst) > n {
			dst = append(dst, ',')
		}
		dst = append(dst, `"`+peek.KeyProgressToken+`":`...)
		dst = append(dst, token...)
	}
	return dst
}

// find looks for _meta in params. It reads no further than it has to: generated code writes _meta first. What comes twice
// is refused: the server might read the other one.
func (m *clientMeta) find(params []byte) (existing, error) {
	var (
		d    codec.Decoder
		e    existing
		seen uint64
	)
	d.Reset(params)
	key, ok := d.FirstKey()
	e.members, e.empty = bytes.IndexByte(params, '{')+1, !ok
	if key != "_meta" && !mayHaveMeta(params) {
		return e, d.Err()
	}
	for ; ok; key, ok = d.NextKey(key) {
		if key != "_meta" {
			d.Skip()
			continue
		}
		if d.Once(&seen, 1); d.Null() {
			e.found, e.n0 = true, len("null")
			e.nullAt = d.Offset() - e.n0
		} else {
			m.findIn(&d, &e)
		}
		if d.Err() != nil || !mayHaveMeta(params[d.Offset():]) {
			break
		}
	}
	return e, d.Err()
}

// mayHaveMeta reports whether there may be a member _meta in part of an object. Only such an escape can hide its name.
func mayHaveMeta(text []byte) bool {
	return bytes.Contains(text, []byte(`_meta"`)) || bytes.Contains(text, []byte(`\u`))
}

// findIn looks at the members of _meta.
func (m *clientMeta) findIn(d *codec.Decoder, e *existing) {
	d.Kind() // skips white space
	e.members, e.found = d.Offset()+1, true
	var seen uint64
	key, ok := d.FirstKey()
	e.empty = !ok
	for ; ok; key, ok = d.NextKey(key) {
		if key == peek.KeyProgressToken {
			d.Once(&seen, 1)
			e.token = true
			d.Kind()
			e.from = d.Offset()
			d.Skip()
			e.to = d.Offset()
			continue
		}
		if i := m.index(key); i >= 0 {
			d.Once(&seen, 2<<i)
			e.seen[i] = true
		}
		d.Skip()
	}
}

// index returns which of the members of m has this key; -1 for none.
func (m *clientMeta) index(key string) int {
	if m == nil {
		return -1
	}
	return slices.IndexFunc(m.members[:], func(x metaMember) bool { return len(x.text) > 0 && x.key == key })
}
