package sse_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/mcpwire/mcpwire/codec/jsonrpc"
	"github.com/mcpwire/mcpwire/internal/memnet"
	"github.com/mcpwire/mcpwire/transport"
	event "github.com/mcpwire/mcpwire/transport/internal/sse"
	"github.com/mcpwire/mcpwire/transport/sse"
	"github.com/mcpwire/mcpwire/transport/transporttest"
)

func TestSuite(t *testing.T) {
	transporttest.Run(t, transporttest.Transport{
		Calls:    300,
		Bubble:   true,
		Posts:    true,
		NoProbe:  true,
		ServeRaw: serveRaw,
		Serve: func(t testing.TB, h jsonrpc.Handler, o *transport.Options) transporttest.Server {
			handler := sse.NewHandler(h, &sse.HandlerOptions{Options: *o})
			hc := suiteServer(t, handler, func() { _ = handler.Close() })
			return transporttest.Server{
				Dial: suiteDial(hc),
				DialRaw: func(t testing.TB) transporttest.Conn {
					return dialRaw(t, hc)
				},
			}
		},
	})
}

// suiteServer serves h in memory.
func suiteServer(t testing.TB, h http.Handler, closing func()) *http.Client {
	l := memnet.Listen()
	var conns sync.WaitGroup
	hs := &http.Server{Handler: h, ConnState: func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			conns.Add(1)
		case http.StateClosed:
			conns.Done()
		}
	}}
	done := make(chan struct{})
	go func() {
		_ = hs.Serve(l)
		close(done)
	}()
	rt := &http.Transport{DialContext: l.Dial, MaxIdleConnsPerHost: 1000, DisableCompression: true}
	t.Cleanup(func() {
		closing()
		rt.CloseIdleConnections()
		_ = hs.Close()
		<-done
		conns.Wait() // net/http waits for a while before it closes one on a client that still sends
	})
	return &http.Client{Transport: rt}
}

func suiteDial(hc *http.Client) transporttest.Dial {
	return func(ctx context.Context, h jsonrpc.Handler, o *transport.ClientOptions) (transporttest.Client, error) {
		c, err := sse.Dial(ctx, "http://memory/sse", h, &sse.DialOptions{ClientOptions: *o, HTTPClient: hc})
		if err != nil {
			return nil, err
		}
		return c, nil
	}
}

// rawConn is a client that is the test. A message that was refused is answered by the body of the response.
type rawConn struct {
	hc      *http.Client
	ctx     context.Context
	stop    context.CancelFunc
	body    io.ReadCloser
	events  *event.Reader
	url     string
	part    *io.PipeWriter // of a message that is not sent to its end
	sent    int
	done    chan error
	mu      sync.Mutex
	refused []string
}

func dialRaw(t testing.TB, hc *http.Client) transporttest.Conn {
	c := &rawConn{hc: hc}
	c.ctx, c.stop = context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(c.ctx, http.MethodGet, "http://memory/sse", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := hc.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	c.body, c.events = resp.Body, event.NewReader(resp.Body, event.Config{})
	e, err := c.events.Next()
	if err != nil {
		t.Fatal(err)
	}
	c.url = "http://memory/sse" + string(e.Data)
	return c
}

func (c *rawConn) post(body io.Reader) error {
	req, err := http.NewRequestWithContext(c.ctx, http.MethodPost, c.url, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.hc.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	switch resp.StatusCode {
	case http.StatusAccepted:
	case http.StatusBadRequest:
		c.refuse(string(text))
	case http.StatusRequestEntityTooLarge:
		c.refuse(`{"jsonrpc":"2.0","error":{"code":-32700,"message":"too large"}}`)
	default:
		return errors.New(resp.Status)
	}
	return err
}

func (c *rawConn) refuse(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = append(c.refused, text)
}

// Send POSTs. The status says what has become of this message: a notification has no other answer, and a request that was not read to its end has
// its id.
func (c *rawConn) Send(message []byte) error {
	var err error
	before := len(c.refused)
	if c.part == nil {
		err = c.post(strings.NewReader(string(message)))
	} else {
		_, err = c.part.Write(message[c.sent:])
		_ = c.part.Close()
		c.part = nil
		err = errors.Join(err, <-c.done)
	}
	if c.ctx.Err() != nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.refused) == before {
		return err
	}
	var m, refused jsonrpc.Message
	_ = jsonrpc.Scan(message, &m)
	_ = jsonrpc.Scan([]byte(c.refused[before]), &refused)
	var e jsonrpc.Error
	_ = refused.DecodeError(&e)
	switch {
	case m.Kind == jsonrpc.Notification && e.Code == jsonrpc.CodeInvalidRequest, m.Kind == jsonrpc.Response:
		c.refused = c.refused[:before]
	case m.Kind == jsonrpc.Request && refused.ID.IsZero() && !m.ID.IsZero():
		c.refused[before] = strings.Replace(c.refused[before], `"error"`, `"id":`+m.ID.String()+`,"error"`, 1)
	}
	return err
}

func (c *rawConn) SendPart(message []byte, n int) error {
	if c.part == nil {
		r, w := io.Pipe()
		c.part, c.sent, c.done = w, 0, make(chan error, 1)
		go func() {
			err := c.post(r)
			_ = r.CloseWithError(io.ErrClosedPipe)
			c.done <- err
		}()
	}
	if n == c.sent {
		return nil
	}
	_, err := c.part.Write(message[c.sent:n])
	c.sent = n
	return err
}

func (c *rawConn) Receive() ([]byte, error) {
	c.mu.Lock()
	if len(c.refused) > 0 {
		text := c.refused[0]
		c.refused = c.refused[1:]
		c.mu.Unlock()
		return []byte(text), nil
	}
	c.mu.Unlock()
	e, err := c.events.Next()
	if err != nil {
		return nil, err
	}
	return []byte(string(e.Data)), nil
}

func (c *rawConn) CloseWrite() error { return errors.ErrUnsupported }

func (c *rawConn) Close() error {
	c.stop()
	if c.part != nil {
		_ = c.part.Close()
	}
	return c.body.Close()
}
