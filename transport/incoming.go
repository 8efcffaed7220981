package transport

import (
	"context"
	"errors"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/block"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// Incoming is one message that came by itself, in a buffer of the pool. It has one owner, who hands it on to Receive or calls
// Release.
type Incoming struct {
	request
	free  func(*Incoming)
	limit int
	n     int    // bytes read
	at    []byte // the message, if it lies in a part of the block
	meta  peek.Meta
}

// NewIncoming returns an Incoming with room for size bytes, or for a usual message if size is not known: not positive.
func (e *Endpoint) NewIncoming(size int) *Incoming {
	in := e.get()
	in.take(e.none, size)
	return in
}

func (e *Endpoint) get() *Incoming {
	in, ok := e.free.Get().(*Incoming)
	if !ok {
		in = &Incoming{limit: e.opts.Limits.Message, free: func(in *Incoming) { e.free.Put(in) }}
	}
	return in
}

// firstIncoming is the room for a message of unknown size, in bytes.
const firstIncoming = 16 << 10

func (in *Incoming) take(p *peer, size int) {
	if size <= 0 {
		size = firstIncoming
	}
	in.p, in.n = p, 0
	in.b = block.New(p.pool, min(size, in.limit+1)) // a byte more shows what is too much
}

// Room returns the free part of the buffer, to read into; at least a byte, and all that is left of the size that NewIncoming was
// given. It fails with MessageTooLarge when the limit of a message is reached.
func (in *Incoming) Room() ([]byte, error) {
	switch {
	case in.n > in.limit:
		return nil, TooLarge("message", -1, int64(in.limit))
	case in.n == len(in.b.Mem):
		old := in.b
		in.b = block.New(in.p.pool, min(2*in.n, in.limit+1))
		copy(in.b.Mem, old.Mem[:in.n])
		old.Drop()
	}
	return in.b.Mem[in.n:], nil
}

// Added notes that n bytes were read into Room.
func (in *Incoming) Added(n int) { in.n += n }

// Len returns how many bytes were read.
func (in *Incoming) Len() int { return in.n }

// Scan takes the message apart, once all of it was read. The error is jsonrpc.Scan's, or MessageTooLarge. After an error,
// Message has what could be read.
func (in *Incoming) Scan() error {
	if in.n > in.limit {
		return TooLarge("message", int64(in.n), int64(in.limit))
	}
	return jsonrpc.Scan(in.Bytes(), &in.m)
}

// Message returns what Scan has found, borrowed until in is handed on or released.
func (in *Incoming) Message() *jsonrpc.Message { return &in.m }

// Meta returns what the _meta of the params says, borrowed likewise, and not to be changed. It is read once, for who decides whose the
// message is and for who handles it.
func (in *Incoming) Meta() (*peek.Meta, error) {
	meta, err := in.p.metas.Read(&in.m, &in.meta)
	in.known = meta
	return meta, err
}

// Bytes returns what was read, borrowed likewise.
func (in *Incoming) Bytes() []byte {
	if in.at != nil {
		return in.at
	}
	return in.b.Mem[:in.n:in.n]
}

// Spare returns the room that is left behind the message in its buffer, empty, to append to; it may be little. It is for what is sent because of
// the message, one after the other: most answers fit, and need no buffer of their own then. It is good for as long as what was read.
func (in *Incoming) Spare() []byte {
	if in.at != nil { // others lie there
		return nil
	}
	return in.b.Mem[in.n:in.n]
}

// SetSender says who has sent the message, for jsonrpc.Info: headers, which the handler may look at until it returns, and the
// principal of a request that belongs to no session. Either may be zero.
func (in *Incoming) SetSender(headers map[string][]string, principal string) {
	in.headers, in.principal = headers, principal
}

// Release gives in back.
func (in *Incoming) Release() {
	in.b.Drop()
	in.recycle()
}

// recycle gives back what is left of in without its block.
func (in *Incoming) recycle() {
	if in.known == &in.meta { // it borrows
		in.meta = peek.Meta{}
	}
	in.reset()
	in.via, in.at = carried{}, nil
	in.free(in)
}

// receive handles one message that came by itself, and takes it.
func (p *peer) receive(ctx context.Context, in *Incoming, out Sink) error {
	r := &in.request
	if p.opts.Observer != nil {
		p.observe(Observation{Event: MessageIn, Method: r.m.Method, Bytes: in.n})
	}
	switch r.m.Kind {
	case jsonrpc.Request:
		p.receiveRequest(ctx, in, out, false)
		return nil
	case jsonrpc.Notification:
		return p.receiveNotification(ctx, in, out)
	case jsonrpc.Response:
		p.deliver(&r.m, r.b, callContextOf(ctx))
	default:
		in.Release()
		return NewError(Protocol, "what came is no message", nil)
	}
	in.Release()
	return nil
}

// bind makes in a request of p's that is answered on out.
func (in *Incoming) bind(ctx context.Context, p *peer, out Sink) {
	r := &in.request
	r.p, r.via = p, carried{to: out, r: r}
	r.out, r.exchange.parent = &r.via, ctx
}

// receiveRequest runs the handler of a request, on a goroutine of its own if apart is set.
func (p *peer) receiveRequest(ctx context.Context, in *Incoming, out Sink, apart bool) {
	switch h := p.acceptRequest(ctx, in, out); {
	case h == nil:
	case apart:
		go p.handle(in, h)
	default:
		p.handle(in, h)
	}
}

// acceptRequest admits a request, for handle to run its handler; nil if it was refused, and has its answer.
func (p *peer) acceptRequest(ctx context.Context, in *Incoming, out Sink) *handle {
	in.bind(ctx, p, out)
	r := &in.request
	if err := p.examine(r); err != nil {
		p.reject(in, err)
		return nil
	}
	h := cut(&r.slab, r)
	early, err := p.enroll(h)
	if err != nil {
		p.reject(in, err)
		return nil
	}
	if p.stateless {
		return h
	}
	if early && !r.opens {
		h.cancel(true)
	}
	p.endIfClosed(h)
	return h
}

// enroll tracks a request that was examined, if it may begin, and reports whether it was cancelled before it came.
func (p *peer) enroll(h *handle) (early bool, err error) {
	if p.stateless {
		return false, p.mayBegin(h.r)
	}
	p.mu.Lock()
	if err = p.mayBegin(h.r); err == nil {
		p.track(h)
		p.busy++
		early = p.early.take(h.r.m.ID)
	}
	p.mu.Unlock()
	return early, err
}

// reject answers a request that was not admitted, and takes it.
func (p *peer) reject(in *Incoming, err error) {
	r := &in.request
	p.observe(Observation{Event: BadMessage, Method: r.m.Method, Err: err})
	var e *jsonrpc.Error
	if errors.As(err, &e) && p.answers(&r.m, e) {
		r.code, r.refused = e.Code, true
		p.sendError(r.out, r.m.ID, e)
	}
	in.Release()
}

// handle runs the handler of an admitted request.
func (p *peer) handle(in *Incoming, h *handle) {
	r := &in.request
	p.serve(h)
	if r.begun != r.finished.Load() { // somebody whom the handler has left behind is sending: it has the sink locked
		_, _ = r.out.begin(urgent)
		r.out.abort()
	}
	if p.stateless {
		in.Release()
		return
	}
	in.b.Drop() // before anybody can see that the session is quiet; r has its answer, so that nobody looks at its id any more
	p.mu.Lock()
	p.requests.remove(r)
	p.left()
	p.mu.Unlock()
	in.recycle()
}

// receiveNotification handles one notification; others of the same peer have to wait.
func (p *peer) receiveNotification(ctx context.Context, in *Incoming, out Sink) error {
	defer in.Release()
	in.bind(ctx, p, out)
	r := &in.request
	if err := p.classify(r); err != nil {
		return err
	}
	if p.done.isEnded() {
		return NewError(Closed, "the session has ended", nil)
	}
	h := cut(&r.slab, r)
	if p.stateless {
		p.note(h)
		return nil
	}
	p.notes.close()
	defer p.notes.open()
	p.mu.Lock()
	p.busy++
	p.mu.Unlock()
	defer p.leave()
	p.note(h)
	return nil
}

// Split returns the messages of in, which is a batch, each to be scanned and handed on by itself; they borrow in, which is taken. The
// error, and then in is left alone, is jsonrpc.ScanBatch's, or says that there are more than Limits.Batch.
func (e *Endpoint) Split(in *Incoming) ([]*Incoming, error) { return in.split(e.get) }

// Split is Endpoint.Split.
func (c *Conn) Split(in *Incoming) ([]*Incoming, error) { return in.split(c.get) }

func (in *Incoming) split(get func() *Incoming) ([]*Incoming, error) {
	list, err := elements(in.Bytes(), in.p.opts.Limits.Batch)
	if err != nil {
		return nil, err
	}
	all := make([]*Incoming, 0, len(list))
	for _, element := range list {
		x := get()
		x.p, x.b, x.at, x.n = in.p, in.b.Hold(), element, len(element)
		all = append(all, x)
	}
	in.Release()
	return all, nil
}

// Borrow returns an Incoming for a message that lies in b already, as a reader of a stream has it: data is a part of b, which is
// held until the Incoming is released.
func (c *Conn) Borrow(b *block.Block, data []byte) *Incoming {
	in := c.get()
	in.p, in.b, in.at, in.n = c.p, b.Hold(), data, len(data)
	return in
}
