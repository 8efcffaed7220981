package transport

import (
	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/transport/internal/peek"
)

// progressed hands a progress notification to the call that it is about. It reports false if there is none. It is called
// for one notification at a time.
func (p *peer) progressed(m *jsonrpc.Message) (found bool) {
	token, err := peek.Progress(m.Params)
	if err != nil {
		return false
	}
	id, ok := token.Int64()
	if !ok {
		return false
	}
	p.mu.Lock()
	cl := p.calls[id]
	if cl == nil || cl.watch == nil {
		p.mu.Unlock()
		return false
	}
	f := cl.watch
	if cl.ctx != nil {
		cl.alarm.extend()
	}
	found, p.watched = true, cl
	p.mu.Unlock()
	defer p.watchedNone()
	select {
	case cl.moved <- struct{}{}:
	default:
	}
	defer p.recovered(m.Method)
	f(m.Params)
	return found
}

func (p *peer) watchedNone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.watched = nil; p.unwatched != nil {
		close(p.unwatched)
		p.unwatched = nil
	}
}

// unwatch returns when no OnProgress of cl runs any more, nor ever will.
func (p *peer) unwatch(cl *call) {
	p.mu.Lock()
	cl.watch = nil
	if p.watched != cl {
		p.mu.Unlock()
		return
	}
	if p.unwatched == nil {
		p.unwatched = make(chan struct{})
	}
	returned := p.unwatched
	p.mu.Unlock()
	<-returned
}
