package transport

import (
	"context"
	"slices"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// Hub publishes notifications that belong to no request, such as a changed list of tools, to the clients of any number of
// servers that have it in their Options. Clients of revisions with sessions get them on their session: those about
// a resource if they have subscribed to it. Clients of later revisions get what they have asked for with
// subscriptions/listen, which the servers answer by themselves.
//
// The zero Hub is ready for use, by any number of goroutines. It must not be copied.
type Hub struct {
	// Methods are the notifications that clients can listen to; nil for all that there are. It must not be changed
	// while the Hub is used.
	Methods []string

	mu        sync.Mutex
	sessions  map[*peer]struct{}
	listeners map[*listener]struct{}
}

// What clients can listen to, and the member of the filter that asks for it.
const (
	methodToolsChanged     = "notifications/tools/list_changed"
	methodPromptsChanged   = "notifications/prompts/list_changed"
	methodResourcesChanged = "notifications/resources/list_changed"
	methodResourceUpdated  = "notifications/resources/updated"
)

// Publish sends a notification to all clients that want it. params may be nil, and are encoded once. filter, if not nil, picks
// the clients; it must return at once and may be called at the same time as others of its kind. A client whose queue
// is full does not get the notification, which its server's Observer is told of; nobody waits for it. Publish
// returns how many clients the notification goes to; the error is that of params, or of ctx if it has ended before.
func (h *Hub) Publish(ctx context.Context, method string, params codec.Appender, filter func(*jsonrpc.Info) bool) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, FromContext(ctx, "publishing")
	}
	n, err := newPublication(method, params)
	if err != nil {
		return 0, err
	}
	sessions, listeners := h.receivers()
	count := 0
	for _, p := range sessions {
		info := p.info.Load()
		if p.ready.Load() && p.subs.want(n) && (filter == nil || filter(info)) && p.published(n.method, p.offerNow(n.legacy)) {
			count++
		}
	}
	for _, l := range listeners {
		if l.wants(n) && (filter == nil || filter(&l.info)) && l.p.published(n.method, l.offer(func(dst []byte) []byte { return n.listen(dst, l.id) })) {
			count++
		}
	}
	return count, nil
}

// receivers returns whom to publish to.
func (h *Hub) receivers() ([]*peer, []*listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	sessions := make([]*peer, 0, len(h.sessions))
	for p := range h.sessions {
		sessions = append(sessions, p)
	}
	listeners := make([]*listener, 0, len(h.listeners))
	for l := range h.listeners {
		listeners = append(listeners, l)
	}
	return sessions, listeners
}

// offers reports whether clients can listen to a notification.
func (h *Hub) offers(method string) bool {
	return h.Methods == nil || slices.Contains(h.Methods, method)
}

func (h *Hub) join(p *peer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sessions == nil {
		h.sessions = map[*peer]struct{}{}
	}
	h.sessions[p] = struct{}{}
}

func (h *Hub) leave(p *peer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.sessions, p)
}

func (h *Hub) add(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners == nil {
		h.listeners = map[*listener]struct{}{}
	}
	h.listeners[l] = struct{}{}
}

func (h *Hub) remove(l *listener) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.listeners, l)
}

// publication is a notification that is encoded.
type publication struct {
	method string
	uri    string // of the resource that it is about
	frame  []byte // for sessions
	at     int    // where the members of _meta begin, or those of params if it has none
	meta   bool   // there is a _meta
	empty  bool   // nothing follows
}

func newPublication(method string, params codec.Appender) (*publication, error) {
	n := &publication{method: method}
	if params == nil {
		params = codec.RawString("{}")
	}
	frame, err := jsonrpc.AppendNotification(nil, method, params, 0)
	if err != nil {
		return nil, err
	}
	var m jsonrpc.Message
	if err := jsonrpc.Scan(frame, &m); err != nil {
		return nil, err
	}
	n.frame = frame
	text := m.Params.Bytes()
	e, err := (*clientMeta)(nil).find(text)
	if err != nil {
		return nil, err
	}
	n.at, n.meta, n.empty = len(frame)-1-len(text)+e.members, e.found, e.empty
	if method == methodResourceUpdated {
		n.uri, err = peek.String(m.Params, "uri")
	}
	return n, err
}

// legacy appends the notification for a session.
func (n *publication) legacy(dst []byte) []byte { return append(dst, n.frame...) }

// listen appends the notification for a subscription, whose id stands in _meta (rule A-47).
func (n *publication) listen(dst []byte, id jsonrpc.ID) []byte {
	dst = append(dst, n.frame[:n.at]...)
	if !n.meta {
		dst = append(dst, `"_meta":{`...)
	}
	dst = append(dst, `"`+peek.KeySubscriptionID+`":`...)
	dst, _ = id.AppendJSON(dst) // only the zero ID fails
	if !n.meta {
		dst = append(dst, '}')
	}
	if !n.empty {
		dst = append(dst, ',')
	}
	return append(dst, n.frame[n.at:]...)
}

func (p *peer) offerNow(f func([]byte) []byte) error {
	if !p.offer(f) {
		return errQueueFull
	}
	return nil
}

// published reports whether a notification was queued, and tells the Observer of one that found no room.
func (p *peer) published(method string, err error) bool {
	if err == errQueueFull { //nolint:errorlint // it is never wrapped
		p.observe(Observation{Event: MessageDropped, Method: method, Err: err})
	}
	return err == nil
}

var errQueueFull = NewError(Overloaded, "too much waits to be written", nil)
