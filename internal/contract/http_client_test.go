package contract

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/pool"
	"github.com/mcpwire/mcpwire/transport"
)

// poster is the sink of an HTTP client: each message is a POST of its own. What comes back on the response, a
// message or a stream of them, goes the same way as what comes on any other stream.
type poster struct {
	c      *conn
	http   *http.Client
	url    string
	header http.Header

	mu  sync.Mutex
	buf pool.Buffer
}

func (p *poster) begin() []byte {
	p.mu.Lock()
	p.buf = p.c.pool.Get(firstMessage)
	return p.buf.Bytes()[:0]
}

func (p *poster) abort() {
	p.buf.Release()
	p.mu.Unlock()
}

func (p *poster) send(ctx context.Context, message []byte, _ turn, _ bool) error {
	body := bytes.Clone(message) // net/http may read it after Do has returned
	p.abort()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header = p.header.Clone()
	req.Header["Content-Type"] = typeJSON
	req.Header["Accept"] = []string{"application/json, text/event-stream"}
	res, err := p.http.Do(req)
	if err != nil {
		return transport.NewError(transport.Lost, "POST", err)
	}
	switch kind := res.Header.Get("Content-Type"); {
	case res.StatusCode == http.StatusOK && strings.HasPrefix(kind, typeEvents[0]):
		return p.follow(res.Body, body)
	case strings.HasPrefix(kind, typeJSON[0]):
		return p.one(res)
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxOut)) // so that the connection can be used again
	_ = res.Body.Close()
	if res.StatusCode/100 != 2 {
		return transport.FromStatus(transport.Rejected, "POST", res.StatusCode, nil)
	}
	return nil
}

// one reads a response that is one message.
func (p *poster) one(res *http.Response) error {
	defer func() { _ = res.Body.Close() }()
	b, frame, err := readBody(p.c.pool, res.Body, res.ContentLength, int64(p.c.opts.Limits.Message))
	if err != nil {
		return transport.NewError(transport.Lost, "reading the response", err)
	}
	defer b.drop()
	var m jsonrpc.Message
	if err := jsonrpc.Scan(frame, &m); err != nil {
		return transport.NewError(transport.Protocol, "response", err)
	}
	p.c.deliver(&m, b)
	return nil
}

// follow reads a stream of messages on a goroutine of its own: its handlers may take longer than the caller waits.
func (p *poster) follow(body io.ReadCloser, sent []byte) error {
	var m jsonrpc.Message
	if err := jsonrpc.Scan(sent, &m); err != nil {
		return err
	}
	id, _ := m.ID.Int64()
	var s *stream
	s = newStream(p.c, body, events(func(string) {}), func(err error) {
		_ = body.Close()
		p.c.lose(id, transport.NewError(transport.Lost, "the stream ended before the answer", err))
		// What the server asked for the sake of this call, it can neither cancel any more nor want answered.
		for _, h := range p.c.running(s) {
			h.cancel(true)
		}
	})
	s.start()
	return nil
}

// newHTTPConn makes the client's end of a session.
func newHTTPConn(h jsonrpc.Handler, p *pool.Pool, opts transport.Options) (*conn, *poster) {
	c := newConn(h, p, opts)
	c.http = true
	out := &poster{c: c, http: &http.Client{Transport: &http.Transport{}}, header: http.Header{}}
	c.out = out
	c.onClose = out.http.CloseIdleConnections
	return c, out
}

// dialSSE opens a session of HTTP+SSE.
func dialSSE(ctx context.Context, url string, h jsonrpc.Handler, p *pool.Pool, opts transport.Options) (*conn, error) {
	c, out := newHTTPConn(h, p, opts)
	alive, stop := context.WithCancel(context.WithoutCancel(ctx)) // the stream outlives the dial
	req, err := http.NewRequestWithContext(alive, http.MethodGet, url+"/sse", nil)
	if err != nil {
		stop()
		return nil, err
	}
	req.Header["Accept"] = typeEvents
	res, err := out.http.Do(req)
	if err != nil {
		stop()
		return nil, err
	}
	endpoint := make(chan string, 1)
	s := newStream(c, res.Body, events(func(path string) { endpoint <- path }), func(err error) {
		_ = res.Body.Close()
		c.fail(transport.Lost, err)
	})
	c.streams = []*stream{s}
	c.onClose = func() {
		stop()
		out.http.CloseIdleConnections()
	}
	s.start()
	select {
	case path := <-endpoint:
		out.url = url + path
		return c, nil
	case <-ctx.Done():
		_ = c.Close()
		return nil, transport.FromContext(ctx, "waiting for the endpoint")
	}
}

// dialStreamable opens a session of Streamable HTTP, or, for a modern revision, none.
func dialStreamable(ctx context.Context, url string, v jsonrpc.Revision, h jsonrpc.Handler, p *pool.Pool, opts transport.Options) (*conn, error) {
	c, out := newHTTPConn(h, p, opts)
	c.info.Revision = v
	out.url = url
	out.header.Set("Mcp-Protocol-Version", v.String())
	if v.Modern() {
		return c, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url,
		strings.NewReader(`{"jsonrpc":"2.0","id":0,"method":"initialize"}`))
	if err != nil {
		return nil, err
	}
	res, err := out.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("initialize: status %d", res.StatusCode)
	}
	out.header["Mcp-Session-Id"] = res.Header["Mcp-Session-Id"]
	return c, nil
}
