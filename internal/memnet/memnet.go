// Package memnet is a network in memory, for tests of net/http's servers and clients on the clock of a testing/synctest bubble: whoever
// waits for a connection, or on one, waits in a way that synctest knows.
package memnet

import (
	"context"
	"net"
	"sync"
)

// Listener is a net.Listener whose connections are net.Pipes, which hold no bytes: a write waits for reads. It is safe for concurrent use.
type Listener struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

// Listen returns a Listener. It belongs to the bubble that it is made in.
func Listen() *Listener {
	return &Listener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

// Accept waits for the next Dial.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close ends all that wait in Accept and Dial. Connections stay open.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr returns an address that nothing else has.
func (l *Listener) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

// Dial waits until the connection is accepted. The network and the address are the DialContext's of an http.Transport, and not looked at.
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
