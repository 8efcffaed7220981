package transport

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/mcpwire/mcpwire/codec"
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport/internal/block"
)

// call is a Call with what the engine has to know of it.
type call struct {
	jsonrpc.Call
	p        *peer
	live     bool
	id       int64
	text     [20]byte      // the id's
	token    [20]byte      // the progress token's
	buf      pool.Buffer   // Params'
	block    *block.Block  // what Reply borrows
	err      error         // instead of a Reply
	sent     bool          // the request is on its way
	again    bool          // it is sent in another session, once
	turn     chan struct{} // a call that waits for fewer to be waits no more: it has an id, or there is a cause why not
	done     chan struct{} // a call with an id has a Reply or an err; one for each id but those that it forgets
	moved    chan struct{} // progress came: the timeout begins anew
	timer    *time.Timer
	watch    func(codec.Raw) // OnProgress while Do runs; guarded by peer.mu
	ctx      *callContext    // of a call that a Carrier carries; likewise
	alarm    alarm           // of ctx
	outbound Outbound        // what the Carrier is told
	began    time.Time       // set if there is an Observer
}

var (
	errForeign    = NewError(Stale, "the Call is none that this Caller has made, or was released", nil)
	errDeadlock   = NewError(Deadlock, "a handler of a notification cannot wait for an answer", nil)
	errNoRoom     = NewError(Overloaded, "too much waits to be written, and a handler of a notification cannot wait for room", nil)
	errCannotCall = NewError(CannotCall, "", nil)
)

// noWait is a context for those who do not wait.
var noWait = func() context.Context {
	ctx, stop := context.WithCancel(context.Background())
	stop()
	return ctx
}()

// firstParams is the room for Params that a new Call has, in bytes.
const firstParams = 1 << 10

func (p *peer) NewCall(method string) *jsonrpc.Call {
	p.mu.Lock()
	var cl *call
	if n := len(p.free); n > 0 {
		cl, p.free = p.free[n-1], p.free[:n-1]
	} else {
		cl = &call{
			p: p, turn: make(chan struct{}, 1), done: make(chan struct{}, 1), moved: make(chan struct{}, 1),
			timer: time.NewTimer(time.Hour),
		}
		cl.timer.Stop()
	}
	cl.live = true
	p.mu.Unlock()
	cl.buf = p.pool.Get(max(firstParams, int(p.params.Load())))
	cl.Params = cl.buf.Bytes()
	jsonrpc.InitCall(&cl.Call, method, cl)
	if info := p.info.Load(); info != nil {
		cl.Revision = info.Revision
	}
	return &cl.Call
}

// ReleaseCall takes the call back.
func (cl *call) ReleaseCall(*jsonrpc.Call) {
	cl.drop()
	p := cl.p
	p.learn(len(cl.Params))
	cl.buf.Set(cl.Params[:0])
	cl.buf.Release()
	cl.buf, cl.Params = pool.Buffer{}, nil
	p.mu.Lock()
	defer p.mu.Unlock()
	cl.live = false
	if len(p.free) < maxIdle && p.cause == nil {
		p.free = append(p.free, cl)
	} else {
		cl.alarm.off()
	}
}

// learn notes the size of params, so that later calls begin with room for as much.
func (p *peer) learn(size int) {
	if old := int(p.params.Load()); size > old || size < old/2 {
		p.params.Store(int32(min(max(size, old-old/8), maxHint))) //nolint:gosec // maxHint fits
	}
}

// drop gives the reply back.
func (cl *call) drop() {
	cl.Reply = jsonrpc.Message{}
	if cl.block != nil {
		cl.block.Drop()
		cl.block = nil
	}
}

// Do is for calls that no request is known for. If ctx is the one of a handler, the reader that runs that handler is relieved first: the
// one of p, or the answer would never be read; that of another peer, because a gateway would handle one request at a time.
func (p *peer) Do(ctx context.Context, c *jsonrpc.Call) error {
	if h := handleOf(ctx); h != nil {
		if err := h.leaveReader(); err != nil && h.p == p {
			return err
		}
	}
	switch {
	case !p.client:
		if err := p.mayCall(c); err != nil {
			return err
		}
	case !p.admitted.Load(): // OnSession is still asked, and nobody reads
		return errCannotCall
	}
	return p.do(ctx, c, nil)
}

// do sends jc, because of the request h if that is not nil, and waits for the answer.
func (p *peer) do(ctx context.Context, jc *jsonrpc.Call, h *handle) error {
	cl, ok := jc.Owner().(*call)
	if !ok || cl.p != p || !cl.live {
		return errForeign
	}
	if p.opts.Observer != nil {
		cl.began = time.Now()
	}
	err := cl.run(ctx, h)
	if p.opts.Observer != nil {
		p.observe(Observation{Event: CallDone, Method: cl.Method, Duration: time.Since(cl.began), Err: err})
	}
	return err
}

