// Package streamable speaks MCP over Streamable HTTP: 2025-03-26, 2025-06-18 and 2025-11-25, which have sessions, and 2026-07-28, which has
// none, at the same URL.
//
// Dial is the client, which finds out what its server speaks. NewHandler is the server, an http.Handler.
//
// # The server
//
// A Handler decides for each request what it is. One with a protocol version in its _meta is answered for itself; initialize begins a
// session, whose id the client sends with all that follows; a client of 2024-11-05 that comes this way gets a session, too. Handlers run on
// net/http's goroutine of the POST, on one of their own only where the client can come back for the answer. A body is read into a buffer of the
// pool, which the handler's message borrows until ServeMessage returns; what the handler answers is encoded into another, which is
// written and given back. Info.Headers are the request's own: they may be read, and kept, but not changed.
//
// An answer that comes before anything else is one application/json body. The first notification or request of the handler before it, or
// Timeouts.KeepAlive without either, turns the response into an event stream, which comments keep alive from then on. A client that takes only one of
// the two types gets that one: without events, requests and notifications of the handler go to the session's own stream, or,
// without a session, notifications are dropped, which the Observer is told of.
//
// To disconnect cancels a request of 2026-07-28, and no other (rules D-22, E-35).
//
// # Statuses
//
//	200  an answer: a result, or an error that belongs to the method
//	202  a notification or response was taken
//	204  a session was ended with DELETE
//	400  no message, or one that breaks the rules: no session id, an unknown event id, a batch outside of 2025-03-26; in 2026-07-28 also _meta that lacks
//	     something, headers that differ from the body (-32020), capabilities (-32021), unknown versions (-32022)
//	401  Authorize has refused, with a challenge; 403 and 400 if it says so
//	403  Host or Origin is not allowed, or OnSession has refused
//	404  the session is not known to this client, or, in 2026-07-28 and with -32601, the method
//	405  GET or DELETE without a session, another method
//	406  Accept allows no answer that there is
//	408  the body took longer than Timeouts.ReadMessage
//	413  the body is larger than Limits.Message; what says so itself is not read
//	415  the body is no application/json, or has a Content-Encoding
//	429  too many requests in a session (Limits.InFlight), or streams (Limits.Streams)
//	503  too many sessions (Limits.Sessions), or the Handler is closing; with Retry-After, as 429
//
// Error bodies are JSON-RPC errors, with the id if it is known; what a handler's other errors and panics say is not in them.
//
// # Sessions
//
// A session ends with DELETE, with Session.Close, after Timeouts.Session without a request or stream, or with the Handler. It exists for
// its principal only: others are answered as if there was none. It costs about 1 KB while it is idle, and no goroutine.
//
// Its own stream, which a GET opens, has what belongs to no request, such as what a Hub publishes. Up to Limits.QueueMessages and
// QueueBytes wait for it; later messages are refused or dropped. A second GET takes over (rule D-46).
//
// With an EventStore, events have ids, and a client whose connection broke gets the rest with a GET and Last-Event-ID. In 2025-11-25, streams
// then begin with an event without data, handlers go on when the client has gone, and their ResponseWriter's CloseStream lets the client poll
// (jsonrpc.StreamCloser). The answer to initialize, and batches, cannot be resumed.
//
// # With net/http
//
// WriteTimeout and ReadTimeout of the http.Server do not end event streams: each write has Timeouts.Write. Set ReadHeaderTimeout. Middleware that wraps the
// ResponseWriter needs an Unwrap method, or there are no event streams. Call Handler.Shutdown before http.Server.Shutdown, which would wait for
// streams to end by themselves.
package streamable
