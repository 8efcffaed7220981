package transport

import (
	"context"
	"time"
)

// pinger asks the peer for signs of life (rule G-20). There is one only if Options.PingInterval asks for it. Between pings it is no more
// than a timer.
type pinger struct {
	p     *peer
	timer *time.Timer
}

// startPings begins to ping the peer of a session that has been opened: modern revisions have no ping (rule G-21).
func (p *peer) startPings() {
	every := p.opts.PingInterval
	if every <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cause != nil || p.pings != nil {
		return
	}
	x := &pinger{p: p}
	x.timer = time.AfterFunc(every, x.ping)
	p.pings = x
}

// stopPings is called at the end of the session. p.mu is held.
func (p *peer) stopPings() {
	if p.pings != nil {
		p.pings.timer.Stop()
	}
}

// ping asks once, and sees to it that it is done again, or ends the session if there was no answer.
func (x *pinger) ping() {
	p := x.p
	p.mu.Lock()
	if p.cause != nil {
		p.mu.Unlock()
		return
	}
	p.busy++
	p.mu.Unlock()
	err := x.ask()
	p.leave()
	if err != nil {
		p.fail(NewError(Timeout, "the peer does not answer pings", nil))
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cause == nil {
		x.timer.Reset(p.opts.PingInterval)
	}
}

// ask returns an error if a ping has reached the peer, for all that is known, and was not answered in time. Any answer will do.
func (x *pinger) ask() error {
	p := x.p
	var stream uint
	if p.queue != nil {
		if stream = p.queue.attached(); stream == 0 { // rule G-22: there is no stream to ask on
			return nil
		}
	}
	jc := p.NewCall(methodPing)
	defer jc.Release()
	jc.Timeout = p.opts.PingInterval
	err := p.Do(context.Background(), jc)
	cl, ok := jc.Owner().(*call)
	switch {
	case CodeOf(err) != Timeout || !ok || !cl.sent:
		return nil
	case p.isBusyNoting(): // we do not read
		return nil
	case p.queue != nil && p.queue.attached() != stream: // it may be lost with the stream that it was sent on
		return nil
	}
	return err
}

// isBusyNoting reports whether a notification is being handled: the answer to a call has to wait for that.
func (p *peer) isBusyNoting() bool {
	h := p.noting.Load()
	if h == nil {
		return false
	}
	r, err := h.enter()
	if err != nil {
		return false
	}
	r.mu.Unlock()
	return true
}

// fail ends the session for a reason of ours.
func (p *peer) fail(err error) {
	if p.stream != nil {
		p.stream.fail(err)
		return
	}
	p.end(err)
	p.finishSession()
}