// run is do for a call of p.
func (cl *call) run(ctx context.Context, h *handle) error {
	p := cl.p
	switch {
	case ctx.Err() != nil:
		return FromContext(ctx, "before "+strconv.Quote(cl.Method)+" was sent")
	case p.carrier != nil:
		return cl.runCarried(ctx)
	}
	timeout := cl.timeout()
	var expired <-chan time.Time
	if timeout > 0 {
		cl.timer.Reset(timeout)
		defer cl.timer.Stop()
		expired = cl.timer.C
	}
	var last time.Time
	if cl.OnProgress != nil { // progress gives more time, up to a maximum (rule G-04)
		last = time.Now().Add(max(timeout, p.opts.Timeouts.MaxCall))
	}
	err := cl.begin(ctx, expired)
	if err != nil {
		return err
	}
	if err = cl.send(ctx, h, timeout); err == nil {
		err = cl.wait(ctx, timeout, last, expired)
	}
	if err == nil {
		if cl.err != nil {
			p.unwatch(cl) // it was not the reader that has ended the call: an OnProgress may run
		}
		return cl.outcome()
	}
	if !p.forget(cl) { // answered meanwhile, or the connection has ended: that counts
		<-cl.done
		return cl.outcome()
	}
	if cl.sent && cl.cancellable() {
		p.cancelAtPeer(cl.id, err, h)
	}
	return err
}

// timeout returns how long the answer may take; 0 or less for no bound.
func (cl *call) timeout() time.Duration {
	if cl.Timeout == 0 && cl.Method != methodListen { // rule E-61: a subscription lasts
		return cl.p.opts.Timeouts.Call
	}
	return cl.Timeout
}

// begin gives cl an id and puts it among the calls that wait for answers, once there are few enough of them.
func (cl *call) begin(ctx context.Context, expired <-chan time.Time) error {
	p := cl.p
	p.mu.Lock()
	if p.cause != nil {
		p.mu.Unlock()
		return p.cause
	}
	cl.drop()
	cl.id, cl.err, cl.sent, cl.watch = 0, nil, false, cl.OnProgress
	select {
	case <-cl.moved: // of an earlier use
	default:
	}
	if len(p.calls) < p.opts.Limits.InFlight {
		p.number(cl)
		p.mu.Unlock()
		return nil
	}
	p.waiting = append(p.waiting, cl)
	p.mu.Unlock()
	var err error
	select {
	case <-cl.turn:
		if cl.id == 0 {
			return p.cause
		}
		return nil
	case <-ctx.Done():
		err = FromContext(ctx, "waiting for one of too many calls to end")
	case <-expired:
		err = NewError(Timeout, "waiting for one of too many calls to end", nil)
	}
	p.mu.Lock()
	if i := slices.Index(p.waiting, cl); i >= 0 {
		p.waiting = slices.Delete(p.waiting, i, i+1)
		p.mu.Unlock()
		return err
	}
	p.mu.Unlock()
	// It has just got its turn, and may have been answered, though nobody was asked.
	if <-cl.turn; cl.id != 0 && !p.forget(cl) {
		<-cl.done
	}
	return err
}

// number gives cl an id. p.mu is held. Ids grow and are never used again (rules ).
func (p *peer) number(cl *call) {
	p.lastID++
	cl.id = p.lastID
	if p.calls == nil {
		p.calls = map[int64]*call{}
	}
	p.calls[cl.id] = cl
}

// release frees the place of a call, for one that waits. p.mu is held.
func (p *peer) release(id int64) {
	delete(p.calls, id)
	if len(p.waiting) == 0 || len(p.calls) >= p.opts.Limits.InFlight {
		return
	}
	next := p.waiting[0]
	p.waiting[0] = nil
	p.waiting = p.waiting[1:]
	p.number(next)
	next.turn <- struct{}{} // has room: next has left the list
}

// forget removes cl from the calls that wait. If it reports false, cl.done has or gets its token. After it, no OnProgress
// of cl runs any more.
func (p *peer) forget(cl *call) bool {
	p.mu.Lock()
	mine := p.calls[cl.id] == cl
	if mine {
		p.release(cl.id)
	}
	p.mu.Unlock()
	p.unwatch(cl)
	return mine
}

// send sends the request. The wait for room is bounded by timeout too, which is only made a context if there is such a wait.
func (cl *call) send(ctx context.Context, h *handle, timeout time.Duration) error {
	p := cl.p
	id, err := cl.jsonID()
	if err != nil {
		return err
	}
	out, buf, err := p.beginFor(noWait, h, ordinary)
	if CodeOf(err) == Canceled { // there is no room
		if timeout > 0 {
			var stop context.CancelFunc
			ctx, stop = context.WithTimeout(ctx, timeout)
			defer stop()
		}
		out, buf, err = p.beginFor(ctx, h, ordinary)
	}
	if err != nil {
		return err
	}
	if h != nil {
		defer h.sent()
	}
	if buf, err = cl.appendTo(buf, id); err != nil {
		out.abort()
		return err
	}
	cl.sent = true
	return out.send(ctx, buf, turn{}, false)
}

