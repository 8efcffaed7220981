package transport

import (
	"context"
	"errors"
	"io"
	"time"
)

// How a peer ends. The session ends first, by end: for a reason of ours, or when the peer has closed its half and its requests are
// answered. Then everything is taken down: by the reader when it cannot read any more, or, if it does not come back, without it.

// failCalls ends all calls that wait, and lets no new ones begin. Requests may still be answered: the peer may have
// closed its half only.
func (p *peer) failCalls(cause error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cause == nil {
		p.cause = cause
	}
	p.stopPings()
	for id, cl := range p.calls {
		delete(p.calls, id)
		cl.err = p.cause
		cl.done <- struct{}{}
		if cl.ctx != nil {
			cl.ctx.end(context.Canceled, nil)
		}
	}
	for _, cl := range p.waiting {
		cl.turn <- struct{}{}
	}
	p.waiting = nil
	for _, cl := range p.free {
		cl.alarm.off()
	}
	p.free = nil
}

// end ends the session: calls fail with cause, requests are cancelled.
func (p *peer) end(cause error) {
	p.closing.Do(func() {
		p.failCalls(cause)
		p.done.end()
		p.cancelAll()
	})
}

// ended says why no call can be made any more; nil if one can.
func (p *peer) ended() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cause
}

// endIfClosed is called with what end may not have seen, because it has just begun.
func (p *peer) endIfClosed(h *handle) {
	if p.done.isEnded() {
		h.cancel(false)
	}
}

// cancelAll ends the contexts of all handlers.
func (p *peer) cancelAll() {
	// In this order: a request that leaves the reader meanwhile is among those that were taken before another one is current.
	list := []*handle{p.noting.Load()}
	if p.stream != nil {
		list = append(list, p.stream.cur.Load())
	}
	p.mu.Lock()
	list = append(list, p.requests.list...)
	for h := range p.linked {
		list = append(list, h)
	}
	p.mu.Unlock()
	for _, h := range list {
		if h != nil {
			h.cancel(false) // does nothing if it is stale
		}
	}
}

// errClosed is the cause of the end that Close brings about.
var errClosed = NewError(Closed, "by this side", nil)

// Close ends the session and closes the connection. What waits to be written is written first, for at most
// Timeouts.Shutdown.
func (p *peer) Close() error {
	p.end(errClosed)
	if p.stream == nil {
		p.finishSession()
		return nil
	}
	p.flush()
	p.stream.shutdown()
	return p.shutErr
}

// flush waits until all is written, for as long as the end of a connection may be put off by that. What waits to be written to
// a server are mostly requests that nobody waits for any more: a server that does not read gets little time.
func (p *peer) flush() {
	d := p.opts.Timeouts.Shutdown
	if p.client {
		d = min(d, time.Second)
	}
	ctx, stop := context.WithTimeout(context.Background(), d)
	defer stop()
	p.stream.out.idle(ctx)
}

// finish is called by the reader when nothing can be read any more: pending answers are written, everything is taken down.
func (p *peer) finish(err error) {
	p.failCalls(p.endCause(err))
	p.subs.end()
	if p.client {
		p.cancelAll()
	}
	t := p.opts.Timeouts
	if !p.quietWithin(t.Shutdown) {
		p.cancelAll()
		p.quietWithin(t.Kill)
	}
	if p.opts.Hub != nil {
		p.opts.Hub.leave(p)
	}
	p.flush()
	p.takeDown()
}

// endCause makes an Error of what a reader has returned. What has ended the session before counts first.
func (p *peer) endCause(err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var e *Error
	switch {
	case p.cause != nil:
		return p.cause
	case errors.As(err, &e):
		return err
	case err == nil || errors.Is(err, io.EOF):
		return NewError(Closed, "by the peer", err)
	}
	return NewError(Closed, "reading", err)
}

// linger returns when everything of p is gone.
func (p *peer) linger() {
	select {
	case <-p.gone.wait():
		return
	case <-p.Done():
	}
	if p.stream == nil {
		<-p.gone.wait()
	} else {
		p.abandon()
	}
}

// abandon takes p down after its end. Handlers have Timeouts.Shutdown to return, the reader has Timeouts.Kill after that. A reader that
// does not return from its Read, because the connection cannot be closed or though it is, is left behind.
func (p *peer) abandon() {
	s, t := p.stream, p.opts.Timeouts
	ctx, stop := context.WithTimeout(context.Background(), t.Shutdown)
	defer stop()
	s.takeover(s.word.Load()) // what the reader handles is waited for as if it was on a goroutine of its own
	if !s.reading.Load() {
		select {
		case <-s.parked: // the reader has noticed
		case <-p.gone.wait():
			return
		case <-ctx.Done():
		}
	}
	p.quietUntil(ctx)
	p.flush()
	s.shutdown()
	if s.shut != nil {
		timer := time.NewTimer(t.Kill)
		defer timer.Stop()
		select {
		case <-p.gone.wait():
			return
		case <-timer.C:
		}
	}
	p.takeDown()
	<-p.gone.wait()
}

// takeDown takes everything down, once: whoever else wants to need not wait, as the user's OnSessionEnd might be waiting for them.
func (p *peer) takeDown() {
	if !p.down.CompareAndSwap(false, true) {
		return
	}
	cause := p.endCause(nil)
	p.end(cause)
	p.subs.end()
	if p.opts.Hub != nil {
		p.opts.Hub.leave(p)
	}
	p.stream.out.close(cause)
	p.stream.shutdown()
	close(p.stream.watch.stop)
	p.stream.slow.Stop()
	p.stop()
	p.sessionEnd(cause)
	p.gone.end()
}

// sessionEnd tells why the session has ended; nil for the ordinary ways.
func (p *peer) sessionEnd(cause error) {
	if !p.admitted.Load() {
		return
	}
	cause = endOf(cause)
	p.observe(Observation{Event: SessionEnd, Duration: time.Since(p.made) - p.began, Err: cause})
	if p.opts.OnSessionEnd != nil {
		p.opts.OnSessionEnd(p, cause)
	}
}

// endOf is what Serve returns for the cause of a session's end.
func endOf(cause error) error {
	if CodeOf(cause) == Closed && (errors.Unwrap(cause) == nil || errors.Is(cause, io.EOF)) {
		return nil
	}
	return cause
}

// leave is called by a goroutine that was counted in busy, when it has nothing of the stream any more.
func (p *peer) leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left()
}

// left is leave with mu held.
func (p *peer) left() {
	if p.busy--; p.busy == 0 && p.quiet != nil {
		close(p.quiet)
		p.quiet = nil
	}
}

// quietWithin waits until no handler runs, and reports whether that came within d.
func (p *peer) quietWithin(d time.Duration) bool {
	ctx, stop := context.WithTimeout(context.Background(), d)
	defer stop()
	return p.quietUntil(ctx)
}

// quietUntil is quietWithin with a context.
func (p *peer) quietUntil(ctx context.Context) bool {
	p.mu.Lock()
	if p.busy == 0 {
		p.mu.Unlock()
		return true
	}
	if p.quiet == nil {
		p.quiet = make(chan struct{})
	}
	quiet := p.quiet
	p.mu.Unlock()
	select {
	case <-quiet:
		return true
	case <-ctx.Done():
		return false
	}
}
