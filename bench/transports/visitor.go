package transports

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	methodUpdated = "notifications/resources/updated"

	updatedHead = `{"jsonrpc":"2.0","method":"` + methodUpdated + `","params":`
)

// resourceURI is what the notification of broadcasts is about, so long that its message has smallSize bytes.
var resourceURI = "file:///" + strings.Repeat("a", smallSize-len(updatedHead+`{"uri":"file:///"}}`))

// updatedParams are the params of that notification.
func updatedParams() string { return `{"uri":"` + resourceURI + `"}` }

// wishes are what a visitor opens besides its session.
type wishes struct {
	stream  bool // the stream of what belongs to no request
	updates bool // a subscription of the resource
	narrow  bool // the stream's socket holds little that is not read
}

// visitor opens sessions as a client of one kind does. What it returns is the stream, if one is wished for.
type visitor func(c *httpConn, w wishes) (*eventStream, error)

// visitStreamable is a client of Streamable HTTP with sessions.
func visitStreamable(c *httpConn, w wishes) (*eventStream, error) {
	headers, err := c.handshake()
	if err != nil {
		return nil, err
	}
	if w.updates {
		if _, err := c.post(headers, subscribeText()); err != nil {
			return nil, fmt.Errorf("subscribe: %w", err)
		}
		if err := isResult(c.message()); err != nil {
			return nil, err
		}
	}
	if !w.stream {
		return nil, nil //nolint:nilnil // none is wished for
	}
	return openStream(c.addr, getHead("/mcp", c.addr, headers), streamBuffer, w.narrow)
}

// visitListening is a client of 2026-07-28, which has no session: a request that lasts is all there is of it.
func visitListening(c *httpConn, w wishes) (*eventStream, error) {
	body := `{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{` + modernMeta +
		`"notifications":{"resourceSubscriptions":["` + resourceURI + `"]}}}`
	head := c.postHead(bothTypes, "MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: subscriptions/listen\r\n", len(body))
	s, err := openStream(c.addr, head+body, streamBuffer, w.narrow)
	if err != nil {
		return nil, err
	}
	text, err := s.within(requestLimit)
	if err == nil && !bytes.Contains(text, []byte("notifications/subscriptions/acknowledged")) {
		err = fmt.Errorf("no acknowledgement: %s", excerpt(text))
	}
	return s, closeAfter(s, err)
}

// visitSSE is a client of HTTP+SSE, whose session is its stream.
func visitSSE(c *httpConn, w wishes) (*eventStream, error) {
	s, err := openStream(c.addr, getHead("/sse", c.addr, ""), streamBuffer, w.narrow)
	if err != nil {
		return nil, err
	}
	err = c.follow(s)
	if err == nil && w.updates {
		var answer []byte
		if answer, err = c.exchange(s, subscribeText()); err == nil {
			err = isResult(answer)
		}
	}
	return s, closeAfter(s, err)
}

// follow reads from a new stream of HTTP+SSE where to send requests, and opens a session there.
func (c *httpConn) follow(s *eventStream) error {
	ref, err := s.within(requestLimit)
	if err != nil {
		return fmt.Errorf("the endpoint: %w", err)
	}
	target, err := url.Parse("/sse")
	if err == nil {
		target, err = target.Parse(string(ref))
	}
	if err != nil {
		return fmt.Errorf("the endpoint: %w", err)
	}
	c.target = target.RequestURI()
	answer, err := c.exchange(s, initialize)
	if err != nil {
		return fmt.Errorf("initialize: %w", err)
	}
	if err := checkInitialize(answer); err != nil {
		return err
	}
	if _, err := c.post("", initialized); err != nil {
		return fmt.Errorf("initialized: %w", err)
	}
	return nil
}

// exchange makes a request whose answer comes on the stream.
func (c *httpConn) exchange(s *eventStream, body string) ([]byte, error) {
	if _, err := c.post("", body); err != nil {
		return nil, err
	}
	return s.within(requestLimit)
}

func getHead(target, addr, headers string) string {
	return "GET " + target + " HTTP/1.1\r\nHost: " + addr + "\r\nAccept: text/event-stream\r\n" + headers + "\r\n"
}

func subscribeText() string {
	return `{"jsonrpc":"2.0","id":2,"method":"resources/subscribe","params":` + updatedParams() + `}`
}

func isResult(message []byte) error {
	if !bytes.Contains(message, []byte(`"result":`)) {
		return fmt.Errorf("no result: %s", excerpt(message))
	}
	return nil
}

// closeAfter closes s if err says that it is of no use.
func closeAfter(s *eventStream, err error) error {
	if err != nil {
		s.close()
	}
	return err
}

// crowd are the streams of clients that are there at the same time.
type crowd []*eventStream

func (all crowd) close() {
	for _, s := range all {
		s.close()
	}
}

// openers are the connections over which sessions are opened at the same time.
const openers = 16

// gather lets n clients open their sessions, and returns how long that took.
func gather(addr string, n int, visit visitor, w wishes) (crowd, time.Duration, error) {
	var running sync.WaitGroup
	var mu sync.Mutex
	var all crowd
	var failed error
	start := time.Now()
	for i := range openers {
		running.Go(func() {
			some, err := gatherSome(addr, (n+i)/openers, visit, w)
			mu.Lock()
			defer mu.Unlock()
			all, failed = append(all, some...), errors.Join(failed, err)
		})
	}
	running.Wait()
	elapsed := time.Since(start)
	if failed != nil {
		all.close()
	}
	return all, elapsed, failed
}

func gatherSome(addr string, n int, visit visitor, w wishes) (some crowd, err error) {
	c, err := newHTTPConn(addr)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.conn.Close() }() // all has been answered
	for i := range n {
		s, err := visit(c, w)
		if err != nil {
			return some, fmt.Errorf("session %d of %d: %w", i, n, err)
		}
		if s != nil {
			some = append(some, s)
		}
	}
	return some, nil
}
