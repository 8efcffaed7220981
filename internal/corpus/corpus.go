// Package corpus holds the MCP messages that tests and benchmarks share.
//
// There are eleven messages, from a 150-byte notification to 1 MiB results, each a complete JSON-RPC
// message that is valid for protocol revision 2025-11-25. They look like real traffic but were written for this
// project. They are the same bytes on every run and machine: no clock, no map order, a fixed
// random source. Copies with other member orders and with unknown members keep codecs
// honest that have a fast path for the usual order (see Variants).
//
// The mirror types are plain structs without methods, for encoding/json and its like: tests
// compare against what encoding/json puts into them, and benchmarks let other codecs decode into them.
package corpus

import "strings"

// Kind says what role a message has in JSON-RPC.
type Kind uint8

// The kinds of message.
const (
	Request Kind = iota + 1
	Notification
	Result
	Error
)

func (k Kind) String() string {
	switch k {
	case Request:
		return "request"
	case Notification:
		return "notification"
	case Result:
		return "result"
	case Error:
		return "error"
	default:
		return "unknown"
	}
}

// payloadKey is the envelope member that holds what the kind of message is about.
func (k Kind) payloadKey() string {
	switch k {
	case Request, Notification:
		return "params"
	case Result:
		return "result"
	case Error:
		return "error"
	default:
		return ""
	}
}

// Message is one message of the corpus.
type Message struct {
	// Name is unique and fit for the name of a sub-benchmark, for example "tools-list-50". A copy that
	// Shuffled or WithUnknown made has a suffix after a plus sign.
	Name string
	// Method is the method of a request or notification; of a response, the method that it answers.
	Method string
	// Kind selects the payload: params, result or error.
	Kind Kind
	// Data is the whole message, envelope included, as JSON without white space. The caller owns it.
	Data []byte
}

// Base returns the name without the suffix of a copy.
func (m Message) Base() string {
	base, _, _ := strings.Cut(m.Name, variantMark)
	return base
}

// Payload returns the bytes of the params, result or error object. It is a part of m.Data.
func (m Message) Payload() []byte {
	for _, x := range splitObject(m.Data) {
		if string(x.key) == `"`+m.Kind.payloadKey()+`"` {
			return x.value
		}
	}
	return nil
}

// Payload returns m.Payload().
func Payload(m Message) []byte { return m.Payload() }

// Messages returns the eleven messages, freshly made: about 2.3 MB. The order is that of the tables in the benchmark reports.
func Messages() []Message {
	return []Message{
		{"tools-call-request", "tools/call", Request, callToolRequest()},
		{"tools-call-text", "tools/call", Result, callToolText()},
		{"initialize-request", "initialize", Request, initializeRequest()},
		{"initialize-result", "initialize", Result, initializeResult()},
		{"tools-list-50", "tools/list", Result, listTools()},
		{"resources-read-1MiB-text", "resources/read", Result, readSourceText()},
		{"tools-call-1MiB-image", "tools/call", Result, callToolImage()},
		{"progress", "notifications/progress", Notification, progressNotification()},
		{"resources-list-500", "resources/list", Result, listResources()},
		{"error", "tools/call", Error, errorResponse()},
		{"sampling-20", "sampling/createMessage", Request, createMessageRequest()},
	}
}

// Variants returns every message followed by its copies: as it is, shuffled, with unknown members.
func Variants() []Message {
	var all []Message
	for _, m := range Messages() {
		all = append(all, m, Shuffled(m), WithUnknown(m))
	}
	return all
}
