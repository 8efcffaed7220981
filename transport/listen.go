package transport

import (
	"context"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// listener is one subscriptions/listen that is open (rules E-51 to E-61).
type listener struct {
	p         *peer
	h         *handle
	over      bool         // nothing is published for it any more; guarded by the lock of h's request, as is next
	next      *publication // what text appends
	text      func(dst []byte) []byte
	id        jsonrpc.ID
	info      jsonrpc.Info
	methods   map[string]bool            // without that of updated resources
	resources map[string]bool            // by uri
	topics    map[string]map[string]bool // by method and key
	count     int                        // of resources and keys in the request, that count for the peer
	size      int                        // of them, in bytes
	end       chan struct{}              // closed when the server ends it
}

func (l *listener) wants(n *publication) bool {
	switch {
	case n.topic:
		return l.topics[n.method][n.about]
	case n.method == methodResourceUpdated:
		return l.resources[n.about]
	}
	return l.methods[n.method]
}

// listen answers a subscriptions/listen: it lasts until the client cancels it, or the connection or server ends.
func (p *peer) listen(h *handle) {
	l, agreed, err := p.newListener(h)
	if err != nil {
		_ = h.Error(err) // a failed write ends the stream
		return
	}
	defer p.subs.close(l)
	if _, ok := h.r.out.(*writer); !ok && offerer(h.r.out) == nil {
		_ = h.Error(errNoAnswer) // the transport has no way to send what comes later
		return
	}
	if h.leaveReader() != nil {
		return // the connection has ended
	}
	defer p.opts.Hub.remove(l)
	if l.acknowledge(agreed) != nil {
		return // likewise, or the client does not want it any more
	}
	p.subs.open(l)
	select {
	case <-h.Done():
	case <-l.end:
	}
	p.opts.Hub.remove(l)
	l.close()
	// Two pages of the specification want two different ends: a client on a byte stream gets both (trap T-08).
	ctx := context.Background()
	id := l.id.String()
	if p.stream != nil {
		_ = h.Notify(ctx, methodCancelled, codec.RawString(`{"requestId":`+id+`}`)) // refused after a cancellation
	}
	_ = h.Result(codec.RawString(`{"resultType":"complete","_meta":{"` + peek.KeySubscriptionID + `":` + id + p.serverInfo(l.info.Revision) + `}}`))
}

// serverInfo is the member of the _meta of results that says what the server is, with a comma before it; "" for none (rule A-45).
func (p *peer) serverInfo(v jsonrpc.Revision) string {
	if d, ok := p.handler.(ServerDescriber); ok {
		if info := text(d.DescribeServer(), v, ""); !info.IsZero() {
			return `,"` + peek.KeyServerInfo + `":` + info.String()
		}
	}
	return ""
}

// acknowledge tells the client what it will hear of. Nothing for the subscription may come before that (rule E-52), and nothing that is
// published later may be missed: so the Hub knows the listener from before the message is sent, while what it publishes has to wait for the sink.
func (l *listener) acknowledge(agreed []byte) error {
	return l.h.write(l.h, false, func(r *request, buf []byte) ([]byte, error) {
		buf, err := jsonrpc.AppendNotification(buf, "notifications/subscriptions/acknowledged", codec.MakeRaw(agreed), r.m.Info().Revision)
		if err == nil {
			l.p.opts.Hub.add(l)
		}
		return buf, err
	})
}

// close lets nothing be published any more. Whoever publishes may have found l in the Hub before it was removed.
func (l *listener) close() {
	if r, err := l.h.enter(); err == nil {
		l.over = true
		r.mu.Unlock()
	}
}

// newListener reads what a client wants to hear of, and returns the params that tell it what it will (rule E-53).
func (p *peer) newListener(h *handle) (*listener, []byte, *jsonrpc.Error) {
	m := &h.r.m
	bad := func(err error) (*listener, []byte, *jsonrpc.Error) {
		return nil, nil, jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: notifications: %w", err)
	}
	filter, err := peek.Member(m.Params, "notifications")
	if err != nil {
		return bad(err)
	}
	if !filter.Is(codec.KindObject) {
		return bad(codec.ErrMissing)
	}
	l := &listener{p: p, h: h, id: m.ID.Clone(), methods: map[string]bool{}, resources: map[string]bool{}, end: make(chan struct{})}
	l.text = func(dst []byte) []byte { return l.next.listen(dst, l.id) } // made once, as next is what changes
	l.info = *m.Info()
	l.info.Capabilities = l.info.Capabilities.Clone()
	agreed := append([]byte(nil), `{"_meta":{"`+peek.KeySubscriptionID+`":`...)
	agreed = append(agreed, l.id.String()...)
	agreed = append(agreed, `},"notifications":{`...)
	n := len(agreed)
	for _, x := range []struct{ member, method string }{
		{"toolsListChanged", methodToolsChanged},
		{"promptsListChanged", methodPromptsChanged},
		{"resourcesListChanged", methodResourcesChanged},
	} {
		wish, err := peek.Bool(filter, x.member)
		if err != nil {
			return bad(err)
		}
		if wish && p.opts.Hub.offers(x.method) {
			l.methods[x.method] = true
			agreed = append(agreed, `"`+x.member+`":true,`...)
		}
	}
	uris, err := peek.Strings(filter, "resourceSubscriptions")
	if err != nil {
		return bad(err)
	}
	l.add(uris)
	agreed, failed := l.addTopics(p.opts.Hub, filter, agreed)
	if failed != nil {
		return nil, nil, failed
	}
	if p.stateless { // requests of any number of clients: what one has takes nothing from another
		if !fewEnough(l.count, l.size) {
			return nil, nil, errSubscriptions
		}
		l.count, l.size = 0, 0
	} else if !p.subs.reserve(l.count, l.size) {
		return nil, nil, errSubscriptions
	}
	if len(uris) > 0 && p.opts.Hub.offers(methodResourceUpdated) {
		wish, _ := peek.Member(filter, "resourceSubscriptions") // it was read before
		for _, uri := range uris {
			l.resources[uri] = true
		}
		agreed = append(append(append(agreed, `"resourceSubscriptions":`...), wish.Bytes()...), ',')
	}
	if len(agreed) > n {
		agreed = agreed[:len(agreed)-1]
	}
	return l, append(agreed, '}', '}'), nil
}

// add counts what a client wants to hear about.
func (l *listener) add(list []string) {
	l.count += len(list)
	for _, s := range list {
		l.size += len(s)
	}
}

// addTopics reads what a client wants to hear of extensions, and appends what it will.
func (l *listener) addTopics(h *Hub, filter codec.Raw, agreed []byte) ([]byte, *jsonrpc.Error) {
	for _, t := range h.offered() {
		keys, err := peek.Strings(filter, t.Filter)
		if err != nil {
			return nil, jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "invalid params: notifications: %w", err)
		}
		if len(keys) == 0 {
			continue
		}
		l.add(keys)
		keys, refused := t.Admit(&l.info, keys)
		if refused != nil {
			return nil, refused
		}
		agreed = append(codec.AppendString(agreed, t.Filter), ':', '[')
		admitted := make(map[string]bool, len(keys))
		for i, key := range keys {
			if i > 0 {
				agreed = append(agreed, ',')
			}
			agreed = codec.AppendString(agreed, key)
			admitted[key] = true
		}
		agreed = append(agreed, ']', ',')
		if l.topics == nil {
			l.topics = map[string]map[string]bool{}
		}
		l.topics[t.Method] = admitted
	}
	return agreed, nil
}

