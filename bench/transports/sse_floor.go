package transports

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
)

const sseFloor = "sse raw net/http"

// serveSSEFloor answers requests, on the streams that they belong to, with results made in advance. It is the floor of servers, and what clients
// are measured against.
func serveSSEFloor(ctx context.Context, f frame) error {
	return serveHTTP(ctx, &sseFloorHandler{results: newHTTPResponder(f), streams: map[string]*floorStream{}})
}

type sseFloorHandler struct {
	results *httpResponderHandler
	pool    sync.Pool // of *bytes.Buffer

	mu      sync.Mutex
	streams map[string]*floorStream
	last    int
}

// floorStream is a stream that whoever answers writes to.
type floorStream struct {
	mu sync.Mutex
	w  http.ResponseWriter // nil at its end
	f  http.Flusher
}

func (s *floorStream) write(event []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.w != nil {
		_, _ = s.w.Write(event) // the client misses what does not get there
		s.f.Flush()
	}
}

func (h *sseFloorHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		h.stream(w, r)
		return
	}
	h.mu.Lock()
	s := h.streams[r.URL.RawQuery]
	h.mu.Unlock()
	if s == nil {
		http.NotFound(w, r)
		return
	}
	b, ok := h.pool.Get().(*bytes.Buffer)
	if !ok {
		b = new(bytes.Buffer)
	}
	defer h.pool.Put(b)
	b.Reset()
	if _, err := io.Copy(b, r.Body); err != nil {
		return // the client has gone
	}
	w.WriteHeader(http.StatusAccepted)
	id, method := idAndMethod(b.Bytes())
	if id == nil {
		return // a notification
	}
	n := b.Len()
	b.WriteString("event: message\ndata: ")
	h.results.answer(b, id, method)
	b.WriteString("\n\n")
	s.write(b.Bytes()[n:])
}

func (h *sseFloorHandler) stream(w http.ResponseWriter, r *http.Request) {
	f, ok := w.(http.Flusher)
	if !ok {
		w.WriteHeader(http.StatusNotImplemented)
		return
	}
	s := &floorStream{w: w, f: f}
	h.mu.Lock()
	h.last++
	id := strconv.Itoa(h.last)
	h.streams[id] = s
	h.mu.Unlock()
	w.Header()["Content-Type"], w.Header()["Cache-Control"] = streamType, noCache
	s.write([]byte("event: endpoint\ndata: ?" + id + "\n\n"))
	<-r.Context().Done()
	h.mu.Lock()
	delete(h.streams, id)
	h.mu.Unlock()
	s.mu.Lock()
	s.w = nil
	s.mu.Unlock()
}
