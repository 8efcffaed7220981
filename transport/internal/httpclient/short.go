package httpclient

import (
	"bytes"
	"context"
	"io"
	"net/http/httptrace"
	"slices"
)

// maxShort is how long a short body is at most, in bytes. With its header it fits into what net/http has as a buffer for each connection.
const maxShort = 2 << 10

// shortBody is a short Body as it is sent for the first time, and the context of that request.
//
// A body that net/http does not know to be in memory costs a system call more: the header goes out before it is read. What it knows are
// the readers of the standard library. Those cannot be told that their memory is gone, and so they get a copy; and they cannot tell
// that they were read, but the trace of a request does, which is a value of its context.
type shortBody struct {
	context.Context

	text   []byte // nil while it is not used
	reader bytes.Reader
	trace  httptrace.ClientTrace
}

// short returns the short body that b is sent as; nil if it is to be sent as it is.
func (c *Client) short(ctx context.Context, b *Body) *shortBody {
	if c.own == nil || b == nil || b.size > maxShort || traceKey == nil || ctx.Value(traceKey) != nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.text == nil || b.short.text != nil { // net/http may still use it
		return nil
	}
	s := &b.short
	s.Context, s.text = ctx, slices.Clone(b.text)
	s.reader.Reset(s.text)
	s.trace.WroteHeaders = b.sent
	return s
}

// sent notes that the header is on its way, and the text with it.
func (b *Body) sent() {
	b.mu.Lock()
	b.read, b.whole = true, true
	b.mu.Unlock()
}

// again is for http.Request.GetBody.
func (s *shortBody) again() (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(s.text)), nil
}

// Value has the trace besides what the context has.
func (s *shortBody) Value(key any) any {
	if key == traceKey {
		return &s.trace
	}
	return s.Context.Value(key)
}

// AfterFunc keeps the contexts that net/http derives from costing a goroutine, if they did not cost one without s.
func (s *shortBody) AfterFunc(f func()) (stop func() bool) {
	if a, ok := s.Context.(interface {
		AfterFunc(f func()) (stop func() bool)
	}); ok {
		return a.AfterFunc(f)
	}
	return context.AfterFunc(s.Context, f)
}

// traceKey is the key under which net/http looks for the trace of a request. httptrace.WithClientTrace would do, for the price of two
// more contexts with each request, of which the outer one has no AfterFunc.
var traceKey = func() any {
	k := new(keyOf)
	_ = httptrace.ContextClientTrace(k)
	return k.key
}()

// keyOf is a context that notes the key of a value it is asked for.
type keyOf struct {
	context.Context

	key any
}

func (k *keyOf) Value(key any) any {
	k.key = key
	return nil
}
