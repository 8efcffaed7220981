// Package sse speaks MCP over HTTP+SSE, the transport of revision 2024-11-05: the client opens one event stream that all messages of the
// server come on, and POSTs each of its own to the URL that the first event names. Later revisions have package streamable in
// its place, and this one is for peers that do not (rule C-13).
//
// NewHandler makes a server, Dial a client. The end of the stream is the end of the session (rules C-07, C-11): there is no way to go on with
// it.
//
// Any revision with sessions may be agreed on, though only the first one has this transport: clients and servers
// of others are known to use it. A request that says itself that it is of a later revision, with a protocol version in its _meta, is served too, on
// the same stream and in the same way as on a stream of bytes: it is cancelled by a notification.
//
// A request is answered with 202 as soon as it is admitted, and handled on a goroutine of its own; a notification is handled before its 202. So a client
// that waits for one POST before the next has its messages handled in order, as on other transports, and one that does not has
// no order (rule C-10).
package sse