// appendTo appends the request to buf.
func (cl *call) appendTo(buf []byte, id jsonrpc.ID) ([]byte, error) {
	p, start := cl.p, len(buf)
	var err error
	if meta := p.meta.Load(); meta == nil && cl.OnProgress == nil {
		buf, err = jsonrpc.AppendRequest(buf, id, cl.Method, cl.Params)
	} else {
		buf, err = meta.appendRequest(buf, id, cl)
	}
	if limit := p.opts.Limits.Message; err == nil && len(buf)-start > limit {
		err = TooLarge("message to the peer", int64(len(buf)-start), int64(limit))
	}
	return buf, err
}

// beginFor begins a message because of the request h, if that is not nil.
func (p *peer) beginFor(ctx context.Context, h *handle, k rank) (sink, []byte, error) {
	if h != nil {
		return h.open(ctx, k)
	}
	buf, err := begin(ctx, p.out, k)
	return p.out, buf, err
}

// jsonID returns the id without the allocation that jsonrpc.IntID has: it borrows cl.text.
func (cl *call) jsonID() (id jsonrpc.ID, err error) {
	var d codec.Decoder
	d.Reset(strconv.AppendInt(cl.text[:0], cl.id, 10))
	err = id.DecodeJSON(&d)
	return id, err
}

// wait returns nil if cl.done had its token. Progress makes the timeout begin anew, until last.
func (cl *call) wait(ctx context.Context, timeout time.Duration, last time.Time, expired <-chan time.Time) error {
	for {
		select {
		case <-cl.done:
			return nil
		case <-ctx.Done():
			return FromContext(ctx, "waiting for the answer to "+strconv.Quote(cl.Method))
		case <-expired:
			return NewError(Timeout, "waiting for the answer to "+strconv.Quote(cl.Method), nil)
		case <-cl.moved:
			if timeout > 0 {
				cl.timer.Reset(max(min(timeout, time.Until(last)), 0))
			}
		}
	}
}

// outcome is what Do returns when the wait is over.
func (cl *call) outcome() error {
	if cl.err != nil {
		return cl.err
	}
	if cl.Reply.Err.IsZero() {
		return nil
	}
	e := new(jsonrpc.Error)
	if err := cl.Reply.DecodeError(e); err != nil {
		return err
	}
	return e.Clone()
}

// deliver hands a response to the call that waits for it. One that nobody waits for is dropped (rule G-09). by is the context
// of the call that it came with, if it came with one.
func (p *peer) deliver(m *jsonrpc.Message, b *block.Block, by *callContext) {
	id, ok := m.ID.Int64()
	info := p.info.Load()
	p.mu.Lock()
	cl := p.calls[id]
	if cl == nil || !ok {
		p.mu.Unlock()
		p.observeStray(m)
		return
	}
	p.release(id)
	ctx := cl.ctx
	p.mu.Unlock()
	b.Hold()
	cl.Reply, cl.block = *m, b
	cl.Reply.SetInfo(info)
	cl.done <- struct{}{}
	if ctx != nil && ctx != by { // whoever carries the call need not wait any more
		ctx.end(context.Canceled, nil)
	}
}

// lose fails the call with this id, if it still waits.
func (p *peer) lose(id int64, err error) {
	p.mu.Lock()
	cl := p.calls[id]
	var ctx *callContext
	if cl != nil {
		p.release(id)
		ctx = cl.ctx
	}
	p.mu.Unlock()
	if cl == nil {
		return
	}
	cl.err = err
	cl.done <- struct{}{}
	if ctx != nil {
		ctx.end(context.Canceled, nil)
	}
}

// loseBad fails the call that a message was to answer which is not one.
func (p *peer) loseBad(m *jsonrpc.Message, err error) {
	if id, ok := m.ID.Int64(); ok && m.Kind == jsonrpc.Response {
		p.lose(id, NewError(Protocol, "the answer is not valid", localCause(err)))
	}
}

// cancelAtPeer tells the peer that nobody waits for the answer any more (rules G-02, B-15).
func (p *peer) cancelAtPeer(id int64, why error, h *handle) {
	params := cancelParams(id, why)
	if h != nil && h.canceledByPeer() { // it does not read the request's own stream any more (rule D-24)
		h = nil
	}
	ctx := context.Background() // it does not wait for room
	out, buf, err := p.beginFor(ctx, h, urgent)
	if err != nil { // the request is over: elsewhere, then
		h = nil
		out, buf, err = p.beginFor(ctx, nil, urgent)
	}
	if h != nil {
		defer h.sent()
	}
	if err == nil {
		buf, err = jsonrpc.AppendNotification(buf, methodCancelled, &params, 0)
	}
	if err != nil {
		out.abort()
		return
	}
	ctx, stop := context.WithCancel(ctx)
	stop()                                // nor does that
	_ = out.send(ctx, buf, turn{}, false) // a failed write ends the stream
}
