package transports

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// responseHead is what the driver wants to know of the head of a response: where the body ends, and the session.
type responseHead struct {
	size    int
	chunked bool
	session string
}

// readHead reads the head of a response, which has to say that all is well.
func readHead(in *bufio.Reader) (h responseHead, err error) {
	status, err := in.ReadSlice('\n')
	if err != nil {
		return h, err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 20")) {
		rest := make([]byte, in.Buffered())
		_, _ = in.Read(rest) // what is there says more
		return h, fmt.Errorf("%s %s", bytes.TrimSpace(status), excerpt(rest))
	}
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return h, err
		}
		name, value, ok := bytes.Cut(bytes.TrimRight(line, "\r\n"), []byte(": "))
		if !ok {
			return h, nil // the blank line
		}
		switch {
		case isHeader(name, "Content-Length"):
			if h.size, err = strconv.Atoi(string(value)); err != nil {
				return h, err
			}
		case isHeader(name, "Transfer-Encoding"):
			h.chunked = true
		case isHeader(name, "Mcp-Session-Id"):
			h.session = string(value)
		}
	}
}

func isHeader(name []byte, want string) bool {
	return len(name) == len(want) && strings.EqualFold(string(name), want)
}

// answer reads a response into c.body and returns the session id in its head.
func (c *httpConn) answer() (session string, err error) {
	h, err := readHead(c.in)
	if err != nil {
		return "", err
	}
	c.body = c.body[:0]
	if !h.chunked {
		return h.session, c.take(h.size)
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
			return h.session, nil
		}
	}
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
