package transport

import (
	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// publication is a notification that is encoded, once for all who get it.
type publication struct {
	method string
	topic  bool   // it is of a Topic
	about  string // what it is about: the URI of a resource, the key of a Topic; "" for nothing in particular
	frame  []byte // for sessions
	head   []byte // for subscriptions: what stands before the id of the subscription
	tail   []byte // and behind it
	// session appends the notification for a session. It is made once, as it would be an allocation for each.
	session func(dst []byte) []byte
}

// newPublication encodes a notification, of a Topic if t is not nil. Its params may be those of another server's, with the id of a subscription
// there: that is not sent on (rule A-47).
func newPublication(method string, params codec.Appender, t *Topic) (*publication, error) {
	if params == nil {
		params = codec.RawString("{}")
	}
	n := &publication{method: method, topic: t != nil}
	n.session = func(dst []byte) []byte { return append(dst, n.frame...) }
	key := ""
	switch {
	case t != nil:
		key = t.Key
	case method == methodResourceUpdated:
		key = "uri"
	}
	frame, s, err := encode(method, params, jsonrpc.LatestLegacy)
	if err != nil {
		return nil, err
	}
	if n.frame = frame; s.foreign {
		n.frame = append(append(appendHead(nil, method), s.params...), '}')
	}
	if t == nil && !listenable(method) {
		return n, nil
	}
	if _, s, err = encode(method, params, jsonrpc.Latest); err != nil {
		return nil, err
	}
	n.head = append(append(appendHead(nil, method), `{"_meta":{`...), s.meta...)
	n.head = append(n.head, `"`+peek.KeySubscriptionID+`":`...)
	n.tail = append(append([]byte("}"), s.rest...), "}}"...)
	if key == "" {
		return n, nil
	}
	if n.about, err = peek.String(s.all, key); err == nil && n.about == "" {
		err = codec.Missing(key)
	}
	if err != nil {
		return nil, codec.At(err, "params")
	}
	return n, nil
}

// appendHead appends a notification up to its params.
func appendHead(dst []byte, method string) []byte {
	dst, _ = jsonrpc.AppendNotification(dst, method, nil, 0) // only params can fail
	return append(dst[:len(dst)-1], `,"params":`...)
}

// size is how long the notification is, in bytes, but for the id of a subscription.
func (n *publication) size() int { return max(len(n.frame), len(n.head)+len(n.tail)) }

// listen appends the notification for a subscription, whose id stands in _meta (rule A-47).
func (n *publication) listen(dst []byte, id jsonrpc.ID) []byte {
	dst = append(dst, n.head...)
	dst, _ = id.AppendJSON(dst) // only the zero ID fails
	return append(dst, n.tail...)
}

// split are the params of a notification taken apart.
type split struct {
	meta    []byte // the members of _meta, without the id of a subscription, each with a comma behind it
	rest    []byte // the other members, each with a comma before it
	all     codec.Raw
	foreign bool   // there is the id of a subscription
	params  []byte // without it, if there is one
}

// encode encodes a notification in the form of a revision, and takes its params apart.
func encode(method string, params codec.Appender, v jsonrpc.Revision) (frame []byte, s split, err error) {
	if frame, err = jsonrpc.AppendNotification(nil, method, params, v); err != nil {
		return nil, s, err
	}
	var m jsonrpc.Message
	if err = jsonrpc.Scan(frame, &m); err != nil {
		return nil, s, err
	}
	if err = s.read(m.Params); err != nil {
		return nil, s, codec.At(err, "params")
	}
	return frame, s, nil
}

func (s *split) read(params codec.Raw) error {
	meta, err := peek.Member(params, "_meta")
	if err != nil {
		return err
	}
	if !meta.IsZero() {
		err = peek.Members(meta, func(name string, text []byte, _ codec.Raw) {
			if name == peek.KeySubscriptionID {
				s.foreign = true
				return
			}
			s.meta = append(append(s.meta, text...), ',')
		})
		if err != nil {
			return codec.At(err, "_meta")
		}
	}
	err = peek.Members(params, func(name string, text []byte, _ codec.Raw) {
		if name != "_meta" {
			s.rest = append(append(s.rest, ','), text...)
		}
	})
	if err != nil {
		return err
	}
	if s.foreign {
		s.params = append(append([]byte(`{"_meta":{`), s.meta...), '}')
		if n := len(s.params); len(s.meta) > 0 {
			s.params = append(s.params[:n-2], '}')
		}
		s.params = append(append(s.params, s.rest...), '}')
	}
	s.all = params
	return nil
}
