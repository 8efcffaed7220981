package transports

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
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
	in      *bufio.Reader
	request []byte // head and body
	at      int    // where the body begins
	body    []byte // of the last answer
	check   checker
	next    int
	times   []uint32 // microseconds of each request
}

// dialHTTP opens a connection and, in the era that has them, a session of its own. onlyStream asks for an event stream by taking nothing
// else, of a server that chooses by that.
func dialHTTP(addr string, era Era, f frame, firstID int, onlyStream bool) (*httpConn, error) {
	conn, err := net.DialTimeout("tcp", addr, requestLimit) //nolint:noctx // to a child on this machine, with a limit
	if err != nil {
		return nil, err
	}
	c := &httpConn{conn: conn, in: bufio.NewReaderSize(conn, 64<<10), check: checker{text: f.text}, next: firstID}
	headers := "Mcp-Method: tools/call\r\nMcp-Name: " + toolName + "\r\nMCP-Protocol-Version: 2026-07-28\r\n"
	if era == Legacy {
		if headers, err = c.handshake(addr); err != nil {
			return nil, errors.Join(err, conn.Close())
		}
	}
	accept := "application/json, text/event-stream"
	if f.stream && onlyStream {
		accept = "text/event-stream"
	}
	head := postHead(addr, accept, headers, len(f.body()))
	c.at = len(head)
	c.request = append([]byte(head), f.body()...)
	return c, nil
}

func postHead(addr, accept, headers string, size int) string {
	return "POST /mcp HTTP/1.1\r\nHost: " + addr + "\r\nContent-Type: application/json\r\nAccept: " + accept + "\r\n" +
		headers + "Content-Length: " + strconv.Itoa(size) + "\r\n\r\n"
}

// handshake opens a session, and returns the headers that its requests have.
func (c *httpConn) handshake(addr string) (string, error) {
	post := func(headers, body string) (string, error) {
		body = strings.TrimSpace(body)
		if err := c.write([]byte(postHead(addr, "application/json, text/event-stream", headers, len(body)) + body)); err != nil {
			return "", err
		}
		return c.answer()
	}
	session, err := post("", initialize)
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
	if _, err := post(headers, initialized); err != nil {
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
	got, err := c.check.check(c.message())
	if err == nil && got != id {
		err = fmt.Errorf("the answer to %d came to %d", got, id)
	}
	return err
}

// answer reads a response into c.body and returns the session id in its head.
func (c *httpConn) answer() (session string, err error) {
	status, err := c.in.ReadSlice('\n')
	if err != nil {
		return "", err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 20")) {
		rest := make([]byte, c.in.Buffered())
		_, _ = c.in.Read(rest) // what is there says more
		return "", fmt.Errorf("%s %s", bytes.TrimSpace(status), excerpt(rest))
	}
	size, chunked := 0, false
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return "", err
		}
		name, value, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(": "))
		if !ok {
			break // the blank line
		}
		switch {
		case isHeader(name, "Content-Length"):
			if size, err = strconv.Atoi(string(value)); err != nil {
				return "", err
			}
		case isHeader(name, "Transfer-Encoding"):
			chunked = true
		case isHeader(name, "Mcp-Session-Id"):
			session = string(value)
		}
	}
	c.body = c.body[:0]
	if !chunked {
		return session, c.take(size)
	}
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return "", err
		}
		size, err := strconv.ParseUint(string(bytes.TrimSpace(line)), 16, 31)
		if err != nil {
			return "", fmt.Errorf("size of a chunk: %w", err)
		}
		if err := c.take(int(size)); err != nil {
			return "", err
		}
		if _, err := c.in.Discard(2); err != nil { // CRLF
			return "", err
		}
		if size == 0 {
			return session, nil
		}
	}
}

func isHeader(name []byte, want string) bool {
	return len(name) == len(want) && strings.EqualFold(string(name), want)
}

// take appends the next n bytes to c.body.
func (c *httpConn) take(n int) error {
	at := len(c.body)
	c.body = slices.Grow(c.body, n)[:at+n]
	_, err := io.ReadFull(c.in, c.body[at:])
	return err
}

// message returns the JSON of the last answer: the body, or the data of the last event that has some.
func (c *httpConn) message() []byte {
	if len(c.body) > 0 && c.body[0] == '{' {
		return c.body
	}
	at := bytes.LastIndex(c.body, []byte("data: {"))
	if at < 0 {
		return c.body
	}
	line := c.body[at+len("data: "):]
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	return line
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
