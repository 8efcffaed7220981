// Package transporttest is a suite of tests that every transport of MCP passes, in both directions and in every revision of the
// protocol: order, concurrency, nested calls, cancellation, progress, limits, slow and dead peers, closing, broken handlers, bad messages,
// ids, batches, and both eras on one server. The transports of this module run it, and so can yours.
//
// # Use
//
// A test describes the transport and calls Run, as the Example does. Serve, which starts a server, is all that is needed.
//
// The suite gives Serve a handler and options, with limits, timeouts, an Observer and a pool in them, and expects that they are respected. It
// closes the clients that it has dialed before the server is shut down by t.Cleanup. After each test, all buffers of the pools and
// all goroutines have to be back, and each session that OnSession has let in must have ended once. That is why Run, which
// counts goroutines, must not run at the same time as other tests.
//
// # What a transport may leave out
//
// A test that needs more than the transport has is skipped, with the name of what is missing:
//
//   - Bubble: the tests of timeouts run on the clock of a testing/synctest bubble only.
//   - Server.DialRaw and Transport.ServeRaw: a Conn is one end of a connection without an engine behind it, by which the
//     test plays a peer that is bad, slow or dead. It carries messages, not bytes: how they are framed is the transport's
//     business. Lines makes one of a stream of bytes with a message to a line. Over HTTP, a message is the body of a POST, or the data of
//     an event, or the body of a response.
//   - OtherProcess: the server is another process, which serves Handler(). Its options and what it has seen are out of reach, except
//     for what Handler tells over the wire. That process has to see for itself that its buffers are back at its end.
//
// With the race detector, the tags pooldebug and purego, and on 386, where tests are slow, revisions that are alike are skipped, and there is less load:
// run the suite without them too. The tag fullsuite has everything run in these builds as well.
//
// Posts, Exchanges, Reconnects and NoProbe say in what way a transport is not a stream of bytes. They change what is expected, and skip
// what does not make sense.
//
// Of the transports of this module, transport/streamable has no DialRaw: which status and which headers a message gets is half of what its
// server answers with, and which headers a request needs depends on its body, so that a Conn would have to be half a client. Its own tests send requests
// byte by byte: about statuses and bad bodies, limits, sessions, cancellation, and clients that stop or vanish.
//
// # Names
//
// The tests are named Revision/Topic/Name, with the ids of the rules that they are about, so that
//
//	go test -run 'TestSuite/2025-11-25/Cancel' ./mytransport
//
// runs some of them. The ids are explained in the tests.
package transporttest
