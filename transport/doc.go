// Package transport holds what all transports of mcpwire share: the error that they return, their limits and
// timeouts, and the interfaces through which a program watches them or gives them storage.
//
// How messages are handled is the contract of package codec/jsonrpc: a transport reads a frame into a
// pooled buffer, scans it, calls the Handler, and takes the buffer back when the Handler returns.
//
// Every option has a zero value that is safe: limits and timeouts are on unless they are set to something
// else, and nothing can be set to "no limit". Whoever needs a bound out of the way sets a large one.
package transport
