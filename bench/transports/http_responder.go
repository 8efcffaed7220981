package transports

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"sync"
)

const httpResponder = "http responder"

// serveHTTPResponder answers requests with results made in advance, for clients to be measured against. It looks at the first letters of a
// request's method, and copies its id.
func serveHTTPResponder(ctx context.Context, f frame) error {
	return serveHTTP(ctx, newHTTPResponder(f))
}

func newHTTPResponder(f frame) *httpResponderHandler {
	const info = `"serverInfo":{"name":"responder","version":"1.0.0"},"capabilities":{"tools":{}}`
	return &httpResponderHandler{
		called: []byte(`,"result":{"resultType":"complete","content":[{"type":"text","text":"` + f.json + `"}]}}`),
		opened: []byte(`,"result":{"protocolVersion":"2025-11-25",` + info + `}}`),
		found:  []byte(`,"result":{"resultType":"complete","ttlMs":0,"cacheScope":"private","supportedVersions":["2026-07-28"],` + info + `}}`),
		other:  []byte(`,"result":{}}`),
	}
}

type httpResponderHandler struct {
	called, opened, found, other []byte
	pool                         sync.Pool // of *bytes.Buffer
}

func (h *httpResponderHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.WriteHeader(http.StatusMethodNotAllowed) // no stream of its own, no sessions
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
	id, method := idAndMethod(b.Bytes())
	if id == nil {
		w.WriteHeader(http.StatusAccepted) // a notification
		return
	}
	n := b.Len()
	h.answer(b, id, method)
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write(b.Bytes()[n:]) // the client misses what does not get there
}

// answer appends the answer to a request.
func (h *httpResponderHandler) answer(b *bytes.Buffer, id, method []byte) {
	result := h.other
	switch {
	case bytes.HasPrefix(method, []byte("tools/call")):
		result = h.called
	case bytes.HasPrefix(method, []byte("initialize")):
		result = h.opened
	case bytes.HasPrefix(method, []byte("server/discover")):
		result = h.found
	}
	b.WriteString(`{"jsonrpc":"2.0","id":`)
	b.Write(id)
	b.Write(result)
}

// idAndMethod finds the two in a request, in whatever order its members are; id is nil for a notification. It is no parser: the
// texts that clients send here have no such members inside.
func idAndMethod(request []byte) (id, method []byte) {
	method = after(request, `"method":"`)
	if id = after(request, `"id":`); id == nil {
		return nil, method
	}
	end := bytes.IndexAny(id, ",}")
	return id[:max(end, 0)], method
}

func after(text []byte, mark string) []byte {
	if i := bytes.Index(text, []byte(mark)); i >= 0 {
		return text[i+len(mark):]
	}
	return nil
}