// How many resources one peer can subscribe to, keys of Topics included, and how long they are together (rule H-16). A request that belongs to
// no connection or session counts for itself.
const (
	maxSubscriptions = 1024
	maxSubscribed    = 1 << 20 // bytes
)

var errSubscriptions = jsonrpc.Errorf(jsonrpc.CodeInvalidParams, "more than %d subscriptions, or %d bytes of URIs", maxSubscriptions, maxSubscribed)

// subscriptions are what one peer wants to hear of.
type subscriptions struct {
	mu        sync.Mutex
	uris      map[string]bool // by resources/subscribe
	count     int             // of resources, by all ways together
	size      int             // of their URIs, in bytes
	listeners map[*listener]struct{}
	ended     bool
}

// want reports whether a session is to get a notification.
func (s *subscriptions) want(n *publication) bool {
	if n.method != methodResourceUpdated {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.uris[n.about]
}

// note takes a resources/subscribe or resources/unsubscribe that was answered with a result.
func (s *subscriptions) note(m *jsonrpc.Message) {
	uri, err := peek.String(m.Params, "uri")
	if err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch has := s.uris[uri]; {
	case m.Method == methodUnsubscribe && has:
		delete(s.uris, uri)
		s.count--
		s.size -= len(uri)
	case m.Method == methodSubscribe && !has:
		if s.uris == nil {
			s.uris = map[string]bool{}
		}
		s.uris[uri] = true
		s.count++
		s.size += len(uri)
	}
}

// full reports whether there is no room for what a resources/subscribe asks for.
func (s *subscriptions) full(m *jsonrpc.Message) bool {
	uri, err := peek.String(m.Params, "uri")
	if err != nil {
		return false // the handler says what is wrong
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.uris[uri] && !s.room(1, len(uri))
}

// room reports whether a peer can subscribe to more resources. The lock is held.
func (s *subscriptions) room(count, size int) bool {
	return fewEnough(s.count+count, s.size+size)
}

func fewEnough(count, size int) bool { return count <= maxSubscriptions && size <= maxSubscribed }

// reserve makes room for the resources of a listener, until it is closed.
func (s *subscriptions) reserve(count, size int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.room(count, size) {
		return false
	}
	s.count += count
	s.size += size
	return true
}

// open notes a listener; if the connection has ended meanwhile, the listener ends at once.
func (s *subscriptions) open(l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		close(l.end)
		return
	}
	if s.listeners == nil {
		s.listeners = map[*listener]struct{}{}
	}
	s.listeners[l] = struct{}{}
}

func (s *subscriptions) close(l *listener) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.listeners, l)
	s.count -= l.count
	s.size -= l.size
}

// end ends all listeners, and lets no more begin.
func (s *subscriptions) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ended = true
	for l := range s.listeners {
		close(l.end)
	}
	s.listeners = nil
}
