package transport

import "strconv"

// Code says what kind of failure an Error is. A Code is an error itself, so that it can be the target of errors.Is:
//
//	if errors.Is(err, transport.Timeout) { ... }
type Code uint8

// The codes.
const (
	// Unknown is a failure that fits no other code.
	Unknown Code = iota
	// MessageTooLarge: a message, or an SSE event, is over its limit. Only that message fails.
	MessageTooLarge
	// Timeout: something took longer than its timeout, or than the deadline of the context.
	Timeout
	// Canceled: the caller's context was canceled, or the peer has canceled the request.
	Canceled
	// Closed: the connection or session is closed, or closed while a call waited.
	Closed
	// Lost: the connection broke after a request was sent and before its answer came. What became of the
	// request is not known; it must not be sent again blindly.
	Lost
	// SessionNotFound: the server does not know the session, or not any more.
	SessionNotFound
	// Process: a child process could not be started, has ended, or could not be ended.
	Process
	// Rejected: the peer, or something on the way to it, refused the message without looking at what it asks: by an
	// HTTP status, for authorization, for its origin.
	Rejected
	// Protocol: the peer has broken the protocol.
	Protocol
	// Overloaded: a limit on calls, sessions or queued messages is reached, and waiting is of no use, as in a handler of a notification:
	// nothing is read until it returns.
	Overloaded
	// Answered: the request has its answer already; nothing can be sent for it any more.
	Answered
	// Stale: the ResponseWriter was used after ServeMessage had returned, or the Call after Release.
	Stale
	// Deadlock: waiting for an answer here would keep that answer from being read, as in a handler of a notification.
	Deadlock
	// CannotCall: there is no way to send a request to this peer.
	CannotCall

	codes // how many there are
)

var codeNames = [codes]string{
	"unknown failure", "message too large", "timeout", "canceled", "closed", "connection lost", "session not found",
	"process failure", "rejected", "protocol error", "overloaded", "already answered", "used after its end",
	"would deadlock", "peer cannot be called",
}

// String returns the code in words.
func (c Code) String() string {
	if c < codes {
		return codeNames[c]
	}
	return "code " + strconv.Itoa(int(c))
}

// Error returns the code in words.
func (c Code) Error() string { return "transport: " + c.String() }
