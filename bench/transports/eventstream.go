package transports

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http/httputil"
	"time"
)

// streamBuffer holds the longest line of a stream that is idle or gets notifications.
const streamBuffer = 4 << 10

// eventStream is an event stream that a client reads.
type eventStream struct {
	conn net.Conn
	text *bufio.Reader // without chunks
}

// openStream sends a request, over a connection of its own, whose answer is an event stream. buffer is the length of the longest line; a
// narrow connection holds little that is not read.
func openStream(addr, request string, buffer int, narrow bool) (*eventStream, error) {
	conn, err := net.DialTimeout("tcp", addr, requestLimit) //nolint:noctx // to a child on this machine, with a limit
	if err != nil {
		return nil, err
	}
	if tcp, ok := conn.(*net.TCPConn); ok && narrow {
		_ = tcp.SetReadBuffer(narrowBuffer) // the load sees to it that it is full
	}
	s, err := newEventStream(conn, request, buffer)
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

func newEventStream(conn net.Conn, request string, buffer int) (*eventStream, error) {
	if err := conn.SetDeadline(time.Now().Add(requestLimit)); err != nil {
		return nil, err
	}
	if _, err := conn.Write([]byte(request)); err != nil {
		return nil, err
	}
	in := bufio.NewReaderSize(conn, buffer)
	h, err := readHead(in)
	switch {
	case err != nil:
		return nil, fmt.Errorf("open a stream: %w", err)
	case !h.chunked:
		return nil, errors.New("open a stream: the response has an end")
	}
	s := &eventStream{conn: conn, text: bufio.NewReaderSize(httputil.NewChunkedReader(in), buffer)}
	return s, conn.SetDeadline(time.Time{})
}

// next returns the data of the next event that has some. It is good until the next call.
func (s *eventStream) next() ([]byte, error) {
	for {
		line, err := s.text.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		if data, ok := bytes.CutPrefix(line, []byte("data:")); ok {
			if data = bytes.TrimSpace(data); len(data) > 0 {
				return data, nil
			}
		}
	}
}

// within is next with a limit, for what comes at once.
func (s *eventStream) within(limit time.Duration) ([]byte, error) {
	if err := s.conn.SetReadDeadline(time.Now().Add(limit)); err != nil {
		return nil, err
	}
	data, err := s.next()
	return data, errors.Join(err, s.conn.SetReadDeadline(time.Time{}))
}

func (s *eventStream) close() { _ = s.conn.Close() } // nothing is lost with it
