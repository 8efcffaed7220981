//go:build unix

package transport

import (
	"io"
	"os"
	"reflect"
	"syscall"
	"time"
)

// tryWriter returns a function that writes to w what it takes without waiting; nil if w has no such way. It is for one
// caller at a time.
func tryWriter(w io.Writer) func([]byte) (int, error) {
	if p, ok := w.(interface {
		tryWrite(b []byte) (int, error)
	}); ok {
		return p.tryWrite
	}
	c, ok := w.(syscall.Conn)
	if !ok || !ofStandard(w) {
		return nil
	}
	// A file that has no deadlines is in blocking mode.
	if f, ok := w.(*os.File); ok && f.SetWriteDeadline(time.Time{}) != nil {
		return nil
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return nil
	}
	t := &nonblock{raw: raw}
	t.once = t.write
	return t.try
}

// ofStandard reports whether w is a file or a connection of the standard library. Another type may have its own Write and all else from
// an embedded connection: what it writes is not what it is given.
func ofStandard(w io.Writer) bool {
	t := reflect.TypeOf(w)
	if t.Kind() != reflect.Pointer {
		return false
	}
	path := t.Elem().PkgPath()
	return path == "os" || path == "net"
}

// nonblock makes one system call for a write. It keeps its function, so that a try allocates nothing.
type nonblock struct {
	raw  syscall.RawConn
	once func(fd uintptr) bool
	b    []byte
	n    int
	err  error
}

func (t *nonblock) try(b []byte) (int, error) {
	t.b, t.n, t.err = b, 0, nil
	err := t.raw.Write(t.once)
	t.b = nil
	if err != nil {
		return t.n, err
	}
	return t.n, t.err
}

func (t *nonblock) write(fd uintptr) bool {
	n, err := syscall.Write(int(fd), t.b)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
	case err != nil:
		t.err = os.NewSyscallError("write", err)
	default:
		t.n = max(n, 0)
	}
	return true // whatever came of it, do not wait
}
