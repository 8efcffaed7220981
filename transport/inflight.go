package transport

import "github.com/mcpwire/mcpwire/codec/jsonrpc"

// inFlight are the requests of a peer whose handlers no reader waits for. It is guarded by peer.mu. One that is empty holds next to
// nothing, as most sessions are idle most of the time.
type inFlight struct {
	list []*handle
	byID map[jsonrpc.ID]*handle // of those without an answer; nil while they are few. The ids borrow their frames
}

// few is how many requests are looked through one by one.
const few = 16

func (f *inFlight) len() int { return len(f.list) }

// add adds h, which has an answer or has none, and which may have been added before.
func (f *inFlight) add(h *handle) {
	r := h.r
	if r.slot == 0 {
		f.list = append(f.list, h)
		r.slot = len(f.list)
	}
	f.list[r.slot-1] = h
	if r.settled != nil {
		return
	}
	r.registered = true
	switch {
	case f.byID != nil:
		f.byID[r.m.ID] = h
	case len(f.list) > few:
		f.byID = make(map[jsonrpc.ID]*handle, 2*few)
		for _, h := range f.list {
			if h.r.registered {
				f.byID[h.r.m.ID] = h
			}
		}
	}
}

// find returns the request with that id that has no answer yet; nil if there is none.
func (f *inFlight) find(id jsonrpc.ID) *handle {
	if f.byID != nil {
		return f.byID[id]
	}
	for _, h := range f.list {
		if h.r.registered && h.r.m.ID == id {
			return h
		}
	}
	return nil
}

// answered notes that r has its answer: its id is free.
func (f *inFlight) answered(r *request) {
	if r.registered {
		r.registered = false
		delete(f.byID, r.m.ID)
	}
}

// remove takes r out, if it is there.
func (f *inFlight) remove(r *request) {
	if r.slot == 0 {
		return
	}
	f.answered(r)
	last := len(f.list) - 1
	moved := f.list[last]
	f.list[r.slot-1] = moved
	moved.r.slot = r.slot
	f.list[last] = nil
	f.list = f.list[:last]
	r.slot = 0
	if last == 0 {
		f.byID = nil
		if cap(f.list) > few {
			f.list = nil
		}
	}
}
