package transports

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// requestLimit bounds the wait for anything on a connection.
const requestLimit = 20 * time.Second

// httpConn is one connection of a client that does no more than it has to: its requests are bytes made in advance, where only the
// id changes, and of an answer it looks at what tells where it ends, and at the message.
type httpConn struct {
	conn    net.Conn
	addr    string
	target  string // of its requests
	in      *bufio.Reader
	request []byte // head and body
	at      int    // where the body begins
	body    []byte // of the last answer
	check   checker
	next    int
	times   []uint32 // microseconds of each request

	answers *eventStream // what answers come on, if not in the responses
}

// dialHTTP opens a connection and, in the era that has them, a session of its own. onlyStream asks for an event stream by taking nothing
// else, of a server that chooses by that.
func dialHTTP(addr string, era Era, f frame, firstID int, onlyStream bool) (*httpConn, error) {
	c, err := newHTTPConn(addr)
	if err != nil {
		return nil, err
	}
	c.check.text, c.next = f.text, firstID
	headers := "Mcp-Method: tools/call\r\nMcp-Name: " + toolName + "\r\nMCP-Protocol-Version: 2026-07-28\r\n"
	if era == Legacy {
		if headers, err = c.handshake(); err != nil {
			return nil, errors.Join(err, c.conn.Close())
		}
	}
	accept := bothTypes
	if f.stream && onlyStream {
		accept = "text/event-stream"
	}
	c.prepare(accept, headers, f)
	return c, nil
}

// prepare makes the bytes of requests.
func (c *httpConn) prepare(accept, headers string, f frame) {
	head := c.postHead(accept, headers, len(f.body()))
	c.at = len(head)
	c.request = append([]byte(head), f.body()...)
}

func (c *httpConn) close() {
	_ = c.conn.Close() // nobody waits for anything
	if c.answers != nil {
		c.answers.close()
	}
}

// newHTTPConn opens a connection.
func newHTTPConn(addr string) (*httpConn, error) {
	conn, err := net.DialTimeout("tcp", addr, requestLimit) //nolint:noctx // to a child on this machine, with a limit
	if err != nil {
		return nil, err
	}
	return &httpConn{conn: conn, in: bufio.NewReaderSize(conn, 64<<10), addr: addr, target: "/mcp"}, nil
}

const bothTypes = "application/json, text/event-stream"

func (c *httpConn) postHead(accept, headers string, size int) string {
	return "POST " + c.target + " HTTP/1.1\r\nHost: " + c.addr + "\r\nContent-Type: application/json\r\nAccept: " + accept + "\r\n" +
		headers + "Content-Length: " + strconv.Itoa(size) + "\r\n\r\n"
}

// post makes a request that has nothing to do with a load, and returns the id of the session in the head of the answer, if there is one.
func (c *httpConn) post(headers, body string) (session string, err error) {
	body = strings.TrimSpace(body)
	if err := c.write([]byte(c.postHead(bothTypes, headers, len(body)) + body)); err != nil {
		return "", err
	}
	return c.answer()
}

// handshake opens a session, and returns the headers that its requests have.
func (c *httpConn) handshake() (string, error) {
	session, err := c.post("", initialize)
	if err != nil {
		return "", fmt.Errorf("initialize: %w", err)
	}
	if err := checkInitialize(c.message()); err != nil {
		return "", err
	}
	headers := "MCP-Protocol-Version: 2025-11-25\r\n"
	if session != "" {
		headers += "Mcp-Session-Id: " + session + "\r\n"
	}
	if _, err := c.post(headers, initialized); err != nil {
		return "", fmt.Errorf("initialized: %w", err)
	}
	return headers, nil
}

func (c *httpConn) write(b []byte) error {
	if err := c.conn.SetDeadline(time.Now().Add(requestLimit)); err != nil {
		return err
	}
	_, err := c.conn.Write(b)
	return err
}

// call makes one request and checks the answer.
func (c *httpConn) call() error {
	id := c.next
	c.next++
	putID(c.request[c.at:], id)
	if err := c.write(c.request); err != nil {
		return err
	}
	if _, err := c.answer(); err != nil {
		return err
	}
	message := c.message()
	if c.answers != nil {
		var err error
		if message, err = c.answers.next(); err != nil {
			return err
		}
	}
	got, err := c.check.check(message)
	if err == nil && got != id {
		err = fmt.Errorf("the answer to %d came to %d", got, id)
	}
	return err
}

// runHTTP puts load on a server by all connections at the same time.
func runHTTP(conns []*httpConn, l load) (got sample, err error) {
	var running sync.WaitGroup
	var total, failed atomic.Int64
	errs := make([]error, len(conns))
	start := time.Now()
	for i, c := range conns {
		running.Go(func() {
			c.times = c.times[:0]
			for len(c.times) < l.count/len(conns) && failed.Load() == 0 {
				began := time.Now()
				if began.Sub(start) >= l.time {
					break
				}
				if errs[i] = c.call(); errs[i] != nil {
					failed.Add(1)
					return
				}
				c.times = append(c.times, uint32(time.Since(began).Microseconds())) //nolint:gosec // within requestLimit
			}
			total.Add(int64(len(c.times)))
		})
	}
	running.Wait()
	got.count, got.elapsed = int(total.Load()), time.Since(start)
	got.p50, got.p99 = percentiles(conns)
	return got, errors.Join(errs...)
}

func percentiles(conns []*httpConn) (p50, p99 time.Duration) {
	var all []uint32
	for _, c := range conns {
		all = append(all, c.times...)
	}
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	at := func(q float64) time.Duration {
		return time.Duration(all[int(q*float64(len(all)-1))]) * time.Microsecond
	}
	return at(0.5), at(0.99)
}
