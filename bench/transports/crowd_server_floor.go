package transports

import (
	"context"
	"errors"
	"net/http"
	"sync"
)

const crowdFloor = "crowd raw net/http"

// serveCrowdFloor has no sessions; its streams are what net/http takes for a request that lasts, and a channel.
func serveCrowdFloor(ctx context.Context, f frame) error {
	h := &floorStreams{posts: newHTTPResponder(f), open: map[chan []byte]struct{}{}}
	event := []byte("event: message\ndata: " + updatedHead + updatedParams() + "}\n\n")
	self.Lock()
	self.publish = func() error { return h.publish(event) }
	self.Unlock()
	return serveCrowd(ctx, f, h)
}

// floorStreams answers POSTs with results made in advance, and GETs with streams.
type floorStreams struct {
	posts http.Handler

	mu   sync.Mutex
	open map[chan []byte]struct{}
}

// waiting is how many events may wait for a stream. Those that find no room are dropped.
const waiting = 8

func (h *floorStreams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		h.posts.ServeHTTP(w, r)
		return
	}
	flusher, ok := w.(http.Flusher)
	if !ok {
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	events := make(chan []byte, waiting)
	h.mu.Lock()
	h.open[events] = struct{}{}
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		delete(h.open, events)
		h.mu.Unlock()
	}()
	w.Header()["Content-Type"], w.Header()["Cache-Control"] = streamType, noCache
	w.WriteHeader(http.StatusOK)
	event := []byte(":\n\n")
	for {
		if _, err := w.Write(event); err != nil {
			return
		}
		flusher.Flush()
		select {
		case event = <-events:
		case <-r.Context().Done():
			return
		}
	}
}

var errNobody = errors.New("there is no stream")

func (h *floorStreams) publish(event []byte) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	for events := range h.open {
		select {
		case events <- event:
		default:
		}
	}
	if len(h.open) == 0 {
		return errNobody
	}
	return nil
}
