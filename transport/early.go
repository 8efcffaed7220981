package transport

import (
	"time"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
)

// earlyCancels are cancellations of requests that are not known. Where each message comes by itself, on a connection of its own, one can get
// here before its request, which has to be ended then; mostly, though, it has come after the answer, and is for nothing. It is guarded by peer.mu.
type earlyCancels struct {
	list []earlyCancel // the oldest first; nil while there are none
}

type earlyCancel struct {
	id jsonrpc.ID // does not borrow
	at time.Time
}

const (
	// earlyGrace is how long a request may come after its cancellation.
	earlyGrace = time.Second
	// maxEarly bounds how many cancellations are kept. There may be many, as a client's connection often ends before it has sent the request.
	maxEarly = 256
	// maxEarlyID bounds their ids, in bytes of JSON text.
	maxEarlyID = 64
)

// add keeps a cancellation; the oldest makes room.
func (e *earlyCancels) add(id jsonrpc.ID) {
	if len(id.String()) > maxEarlyID { // numbers may be long, too
		return
	}
	if len(e.list) == maxEarly {
		e.list = append(e.list[:0], e.list[1:]...)
	}
	e.list = append(e.list, earlyCancel{id.Clone(), time.Now()})
}

// take reports whether the request with that id, which has just come, was cancelled. It forgets that, and what is too old.
func (e *earlyCancels) take(id jsonrpc.ID) (found bool) {
	if e.list == nil {
		return false
	}
	kept := e.list[:0]
	for _, c := range e.list {
		switch {
		case time.Since(c.at) > earlyGrace:
		case c.id.Equal(id):
			found = true
		default:
			kept = append(kept, c)
		}
	}
	if e.list = kept; len(kept) == 0 {
		e.list = nil
	}
	return found
}
