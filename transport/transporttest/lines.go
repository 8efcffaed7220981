package transporttest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Lines makes a Conn of a stream of bytes that carries a message to a line, as stdio has it. If rwc has a method
// CloseWrite() error, that is how its writing half is closed.
func Lines(rwc io.ReadWriteCloser) Conn {
	return &lines{rwc: rwc, in: bufio.NewReaderSize(rwc, 512)}
}

type lines struct {
	rwc  io.ReadWriteCloser
	in   *bufio.Reader
	part int // how much of a message SendPart has sent
}

func (l *lines) Send(message []byte) error {
	from := l.part
	l.part = 0
	_, err := l.rwc.Write(append(bytes.Clone(message[from:]), '\n'))
	return err
}

func (l *lines) SendPart(message []byte, n int) error {
	from := l.part
	l.part = n
	_, err := l.rwc.Write(message[from:n])
	return err
}

func (l *lines) Receive() ([]byte, error) {
	line, err := l.in.ReadBytes('\n')
	if err != nil {
		return nil, err // a line without an end is no message
	}
	return line[:len(line)-1], nil
}

func (l *lines) CloseWrite() error {
	if c, ok := l.rwc.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return errors.ErrUnsupported
}

func (l *lines) Close() error { return l.rwc.Close() }
