package transport

import (
	"context"
	"slices"
	"sync"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
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
	topics    []*Topic // replaced, never changed
	sessions  map[*peer]struct{}
	listeners map[*listener]struct{}
}

// Topic is what an extension lets clients listen to, beside what the protocol has. Only subscriptions/listen asks for it, and so no session gets it.
type Topic struct {
	// Method is that of the notification. Its params have a string member, Key, that says what it is about.
	Method, Key string
	// Filter is the member of the filter of subscriptions/listen that lists what the client wants to hear about.
	Filter string
	// Admit is asked what of that a client gets; the info is good until it returns. An error refuses the whole subscription.
	Admit func(info *jsonrpc.Info, keys []string) ([]string, *jsonrpc.Error)
}

// Offer adds a Topic, for the subscriptions that begin from then on.
func (h *Hub) Offer(t Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.topics = append(slices.Clip(h.topics), &t)
}

// offered returns the Topics.
func (h *Hub) offered() []*Topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.topics
}

// topic returns the Topic of a notification; nil if it is of none.
func (h *Hub) topic(method string) *Topic {
	for _, t := range h.offered() {
		if t.Method == method {
			return t
		}
	}
	return nil
}

// ServerDescriber is a handler of a server that knows what the server says of itself in results: an mcp.Implementation, or nil for
// nothing. Servers ask it for the results of subscriptions/listen, which they give by themselves.
type ServerDescriber interface {
	DescribeServer() codec.Appender
}

// What clients can listen to, and the member of the filter that asks for it.
const (
	methodToolsChanged     = "notifications/tools/list_changed"
	methodPromptsChanged   = "notifications/prompts/list_changed"
	methodResourcesChanged = "notifications/resources/list_changed"
	methodResourceUpdated  = "notifications/resources/updated"
)

// listenable reports whether there are subscriptions to a notification. Nobody gets these but by a subscription or in a session.
func listenable(method string) bool {
	switch method {
	case methodToolsChanged, methodPromptsChanged, methodResourcesChanged, methodResourceUpdated:
		return true
	}
	return false
}

// Publish sends a notification to all clients that want it. params may be nil, and are encoded once for all sessions and once for
// all subscriptions; params of another server's notification may be sent on as they are. filter, if not nil, picks
// the clients; it must return at once and may be called at the same time as others of its kind. A client whose queue
// is full does not get the notification, which its server's Observer is told of; nobody waits for it. Each client
// gets what one goroutine publishes in that order. Publish returns how many clients and subscriptions the notification goes
// to; the error is that of params, or of ctx if it has ended before.
func (h *Hub) Publish(ctx context.Context, method string, params codec.Appender, filter func(*jsonrpc.Info) bool) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, FromContext(ctx, "publishing")
	}
	n, err := newPublication(method, params, h.topic(method))
	if err != nil {
		return 0, err
	}
	sessions, listeners := h.receivers()
	if n.topic {
		sessions = nil
	}
	count := 0
	for _, p := range sessions {
		info := p.info.Load()
		if p.ready.Load() && p.subs.want(n) && (filter == nil || filter(info)) && p.publish(n) {
			count++
		}
	}
	for _, l := range listeners {
		if l.wants(n) && (filter == nil || filter(&l.info)) && l.publish(n) {
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

// join adds a session, unless it has ended: then leave was called, or it will be.
func (h *Hub) join(p *peer) {
	p.subs.mu.Lock()
	defer p.subs.mu.Unlock()
	if p.subs.ended {
		return
	}
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

// publish queues a notification, if there is room for it.
func (p *peer) publish(n *publication) bool {
	return p.fits(n) && p.noteDrop(n, p.offer(n.session))
}

// fits reports whether a notification is no larger than messages to p may be.
func (p *peer) fits(n *publication) bool {
	size, limit := n.size(), p.opts.Limits.Message
	if size > limit {
		p.observe(Observation{Event: MessageDropped, Method: n.method, Err: TooLarge("message to the peer", int64(size), int64(limit))})
	}
	return size <= limit
}

// publish queues a notification for a subscription, if that has not ended and there is room. After a cancellation has come, nothing
// more is sent for it (rule B-16).
func (l *listener) publish(n *publication) bool {
	if !l.p.fits(n) {
		return false
	}
	r, err := l.h.enter()
	if err != nil {
		return false
	}
	if r.settled != nil || l.over {
		r.mu.Unlock()
		return false
	}
	l.next = n
	o, ok := r.out.(*writer)
	if !ok {
		ok = offerer(r.out).Offer(l.text)
		r.mu.Unlock()
		return l.p.noteDrop(n, ok)
	}
	size, ok := o.enqueue(l.text)
	r.mu.Unlock() // before something is written
	if ok {
		o.kick(size)
	}
	return l.p.noteDrop(n, ok)
}

// noteDrop tells the Observer of a notification that found no room.
func (p *peer) noteDrop(n *publication, ok bool) bool {
	if !ok {
		p.observe(Observation{Event: MessageDropped, Method: n.method, Err: errQueueFull})
	}
	return ok
}

var (
	errQueueFull     = NewError(Overloaded, "too much waits to be written", nil)
	errNotSubscribed = NewError(CannotCall, "in this revision the notification goes to subscriptions: publish it with a Hub", nil) // rule E-40
	errNotCancelled  = NewError(CannotCall, "in this revision a server cancels subscriptions only", nil)                           // rule G-11
)
