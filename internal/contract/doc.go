// Package contract holds nothing but tests. They drive the contract of package jsonrpc with small transports that are
// written by hand: a pipe, HTTP+SSE and Streamable HTTP. Each has one method with the stubs that the generator would
// print, and what the contract promises is checked on all three: a handler may call back, notifications
// keep their order, cancellation arrives, a ResponseWriter dies with its request, and a typed call over the pipe
// allocates nothing.
//
// These transports are the shortest that do this. They have few of the limits, checks and timeouts of the real
// ones, and they are not faster.
package contract
